//! Faulty and hostile clients: each comes to a clear end, and the others are unharmed.

use crate::support;

use std::io::Write as _;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use countersign::Authenticator;
use support::running::{Client, Running};
use tungstenite::Message;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};

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

    // Empty fragments without end, with pings in between, never make a message.
    let mut client = server.client();
    let fragment = b"\x00\x80\0\0\0\0\x89\x80\0\0\0\0".repeat(30_000);
    let mut stream = client.stream().try_clone().unwrap();
    let flood = thread::spawn(move || {
        stream.write_all(b"\x01\x80\0\0\0\0").unwrap();
        // The server stops reading when it has had enough.
        let _ = stream.write_all(&fragment);
    });
    assert_eq!(client.closed(), (1009, too_big.into()));
    flood.join().unwrap();

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
fn a_ping_of_websocket_is_answered_at_once() {
    let server = Running::start(|_| {});
    let mut client = server.open();
    client
        .socket
        .send(Message::Ping(b"still there?".to_vec().into()))
        .unwrap();
    assert_eq!(
        client.socket.read().unwrap(),
        Message::Pong(b"still there?".to_vec().into())
    );
    client.check();
}

#[test]
fn websocket_pings_do_not_count_as_parts_of_a_message() {
    let server = Running::start(|_| {});
    let mut client = server.open();
    let ping = [&[0x89, 0x80 | 125, 0, 0, 0, 0][..], &[b'x'; 125]].concat();
    // Together they are longer than a message may be.
    for _ in 0..2000 {
        client.stream().write_all(&ping).unwrap();
        assert!(client.socket.read().unwrap().is_pong());
    }
    client.check();
}

#[test]
fn a_client_that_sends_pings_and_never_reads_takes_no_more_memory() {
    let server = Running::start(|_| {});
    let mut bystander = server.open();
    let mut flood = server.open();
    let ping = [&[0x89, 0x80 | 125, 0, 0, 0, 0][..], &[b'x'; 125]].concat();
    let pings = ping.repeat(1000);
    let stream = flood.stream();
    stream
        .set_write_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    // Once the buffers of the kernel are full, the server reads no more, and a write takes too long.
    let most = 64 * 1024 * 1024;
    let mut written = 0;
    while written < most {
        match stream.write(&pings) {
            Ok(count) => written += count,
            Err(_) => break,
        }
    }
    assert!(written < most, "the server took {written} bytes of pings");
    bystander.check();
    drop(flood);
    server.until(1);
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
    // Commands behind connect wait with it.
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
