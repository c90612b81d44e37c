//! The server over TLS.

use crate::support;

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use countersign::{Authenticator, Rules};
use countersign_gateway::{Server, ServerSettings, Tls};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use support::{SECRET, authority, token};
use tungstenite::Message;

#[test]
fn a_client_connects_over_tls() {
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

    let tls = Tls::from_pem(chain.as_bytes(), key.as_bytes()).unwrap();
    let rules = Rules::new(authority("main", SECRET));
    let server = Server::new(Authenticator::new(rules), ServerSettings::default());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
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
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
    let url = "wss://localhost/connection/websocket";
    let (mut client, _) = tungstenite::client(url, stream).unwrap();
    let shown = token(r#"{"sub":"42"}"#);
    let command = format!(r#"{{"id":1,"connect":{{"token":"{shown}"}}}}"#);
    client.send(Message::text(command)).unwrap();
    let answer = client.read().unwrap().into_text().unwrap();
    assert!(answer.starts_with(r#"{"id":1,"connect":{"#), "{answer}");
    client.close(None).unwrap();
    while client.read().is_ok() {}
    stop.send(()).unwrap();
    thread.join().unwrap();
}
