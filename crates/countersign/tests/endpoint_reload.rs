//! The effect of a reload on the clients of endpoints: it keeps their keys, and reads their files
//! again.
#![cfg(feature = "config")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "common/server.rs"]
mod server;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use countersign::config::Setup;
use countersign::{Authenticator, Key, KeyEndpoint, now};
use countersign_fetch::FetchErrorKind;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use server::{Server, config, key, token_of};

/// A server of one key set over TLS that can change its certificate.
struct TlsServer {
    url: String,
    shown: Arc<Mutex<Arc<ServerConfig>>>,
    /// How many requests were read.
    asked: Arc<AtomicUsize>,
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn certificate(authority: &Authority) -> Arc<ServerConfig> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let leaf = params.signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        );
    Arc::new(config.unwrap())
}

impl TlsServer {
    fn start(authority: &Authority, key: &Key) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shown = Arc::new(Mutex::new(certificate(authority)));
        let asked = Arc::new(AtomicUsize::new(0));
        let body = format!(r#"{{"keys":[{}]}}"#, key.public_jwk().unwrap());
        let (serving, counting) = (shown.clone(), asked.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let config = serving.lock().unwrap().clone();
                // A client that doesn't trust the certificate ends the handshake.
                let _ = answer(stream, config, &body, &counting);
            }
        });
        Self {
            url: format!("https://localhost:{port}/keys"),
            shown,
            asked,
        }
    }

    fn show(&self, authority: &Authority) {
        *self.shown.lock().unwrap() = certificate(authority);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Answers a request. It counts the request before it answers, so that the client never sees the
/// answer before the count.
fn answer(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    body: &str,
    asked: &AtomicUsize,
) -> std::io::Result<()> {
    let connection = rustls::ServerConnection::new(config).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    asked.fetch_add(1, Ordering::SeqCst);
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}

fn ca_file(authority: &Authority) -> PathBuf {
    let name = format!("reload-{}.pem", std::process::id());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, authority.pem()).unwrap();
    path
}

fn refresh(authenticator: &Authenticator) -> Result<(), FetchErrorKind> {
    let endpoint: KeyEndpoint = authenticator.endpoints().remove(0);
    let fetched = endpoint.client().unwrap().refresh();
    fetched.map_err(|error| error.kind())
}

#[test]
fn a_reload_sees_that_a_ca_file_has_changed_and_keeps_the_keys() {
    let (before, after) = (authority(), authority());
    let key = key("ES256", "k");
    let server = TlsServer::start(&before, &key);
    let path = ca_file(&before);
    let text = format!(
        r#"{{"token_jwks_public_endpoint": "{}", "token_jwks_ca_file": {:?},
            "token_jwks_attempt_timeout": "20s", "token_jwks_total_deadline": "30s"}}"#,
        server.url, path
    );
    let setup = config(&text).setup().on_demand().build();
    let setup = setup.unwrap().ignore_warnings();
    let authenticator = Authenticator::new(setup.rules.clone());
    let token = token_of(&key, "id");
    let is_accepted = || authenticator.connection(&token, now()).is_ok();
    assert!(is_accepted());
    assert_eq!(server.asked(), 1);

    server.show(&after);
    assert_eq!(refresh(&authenticator), Err(FetchErrorKind::Tls));
    std::fs::write(&path, after.pem()).unwrap();
    assert_eq!(
        refresh(&authenticator),
        Err(FetchErrorKind::Tls),
        "no reload yet"
    );
    let reload = |setup: &Setup| config(&text).setup().after(setup).build();
    let setup = reload(&setup).unwrap().ignore_warnings();
    authenticator.reload(setup.rules.clone());
    assert!(is_accepted());
    assert_eq!(server.asked(), 1, "the keys were kept");
    assert_eq!(refresh(&authenticator), Ok(()));
    assert_eq!(server.asked(), 2);

    // If a file can't be used, the reload fails and the running rules stay.
    std::fs::write(&path, "no certificate").unwrap();
    let error = reload(&setup).unwrap_err();
    assert_eq!(error.option_name(), Some("token_jwks_ca_file"));
    assert_eq!(refresh(&authenticator), Ok(()));
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn j12_tokens_are_accepted_without_a_break_while_endpoints_are_reloaded() {
    let server = Server::start();
    let key = key("ES256", "k");
    server.publish("/keys", &[&key]);
    let issuer = server.publish_issuer("/realm", &[&key]);
    // Each reload changes a requirement, but neither endpoint.
    let text = |leeway: usize| {
        format!(
            r#"{{"client": {{"token": {{
                "jwks_public_endpoint": "{}", "leeway": {leeway},
                "trusted_issuers": [{{"jwks_issuer": "{issuer}"}}]
            }}}}}}"#,
            server.url("/keys")
        )
    };
    let setup = config(&text(0)).setup().build();
    let mut setup = setup.unwrap().ignore_warnings();
    let authenticator = Authenticator::new(setup.rules.clone());
    let tokens = [token_of(&key, "id"), token_of(&key, &issuer)];
    for token in &tokens {
        assert!(authenticator.connection(token, now()).is_ok());
    }
    let requests = server.all_requests();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers = tokens.each_ref().map(|token| {
            scope.spawn(|| {
                let mut verified = 0_usize;
                while !done.load(Ordering::SeqCst) || verified == 0 {
                    authenticator.connection(token, now()).unwrap();
                    verified = verified.saturating_add(1);
                }
            })
        });
        for round in 0..100 {
            let again = config(&text(round % 2)).setup().after(&setup).build();
            setup = again.unwrap().ignore_warnings();
            authenticator.reload(setup.rules.clone());
        }
        done.store(true, Ordering::SeqCst);
        for reader in readers {
            reader.join().unwrap();
        }
    });
    assert_eq!(server.all_requests(), requests, "all keys were kept");
}

#[cfg(unix)]
#[test]
fn endpoints_with_the_same_options_of_tls_and_proxy_share_one_transport() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let pipe = folder.join(format!("reload-{}.fifo", std::process::id()));
    let _ = std::fs::remove_file(&pipe);
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let values: Vec<String> = (0..100).map(|number| format!("r{number}")).collect();
    // Other options differ, but the file is the same.
    let ca_file = format!(r#""jwks_ca_file": {pipe:?}"#);
    let text = format!(
        r#"{{"client": {{"token": {{
            "jwks_public_endpoint": "https://id.example/{{{{realm}}}}", {ca_file},
            "issuer_regex": "(?P<realm>{})",
            "trusted_issuers": [
                {{"issuer": "a", "jwks_public_endpoint": "https://a.example/", "jwks_retries": 0, {ca_file}}},
                {{"jwks_issuer": "https://b.example", "jwks_cooldown": "9s", {ca_file}}}
            ]
        }}}}}}"#,
        values.join("|")
    );
    let pem = authority().pem();
    // A pipe can be read only once: a second reader would wait without end.
    let writing = thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, pem)
    });
    let (done, built) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let setup = config(&text).setup().on_demand().build();
        done.send(setup.map(|setup| setup.ignore_warnings().rules.endpoints().len()))
    });
    let built = built.recv_timeout(std::time::Duration::from_secs(60));
    assert_eq!(built.unwrap().unwrap(), 102);
    writing.join().unwrap().unwrap();
    std::fs::remove_file(&pipe).unwrap();
}
