//! Every message of the protocol in each of the four codecs, against bytes that are written
//! here by hand: neither prost nor the encoder's own tables have a say in what is expected.

use std::sync::Arc;

use countersign::Advice;
use countersign_gateway::wire::{
    ClientInfo, Close, Codec, Command, ConnectResult, ErrorCode, Format, Frame, Generation,
    Malformed, Operation, Payload, Push, Refusal, Reply, ReplyResult, Request, SubscribeResult,
    Unsubscribed,
};

const V1: Generation = Generation::V1;
const V2: Generation = Generation::V2;

/// A varint.
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 127 {
        bytes.push((value % 128) as u8 + 128);
        value /= 128;
    }
    bytes.push(value as u8);
    bytes
}

/// A field that holds a number.
fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field * 8), varint(value)].concat()
}

/// A field that holds bytes, a text or a message.
fn field(field: u64, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    [
        varint(field * 8 + 2),
        varint(content.len() as u64),
        content.to_vec(),
    ]
    .concat()
}

fn delimited(message: impl AsRef<[u8]>) -> Vec<u8> {
    let message = message.as_ref();
    [varint(message.len() as u64), message.to_vec()].concat()
}

fn read_all(
    format: Format,
    generation: &mut Option<Generation>,
    bytes: &[u8],
) -> Vec<Result<Command, Malformed>> {
    let mut frame = Frame::new(format, bytes.to_vec().into());
    let mut commands = Vec::new();
    while let Some(command) = frame.next(generation) {
        commands.push(command);
    }
    commands
}

fn read_one(codec: Codec, bytes: &[u8]) -> Result<Command, Malformed> {
    let mut generation = Some(codec.generation);
    let mut commands = read_all(codec.format, &mut generation, bytes);
    assert_eq!(commands.len(), 1, "{bytes:?}");
    commands.remove(0)
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn json(json: &str) -> Payload {
    Payload::from(json.as_bytes())
}

/// The requests, by number in v1, name, and fields in JSON and in Protobuf.
fn requests() -> Vec<(u64, &'static str, Request, &'static str, Vec<u8>)> {
    let channel = || field(1, "a");
    let of_channel = r#"{"channel":"a"}"#;
    vec![
        (
            0,
            "connect",
            Request::Connect { token: text("t") },
            r#"{"token":"t","name":"js","data":{"x":[1]},"version":"1","headers":{"a":"b"},"subs":{"a":{"recover":true}}}"#,
            [
                field(1, "t"),
                field(2, "{}"),
                field(3, [field(1, "a"), field(2, number(3, 1))].concat()),
                field(4, "js"),
                field(6, [field(1, "a"), field(2, "b")].concat()),
                number(7, 3),
            ]
            .concat(),
        ),
        (
            1,
            "subscribe",
            Request::Subscribe {
                channel: text("a"),
                token: text("t"),
                join_leave: true,
            },
            r#"{"channel":"a","token":"t","join_leave":true,"recover":true,"offset":18446744073709551615,"epoch":"e","flag":1,"tf":{"op":"eq"}}"#,
            [
                channel(),
                field(2, "t"),
                number(3, 1),
                field(6, "e"),
                number(7, u64::MAX),
                number(11, 1),
                field(13, field(1, "eq")),
                number(14, 1),
            ]
            .concat(),
        ),
        (
            2,
            "unsubscribe",
            Request::Unsubscribe { channel: text("a") },
            of_channel,
            channel(),
        ),
        (
            3,
            "publish",
            Request::Publish {
                channel: text("a"),
                data: json(r#"{"text": "x"}"#),
            },
            r#"{"channel":"a","data":{"text": "x"}}"#,
            [channel(), field(2, r#"{"text": "x"}"#)].concat(),
        ),
        (
            4,
            "presence",
            Request::Presence { channel: text("a") },
            of_channel,
            channel(),
        ),
        (
            5,
            "presence_stats",
            Request::PresenceStats { channel: text("a") },
            of_channel,
            channel(),
        ),
        (
            6,
            "history",
            Request::History { channel: text("a") },
            r#"{"channel":"a","limit":10,"since":{"offset":3,"epoch":"e"},"reverse":true}"#,
            [channel(), number(7, 10), field(8, number(1, 3))].concat(),
        ),
        (7, "ping", Request::Ping, "{}", vec![]),
        (8, "send", Request::Send, r#"{"data":1}"#, field(1, "1")),
        (
            9,
            "rpc",
            Request::Rpc,
            r#"{"method":"m","data":1}"#,
            [field(1, "1"), field(2, "m")].concat(),
        ),
        (
            10,
            "refresh",
            Request::Refresh { token: text("t") },
            r#"{"token":"t"}"#,
            field(1, "t"),
        ),
        (
            11,
            "sub_refresh",
            Request::SubRefresh {
                channel: text("a"),
                token: text("t"),
            },
            r#"{"channel":"a","token":"t"}"#,
            [channel(), field(2, "t")].concat(),
        ),
    ]
}

/// Equal but for how it is known whether the data is JSON.
fn same(found: &Request, expected: &Request) -> bool {
    match (found, expected) {
        (
            Request::Publish { channel, data },
            Request::Publish {
                channel: expected_channel,
                data: expected_data,
            },
        ) => channel == expected_channel && data.bytes() == expected_data.bytes(),
        _ => found == expected,
    }
}

#[test]
fn every_request_is_read_in_every_codec() {
    for (method, name, expected, fields, protobuf) in requests() {
        let upper = name.to_uppercase();
        let v1_json = [
            format!(r#"{{"method":{method},"params":{fields},"id":7}}"#),
            format!(r#"{{ "id" : 7, "params":{fields}, "method":"{name}" }}"#),
            format!(r#"{{"id":7,"method":"{upper}","params":{fields}}}"#),
        ];
        let v2_json = format!(r#"{{"{name}":{fields},"id":7}}"#);
        let v1_protobuf = [number(1, 7), number(2, method), field(3, &protobuf)].concat();
        let v2_protobuf = [number(1, 7), field(4 + method, &protobuf)].concat();
        let mut cases = vec![
            (V2, Format::Json, v2_json.into_bytes()),
            (V1, Format::Protobuf, delimited(v1_protobuf)),
            (V2, Format::Protobuf, delimited(v2_protobuf)),
        ];
        cases.extend(v1_json.map(|it| (V1, Format::Json, it.into_bytes())));
        for (generation, format, bytes) in cases {
            let codec = Codec::new(generation, format);
            let found = read_one(codec, &bytes).unwrap();
            assert_eq!(found.id, 7, "{codec:?} {name}");
            assert!(same(&found.request, &expected), "{codec:?} {name}");
        }
    }
}

#[test]
fn the_first_command_tells_the_generation() {
    for (bytes, expected) in [
        (r#"{"params":{"token":"t","name":"js"},"id":1}"#, V1),
        (r#"{"id":1}"#, V1),
        (r#"{"id":1,"method":"connect","params":{}}"#, V1),
        (r#"{"connect":{"token":"t","name":"js"},"id":1}"#, V2),
        (r#"{"connect":{},"id":1}"#, V2),
        // A client that begins with anything else is not of the second generation.
        (r#"{"id":1,"subscribe":{"channel":"a"}}"#, V1),
        (r#"{"id":1,"connect":null}"#, V1),
    ] {
        let mut generation = None;
        let commands = read_all(Format::Json, &mut generation, bytes.as_bytes());
        assert_eq!(generation, Some(expected), "{bytes}");
        assert!(matches!(
            commands[0].as_ref().unwrap().request,
            Request::Connect { .. }
        ));
    }
    let token = field(1, "t");
    for (bytes, expected) in [
        // As clients 2.x write it, the method's zero included.
        ([number(1, 1), number(2, 0), field(3, &token)].concat(), V1),
        (number(1, 1), V1),
        ([number(1, 1), field(4, &token)].concat(), V2),
        ([number(1, 1), field(4, [])].concat(), V2),
    ] {
        let mut generation = None;
        let commands = read_all(Format::Protobuf, &mut generation, &delimited(&bytes));
        assert_eq!(generation, Some(expected), "{bytes:?}");
        assert!(matches!(
            commands[0].as_ref().unwrap().request,
            Request::Connect { .. }
        ));
    }
}

#[test]
fn a_frame_holds_many_commands_and_blank_lines_count_for_nothing() {
    let mut generation = Some(V2);
    let text = b"\n{\"id\":1,\"ping\":{}}\r\n  \n{\"id\":2,\"ping\":{}}\n";
    let ids = |commands: Vec<Result<Command, Malformed>>| {
        commands
            .into_iter()
            .map(|command| command.unwrap().id)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(read_all(Format::Json, &mut generation, text)), [1, 2]);
    let one = |id| delimited([number(1, id), field(11, [])].concat());
    let bytes = [one(1), one(2), one(3)].concat();
    let commands = read_all(Format::Protobuf, &mut generation, &bytes);
    assert_eq!(ids(commands), [1, 2, 3]);
}

#[test]
fn a_command_of_v2_without_id_is_a_pong_unless_it_is_a_message() {
    let json = Codec::new(V2, Format::Json);
    let protobuf = Codec::new(V2, Format::Protobuf);
    assert_eq!(read_one(json, b"{}").unwrap().request, Request::Pong);
    let subscribe = br#"{"subscribe":{"channel":"a"}}"#;
    assert_eq!(read_one(json, subscribe).unwrap().request, Request::Pong);
    let send = br#"{"send":{"data":{}}}"#;
    assert_eq!(read_one(json, send).unwrap().request, Request::Send);
    assert_eq!(read_one(protobuf, b"\0").unwrap().request, Request::Pong);
    let send = delimited(field(12, []));
    assert_eq!(read_one(protobuf, &send).unwrap().request, Request::Send);
}

#[test]
fn what_is_no_command_is_malformed_and_ends_the_frame() {
    let long = format!(
        r#"{{"id":1,"method":3,"params":{{"channel":"a","data":{}{}}}}}"#,
        "[".repeat(30_000),
        "]".repeat(30_000)
    );
    for bytes in [
        &b""[..],
        b"\n\n",
        b"[]",
        b"null",
        b"{",
        b"{\"id\":1}{\"id\":2}",
        b"{\"id\":-1}",
        b"{\"id\":4294967296}",
        b"{\"id\":1.5}",
        b"{\"id\":\"1\"}",
        b"{\"id\":1,\"id\":2}",
        b"{\"id\":1,\"method\":\"nonsense\"}",
        b"{\"id\":1,\"method\":true}",
        b"{\"id\":1,\"method\":1,\"params\":[]}",
        b"{\"id\":1,\"method\":1,\"params\":{\"channel\":1}}",
        b"{\"id\":1,\"method\":1,\"params\":{\"channel\":\"\\ud800\"}}",
        b"{\"id\":1,\"method\":3,\"params\":{\"channel\":\"a\"}}",
        b"\xff\xfe",
        long.as_bytes(),
    ] {
        let bytes = [bytes, b"\n{\"id\":9}"].concat();
        let bytes = if bytes.starts_with(b"\n") {
            b"\n".to_vec()
        } else {
            bytes
        };
        let commands = read_all(Format::Json, &mut Some(V1), &bytes);
        assert_eq!(
            commands,
            [Err(Malformed)],
            "{}",
            String::from_utf8_lossy(&bytes)
        );
    }
    let huge = [varint(1 << 35), vec![8, 1]].concat();
    let inner = delimited([number(1, 1), varint(3 * 8 + 2), varint(1 << 35)].concat());
    for bytes in [
        &b""[..],
        b"\x05\x08\x01",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x02\x0f\x00",
        &huge,
        &inner,
        &delimited([number(1, 1), number(2, 1), field(3, field(1, b"\xff"))].concat()),
    ] {
        let commands = read_all(Format::Protobuf, &mut Some(V1), bytes);
        assert_eq!(commands, [Err(Malformed)], "{bytes:?}");
    }
}

#[test]
fn a_method_that_does_not_exist_is_no_fault_of_the_frame() {
    let unknown_in_v1 = [number(1, 1), number(2, 12)].concat();
    let unknown_in_v2 = [number(1, 1), field(16, [])].concat();
    for (codec, bytes) in [
        (Codec::ALL[0], br#"{"id":1,"method":12}"#.to_vec()),
        (Codec::ALL[1], delimited(unknown_in_v1)),
        (Codec::ALL[2], br#"{"id":1,"nonsense":{}}"#.to_vec()),
        (Codec::ALL[3], delimited(unknown_in_v2)),
    ] {
        assert_eq!(read_one(codec, &bytes).unwrap().request, Request::Unknown);
    }
}

fn info() -> Arc<ClientInfo> {
    Arc::new(ClientInfo {
        user: text("42"),
        client: text("c"),
        connection: Some(json("{\n\"name\": \"A\" }")),
        channel: Some(Payload::from(&b"\xff"[..])),
    })
}

const INFO: &str = r#"{"user":"42","client":"c","conn_info":{ "name": "A" }}"#;

fn info_bytes() -> Vec<u8> {
    [
        field(1, "42"),
        field(2, "c"),
        field(3, "{\n\"name\": \"A\" }"),
        field(4, b"\xff"),
    ]
    .concat()
}

/// The result, its JSON, its name and number in v2, its fields in Protobuf.
fn results() -> Vec<(ReplyResult, String, &'static str, u64, Vec<u8>)> {
    let version = env!("CARGO_PKG_VERSION");
    let anonymous = Arc::new(ClientInfo {
        user: String::new(),
        client: text("d"),
        connection: None,
        channel: None,
    });
    let entry = |key: &str, value: Vec<u8>| field(1, [field(1, key), field(2, value)].concat());
    vec![
        (
            ReplyResult::Connect(ConnectResult {
                client: text("c"),
                ttl: Some(60),
                subscriptions: vec![(
                    text("a\""),
                    SubscribeResult {
                        ttl: None,
                        data: Some(json("[1]")),
                    },
                )],
                ping: 25,
            }),
            format!(
                r#"{{"client":"c","version":"{version}","expires":true,"ttl":60,"subs":{{"a\"":{{"data":[1]}}}},"ping":25,"pong":true}}"#
            ),
            "connect",
            5,
            [
                field(1, "c"),
                field(2, version),
                number(3, 1),
                number(4, 60),
                field(6, [field(1, "a\""), field(2, field(11, "[1]"))].concat()),
                number(7, 25),
                number(8, 1),
            ]
            .concat(),
        ),
        (
            ReplyResult::Connect(ConnectResult {
                client: text("c"),
                ttl: None,
                subscriptions: vec![(text("a"), SubscribeResult::default())],
                ping: 0,
            }),
            format!(r#"{{"client":"c","version":"{version}","subs":{{"a":{{}}}}}}"#),
            "connect",
            5,
            // The value is written although it is empty: clients must find it.
            [
                field(1, "c"),
                field(2, version),
                field(6, [field(1, "a"), field(2, [])].concat()),
            ]
            .concat(),
        ),
        (
            ReplyResult::Subscribe(SubscribeResult {
                ttl: Some(u32::MAX),
                data: None,
            }),
            text(r#"{"expires":true,"ttl":4294967295}"#),
            "subscribe",
            6,
            [number(1, 1), number(2, u64::from(u32::MAX))].concat(),
        ),
        (
            ReplyResult::Subscribe(SubscribeResult::default()),
            text("{}"),
            "subscribe",
            6,
            vec![],
        ),
        (
            ReplyResult::Unsubscribe,
            text("{}"),
            "unsubscribe",
            7,
            vec![],
        ),
        (ReplyResult::Publish, text("{}"), "publish", 8, vec![]),
        (
            ReplyResult::Presence(vec![anonymous]),
            text(r#"{"presence":{"d":{"user":"","client":"d"}}}"#),
            "presence",
            9,
            entry("d", field(2, "d")),
        ),
        (
            ReplyResult::Presence(vec![info()]),
            format!(r#"{{"presence":{{"c":{INFO}}}}}"#),
            "presence",
            9,
            entry("c", info_bytes()),
        ),
        (
            ReplyResult::PresenceStats {
                clients: 2,
                users: 0,
            },
            text(r#"{"num_clients":2,"num_users":0}"#),
            "presence_stats",
            10,
            number(1, 2),
        ),
        (ReplyResult::Ping, text("{}"), "ping", 12, vec![]),
        (
            ReplyResult::Refresh {
                client: text("c"),
                ttl: None,
            },
            format!(r#"{{"client":"c","version":"{version}"}}"#),
            "refresh",
            14,
            [field(1, "c"), field(2, version)].concat(),
        ),
        (
            ReplyResult::SubRefresh { ttl: Some(1) },
            text(r#"{"expires":true,"ttl":1}"#),
            "sub_refresh",
            15,
            [number(1, 1), number(2, 1)].concat(),
        ),
    ]
}

fn check(codec: Codec, found: &[u8], expected: &[u8]) {
    assert_eq!(
        found,
        expected,
        "{codec:?}: {} instead of {}",
        String::from_utf8_lossy(found),
        String::from_utf8_lossy(expected)
    );
}

#[test]
fn every_result_is_written_in_every_codec() {
    for (result, json, name, number_in_v2, protobuf) in results() {
        let reply = Reply {
            id: 300,
            result: Ok(result),
        };
        let v1_json = format!(r#"{{"id":300,"result":{json}}}"#);
        let v2_json = format!(r#"{{"id":300,"{name}":{json}}}"#);
        let mut v1_protobuf = number(1, 300);
        if !protobuf.is_empty() {
            v1_protobuf.extend(field(3, &protobuf));
        }
        let v2_protobuf = [number(1, 300), field(number_in_v2, &protobuf)].concat();
        for (codec, expected) in Codec::ALL.into_iter().zip([
            v1_json.into_bytes(),
            delimited(v1_protobuf),
            v2_json.into_bytes(),
            delimited(v2_protobuf),
        ]) {
            check(codec, &codec.reply(&reply), &expected);
        }
    }
}

#[test]
fn errors_are_temporary_in_v2_alone() {
    for (error, code, message, temporary) in [
        (ErrorCode::Internal, 100, "internal server error", true),
        (ErrorCode::UnknownChannel, 102, "unknown channel", false),
        (ErrorCode::PermissionDenied, 103, "permission denied", false),
        (ErrorCode::MethodNotFound, 104, "method not found", false),
        (
            ErrorCode::AlreadySubscribed,
            105,
            "already subscribed",
            false,
        ),
        (ErrorCode::LimitExceeded, 106, "limit exceeded", false),
        (ErrorCode::BadRequest, 107, "bad request", false),
        (ErrorCode::NotAvailable, 108, "not available", false),
        (ErrorCode::TokenExpired, 109, "token expired", false),
    ] {
        let reply = Reply {
            id: 1,
            result: Err(error),
        };
        let json = |more: &str| {
            format!(r#"{{"id":1,"error":{{"code":{code},"message":"{message}"{more}}}}}"#)
        };
        let fields = [number(1, code), field(2, message)].concat();
        let mut in_v2 = fields.clone();
        if temporary {
            in_v2.extend(number(3, 1));
        }
        let more = if temporary {
            r#","temporary":true"#
        } else {
            ""
        };
        let protobuf = |fields: &[u8]| delimited([number(1, 1), field(2, fields)].concat());
        for (codec, expected) in Codec::ALL.into_iter().zip([
            json("").into_bytes(),
            protobuf(&fields),
            json(more).into_bytes(),
            protobuf(&in_v2),
        ]) {
            check(codec, &codec.reply(&reply), &expected);
        }
    }
}

#[test]
fn every_push_is_written_in_every_codec() {
    let publication = |data: &str, info: Option<Arc<ClientInfo>>| Push::Publication {
        channel: text("a"),
        data: json(data),
        info,
    };
    let join = Push::Join {
        channel: text("a"),
        info: info(),
    };
    let leave = Push::Leave {
        channel: text("a"),
        info: info(),
    };
    let unsubscribe = Push::Unsubscribe {
        channel: text("a"),
        reason: Unsubscribed::Expired,
    };
    let membership = format!(r#"{{"info":{INFO}}}"#);
    let published = format!(r#"{{"data":{{ "x":1}},"info":{INFO}}}"#);
    let ended = r#"{"code":2501,"reason":"subscription expired"}"#;
    // The push; in v1: its number and data in JSON; in v2: its name, number and data in JSON.
    let cases = [
        (
            publication("{\n\"x\":1}", Some(info())),
            0,
            published.as_str(),
            "pub",
            4,
            published.as_str(),
            [field(4, "{\n\"x\":1}"), field(5, info_bytes())].concat(),
        ),
        (
            publication("null", None),
            0,
            r#"{"data":null}"#,
            "pub",
            4,
            r#"{"data":null}"#,
            field(4, "null"),
        ),
        (
            join,
            1,
            &membership,
            "join",
            5,
            &membership,
            field(1, info_bytes()),
        ),
        (
            leave,
            2,
            &membership,
            "leave",
            6,
            &membership,
            field(1, info_bytes()),
        ),
        (
            unsubscribe,
            3,
            "{}",
            "unsubscribe",
            7,
            ended,
            [number(2, 2501), field(3, "subscription expired")].concat(),
        ),
    ];
    for (push, kind, v1_data, name, number_in_v2, v2_data, protobuf) in cases {
        let mut v1_fields = Vec::new();
        let mut kind_in_json = String::new();
        if kind != 0 {
            v1_fields = number(1, kind);
            kind_in_json = format!(r#""type":{kind},"#);
        }
        v1_fields.extend(field(2, "a"));
        if name != "unsubscribe" {
            v1_fields.extend(field(3, &protobuf));
        }
        let v1_json = format!(r#"{{"result":{{{kind_in_json}"channel":"a","data":{v1_data}}}}}"#);
        let v2_json = format!(r#"{{"push":{{"channel":"a","{name}":{v2_data}}}}}"#);
        let v2_fields = [field(2, "a"), field(number_in_v2, &protobuf)].concat();
        for (codec, expected) in Codec::ALL.into_iter().zip([
            v1_json.into_bytes(),
            delimited(field(3, v1_fields)),
            v2_json.into_bytes(),
            delimited(field(4, v2_fields)),
        ]) {
            check(codec, &codec.push(&push).unwrap(), &expected);
        }
    }
}

#[test]
fn a_publication_that_is_not_json_is_for_protobuf_alone() {
    let push = Push::Publication {
        channel: text("a"),
        data: Payload::unchecked(b"\xff\n".to_vec().into()),
        info: None,
    };
    for codec in Codec::ALL {
        let message = codec.push(&push);
        match codec.format {
            Format::Json => assert_eq!(message, None),
            Format::Protobuf => {
                let message = message.unwrap();
                assert!(message.windows(2).any(|bytes| bytes == b"\xff\n"));
            }
        }
    }
}

#[test]
fn no_message_in_json_holds_a_line_break() {
    let info = Arc::new(ClientInfo {
        user: text("a\nb"),
        client: text("c"),
        connection: Some(json("{\r\n}")),
        channel: Some(json("[\n1,\r2]")),
    });
    let push = Push::Publication {
        channel: text("x\ny"),
        data: json("[\n\n]"),
        info: Some(info),
    };
    for codec in [Codec::ALL[0], Codec::ALL[2]] {
        let message = codec.push(&push).unwrap();
        assert!(!message.contains(&b'\n') && !message.contains(&b'\r'));
    }
}

#[test]
fn only_the_second_generation_is_pinged_by_messages() {
    let pings = Codec::ALL.map(|codec| codec.ping().map(|ping| ping.to_vec()));
    assert_eq!(pings, [None, None, Some(b"{}".to_vec()), Some(vec![0])]);
}

#[test]
fn close_frames_say_it_in_each_generations_own_way() {
    let json = |reason: &str, reconnect: bool| {
        format!(r#"{{"reason":"{reason}","reconnect":{reconnect}}}"#)
    };
    for (close, v1, v1_reason, v2, v2_reason, reconnects) in [
        (Close::Shutdown, 3001, "shutdown", 3001, "shutdown", true),
        (
            Close::InvalidToken,
            3500,
            "invalid token",
            3500,
            "invalid token",
            false,
        ),
        (
            Close::BadRequest,
            3003,
            "bad request",
            3501,
            "bad request",
            false,
        ),
        (
            Close::ServerError,
            3004,
            "internal server error",
            3004,
            "internal server error",
            true,
        ),
        (
            Close::Expired,
            3005,
            "expired",
            3005,
            "connection expired",
            true,
        ),
        (
            Close::SubscriptionExpired,
            3006,
            "subscription expired",
            3006,
            "subscription expired",
            true,
        ),
        (Close::Stale, 3007, "stale", 3502, "stale", false),
        (Close::Slow, 3008, "slow", 3008, "slow", true),
        (Close::NoPong, 3009, "write error", 3012, "no pong", true),
        (
            Close::TooBig,
            1009,
            "message too big",
            1009,
            "message too big",
            false,
        ),
    ] {
        let frame = close.frame(Some(V1));
        assert_eq!(
            (frame.code, frame.reason),
            (v1, json(v1_reason, reconnects))
        );
        let frame = close.frame(Some(V2));
        assert_eq!((frame.code, frame.reason.as_str()), (v2, v2_reason));
        // Nobody knows yet who it is: the code for those who go by codes, JSON for the others.
        let frame = close.frame(None);
        assert_eq!(
            (frame.code, &frame.reason),
            (v2, &json(v1_reason, reconnects))
        );
        assert!(frame.reason.len() <= 123);
        assert_eq!(close.reconnects(), reconnects);
        // For clients of the second generation the range of the code is the advice.
        assert!(v2 < 3000 || (v2 < 3500) == reconnects);
    }
}

#[test]
fn advice_is_told_as_the_table_says() {
    use Operation::{Connect, Refresh, SubRefresh, Subscribe};
    let error = Refusal::Error;
    let close = Refusal::Close;
    let try_again = error(ErrorCode::Internal);
    let expired = error(ErrorCode::TokenExpired);
    for (advice, operation, in_v1, in_v2) in [
        (
            Advice::TryAgain,
            Connect,
            close(Close::ServerError),
            try_again,
        ),
        (Advice::TryAgain, Refresh, try_again, try_again),
        (
            Advice::TryAgain,
            Subscribe,
            close(Close::ServerError),
            try_again,
        ),
        (Advice::TryAgain, SubRefresh, try_again, try_again),
        (Advice::GetNewToken, Connect, expired, expired),
        (
            Advice::GetNewToken,
            Refresh,
            close(Close::Expired),
            close(Close::Expired),
        ),
        (Advice::GetNewToken, Subscribe, expired, expired),
        (
            Advice::GetNewToken,
            SubRefresh,
            expired,
            Refusal::Unsubscribe(Unsubscribed::Expired, ErrorCode::Internal),
        ),
        (
            Advice::GiveUp,
            Connect,
            close(Close::InvalidToken),
            close(Close::InvalidToken),
        ),
        (
            Advice::GiveUp,
            Refresh,
            close(Close::InvalidToken),
            close(Close::InvalidToken),
        ),
        (
            Advice::GiveUp,
            Subscribe,
            error(ErrorCode::PermissionDenied),
            error(ErrorCode::PermissionDenied),
        ),
        (
            Advice::GiveUp,
            SubRefresh,
            close(Close::InvalidToken),
            close(Close::InvalidToken),
        ),
    ] {
        assert_eq!(Refusal::of(advice, operation, V1), in_v1, "{operation:?}");
        assert_eq!(Refusal::of(advice, operation, V2), in_v2, "{operation:?}");
    }
    assert_eq!(Refusal::no_token(Connect), close(Close::BadRequest));
    assert_eq!(Refusal::no_token(Refresh), close(Close::BadRequest));
    assert_eq!(
        Refusal::no_token(Subscribe),
        error(ErrorCode::PermissionDenied)
    );
    assert_eq!(Refusal::no_token(SubRefresh), error(ErrorCode::BadRequest));
}
