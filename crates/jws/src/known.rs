//! The headers that most tokens have, known in base64url byte for byte: a token with one of
//! them is read without decoding its header. If the header also has a `kid`, only the `kid` is
//! decoded. A token that names an unknown algorithm must cost little too, so of the shortest headers
//! any other `alg` is decoded.
//!
//! Every header reads the same with and without this module; tests compare them.

use alloc::vec::Vec;

use countersign_base64url::decode_into;

use crate::header::is_none;
use crate::{Header, KID_LIMIT};

/// `{"alg"`
const ALG: &str = "eyJhbGci";
/// `"typ":"JWT"}`
const TYP_AT_END: &str = "InR5cCI6IkpXVCJ9";
/// `{"typ":"JWT","alg"`
const TYP_FIRST: &str = "eyJ0eXAiOiJKV1QiLCJhbGci";
/// `"typ":"JWT",`
const TYP_BETWEEN: &str = "InR5cCI6IkpXVCIs";
/// `"kid":`
const KID: &str = "ImtpZCI6";

/// An algorithm, `:"NAME",` and `:"NAME"}`.
type Spelling = (&'static str, &'static str, &'static str);

static NAMES: [Spelling; 13] = [
    ("HS256", "OiJIUzI1NiIs", "OiJIUzI1NiJ9"),
    ("RS256", "OiJSUzI1NiIs", "OiJSUzI1NiJ9"),
    ("ES256", "OiJFUzI1NiIs", "OiJFUzI1NiJ9"),
    ("EdDSA", "OiJFZERTQSIs", "OiJFZERTQSJ9"),
    ("HS384", "OiJIUzM4NCIs", "OiJIUzM4NCJ9"),
    ("HS512", "OiJIUzUxMiIs", "OiJIUzUxMiJ9"),
    ("RS384", "OiJSUzM4NCIs", "OiJSUzM4NCJ9"),
    ("RS512", "OiJSUzUxMiIs", "OiJSUzUxMiJ9"),
    ("PS256", "OiJQUzI1NiIs", "OiJQUzI1NiJ9"),
    ("PS384", "OiJQUzM4NCIs", "OiJQUzM4NCJ9"),
    ("PS512", "OiJQUzUxMiIs", "OiJQUzUxMiJ9"),
    ("ES384", "OiJFUzM4NCIs", "OiJFUzM4NCJ9"),
    ("ES512", "OiJFUzUxMiIs", "OiJFUzUxMiJ9"),
];

/// The known header at the beginning of a token, and its length. A known header contains no dot, so it
/// ends at the first dot of the token.
#[inline]
pub(crate) fn at_start(token: &str) -> Option<(KnownHeader, usize)> {
    // The length of a header with `typ`, and of one without it.
    [36, 20].into_iter().find_map(|length| {
        let (encoded, rest) = token.split_at_checked(length)?;
        let header = rest.starts_with('.').then(|| find(encoded))??;
        Some((header, length))
    })
}

/// One of the known headers. It is small enough for registers.
#[derive(Clone, Copy)]
pub(crate) struct KnownHeader {
    name: &'static Spelling,
    has_typ: bool,
}

impl KnownHeader {
    #[inline]
    pub(crate) fn header(self) -> Header<'static> {
        let (alg, _, _) = self.name;
        Header::known(alg, self.has_typ.then_some("JWT"))
    }
}

/// The header that this is in base64url, if it is a known one.
fn find(encoded: &str) -> Option<KnownHeader> {
    let before_end = |encoded| NAMES.iter().find(|(_, _, last)| *last == encoded);
    let (name, has_typ) = match encoded.strip_prefix(ALG) {
        Some(rest) => match rest.strip_suffix(TYP_AT_END) {
            Some(name) => (NAMES.iter().find(|(_, more, _)| *more == name)?, true),
            None => (before_end(rest)?, false),
        },
        None => (before_end(encoded.strip_prefix(TYP_FIRST)?)?, true),
    };
    Some(KnownHeader { name, has_typ })
}

/// The header that this is in base64url, if it is a known one with a `kid` without escapes. The
/// `kid` is decoded into `bytes`.
pub(crate) fn header_with_kid<'a>(encoded: &str, bytes: &'a mut Vec<u8>) -> Option<Header<'a>> {
    let typ_first = encoded.strip_prefix(TYP_FIRST);
    let (name, rest) = typ_first
        .or_else(|| encoded.strip_prefix(ALG))?
        .split_at_checked(12)?;
    let (alg, _, _) = NAMES.iter().find(|(_, more, _)| *more == name)?;
    let typ_between = rest.strip_prefix(TYP_BETWEEN);
    let rest = typ_between.unwrap_or(rest).strip_prefix(KID)?;
    decode_into(rest, bytes).ok()?;
    let rest = core::str::from_utf8(bytes).ok()?.strip_prefix('"')?;
    let typ_at_end = rest.strip_suffix(r#"","typ":"JWT"}"#);
    let kid = typ_at_end.or_else(|| rest.strip_suffix(r#""}"#))?;
    if kid.len() > KID_LIMIT || kid.bytes().any(needs_parsing) {
        return None;
    }
    let typ = match (typ_first, typ_between, typ_at_end) {
        (None, None, None) => None,
        (Some(_), None, None) | (None, Some(_), None) | (None, None, Some(_)) => Some("JWT"),
        // A duplicate, which is an error.
        _ => return None,
    };
    Some(Header::known(alg, typ).with_kid(kid))
}

/// The header that this is in base64url, if it has only an `alg` without escapes, which may be
/// unknown, or also `"typ":"JWT"` behind it. The `alg` is decoded into `bytes`.
pub(crate) fn header_of_any_alg<'a>(encoded: &str, bytes: &'a mut Vec<u8>) -> Option<Header<'a>> {
    let rest = encoded.strip_prefix(ALG)?;
    let (rest, typ, end) = match rest.strip_suffix(TYP_AT_END) {
        // Only whole groups of four characters can be decoded without those behind them.
        Some(rest) if rest.len().is_multiple_of(4) => (rest, Some("JWT"), "\","),
        Some(_) => return None,
        None => (rest, None, "\"}"),
    };
    decode_into(rest, bytes).ok()?;
    let rest = core::str::from_utf8(bytes).ok()?;
    let alg = rest.strip_prefix(":\"")?.strip_suffix(end)?;
    if alg.is_empty() || is_none(alg) || alg.bytes().any(needs_parsing) {
        return None;
    }
    Some(Header::known(alg, typ))
}

/// Whether a string with this byte must be parsed: it may end there, have an escape, or not be JSON.
fn needs_parsing(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..0x20)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use countersign_base64url::encode;

    use super::{NAMES, header_of_any_alg, header_with_kid};
    use crate::Header;

    fn at_start(token: &str) -> Option<(Header<'static>, usize)> {
        let (known, length) = super::at_start(token)?;
        Some((known.header(), length))
    }

    #[test]
    fn each_known_header_with_a_kid_reads_as_its_json_does() {
        let mut known = 0;
        let (longest, too_long) = ("k".repeat(256), "k".repeat(257));
        for kid in [
            "",
            "1",
            "12",
            "123",
            "\u{e4}\u{1f511}",
            "a b",
            "}",
            &longest,
            &too_long,
            "a\"b",
            r"a\u0062",
            "a\u{1}",
            r#"a","crit":"b"#,
            r#"a","typ":"JWT"#,
            r#"a","kid":"b"#,
        ] {
            for json in [
                format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{kid}"}}"#),
                format!(r#"{{"alg":"ES384","kid":"{kid}","typ":"JWT"}}"#),
                format!(r#"{{"typ":"JWT","alg":"RS256","kid":"{kid}"}}"#),
                format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#),
                format!(r#"{{"typ":"JWT","alg":"RS256","kid":"{kid}","typ":"JWT"}}"#),
                format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{kid}" }}"#),
                format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{kid}"#),
                format!(r#"{{"alg":"HS256","kid":{kid}}}"#),
                format!(r#"{{"alg":"XS256","kid":"{kid}"}}"#),
            ] {
                let encoded = encode(&json);
                let mut bytes = Vec::new();
                let Some(header) = header_with_kid(&encoded, &mut bytes) else {
                    continue;
                };
                assert_eq!(Ok(header), Header::parse(json.as_bytes()), "{json}");
                known += 1;
            }
        }
        // Eight of the `kid`s are short and need no parsing, in four forms of headers. Another
        // one has `typ` at its end.
        assert_eq!(known, 8 * 4 + 1);
    }

    #[test]
    fn each_header_of_any_alg_reads_as_its_json_does() {
        let mut known = 0;
        for alg in [
            "XS256",
            "HS256",
            "longer algorithm",
            "\u{e4}\u{1f511}12",
            "",
            "abcde",
            "none",
            " none",
            "none\"",
            "none\u{e4}\u{e4}",
            "a\"b12",
            r"a\u0062",
            "ab\u{1}cd",
            r#"XS256","crit":"b"#,
            r#"XS256","typ":"JW"#,
        ] {
            for json in [
                format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#),
                format!(r#"{{"alg":"{alg}"}}"#),
                format!(r#"{{"alg":{alg},"typ":"JWT"}}"#),
                format!(r#"{{"alg":"{alg}" }}"#),
                format!(r#"{{"alg":"{alg}""#),
                format!(r#"{{"alg":"{alg}"}},"typ":"JWT"}}"#),
                format!(r#"{{"alg": "{alg}"}}"#),
            ] {
                let encoded = encode(&json);
                let mut bytes = Vec::new();
                if let Some(header) = header_of_any_alg(&encoded, &mut bytes) {
                    assert_eq!(Ok(header), Header::parse(json.as_bytes()), "{json}");
                    known += 1;
                }
            }
        }
        // Five names need no parsing. Behind four of them, `typ` begins a group.
        assert_eq!(known, 5 + 4);
        for alg in [&b"\xff1234"[..], b"12\xed\xa0\x80"] {
            let json = [br#"{"alg":""#, alg, br#""}"#].concat();
            let encoded = encode(&json);
            assert_eq!(header_of_any_alg(&encoded, &mut Vec::new()), None);
        }
    }

    #[test]
    fn a_header_with_a_kid_that_is_not_utf_8_is_not_known() {
        for kid in [&b"\xff"[..], b"\xc3", b"a\xed\xa0\x80"] {
            let json = [br#"{"alg":"HS256","kid":""#, kid, br#""}"#].concat();
            let encoded = encode(&json);
            assert_eq!(header_with_kid(&encoded, &mut Vec::new()), None);
            assert!(Header::parse(&json).is_err());
        }
    }

    #[test]
    fn each_known_header_means_the_same_as_its_json() {
        for (alg, _, _) in NAMES {
            for json in [
                format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#),
                format!(r#"{{"typ":"JWT","alg":"{alg}"}}"#),
                format!(r#"{{"alg":"{alg}"}}"#),
            ] {
                let encoded = encode(&json);
                let parsed = Header::parse(json.as_bytes()).unwrap();
                let expected = Some((parsed, encoded.len()));
                assert_eq!(at_start(&format!("{encoded}.e30.AA")), expected, "{json}");
                assert_eq!(at_start(&format!("{encoded}e30.AA")), None);
                // Any other character makes it another header.
                for at in 0..encoded.len() {
                    let mut other = encoded.clone().into_bytes();
                    if let Some(byte) = other.get_mut(at) {
                        *byte = if *byte == b'A' { b'B' } else { b'A' };
                    }
                    let other = String::from_utf8(other).unwrap();
                    assert_eq!(at_start(&format!("{other}.e30.AA")), None);
                    // A dot ends the header before.
                    let (start, rest) = encoded.split_at(at);
                    assert_eq!(at_start(&format!("{start}.{rest}.e30.AA")), None);
                }
            }
        }
    }
}
