//! A server on loopback and clients that speak WebSocket: what goes over the wire, and what
//! faulty or hostile clients come to.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::field_reassign_with_default,
    missing_docs
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use countersign::{Authenticator, Rules};
use countersign_gateway::{Server, ServerSettings};
use support::{SECRET, authority, token};
use tokio::sync::oneshot;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::{Message, WebSocket};

/// A server in a thread of its own, which is stopped when this is dropped.
struct Running {
    server: Server,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Running {
    fn start(change: impl FnOnce(&mut ServerSettings)) -> Self {
        let rules = Rules::new(authority("main", SECRET)).allow_no_token();
        Self::with(Authenticator::new(rules), change)
    }

    fn with(authenticator: Authenticator, change: impl FnOnce(&mut ServerSettings)) -> Self {
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
        // One thread: whoever blocks it blocks everyone, and a test would hang.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
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

    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    fn client(&self) -> Client {
        Client::connect(self.address, "", None)
    }

    /// A client that is connected, by JSON of the second generation.
    fn open(&self) -> Client {
        let mut client = self.client();
        client.send(r#"{"id":1,"connect":{}}"#);
        assert!(client.text().starts_with(r#"{"id":1,"connect":{"#));
        client
    }

    /// Waits until so many connections are left.
    fn until(&self, connections: usize) {
        let start = Instant::now();
        while self.server.connections() != connections {
            assert!(start.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Client {
    socket: WebSocket<TcpStream>,
    subprotocol: Option<String>,
}

impl Client {
    fn connect(address: SocketAddr, query: &str, subprotocol: Option<&str>) -> Self {
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

    fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).unwrap();
    }

    fn send_bytes(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).unwrap();
    }

    /// The next message; pings of WebSocket are passed over.
    fn receive(&mut self) -> Message {
        loop {
            match self.socket.read().unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    fn text(&mut self) -> String {
        match self.receive() {
            Message::Text(text) => text.to_string(),
            other => panic!("{other:?}"),
        }
    }

    fn bytes(&mut self) -> Vec<u8> {
        match self.receive() {
            Message::Binary(bytes) => bytes.to_vec(),
            other => panic!("{other:?}"),
        }
    }

    /// The close frame, whatever comes before it.
    fn closed(&mut self) -> (u16, String) {
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

    /// That it is served, which others may have spoilt.
    fn check(&mut self) {
        self.send(r#"{"id":99,"ping":{}}"#);
        assert_eq!(self.text(), r#"{"id":99,"ping":{}}"#);
    }

    fn stream(&mut self) -> &mut TcpStream {
        self.socket.get_mut()
    }
}

#[test]
fn a_publication_reaches_clients_of_every_codec() {
    let server = Running::start(|_| {});
    let mut v1_json = server.client();
    v1_json.send(r#"{"id":1}"#);
    assert!(
        v1_json
            .text()
            .starts_with(r#"{"id":1,"result":{"client":""#)
    );
    v1_json.send(r#"{"id":2,"method":1,"params":{"channel":"news"}}"#);
    assert_eq!(v1_json.text(), r#"{"id":2,"result":{}}"#);

    let mut v2_json = server.open();
    v2_json.send(r#"{"id":2,"subscribe":{"channel":"news"}}"#);
    assert_eq!(v2_json.text(), r#"{"id":2,"subscribe":{}}"#);

    let mut v1_protobuf = Client::connect(server.address, "?format=protobuf", None);
    v1_protobuf.send_bytes(b"\x04\x08\x01\x10\x00");
    assert_eq!(v1_protobuf.bytes()[1..3], [8, 1]);
    v1_protobuf.send_bytes(b"\x0c\x08\x02\x10\x01\x1a\x06\x0a\x04news");
    assert_eq!(v1_protobuf.bytes(), b"\x02\x08\x02");

    let mut v2_protobuf = Client::connect(server.address, "", Some("centrifuge-protobuf"));
    assert_eq!(
        v2_protobuf.subprotocol.as_deref(),
        Some("centrifuge-protobuf")
    );
    v2_protobuf.send_bytes(b"\x04\x08\x01\x22\x00");
    assert_eq!(v2_protobuf.bytes()[1..3], [8, 1]);
    v2_protobuf.send_bytes(b"\x0a\x08\x02\x2a\x06\x0a\x04news");
    assert_eq!(v2_protobuf.bytes(), b"\x04\x08\x02\x32\x00");

    let mut publisher = server.open();
    publisher.send(r#"{"id":2,"publish":{"channel":"news","data":{"a": 1}}}"#);
    assert_eq!(publisher.text(), r#"{"id":2,"publish":{}}"#);

    let data = br#"{"a": 1}"#;
    let text = v1_json.text();
    assert!(text.starts_with(
        r#"{"result":{"channel":"news","data":{"data":{"a": 1},"info":{"user":"","client":""#
    ));
    let text = v2_json.text();
    assert!(text.starts_with(
        r#"{"push":{"channel":"news","pub":{"data":{"a": 1},"info":{"user":"","client":""#
    ));
    for client in [&mut v1_protobuf, &mut v2_protobuf] {
        let bytes = client.bytes();
        assert!(bytes.windows(data.len()).any(|part| part == data));
    }

    // Bytes that are not JSON are for Protobuf alone.
    v2_protobuf.send_bytes(b"\x0e\x08\x03\x3a\x0a\x0a\x04news\x12\x02\xff\n");
    let bytes = v1_protobuf.bytes();
    assert!(bytes.windows(2).any(|part| part == b"\xff\n"));
    v1_json.send(r#"{"id":3,"method":7}"#);
    assert_eq!(v1_json.text(), r#"{"id":3,"result":{}}"#);
    v2_json.check();
}

#[test]
fn everything_that_5x_sends_at_once_is_served_in_order() {
    let server = Running::start(|_| {});
    let mut client = server.client();
    let shown = token(r#"{"sub":"42","info":{"name":"A"}}"#);
    client.send(&format!(
        "{{\"connect\":{{\"token\":\"{shown}\",\"name\":\"js\"}},\"id\":1}}\n\
         {{\"subscribe\":{{\"channel\":\"a\",\"flag\":1}},\"id\":2}}\n\
         {{\"presence\":{{\"channel\":\"a\"}},\"id\":3}}"
    ));
    let text = client.text();
    let replies: Vec<_> = text.split('\n').collect();
    assert_eq!(replies.len(), 3, "{text}");
    assert!(replies[0].starts_with(r#"{"id":1,"connect":{"client":""#));
    assert!(replies[0].ends_with(r#""ping":25,"pong":true}}"#));
    assert_eq!(replies[1], r#"{"id":2,"subscribe":{}}"#);
    assert!(replies[2].contains(r#"{"user":"42","client":""#));
    assert!(replies[2].contains(r#""conn_info":{"name":"A"}"#));
}

#[test]
fn join_leave_and_presence_follow_those_who_come_and_go() {
    let server = Running::start(|settings| {
        let all = &mut settings.sessions.channels.without_namespace;
        all.join_leave = true;
        all.force_push_join_leave = true;
    });
    let mut watcher = server.open();
    watcher.send(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    let text = watcher.text();
    let (reply, join) = text.split_once('\n').unwrap();
    assert_eq!(reply, r#"{"id":2,"subscribe":{}}"#);
    assert!(join.starts_with(r#"{"push":{"channel":"a","join":{"info":{"#));
    let mut other = server.open();
    other.send(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    assert!(watcher.text().contains(r#""join""#));
    watcher.send(r#"{"id":3,"presence_stats":{"channel":"a"}}"#);
    assert_eq!(
        watcher.text(),
        r#"{"id":3,"presence_stats":{"num_clients":2,"num_users":1}}"#
    );
    // The connection breaks without a word.
    drop(other);
    assert!(watcher.text().contains(r#""leave""#));
    watcher.send(r#"{"id":4,"presence_stats":{"channel":"a"}}"#);
    assert!(watcher.text().contains(r#""num_clients":1"#));
}

#[test]
fn an_expired_connection_is_closed_in_each_generations_words() {
    let server = Running::start(|settings| {
        settings.sessions.expired_close_delay = Duration::ZERO;
    });
    let soon = countersign::now().as_secs() + 1;
    let shown = token(&format!(r#"{{"sub":"42","exp":{soon}}}"#));
    let mut v1 = server.client();
    v1.send(&format!(r#"{{"id":1,"params":{{"token":"{shown}"}}}}"#));
    assert!(v1.text().contains(r#""expires":true,"ttl":1"#));
    let mut v2 = server.client();
    v2.send(&format!(r#"{{"id":1,"connect":{{"token":"{shown}"}}}}"#));
    assert!(v2.text().contains(r#""expires":true,"ttl":1"#));
    let reason = r#"{"reason":"expired","reconnect":true}"#;
    assert_eq!(v1.closed(), (3005, reason.into()));
    assert_eq!(v2.closed(), (3005, "connection expired".into()));
    drop((v1, v2));
    server.until(0);
}

#[test]
fn a_client_without_connect_is_told_that_it_is_stale() {
    let server = Running::start(|settings| {
        settings.sessions.stale_close_delay = Duration::from_millis(50);
    });
    let reason = r#"{"reason":"stale","reconnect":false}"#;
    assert_eq!(server.client().closed(), (3502, reason.into()));
}

#[test]
fn a_half_open_connection_is_noticed() {
    let server = Running::start(|settings| {
        settings.sessions.ping_interval = Duration::from_millis(100);
        settings.sessions.pong_timeout = Duration::from_millis(50);
    });
    // Neither answers: one by messages of the protocol, one by WebSocket's own pings.
    let mut v2 = server.open();
    assert_eq!(v2.text(), "{}");
    assert_eq!(v2.closed(), (3012, "no pong".into()));
    let mut v1 = server.client();
    v1.send(r#"{"id":1}"#);
    v1.text();
    let start = Instant::now();
    let mut first = [0; 2];
    v1.stream().read_exact(&mut first).unwrap();
    assert_eq!(first, [0x89, 0]);
    server.until(0);
    assert!(start.elapsed() < Duration::from_secs(10));

    // One that answers stays.
    let mut alive = server.open();
    for _ in 0..5 {
        assert_eq!(alive.text(), "{}");
        alive.send("{}");
    }
    alive.check();
}

#[test]
fn the_server_says_goodbye_when_it_stops() {
    let mut server = Running::start(|_| {});
    let mut v2 = server.open();
    let mut v1 = server.client();
    v1.send(r#"{"id":1}"#);
    v1.text();
    server.stop();
    assert_eq!(v2.closed(), (3001, "shutdown".into()));
    let reason = r#"{"reason":"shutdown","reconnect":true}"#;
    assert_eq!(v1.closed(), (3001, reason.into()));
    drop((v1, v2));
    let thread = server.thread.take().unwrap();
    thread.join().unwrap();
    assert!(TcpStream::connect(server.address).is_err());
}

#[test]
fn a_reload_keeps_connections_but_those_of_an_authority_that_is_gone() {
    let server = Running::start(|_| {});
    let mut anonymous = server.open();
    let mut user = server.client();
    let shown = token(r#"{"sub":"42"}"#);
    user.send(&format!(r#"{{"id":1,"connect":{{"token":"{shown}"}}}}"#));
    user.text();
    let mut settings = ServerSettings::default();
    settings.authorities = vec!["main".into()];
    server.server.reload(settings.clone());
    user.check();
    anonymous.check();
    // The new options hold: channels are closed to anonymous users now.
    anonymous.send(r#"{"id":5,"subscribe":{"channel":"a"}}"#);
    assert!(anonymous.text().contains(r#""code":103"#));
    settings.authorities = vec!["else".into()];
    server.server.reload(settings);
    assert_eq!(user.closed(), (3005, "connection expired".into()));
    anonymous.check();
}

#[test]
fn requests_that_are_no_handshake_are_answered() {
    let server = Running::start(|settings| {
        settings.allowed_origins = vec!["https://app.test".into()];
    });
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let upgrade = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n";
    let version = "Sec-WebSocket-Version: 13\r\n";
    let from = |origin: &str| format!("{upgrade}{version}{key}Origin: {origin}\r\n");
    let socket = "/connection/websocket";
    for (path, headers, status) in [
        ("/", String::new(), "404"),
        (socket, String::new(), "426"),
        (socket, format!("{upgrade}{key}"), "426"),
        (socket, format!("{upgrade}{version}"), "400"),
        (socket, from("https://evil.test"), "403"),
        (socket, from("https://app.test"), "101"),
    ] {
        let mut stream = TcpStream::connect(server.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: here\r\n{headers}\r\n").unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        let expected = format!("HTTP/1.1 {status}");
        assert_eq!(String::from_utf8_lossy(&answer), expected, "{headers}");
    }
}

#[test]
fn faulty_frames_close_their_own_connection_with_a_clear_code() {
    let server = Running::start(|_| {});
    let mut bystander = server.open();
    let too_big = r#"{"reason":"message too big","reconnect":false}"#;
    let bad_request = r#"{"reason":"bad request","reconnect":false}"#;

    // A header that declares 1 GiB.
    let mut client = server.client();
    client
        .stream()
        .write_all(b"\x82\xff\0\0\0\0\x40\0\0\0\x01\x02\x03\x04")
        .unwrap();
    assert_eq!(client.closed(), (1009, too_big.into()));

    // One byte more than 64 KiB, whole and in fragments.
    let mut client = server.client();
    client.send(&" ".repeat(64 * 1024 + 1));
    assert_eq!(client.closed(), (1009, too_big.into()));
    let mut client = server.client();
    for number in 0..3 {
        let opcode = if number == 0 {
            Data::Text
        } else {
            Data::Continue
        };
        let part = vec![b' '; 30_000];
        let frame = Frame::message(part, OpCode::Data(opcode), false);
        let _ = client.socket.send(Message::Frame(frame));
    }
    assert_eq!(client.closed(), (1009, too_big.into()));

    // Fragments of one message are put together.
    let mut client = server.client();
    for (part, opcode, is_final) in [
        (&b"{\"id\":1,"[..], Data::Text, false),
        (b"", Data::Continue, false),
        (b"\"connect\":{}}", Data::Continue, true),
    ] {
        let frame = Frame::message(part.to_vec(), OpCode::Data(opcode), is_final);
        client.socket.send(Message::Frame(frame)).unwrap();
    }
    assert!(client.text().starts_with(r#"{"id":1,"connect""#));

    // Bytes that are no frames: a reserved opcode, without a mask, not UTF-8.
    for (bytes, code) in [
        (&b"\x83\x80\0\0\0\0"[..], 1002),
        (b"\x81\x02{}", 1002),
        (b"\xf1\x80\0\0\0\0", 1002),
        (b"\x81\x81\0\0\0\0\xff", 1007),
    ] {
        let mut client = server.client();
        client.stream().write_all(bytes).unwrap();
        assert_eq!(client.closed().0, code, "{bytes:?}");
    }

    // Frames that are no commands.
    let nested = format!(r#"{{"id":1,"connect":{}"#, "[".repeat(60_000));
    for text in ["", "nonsense", "[]", nested.as_str()] {
        let mut client = server.client();
        client.send(text);
        assert_eq!(client.closed(), (3501, bad_request.into()));
    }
    let mut deep = server.open();
    let nested = "[".repeat(30_000) + &"]".repeat(30_000);
    deep.send(&format!(
        r#"{{"id":2,"publish":{{"channel":"a","data":{nested}}}}}"#
    ));
    assert_eq!(deep.closed(), (3501, "bad request".into()));

    // A Protobuf message that declares a length of 2^35.
    let mut client = Client::connect(server.address, "?format=protobuf", None);
    client.send_bytes(b"\x80\x80\x80\x80\x80\x01\x08");
    assert_eq!(client.closed(), (3501, bad_request.into()));

    bystander.check();
}

#[test]
fn a_thousand_subscribes_in_one_frame_are_answered_and_limited() {
    let server = Running::start(|_| {});
    let mut client = server.open();
    let commands: Vec<_> = (2..1002)
        .map(|id| format!(r#"{{"id":{id},"subscribe":{{"channel":"c{id}"}}}}"#))
        .collect();
    client.send(&commands.join("\n"));
    let (mut opened, mut refused) = (0, 0);
    while opened + refused < 1000 {
        for line in client.text().split('\n') {
            if line.contains(r#""code":106"#) {
                refused += 1;
            } else {
                assert!(line.contains(r#""subscribe":{}"#), "{line}");
                opened += 1;
            }
        }
    }
    assert_eq!((opened, refused), (128, 872));
    client.check();
}

#[test]
fn a_client_that_never_reads_is_closed_and_harms_nobody() {
    let server = Running::start(|settings| {
        settings.queue_size_limit = 1024 * 1024;
    });
    let mut deaf = server.open();
    deaf.send(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    assert_eq!(deaf.text(), r#"{"id":2,"subscribe":{}}"#);
    let mut reader = server.open();
    reader.send(r#"{"id":2,"subscribe":{"channel":"a"}}"#);
    reader.text();
    let mut publisher = server.open();
    let data = "x".repeat(60_000);
    // How much the kernel takes for the deaf client differs, so it goes on until it is closed.
    let mut is_closed = false;
    for round in 1..=1000 {
        publisher.send(&format!(
            r#"{{"id":3,"publish":{{"channel":"a","data":"{data}"}}}}"#
        ));
        publisher.text();
        assert!(reader.text().len() > 60_000, "{round}");
        if round % 50 == 0 {
            reader.send(r#"{"id":4,"presence_stats":{"channel":"a"}}"#);
            is_closed = reader.text().contains(r#""num_clients":1"#);
            if is_closed {
                break;
            }
        }
    }
    assert!(is_closed);
    publisher.check();
    drop(deaf);
    server.until(2);
}

#[test]
fn a_verification_that_waits_for_keys_blocks_nobody() {
    // An endpoint that takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/keys", silent.local_addr().unwrap());
    let text = format!(
        r#"{{"token_jwks_public_endpoint": "{url}", "allow_anonymous_connect_without_token": true}}"#
    );
    let config =
        countersign::config::Config::from_text(&text, countersign::config::Format::Json, []);
    let rules = config
        .unwrap()
        .setup()
        .build()
        .unwrap()
        .ignore_warnings()
        .rules;
    let server = Running::with(Authenticator::new(rules), |_| {});
    let key = countersign::generate_key("ES256").unwrap();
    let signer = key
        .signer(&countersign::default_provider(), Some("ES256"))
        .unwrap();
    let header = countersign::jws::NewHeader::default().with_kid("1");
    let shown = countersign::jws::sign(&*signer, header, br#"{"sub":"42"}"#).unwrap();
    let start = Instant::now();
    let mut waiting = server.client();
    // What stands behind connect waits with it.
    waiting.send(&format!(
        "{{\"id\":1,\"connect\":{{\"token\":\"{shown}\"}}}}\n{{\"id\":2,\"subscribe\":{{\"channel\":\"a\"}}}}"
    ));
    let mut other = server.open();
    other.check();
    let at_once = start.elapsed();
    // Not a permanent refusal: the client may try again.
    assert_eq!(
        waiting.text(),
        r#"{"id":1,"error":{"code":100,"message":"internal server error","temporary":true}}"#
    );
    assert!(at_once < start.elapsed());
    other.check();
}
