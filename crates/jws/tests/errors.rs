//! The texts of errors: what was found, what is expected, what to do.

use countersign_json::{JsonError, Kind};
use countersign_jws::{ParseError, Part, VerifyError};
use countersign_signature::{AlgorithmName, InvalidSignature};

#[test]
fn every_malformed_token_has_its_own_error() {
    let part = Part::Payload;
    for (error, sentence) in [
        (
            ParseError::TooLong {
                found: 20_000,
                limit: 16_384,
            },
            "found a token of 20000 bytes; at most 16384 are read",
        ),
        (ParseError::Parts { found: 0 }, "found an empty token; "),
        (ParseError::Parts { found: 1 }, "found 1 part separated"),
        (ParseError::Parts { found: 2 }, "found 2 parts separated"),
        (
            ParseError::Parts { found: 5 },
            "found five parts, an encrypted token",
        ),
        (
            ParseError::WhiteSpace { part },
            "found white space in the payload; ",
        ),
        (
            ParseError::Base64 { part },
            "found a payload that is not base64url; ",
        ),
        (
            ParseError::Base64 { part: Part::Header },
            "found a header that is not base64url; ",
        ),
        (
            ParseError::Base64 {
                part: Part::Signature,
            },
            "found a signature that is not base64url; ",
        ),
        (
            ParseError::Header(JsonError::NotUtf8),
            "header: found bytes that are not UTF-8; ",
        ),
        (
            ParseError::HeaderMember {
                name: "kid",
                found: Kind::Null,
            },
            "header: found null in `kid`; a string is expected",
        ),
        (
            ParseError::HeaderName { known: "alg" },
            "header: found the name `alg` in another letter case; write it exactly so",
        ),
        (
            ParseError::AlgorithmMissing,
            "header: found no `alg`, or an empty one; ",
        ),
        (
            ParseError::AlgorithmNone,
            "header: found an unsigned token (`alg` is `none`); ",
        ),
        (
            ParseError::KidTooLong { found: 300 },
            "header: found a `kid` of 300 bytes; at most 256 are read",
        ),
        (
            ParseError::Extension { name: "crit" },
            "header: found `crit`; no extension is supported",
        ),
        (
            ParseError::Extension { name: "b64" },
            "header: found `b64` other than true; ",
        ),
        (
            ParseError::Extension { name: "zip" },
            "header: found `zip`, a member of encrypted tokens; ",
        ),
    ] {
        let text = error.to_string();
        assert!(text.starts_with(sentence), "{text}");
    }
}

#[test]
fn a_key_of_another_algorithm_is_named_and_a_wrong_signature_gives_no_reason() {
    let another = VerifyError::Algorithm {
        found: "HS\n256".to_owned(),
        needed: AlgorithmName::RS256,
    };
    assert_eq!(
        another.to_string(),
        r#"found the algorithm "HS\n256"; the key is for RS256"#
    );
    let wrong = VerifyError::Signature(InvalidSignature::new());
    assert_eq!(wrong.to_string(), "the signature does not match");
}
