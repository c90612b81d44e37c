//! A server on loopback and clients that speak WebSocket: what goes over the wire.

use crate::support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use countersign_gateway::ServerSettings;
use support::running::{Client, Running};
use support::token;

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
fn a_client_without_connect_is_closed_as_stale() {
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
fn requests_that_are_not_handshakes_are_answered() {
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
