//! From replies and pushes to messages.

use std::sync::Arc;

use countersign_gateway::wire::{
    ClientInfo, Codec, ConnectResult, ErrorCode, Payload, Push, Reply, ReplyResult,
    SubscribeResult, Unsubscribed, WireFormat,
};

use super::bytes::{delimited, field, json, number, text};

fn info() -> Arc<ClientInfo> {
    let mut info = ClientInfo::new("42", "c");
    info.connection = Some(json("{\n\"name\": \"A\" }"));
    info.channel = Some(Payload::from(&b"\xff"[..]));
    Arc::new(info)
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
    let anonymous = Arc::new(ClientInfo::new("", "d"));
    let subscribed = |ttl: Option<u32>, data: Option<Payload>| {
        let mut result = SubscribeResult::default();
        result.ttl = ttl;
        result.data = data;
        result
    };
    let connected = |ttl: Option<u32>, channel: &str, subscribed: SubscribeResult, ping: u32| {
        let mut result = ConnectResult::default();
        result.client = text("c");
        result.ttl = ttl;
        result.subscriptions = vec![(text(channel), subscribed)];
        result.ping = ping;
        ReplyResult::Connect(result)
    };
    let entry = |key: &str, value: Vec<u8>| field(1, [field(1, key), field(2, value)].concat());
    vec![
        (
            connected(Some(60), "a\"", subscribed(None, Some(json("[1]"))), 25),
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
            connected(None, "a", subscribed(None, None), 0),
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
            ReplyResult::Subscribe(subscribed(Some(u32::MAX), None)),
            text(r#"{"expires":true,"ttl":4294967295}"#),
            "subscribe",
            6,
            [number(1, 1), number(2, u64::from(u32::MAX))].concat(),
        ),
        (
            ReplyResult::Subscribe(subscribed(None, None)),
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
        let reply = Reply::new(300, Ok(result));
        let v1_json = format!(r#"{{"id":300,"result":{json}}}"#);
        let v2_json = format!(r#"{{"id":300,"{name}":{json}}}"#);
        let mut v1_protobuf = number(1, 300);
        if !protobuf.is_empty() {
            v1_protobuf.extend(field(3, &protobuf));
        }
        let v2_protobuf = [number(1, 300), field(number_in_v2, &protobuf)].concat();
        for (codec, expected) in Codec::ALL.iter().copied().zip([
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
fn only_errors_of_v2_can_be_temporary() {
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
        let reply = Reply::new(1, Err(error));
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
        for (codec, expected) in Codec::ALL.iter().copied().zip([
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
        for (codec, expected) in Codec::ALL.iter().copied().zip([
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
fn a_publication_that_is_not_json_goes_only_to_protobuf_clients() {
    let push = Push::Publication {
        channel: text("a"),
        data: Payload::unchecked(b"\xff\n".to_vec()),
        info: None,
    };
    for codec in Codec::ALL.iter().copied() {
        let message = codec.push(&push);
        match codec.format {
            WireFormat::Json => assert_eq!(message, None),
            WireFormat::Protobuf => {
                let message = message.unwrap();
                assert!(message.windows(2).any(|bytes| bytes == b"\xff\n"));
            }
        }
    }
}

#[test]
fn no_json_message_has_a_line_break() {
    let mut info = ClientInfo::new("a\nb", "c");
    info.connection = Some(json("{\r\n}"));
    info.channel = Some(json("[\n1,\r2]"));
    let info = Arc::new(info);
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
