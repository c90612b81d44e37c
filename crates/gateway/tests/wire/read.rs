//! From frames to commands.

use countersign_gateway::wire::{
    ClientRequest, Codec, Command, Frame, Generation, Malformed, WireFormat,
};

use super::bytes::{delimited, field, json, number, text, varint};

const V1: Generation = Generation::V1;
const V2: Generation = Generation::V2;

fn read_all(
    format: WireFormat,
    generation: &mut Option<Generation>,
    bytes: &[u8],
) -> Vec<Result<Command, Malformed>> {
    let mut frame = Frame::new(format, bytes.to_vec());
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

/// The requests, by number in v1, name, and fields in JSON and in Protobuf.
fn requests() -> Vec<(u64, &'static str, ClientRequest, &'static str, Vec<u8>)> {
    let channel = || field(1, "a");
    let of_channel = r#"{"channel":"a"}"#;
    vec![
        (
            0,
            "connect",
            ClientRequest::Connect { token: text("t") },
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
            ClientRequest::Subscribe {
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
            ClientRequest::Unsubscribe { channel: text("a") },
            of_channel,
            channel(),
        ),
        (
            3,
            "publish",
            ClientRequest::Publish {
                channel: text("a"),
                data: json(r#"{"text": "x"}"#),
            },
            r#"{"channel":"a","data":{"text": "x"}}"#,
            [channel(), field(2, r#"{"text": "x"}"#)].concat(),
        ),
        (
            4,
            "presence",
            ClientRequest::Presence { channel: text("a") },
            of_channel,
            channel(),
        ),
        (
            5,
            "presence_stats",
            ClientRequest::PresenceStats { channel: text("a") },
            of_channel,
            channel(),
        ),
        (
            6,
            "history",
            ClientRequest::History { channel: text("a") },
            r#"{"channel":"a","limit":10,"since":{"offset":3,"epoch":"e"},"reverse":true}"#,
            [channel(), number(7, 10), field(8, number(1, 3))].concat(),
        ),
        (7, "ping", ClientRequest::Ping, "{}", vec![]),
        (
            8,
            "send",
            ClientRequest::Send,
            r#"{"data":1}"#,
            field(1, "1"),
        ),
        (
            9,
            "rpc",
            ClientRequest::Rpc,
            r#"{"method":"m","data":1}"#,
            [field(1, "1"), field(2, "m")].concat(),
        ),
        (
            10,
            "refresh",
            ClientRequest::Refresh { token: text("t") },
            r#"{"token":"t"}"#,
            field(1, "t"),
        ),
        (
            11,
            "sub_refresh",
            ClientRequest::SubRefresh {
                channel: text("a"),
                token: text("t"),
            },
            r#"{"channel":"a","token":"t"}"#,
            [channel(), field(2, "t")].concat(),
        ),
    ]
}

/// Equal but for how it is known whether the data is JSON.
fn same(found: &ClientRequest, expected: &ClientRequest) -> bool {
    match (found, expected) {
        (
            ClientRequest::Publish { channel, data },
            ClientRequest::Publish {
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
            (V2, WireFormat::Json, v2_json.into_bytes()),
            (V1, WireFormat::Protobuf, delimited(v1_protobuf)),
            (V2, WireFormat::Protobuf, delimited(v2_protobuf)),
        ];
        cases.extend(v1_json.map(|it| (V1, WireFormat::Json, it.into_bytes())));
        for (generation, format, bytes) in cases {
            let codec = Codec::new(generation, format);
            let found = read_one(codec, &bytes).unwrap();
            assert_eq!(found.id, 7, "{codec:?} {name}");
            assert!(same(&found.request, &expected), "{codec:?} {name}");
        }
    }
}

#[test]
fn the_first_command_shows_the_generation() {
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
        let commands = read_all(WireFormat::Json, &mut generation, bytes.as_bytes());
        assert_eq!(generation, Some(expected), "{bytes}");
        assert!(matches!(
            commands[0].as_ref().unwrap().request,
            ClientRequest::Connect { .. }
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
        let commands = read_all(WireFormat::Protobuf, &mut generation, &delimited(&bytes));
        assert_eq!(generation, Some(expected), "{bytes:?}");
        assert!(matches!(
            commands[0].as_ref().unwrap().request,
            ClientRequest::Connect { .. }
        ));
    }
}

#[test]
fn a_frame_may_have_many_commands_and_blank_lines_are_ignored() {
    let mut generation = Some(V2);
    let text = b"\n{\"id\":1,\"ping\":{}}\r\n  \n{\"id\":2,\"ping\":{}}\n";
    let ids = |commands: Vec<Result<Command, Malformed>>| {
        commands
            .into_iter()
            .map(|command| command.unwrap().id)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids(read_all(WireFormat::Json, &mut generation, text)),
        [1, 2]
    );
    let one = |id| delimited([number(1, id), field(11, [])].concat());
    let bytes = [one(1), one(2), one(3)].concat();
    let commands = read_all(WireFormat::Protobuf, &mut generation, &bytes);
    assert_eq!(ids(commands), [1, 2, 3]);
}

#[test]
fn a_command_of_v2_without_id_is_a_pong_unless_it_is_a_message() {
    let json = Codec::new(V2, WireFormat::Json);
    let protobuf = Codec::new(V2, WireFormat::Protobuf);
    assert_eq!(read_one(json, b"{}").unwrap().request, ClientRequest::Pong);
    let subscribe = br#"{"subscribe":{"channel":"a"}}"#;
    assert_eq!(
        read_one(json, subscribe).unwrap().request,
        ClientRequest::Pong
    );
    let send = br#"{"send":{"data":{}}}"#;
    assert_eq!(read_one(json, send).unwrap().request, ClientRequest::Send);
    assert_eq!(
        read_one(protobuf, b"\0").unwrap().request,
        ClientRequest::Pong
    );
    let send = delimited(field(12, []));
    assert_eq!(
        read_one(protobuf, &send).unwrap().request,
        ClientRequest::Send
    );
}

#[test]
fn a_text_that_is_not_a_command_is_malformed_and_ends_the_frame() {
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
        let commands = read_all(WireFormat::Json, &mut Some(V1), &bytes);
        assert_eq!(
            commands,
            [Err(Malformed::default())],
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
        let commands = read_all(WireFormat::Protobuf, &mut Some(V1), bytes);
        assert_eq!(commands, [Err(Malformed::default())], "{bytes:?}");
    }
}

#[test]
fn an_unknown_method_does_not_make_the_frame_malformed() {
    let unknown_in_v1 = [number(1, 1), number(2, 12)].concat();
    let unknown_in_v2 = [number(1, 1), field(16, [])].concat();
    for (codec, bytes) in [
        (Codec::ALL[0], br#"{"id":1,"method":12}"#.to_vec()),
        (Codec::ALL[1], delimited(unknown_in_v1)),
        (Codec::ALL[2], br#"{"id":1,"nonsense":{}}"#.to_vec()),
        (Codec::ALL[3], delimited(unknown_in_v2)),
    ] {
        assert_eq!(
            read_one(codec, &bytes).unwrap().request,
            ClientRequest::Unknown
        );
    }
}
