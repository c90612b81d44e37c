//! The compact form and its base64url: rows E of the attack catalogue.

use crate::common;

use common::{
    ALPHABET, BAD_SIGNATURE, Verdict, accepted, encode, key, rich_token, verdict, verdict_within,
};
use countersign_jws::danger::{Parts, unverified_payload};
use countersign_jws::{DEFAULT_LIMIT, ParseError, Part, Scratch, Unverified};

fn on(token: &str) -> Verdict {
    verdict(token, &*key(7).verifier)
}

fn parts(found: usize) -> Verdict {
    Verdict::Unreadable(ParseError::Parts { found })
}

fn base64(part: Part) -> Verdict {
    Verdict::Unreadable(ParseError::Base64 { part })
}

fn white_space(part: Part) -> Verdict {
    Verdict::Unreadable(ParseError::WhiteSpace { part })
}

fn with_part(token: &str, part: usize, change: impl Fn(&str) -> String) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts[part] = change(&parts[part]);
    parts.join(".")
}

/// With a valid signature, unless the signature itself was changed, so that only the decoder can
/// refuse the token.
fn signed_again(token: &str, part: usize) -> String {
    match token.rsplit_once('.') {
        Some((signing_input, _)) if part != 2 => key(7).complete(signing_input),
        _ => token.to_owned(),
    }
}

/// RFC 7516 appendix A.1's form: five parts, a JOSE header with `enc`.
#[test]
fn e1_encrypted_tokens_are_refused_by_their_part_count() {
    let header = encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
    let wrapped = encode(key(7).token(r#"{"alg":"HS256"}"#, "{}"));
    for token in [
        format!("{header}.AAAA.AAAA.{wrapped}.AAAA"),
        format!(
            "{}..AAAA.AAAA.AAAA",
            encode(r#"{"alg":"dir","enc":"A128GCM"}"#)
        ),
    ] {
        let refused = on(&token);
        assert!(
            matches!(refused, Verdict::Unreadable(ParseError::Parts { .. })),
            "{token}"
        );
    }
    let five = ParseError::Parts { found: 5 }.to_string();
    assert!(five.contains("JWE"), "{five}");
}

#[test]
fn e2_a_token_has_three_parts() {
    let good = key(7).token(r#"{"alg":"HS256"}"#, "{}");
    let (header, rest) = good.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let table = [
        (String::new(), 0),
        (header.to_owned(), 1),
        (format!("{header}.{payload}"), 2),
        (".".to_owned(), 2),
        (format!("{good}."), 4),
        (format!(".{good}"), 4),
        (format!("{header}..{payload}.{signature}"), 4),
        (format!("{header}.{payload}..{signature}"), 4),
        (format!("{good}.{payload}.{signature}"), 5),
        (format!("{good}..."), 6),
        (format!("{good}.{good}"), 6),
    ];
    for (token, found) in table {
        assert_eq!(on(&token), parts(found), "{token:?}");
    }
    // Three parts, some of them empty: the header is checked first.
    for token in ["..", &format!(".{payload}.{signature}")] {
        let refused = on(token);
        assert!(
            matches!(refused, Verdict::Unreadable(ParseError::Header(_))),
            "{refused:?}"
        );
    }
    assert_eq!(on(&good), accepted("{}"));
}

#[test]
fn e3_a_flood_of_dots_is_refused() {
    let flood = ".".repeat(1 << 20);
    let (found, limit) = (flood.len(), DEFAULT_LIMIT);
    assert_eq!(
        on(&flood),
        Verdict::Unreadable(ParseError::TooLong { found, limit })
    );
    assert_eq!(on(&flood[..limit]), parts(limit + 1));
    let key = key(7);
    assert_eq!(
        verdict_within(usize::MAX, &flood, &*key.verifier),
        parts(found + 1)
    );
}

#[test]
fn e4_an_empty_payload_is_a_payload() {
    let token = key(7).token(r#"{"alg":"HS256"}"#, "");
    assert!(token.contains(".."));
    assert_eq!(on(&token), accepted(""));
    // Detached: the signature is over a payload that the token doesn't contain.
    let detached = with_part(&key(7).token(r#"{"alg":"HS256"}"#, "{}"), 1, |_| {
        String::new()
    });
    assert_eq!(on(&detached), BAD_SIGNATURE);
}

#[test]
fn e5_a10_json_serialization_is_refused() {
    let good = key(7).token(r#"{"alg":"HS256"}"#, "{}");
    let (header, rest) = good.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let forged = encode(r#"{"admin":true}"#);
    let flat =
        format!(r#"{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}"#);
    let general = format!(
        r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
    );
    let unprotected = format!(
        r#"{{"payload":"{payload}","header":{{"alg":"HS256"}},"signature":"{signature}"}}"#
    );
    for json in [flat, general, unprotected] {
        assert_eq!(on(&json), parts(1), "{json}");
    }
    // CVE-2022-39227: one text that is compact to one reader and JSON to another.
    for space in ["", "  "] {
        let polyglot = format!(
            r#"{{"{space}{header}.{forged}.":"","protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#
        );
        let expected = if space.is_empty() {
            base64(Part::Header)
        } else {
            white_space(Part::Header)
        };
        assert_eq!(on(&polyglot), expected, "{polyglot}");
    }
}

#[test]
fn e6_each_part_is_canonical_base64url() {
    let token = rich_token();
    assert!(matches!(on(&token), Verdict::Accepted(_)));
    type Change = fn(&str) -> String;
    let lax: [(&str, Change); 9] = [
        ("padded as is right", |part| {
            format!("{part}{}", "=".repeat(4 - part.len() % 4))
        }),
        ("padded by one", |part| format!("{part}=")),
        ("padded by four", |part| format!("{part}====")),
        ("padding inside", |part| {
            format!("{}={}", &part[..4], &part[4..])
        }),
        ("plus for minus", |part| part.replacen('-', "+", 1)),
        ("slash for underscore", |part| part.replacen('_', "/", 1)),
        ("a lone last character", |part| {
            part[..part.len() / 4 * 4 + 1].to_owned()
        }),
        ("trailing bits", |part| {
            let last = part.bytes().last().unwrap();
            let value = ALPHABET.iter().position(|symbol| *symbol == last).unwrap();
            format!(
                "{}{}",
                &part[..part.len() - 1],
                char::from(ALPHABET[value | 1])
            )
        }),
        ("another character", |part| {
            format!("{}!{}", &part[..4], &part[5..])
        }),
    ];
    for (index, part) in [Part::Header, Part::Payload, Part::Signature]
        .into_iter()
        .enumerate()
    {
        for (what, change) in lax {
            let changed = with_part(&token, index, change);
            assert_ne!(changed, token, "{what}");
            for token in [signed_again(&changed, index), changed] {
                assert_eq!(on(&token), base64(part), "{part}: {what}");
            }
        }
        for space in [" ", "\n", "\r", "\r\n", "\t", "\u{c}"] {
            for place in [0, 4, token.split('.').nth(index).unwrap().len()] {
                let changed = with_part(&token, index, |part| {
                    format!("{}{space}{}", &part[..place], &part[place..])
                });
                for token in [signed_again(&changed, index), changed] {
                    assert_eq!(
                        on(&token),
                        white_space(part),
                        "{part}: {space:?} at {place}"
                    );
                }
            }
        }
    }
}

#[test]
fn e7_text_around_a_token_is_refused() {
    let good = key(7).token(r#"{"alg":"HS256"}"#, "{}");
    let table = [
        (format!("Bearer {good}"), white_space(Part::Header)),
        (format!("bearer {good}"), white_space(Part::Header)),
        (format!(" {good}"), white_space(Part::Header)),
        (format!("{good} "), white_space(Part::Signature)),
        (format!("{good}\n"), white_space(Part::Signature)),
        (format!("{good}\r\n"), white_space(Part::Signature)),
        (format!("\u{feff}{good}"), base64(Part::Header)),
        (format!("\"{good}\""), base64(Part::Header)),
        (format!("<{good}>"), base64(Part::Header)),
        (format!("{good}%20"), base64(Part::Signature)),
        (format!("{good}%3D"), base64(Part::Signature)),
        (format!("{good};"), base64(Part::Signature)),
        (good.replace('.', "%2E"), parts(1)),
        (good.replacen('.', "%2e", 1), parts(2)),
    ];
    for (token, expected) in table {
        assert_eq!(on(&token), expected, "{token:?}");
    }
}

#[test]
fn e8_characters_beyond_ascii_and_nul_are_refused() {
    let good = key(7).token(r#"{"alg":"HS256"}"#, "{}");
    for foreign in [
        "\0",
        "é",
        "Ａ",
        "\u{200b}",
        "\u{2024}",
        "\u{1f600}",
        "\u{a0}",
        "\u{85}",
    ] {
        for (index, part) in [Part::Header, Part::Payload, Part::Signature]
            .into_iter()
            .enumerate()
        {
            for front in [true, false] {
                let token = with_part(&good, index, |part| match front {
                    true => format!("{foreign}{part}"),
                    false => format!("{part}{foreign}"),
                });
                assert_eq!(on(&token), base64(part), "{token:?}");
            }
        }
    }
    // A dot of another script doesn't separate parts.
    assert_eq!(on(&good.replace('.', "\u{ff0e}")), parts(1));
}

/// A token of exactly this many bytes, with a valid signature.
fn token_of(length: usize) -> String {
    for filler in ["", "a", "aa"] {
        let header = format!(r#"{{"alg":"HS256","x":"{filler}"}}"#);
        let around = key(7).token(&header, "").len();
        for payload in (length - around) / 4 * 3..(length - around) {
            let token = key(7).token(&header, "a".repeat(payload));
            if token.len() == length {
                return token;
            }
            if token.len() > length {
                break;
            }
        }
    }
    String::new()
}

#[test]
fn e9_a_token_is_read_up_to_the_limit() {
    let too_long = |found, limit| Verdict::Unreadable(ParseError::TooLong { found, limit });
    for (length, fits) in [
        (DEFAULT_LIMIT - 1, true),
        (DEFAULT_LIMIT, true),
        (DEFAULT_LIMIT + 1, false),
    ] {
        let token = token_of(length);
        assert_eq!(token.len(), length);
        match on(&token) {
            Verdict::Accepted(_) => assert!(fits, "{length}"),
            refused => {
                assert!(!fits, "{length}");
                assert_eq!(refused, too_long(length, DEFAULT_LIMIT));
            }
        }
    }
    let (token, key) = (token_of(500), key(7));
    for (limit, fits) in [
        (499, false),
        (500, true),
        (501, true),
        (0, false),
        (usize::MAX, true),
    ] {
        let found = verdict_within(limit, &token, &*key.verifier);
        assert_eq!(matches!(found, Verdict::Accepted(_)), fits, "{limit}");
        assert!(fits || found == too_long(500, limit), "{found:?}");
    }
    let huge = "a".repeat(100 << 20);
    assert_eq!(on(&huge), too_long(100 << 20, DEFAULT_LIMIT));
}

#[test]
fn e10_space_in_the_header_json_is_accepted() {
    for header in [
        r#" {"alg":"HS256"}"#,
        "\n{\"alg\":\"HS256\"}",
        "\r\n\t {\r\n\"alg\"\t:\n\"HS256\" }\r\n \t",
    ] {
        assert_eq!(key(7).on_header(header), accepted("{}"), "{header:?}");
    }
}

#[test]
fn danger_shows_the_unverified_payload() {
    let token = format!(
        "{}.{}.{}",
        encode(r#"{"alg":"HS256"}"#),
        encode(r#"{"iss":"a"}"#),
        encode("forged")
    );
    let mut scratch = Scratch::default();
    let unverified = Unverified::parse(&token, &mut scratch).unwrap();
    assert_eq!(unverified_payload(&unverified).unwrap(), br#"{"iss":"a"}"#);
}

#[test]
fn danger_decodes_what_verifying_refuses() {
    let token = format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode("{}"));
    let parts = Parts::decode(DEFAULT_LIMIT, &token).unwrap();
    assert_eq!(parts.header, br#"{"alg":"none"}"#);
    assert_eq!(parts.payload, b"{}");
    assert_eq!(parts.signature, b"");
    assert_eq!(format!("{parts:?}"), "Parts { .. }");

    for (limit, token, error) in [
        (
            10,
            "AAAA.AAAA.AAAA",
            ParseError::TooLong {
                found: 14,
                limit: 10,
            },
        ),
        (99, "AAAA.AAAA", ParseError::Parts { found: 2 }),
        (
            99,
            "AAAA.AA=.AAAA",
            ParseError::Base64 {
                part: Part::Payload,
            },
        ),
        (
            99,
            "AAAA.AAAA.A A",
            ParseError::WhiteSpace {
                part: Part::Signature,
            },
        ),
    ] {
        assert_eq!(Parts::decode(limit, token), Err(error));
    }
}

#[test]
fn a_scratch_keeps_nothing_of_an_earlier_token() {
    let mut scratch = Scratch::default();
    let long = key(7).token(r#"{"alg":"HS256","kid":"long"}"#, "a".repeat(500));
    let short = key(7).token(r#"{"alg":"HS256"}"#, "{}");
    for (token, payload) in [(&long, "a".repeat(500)), (&short, "{}".to_owned())] {
        assert!(Unverified::parse("AAAA.AA=.", &mut scratch).is_err());
        let unverified = Unverified::parse(token, &mut scratch).unwrap();
        let verified = unverified.verify(&*key(7).verifier).unwrap();
        assert_eq!(verified.payload(), payload.as_bytes());
        assert!(!format!("{verified:?}").contains("aaaa"));
    }
    assert_eq!(format!("{scratch:?}"), "Scratch { .. }");
}
