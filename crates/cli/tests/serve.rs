//! `countersign serve`: its output, the configurations that it refuses, reload and shutdown.

use crate::support;

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use support::Place;
use tungstenite::{Message, WebSocket};

/// The running program.
struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    url: String,
    /// Its output on standard error so far.
    log: Arc<Mutex<String>>,
    log_reader: Option<JoinHandle<()>>,
}

impl Serving {
    fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut child = place
            .command()
            .args(["serve", "--port", "0", "--address", "127.0.0.1"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ");
        let url = url.unwrap_or_else(|| panic!("{line:?}")).to_owned();
        let log = Arc::new(Mutex::new(String::new()));
        let (err, lines) = (child.stderr.take().unwrap(), log.clone());
        let log_reader = std::thread::spawn(move || {
            for line in BufReader::new(err).lines() {
                lines.lock().unwrap().push_str(&(line.unwrap() + "\n"));
            }
        });
        Self {
            child,
            out,
            url,
            log,
            log_reader: Some(log_reader),
        }
    }

    /// Sends SIGHUP, and waits until the log contains the answer.
    fn reload(&self, answer: &str) {
        let before = self.log.lock().unwrap().len();
        self.signal("-HUP");
        let start = Instant::now();
        while !self.log.lock().unwrap()[before..].contains(answer) {
            assert!(start.elapsed() < Duration::from_secs(20), "no {answer:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &id])
                .status()
                .unwrap()
                .success()
        );
    }

    fn socket(&self) -> TcpStream {
        let address = self.url.split('/').nth(2).unwrap();
        let address = address.replace("localhost", "127.0.0.1");
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    fn client(&self) -> WebSocket<TcpStream> {
        tungstenite::client(self.url.as_str(), self.socket())
            .unwrap()
            .0
    }

    /// Whether a new handshake shows this certificate.
    fn shows(&self, certificate: &CertificateDer<'static>) -> bool {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut socket = self.socket();
        while connection.is_handshaking() {
            if connection.complete_io(&mut socket).is_err() {
                return false;
            }
        }
        true
    }

    /// The server's answer to a client that connects with this token.
    fn connect(&self, token: &str) -> (WebSocket<TcpStream>, String) {
        let mut client = self.client();
        let command = format!(r#"{{"id":1,"connect":{{"token":"{token}"}}}}"#);
        client.send(Message::text(command)).unwrap();
        let answer = match client.read().unwrap() {
            Message::Text(text) => text.to_string(),
            Message::Close(Some(frame)) => u16::from(frame.code).to_string(),
            other => panic!("{other:?}"),
        };
        (client, answer)
    }

    /// Ends it with SIGTERM, and returns its output on standard error.
    fn stop(mut self) -> String {
        self.signal("-TERM");
        self.log_reader.take().unwrap().join().unwrap();
        let log = self.log.lock().unwrap().clone();
        assert!(self.child.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn close_code(client: &mut WebSocket<TcpStream>) -> u16 {
    loop {
        if let Message::Close(Some(frame)) = client.read().unwrap() {
            return frame.code.into();
        }
    }
}

#[test]
fn without_a_configuration_it_shows_a_token_that_works() {
    let place = Place::new();
    let mut serving = Serving::start(&place, &[]);
    let mut token = None;
    while token.is_none() {
        let mut line = String::new();
        assert_ne!(serving.out.read_line(&mut line).unwrap(), 0);
        let shown = line.trim().strip_prefix("centrifuge.setToken(\"");
        token = shown.map(|rest| rest.trim_end_matches("\");").to_owned());
    }
    let token = token.unwrap();
    let (mut client, answer) = serving.connect(&token);
    assert!(
        answer.starts_with(r#"{"id":1,"connect":{"client":""#),
        "{answer}"
    );
    let (_, answer) = serving.connect(&format!("{token}x"));
    assert_eq!(answer, "3500");
    serving.signal("-TERM");
    assert_eq!(close_code(&mut client), 3001);
    drop(client);
    // The log contains the reason for the refusal, but not the token.
    let log = serving.stop();
    assert!(log.contains("a token was refused"), "{log}");
    assert!(!log.contains(&token), "{log}");
}

#[test]
fn without_a_configuration_it_listens_on_this_machine_only() {
    let said = Place::new().run(&["serve", "--address", "0.0.0.0", "--port", "0"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("--address"), "{}", said.err);
    assert!(said.err.contains("loopback"), "{}", said.err);
}

#[test]
fn a_faulty_configuration_keeps_it_from_starting() {
    for (options, expected) in [
        (r#", "channel_regex": "^a$""#, "`channel_regex`"),
        (r#", "port": "http""#, "`port`"),
        (r#", "tls": true"#, "`tls`"),
        (
            r#", "token_hmac_secret_kay": "x""#,
            "`token_hmac_secret_key`",
        ),
        (
            r#", "token_issuer": "a", "token_trusted_issuers": [
                {"issuer": "b", "hmac_secret_key": "another secret of 32 bytes or more"}]"#,
            "`shared_users`",
        ),
    ] {
        let place = Place::configured(options);
        let said = place.run(&["serve", "--address", "127.0.0.1", "--port", "0"]);
        assert_eq!(said.code, 2, "{options}: {said:?}");
        assert!(said.err.contains(expected), "{options}: {said:?}");
    }
}

#[test]
fn a_reload_exchanges_keys_and_keeps_connections() {
    let place = Place::configured("");
    let before = place.token(&["-u", "42"]);
    let serving = Serving::start(&place, &[]);
    let (mut client, answer) = serving.connect(&before);
    assert!(answer.contains(r#""client""#), "{answer}");

    place.write(
        "config.json",
        r#"{"token_hmac_secret_key": "another secret of 32 bytes or more"}"#,
    );
    let after = place.token(&["-u", "42"]);
    serving.reload("was read again");
    assert!(serving.connect(&after).1.contains(r#""client""#));
    assert_eq!(serving.connect(&before).1, "3500");

    // A configuration with an error changes nothing.
    place.write("config.json", "{");
    serving.reload("the old one stays");
    assert!(serving.connect(&after).1.contains(r#""client""#));
    client.send(Message::text(r#"{"id":2,"ping":{}}"#)).unwrap();
    assert_eq!(
        client.read().unwrap(),
        Message::text(r#"{"id":2,"ping":{}}"#)
    );
    drop(client);
    serving.stop();
}

#[test]
fn a_reload_shows_the_new_certificate_and_keeps_the_old_if_the_new_is_bad() {
    let certificate = || {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        (chain, key, made.cert.der().clone())
    };
    let place =
        Place::configured(r#", "tls": true, "tls_cert": "chain.pem", "tls_key": "key.pem""#);
    let (chain, key, first) = certificate();
    place.write("chain.pem", &chain);
    place.write("key.pem", &key);
    let serving = Serving::start(&place, &[]);
    assert!(serving.shows(&first));

    let (chain, key, second) = certificate();
    place.write("chain.pem", &chain);
    place.write("key.pem", &key);
    assert!(serving.shows(&first), "nothing changes before the signal");
    serving.reload("was read again");
    assert!(serving.shows(&second));
    assert!(!serving.shows(&first));

    // The key of another certificate, and a file without a certificate.
    let (_, other_key, _) = certificate();
    place.write("key.pem", &other_key);
    serving.reload("do not belong together");
    assert!(serving.shows(&second));
    place.write("chain.pem", "nothing");
    serving.reload("found no certificate");
    assert!(serving.shows(&second));
    let log = serving.stop();
    assert!(!log.contains("PRIVATE KEY"), "{log}");
}
