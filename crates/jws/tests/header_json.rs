//! A header is one strict JSON object: rows D14 and F of the attack catalogue, as far as they
//! concern headers. Every token here has a valid signature.

use crate::common;

use common::{Verdict, accepted, key};
use countersign_json::{JsonError, MAX_DEPTH};
use countersign_jws::{ParseError, Scratch, Unverified};

fn bad_json(error: JsonError) -> Verdict {
    Verdict::Unreadable(ParseError::Header(error))
}

#[test]
fn d14_f5_a_header_that_is_not_an_object_is_refused() {
    for header in [
        r#"["HS256"]"#,
        r#"[{"alg":"HS256"}]"#,
        r#""HS256""#,
        "null",
        "1",
        "true",
        "",
        "  ",
        "alg",
    ] {
        assert_eq!(
            key(7).on_header(header),
            bad_json(JsonError::NotAnObject),
            "{header}"
        );
    }
}

#[test]
fn f1_duplicate_header_members_are_refused() {
    let table = [
        (r#"{"alg":"HS256","alg":"HS256"}"#, "alg"),
        (r#"{"alg":"none","alg":"HS256"}"#, "alg"),
        (r#"{"alg":"HS256","\u0061lg":"none"}"#, "alg"),
        (r#"{"alg":"HS256","kid":"a","kid":"b"}"#, "kid"),
        (r#"{"alg":"HS256","crit":[],"crit":[]}"#, "crit"),
        (r#"{"alg":"HS256","x":1,"x":1}"#, "x"),
        (r#"{"alg":"HS256","x":{"y":1,"y":2}}"#, "y"),
        (r#"{"alg":"HS256","x":[{"y":1,"\u0079":2}]}"#, "y"),
    ];
    for (header, name) in table {
        let expected = bad_json(JsonError::Duplicate(name.into()));
        assert_eq!(key(7).on_header(header), expected, "{header}");
    }
}

#[test]
fn f6_a_header_that_is_almost_json_is_refused() {
    let not_an_object = [
        "\u{feff}{\"alg\":\"HS256\"}",
        "/*a*/{\"alg\":\"HS256\"}",
        "\u{a0}{\"alg\":\"HS256\"}",
    ];
    for header in not_an_object {
        assert_eq!(
            key(7).on_header(header),
            bad_json(JsonError::NotAnObject),
            "{header}"
        );
    }
    for header in [
        r#"{"alg":"HS256",}"#,
        r#"{"alg":"HS256"}x"#,
        r#"{"alg":"HS256"}{"alg":"HS256"}"#,
        "{\"alg\":\"HS256\"}\0",
        r#"{"alg":"HS256"/*a*/}"#,
        "{\"alg\":\"HS256\"//a\n}",
        r#"{'alg':'HS256'}"#,
        r#"{alg:"HS256"}"#,
        r#"{"alg":"HS256","x":NaN}"#,
        r#"{"alg":"HS256","x":-Infinity}"#,
        r#"{"alg":"HS256","x":01}"#,
        r#"{"alg":"HS256","x":1.}"#,
        r#"{"alg":"HS256","x":+1}"#,
        r#"{"alg":"HS256" "x":1}"#,
        r#"{"alg":"HS256""#,
        "{\"alg\":\"HS256\",\"x\":\"\n\"}",
        r#"{"alg":"HS256","x":"\x41"}"#,
    ] {
        let refused = key(7).on_header(header);
        let syntax = matches!(
            refused,
            Verdict::Unreadable(ParseError::Header(JsonError::Syntax { .. }))
        );
        assert!(syntax, "{header}: {refused:?}");
    }
}

#[test]
fn f7_bytes_that_are_not_utf8_and_lone_surrogates_are_refused_also_in_ignored_members() {
    for hostile in [
        &b"\xff"[..],
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
    ] {
        let header = [br#"{"alg":"HS256","x":""#, hostile, br#""}"#].concat();
        assert_eq!(
            key(7).on_header(&header),
            bad_json(JsonError::NotUtf8),
            "{header:?}"
        );
    }
    for member in [
        r#""x":"\ud800""#,
        r#""x":["\udc00\ud800"]"#,
        r#""\ud800":1"#,
        r#""kid":"\udfff""#,
    ] {
        let refused = key(7).on_header(format!(r#"{{"alg":"HS256",{member}}}"#));
        let syntax = matches!(
            refused,
            Verdict::Unreadable(ParseError::Header(JsonError::Syntax { .. }))
        );
        assert!(syntax, "{member}: {refused:?}");
    }
}

#[test]
fn f9_deep_nesting_is_refused_also_in_ignored_members() {
    let nested = |depth: usize| {
        format!(
            r#"{{"alg":"HS256","x":{}{}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert_eq!(key(7).on_header(nested(MAX_DEPTH - 1)), accepted("{}"));
    for depth in [MAX_DEPTH, 5_000] {
        assert_eq!(
            key(7).on_header(nested(depth)),
            bad_json(JsonError::TooDeep)
        );
    }
}

#[test]
fn f12_members_written_with_escapes_are_read() {
    let header = r#"{"\u0061l\u0067":"HS\u003256","\u006bid":"a\u0062","typ":"\u004aWT"}"#;
    let token = key(7).token(header, "{}");
    let mut scratch = Scratch::default();
    let unverified = Unverified::parse(&token, &mut scratch).unwrap();
    let verified = unverified.verify(&*key(7).verifier).unwrap();
    assert_eq!(verified.header().alg(), "HS256");
    assert_eq!(verified.header().kid(), Some("ab"));
    assert_eq!(verified.header().typ(), Some("JWT"));
}
