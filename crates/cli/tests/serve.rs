//! `countersign serve`: what it says, what it refuses, reload and goodbye.

use crate::support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use support::Place;
use tungstenite::{Message, WebSocket};

/// The program, which listens.
struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    url: String,
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
        Self { child, out, url }
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

    fn client(&self) -> WebSocket<TcpStream> {
        let address = self
            .url
            .split('/')
            .nth(2)
            .unwrap()
            .replace("localhost", "127.0.0.1");
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        tungstenite::client(self.url.as_str(), stream).unwrap().0
    }

    /// What a client is told that connects with this token.
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

    /// Waits until a client with this token is told so.
    fn until(&self, token: &str, expected: &str) {
        let start = Instant::now();
        while !self.connect(token).1.contains(expected) {
            assert!(start.elapsed() < Duration::from_secs(20), "{expected}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it by SIGTERM, and gives what it said on standard error.
    fn stop(mut self) -> String {
        self.signal("-TERM");
        let mut log = String::new();
        let mut err = self.child.stderr.take().unwrap();
        err.read_to_string(&mut log).unwrap();
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
    // Why a token was refused is in the log, and the token is not.
    let log = serving.stop();
    assert!(log.contains("a token was refused"), "{log}");
    assert!(!log.contains(&token), "{log}");
}

#[test]
fn a_demonstration_is_for_this_machine_alone() {
    let said = Place::new().run(&["serve", "--address", "0.0.0.0", "--port", "0"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("--address"), "{}", said.err);
    assert!(said.err.contains("loopback"), "{}", said.err);
}

#[test]
fn what_is_not_sound_keeps_it_from_starting() {
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
    serving.signal("-HUP");
    serving.until(&after, r#""client""#);
    assert_eq!(serving.connect(&before).1, "3500");

    // One that is not sound changes nothing.
    place.write("config.json", "{");
    serving.signal("-HUP");
    std::thread::sleep(Duration::from_millis(300));
    assert!(serving.connect(&after).1.contains(r#""client""#));
    client.send(Message::text(r#"{"id":2,"ping":{}}"#)).unwrap();
    assert_eq!(
        client.read().unwrap(),
        Message::text(r#"{"id":2,"ping":{}}"#)
    );
    drop(client);
    let log = serving.stop();
    assert!(log.contains("the old one stays"), "{log}");
}
