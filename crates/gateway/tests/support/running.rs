//! A server on loopback that runs while a test does, and clients of it.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use countersign::{Authenticator, Rules};
use countersign_gateway::{Server, ServerSettings};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::protocol::CloseFrame;
use tungstenite::{Message, WebSocket};

use super::{SECRET, authority};

/// A server in a thread of its own, which is stopped when this is dropped.
pub(crate) struct Running {
    pub(crate) server: Server,
    pub(crate) address: SocketAddr,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) thread: Option<thread::JoinHandle<()>>,
}

impl Running {
    pub(crate) fn start(change: impl FnOnce(&mut ServerSettings)) -> Self {
        Self::with(open_to_all(), change)
    }

    pub(crate) fn with(
        authenticator: Authenticator,
        change: impl FnOnce(&mut ServerSettings),
    ) -> Self {
        // One thread: code that blocks it blocks all connections, so that the test hangs.
        Self::run(Builder::new_current_thread(), authenticator, change)
    }

    /// A server whose connections run on so many threads.
    pub(crate) fn on_threads(threads: usize) -> Self {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(threads);
        Self::run(builder, open_to_all(), |_| {})
    }

    fn run(
        mut builder: Builder,
        authenticator: Authenticator,
        change: impl FnOnce(&mut ServerSettings),
    ) -> Self {
        let mut settings = ServerSettings::default();
        settings.authorities = vec!["main".into()];
        let all = &mut settings.sessions.channels.without_namespace;
        all.subscribe.client = true;
        all.subscribe.anonymous = true;
        all.publish = all.subscribe;
        all.ask_presence = all.subscribe;
        all.presence = true;
        all.presence_for_clients = true;
        change(&mut settings);
        let server = Server::new(authenticator, settings);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = server.clone();
        let runtime = builder.enable_all().build().unwrap();
        let thread = thread::spawn(move || {
            let stop = async move { stopped.await.unwrap_or_default() };
            runtime
                .block_on(serving.serve(listener, None, stop))
                .unwrap();
        });
        Self {
            server,
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.address, "", None)
    }

    /// A client that is connected, by JSON of the second generation.
    pub(crate) fn open(&self) -> Client {
        let mut client = self.client();
        client.send(r#"{"id":1,"connect":{}}"#);
        assert!(client.text().starts_with(r#"{"id":1,"connect":{"#));
        client
    }

    /// Waits until so many connections are left.
    pub(crate) fn until(&self, connections: usize) {
        let start = Instant::now();
        while self.server.connections() != connections {
            assert!(start.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Trusts [`SECRET`], and takes connections without a token.
fn open_to_all() -> Authenticator {
    let rules = Rules::new(authority("main", SECRET)).allow_no_token();
    Authenticator::new(rules)
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(crate) struct Client {
    pub(crate) socket: WebSocket<TcpStream>,
    pub(crate) subprotocol: Option<String>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr, query: &str, subprotocol: Option<&str>) -> Self {
        let url = format!("ws://{address}/connection/websocket{query}");
        let mut request = url.into_client_request().unwrap();
        if let Some(name) = subprotocol {
            let headers = request.headers_mut();
            headers.insert("Sec-WebSocket-Protocol", name.parse().unwrap());
        }
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let (socket, response) = tungstenite::client::client(request, stream).unwrap();
        let subprotocol = response.headers().get("Sec-WebSocket-Protocol");
        Self {
            socket,
            subprotocol: subprotocol.map(|name| name.to_str().unwrap().to_owned()),
        }
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).unwrap();
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).unwrap();
    }

    /// The next message; pings of WebSocket are passed over.
    pub(crate) fn receive(&mut self) -> Message {
        loop {
            match self.socket.read().unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    pub(crate) fn text(&mut self) -> String {
        match self.receive() {
            Message::Text(text) => text.to_string(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        match self.receive() {
            Message::Binary(bytes) => bytes.to_vec(),
            other => panic!("{other:?}"),
        }
    }

    /// The close frame, whatever comes before it.
    pub(crate) fn closed(&mut self) -> (u16, String) {
        loop {
            match self.socket.read().unwrap() {
                Message::Close(Some(CloseFrame { code, reason })) => {
                    return (code.into(), reason.to_string());
                }
                Message::Close(None) => panic!("closed without a reason"),
                _ => {}
            }
        }
    }

    /// Checks that the server still answers this client.
    pub(crate) fn check(&mut self) {
        self.send(r#"{"id":99,"ping":{}}"#);
        assert_eq!(self.text(), r#"{"id":99,"ping":{}}"#);
    }

    pub(crate) fn stream(&mut self) -> &mut TcpStream {
        self.socket.get_mut()
    }
}
