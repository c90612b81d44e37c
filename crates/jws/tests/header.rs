//! Which header members are used, and which are ignored: rows D of the attack catalogue. Every
//! token here has a valid signature.

use crate::common;

use common::{BAD_SIGNATURE, Verdict, accepted, encode, key, verdict};
use countersign_json::{Kind, quote};
use countersign_jws::{KID_LIMIT, NewHeader, ParseError, Scratch, Unverified, sign};

fn unreadable(error: ParseError) -> Verdict {
    Verdict::Unreadable(error)
}

/// Reads the `kid` of a token whose header has this JSON value as `kid`.
fn kid_of(json: &str) -> Option<String> {
    let token = key(7).token(format!(r#"{{"alg":"HS256","kid":{json}}}"#), "{}");
    let mut scratch = Scratch::default();
    let unverified = Unverified::parse(&token, &mut scratch).unwrap();
    unverified.header().kid().map(str::to_owned)
}

#[test]
fn d1_d2_d3_keys_in_a_header_or_behind_its_urls_are_never_used() {
    let (mine, theirs) = (key(7), key(9));
    let jwk = format!(r#"{{"kty":"oct","k":"{}"}}"#, encode([9; 32]));
    let members = [
        format!(r#""jwk":{jwk}"#),
        format!(r#""jwk":"{}""#, encode(&jwk)),
        r#""jku":"http://127.0.0.1:9/jwks.json""#.to_owned(),
        r#""x5u":"http://127.0.0.1:9/chain.pem""#.to_owned(),
        r#""x5c":["MIIB"],"x5t":"AAAA","x5t#S256":"AAAA""#.to_owned(),
    ];
    for member in members {
        let header = format!(r#"{{"alg":"HS256",{member}}}"#);
        let forged = theirs.token(&header, "{}");
        assert_eq!(verdict(&forged, &*mine.verifier), BAD_SIGNATURE, "{header}");
        assert_eq!(mine.on_header(&header), accepted("{}"), "{header}");
    }
}

#[test]
fn d1_d2_d3_such_members_may_have_any_value() {
    for name in ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"] {
        for value in ["null", "1", "[]", "{}", r#""\u0000\r\n""#, r#"{"kty":7}"#] {
            let header = format!(r#"{{"alg":"HS256","{name}":{value}}}"#);
            assert_eq!(key(7).on_header(&header), accepted("{}"), "{header}");
        }
    }
}

const INJECTIONS: [&str; 16] = [
    "../../../../dev/null",
    "/dev/null",
    "' OR '1'='1",
    "x' UNION SELECT 'c2VjcmV0';--",
    "*)(uid=*))(|(uid=*",
    "a\0b",
    "a\r\nSet-Cookie: b",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{9b}31m",
    "\u{7f}\u{202e}\u{2028}",
    "%s%n%x",
    "{kid}${jndi:ldap://127.0.0.1/}",
    "`id`;$(id)|id",
    "http://127.0.0.1/",
    "kid ",
    "\u{feff}kid",
];

#[test]
fn d4_a_kid_is_kept_byte_for_byte() {
    for kid in INJECTIONS {
        assert_eq!(kid_of(&quote(kid)).as_deref(), Some(kid));
        let header = NewHeader::JWT.with_kid(kid);
        let token = sign(&*key(7).signer, header, b"{}").unwrap();
        let mut scratch = Scratch::default();
        let unverified = Unverified::parse(&token, &mut scratch).unwrap();
        assert_eq!(unverified.header().kid(), Some(kid));
    }
}

#[test]
fn d4_debug_output_has_no_raw_control_characters() {
    for kid in INJECTIONS {
        let hostile = quote(kid);
        let header =
            format!(r#"{{"alg":"HS256","kid":{hostile},"typ":{hostile},"cty":{hostile}}}"#);
        let token = key(7).token(header, "{}");
        let mut scratch = Scratch::default();
        let unverified = Unverified::parse(&token, &mut scratch).unwrap();
        let verified = unverified.verify(&*key(7).verifier).unwrap();
        for shown in [
            format!("{:?}", unverified.header()),
            format!("{unverified:?}"),
            format!("{verified:?}"),
        ] {
            assert!(!shown.contains(char::is_control), "{shown:?}");
            assert!(shown.contains("HS256"), "{shown}");
            assert!(
                !shown.contains(['\u{202e}', '\u{2028}', '\u{feff}']),
                "{shown:?}"
            );
        }
    }
}

#[test]
fn d5_a_kid_over_the_limit_is_refused() {
    for (character, count) in [("a", KID_LIMIT), ("é", KID_LIMIT / 2), ("\\n", KID_LIMIT)] {
        let kid = character.repeat(count);
        let header = format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
        assert_eq!(key(7).on_header(header), accepted("{}"));
        let header = format!(r#"{{"alg":"HS256","kid":"{kid}a"}}"#);
        let found = KID_LIMIT + 1;
        assert_eq!(
            key(7).on_header(header),
            unreadable(ParseError::KidTooLong { found })
        );
    }
    let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "a".repeat(1 << 20));
    assert!(matches!(
        key(7).on_header(header),
        Verdict::Unreadable(ParseError::TooLong { limit: 16_384, .. })
    ));
}

#[test]
fn d6_a_kid_is_a_string_or_absent() {
    let table = [
        ("null", Kind::Null),
        ("7", Kind::Number),
        ("true", Kind::Bool),
        (r#"["a"]"#, Kind::Array),
        (r#"{"a":1}"#, Kind::Object),
    ];
    for name in ["kid", "typ", "cty"] {
        for (value, found) in table {
            let header = format!(r#"{{"alg":"HS256","{name}":{value}}}"#);
            let expected = unreadable(ParseError::HeaderMember { name, found });
            assert_eq!(key(7).on_header(header), expected);
        }
    }
    assert_eq!(kid_of(r#""""#).as_deref(), Some(""));
    assert_eq!(key(7).on_header(r#"{"alg":"HS256"}"#), accepted("{}"));
}

#[test]
fn d7_a_kid_is_never_normalised_and_its_escapes_are_decoded_once() {
    let table = [
        ("\"\u{e9}\"", "\u{e9}"),
        ("\"e\u{301}\"", "e\u{301}"),
        ("\"Kid\"", "Kid"),
        ("\" kid\\t\"", " kid\t"),
        (r#""\u006bid""#, "kid"),
        (r#""\\u006bid""#, "\\u006bid"),
        (r#""a%2Fb\/c""#, "a%2Fb/c"),
        (r#""\ud83d\ude00""#, "\u{1f600}"),
    ];
    for (json, kid) in table {
        assert_eq!(kid_of(json).as_deref(), Some(kid), "{json}");
    }
}

#[test]
fn d9_crit_is_refused_with_any_value() {
    for crit in [
        "[]",
        r#"["x"]"#,
        r#""x""#,
        "[1]",
        r#"["exp"]"#,
        r#"["b64"]"#,
        r#"["alg"]"#,
        "null",
        "{}",
        "true",
    ] {
        for header in [
            format!(r#"{{"alg":"HS256","crit":{crit}}}"#),
            format!(r#"{{"crit":{crit},"alg":"HS256","x":1,"exp":1}}"#),
            format!(r#"{{"alg":"HS256","\u0063rit":{crit}}}"#),
        ] {
            let expected = unreadable(ParseError::Extension { name: "crit" });
            assert_eq!(key(7).on_header(&header), expected, "{header}");
        }
    }
}

#[test]
fn d10_unencoded_payloads_are_refused_with_or_without_crit() {
    let b64 = unreadable(ParseError::Extension { name: "b64" });
    let crit = unreadable(ParseError::Extension { name: "crit" });
    for value in ["false", "null", "0", r#""false""#, r#""true""#, "[true]"] {
        let header = format!(r#"{{"alg":"HS256","b64":{value}}}"#);
        assert_eq!(key(7).on_header(header), b64, "{value}");
        let header = format!(r#"{{"alg":"HS256","b64":{value},"crit":["b64"]}}"#);
        assert_eq!(key(7).on_header(header), b64, "{value}");
        let header = format!(r#"{{"alg":"HS256","crit":["b64"],"b64":{value}}}"#);
        assert_eq!(key(7).on_header(header), crit, "{value}");
    }
    // `true` is the default (RFC 7797 section 3).
    assert_eq!(
        key(7).on_header(r#"{"alg":"HS256","b64":true}"#),
        accepted("{}")
    );
}

#[test]
fn d11_e11_members_of_encrypted_tokens_are_refused_or_ignored() {
    for name in ["zip", "enc"] {
        for value in [r#""DEF""#, r#""A128GCM""#, r#""""#, "null", "1"] {
            let header = format!(r#"{{"alg":"HS256","{name}":{value}}}"#);
            let expected = unreadable(ParseError::Extension { name });
            assert_eq!(key(7).on_header(&header), expected, "{header}");
        }
    }
    let harmless =
        r#"{"alg":"HS256","epk":{"kty":"EC"},"p2c":2147483647,"p2s":"","apu":1,"iv":[]}"#;
    assert_eq!(key(7).on_header(harmless), accepted("{}"));
}

#[test]
fn d12_typ_is_compared_as_a_media_type() {
    let table = [
        ("JWT", "JWT", true),
        ("jwt", "JWT", true),
        ("application/jwt", "JWT", true),
        ("JWT", "Application/JWT", true),
        ("at+jwt", "application/at+jwt", true),
        ("AT+JWT", "at+jwt", true),
        ("at+jwt", "JWT", false),
        ("dpop+jwt", "at+jwt", false),
        ("JWT ", "JWT", false),
        ("", "JWT", false),
        ("application/", "JWT", false),
        ("text/jwt", "jwt", false),
        ("application/a/b", "a/b", false),
        ("applicationé", "JWT", false),
        // The Kelvin sign is not a `k` here: only ASCII letters fold.
        ("to\u{212a}en", "token", false),
    ];
    for (typ, wanted, same) in table {
        let header = NewHeader::EMPTY.with_typ(typ);
        let token = sign(&*key(7).signer, header, b"{}").unwrap();
        let mut scratch = Scratch::default();
        let unverified = Unverified::parse(&token, &mut scratch).unwrap();
        assert_eq!(
            unverified.header().is_typ(wanted),
            same,
            "{typ:?} as {wanted:?}"
        );
    }
    let token = sign(&*key(7).signer, NewHeader::default(), b"{}").unwrap();
    let mut scratch = Scratch::default();
    assert!(
        !Unverified::parse(&token, &mut scratch)
            .unwrap()
            .header()
            .is_typ("JWT")
    );
}

#[test]
fn d12_the_error_says_that_a_token_is_nested() {
    for (cty, nested) in [
        (Some("JWT"), true),
        (Some("jwt"), true),
        (Some("application/JWT"), true),
        (Some("json"), false),
        (None, false),
    ] {
        let mut header = NewHeader::JWT;
        header.cty = cty;
        let token = sign(&*key(7).signer, header, b"{}").unwrap();
        let mut scratch = Scratch::default();
        let unverified = Unverified::parse(&token, &mut scratch).unwrap();
        assert_eq!(unverified.header().is_nested(), nested, "{cty:?}");
    }
}

#[test]
fn d13_unknown_members_are_ignored() {
    for header in [
        r#"{"alg":"HS256","foo":1}"#,
        r#"{"foo":{"alg":"none","crit":[]},"alg":"HS256"}"#,
        r#"{"alg":"HS256","critical":["x"],"encoding":1,"":null}"#,
        r#"{"alg":"HS256","k\u0131d":"dotless i, which does not fold"}"#,
    ] {
        assert_eq!(key(7).on_header(header), accepted("{}"), "{header}");
    }
    let many: String = (0..100).map(|i| format!(r#","m{i}":{i}"#)).collect();
    let header = format!(r#"{{"alg":"HS256"{many}}}"#);
    assert_eq!(key(7).on_header(header), accepted("{}"));
}

#[test]
fn g22_a_known_name_in_another_case_is_refused_and_the_error_has_the_right_one() {
    for (name, known) in [
        ("Alg", "alg"),
        ("ALG", "alg"),
        ("Kid", "kid"),
        ("\u{212a}id", "kid"),
        (r"\u212aid", "kid"),
        ("tYp", "typ"),
        ("CTY", "cty"),
        ("Crit", "crit"),
        ("B64", "b64"),
        ("Zip", "zip"),
        ("ENC", "enc"),
    ] {
        // Beside the right name, or instead of it, with any value.
        for header in [
            format!(r#"{{"alg":"HS256","{name}":null}}"#),
            format!(r#"{{"{name}":true,"alg":"HS256"}}"#),
            format!(r#"{{"{name}":"HS256"}}"#),
        ] {
            let refused = Verdict::Unreadable(ParseError::HeaderName { known });
            assert_eq!(key(7).on_header(&header), refused, "{header}");
        }
    }
}
