//! The server over TLS.

use crate::support;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use countersign::{Authenticator, Rules};
use countersign_gateway::{Server, ServerSettings, Tls};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use support::{SECRET, authority, token};
use tokio::sync::oneshot;
use tungstenite::{Error, Message, WebSocket};

#[test]
fn a_certificate_and_a_key_must_belong_together() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let chain = made.cert.pem();
    let key = made.signing_key.serialize_pem();
    assert!(Tls::from_pem(b"", key.as_bytes()).is_err());
    assert!(Tls::from_pem(chain.as_bytes(), b"").is_err());
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let error = Tls::from_pem(
        chain.as_bytes(),
        other.signing_key.serialize_pem().as_bytes(),
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("do not belong together")
    );
}

type Client = WebSocket<StreamOwned<ClientConnection, TcpStream>>;

/// A server over TLS, which is stopped when this is dropped.
struct TlsServer {
    address: SocketAddr,
    config: Arc<ClientConfig>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TlsServer {
    fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let tls = Tls::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
        let rules = Rules::new(authority("main", SECRET));
        let mut settings = ServerSettings::default();
        let all = &mut settings.sessions.channels.without_namespace;
        all.subscribe.client = true;
        all.publish = all.subscribe;
        let server = Server::new(Authenticator::new(rules), settings);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let stop = async move { stopped.await.unwrap_or_default() };
            runtime
                .block_on(server.serve(listener, Some(tls), stop))
                .unwrap();
        });
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            address,
            config: Arc::new(config),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// A client that has shown a token.
    fn open(&self) -> Client {
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(self.config.clone(), name).unwrap();
        let stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let stream = StreamOwned::new(connection, stream);
        let url = "wss://localhost/connection/websocket";
        let (mut client, _) = tungstenite::client(url, stream).unwrap();
        let shown = token(r#"{"sub":"42"}"#);
        let command = format!(r#"{{"id":1,"connect":{{"token":"{shown}"}}}}"#);
        let answer = ask(&mut client, &command);
        assert!(answer.starts_with(r#"{"id":1,"connect":{"#), "{answer}");
        client
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap_or_default();
        let _ = self.thread.take().unwrap().join();
    }
}

fn ask(client: &mut Client, command: &str) -> String {
    client.send(Message::text(command)).unwrap();
    client.read().unwrap().into_text().unwrap().to_string()
}

#[test]
fn a_client_connects_over_tls_and_closes() {
    let server = TlsServer::start();
    let mut client = server.open();
    client.close(None).unwrap();
    let end = loop {
        if let Err(error) = client.read() {
            break error;
        }
    };
    assert!(matches!(end, Error::ConnectionClosed), "{end}");
}

#[test]
fn a_subscriber_over_tls_gets_everything_in_order() {
    // More than the kernel takes, so that frames are written in parts.
    const COUNT: usize = 100;
    let server = TlsServer::start();
    let mut subscriber = server.open();
    let reply = ask(&mut subscriber, r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    assert_eq!(reply, r#"{"id":2,"subscribe":{}}"#);
    let mut publisher = server.open();
    let padding = "x".repeat(60_000);
    for number in 0..COUNT {
        let reply = ask(
            &mut publisher,
            &format!(r#"{{"id":3,"publish":{{"channel":"a","data":"{number} {padding}"}}}}"#),
        );
        assert_eq!(reply, r#"{"id":3,"publish":{}}"#);
    }
    for number in 0..COUNT {
        let text = subscriber.read().unwrap().into_text().unwrap();
        let data = format!(r#""pub":{{"data":"{number} {padding}""#);
        assert!(text.contains(&data), "publication {number}");
    }
}
