//! The headers that most tokens have, known in base64url byte for byte: a token with one of
//! them is read without decoding its header.
//!
//! Every header reads the same with and without this table; a test compares them.

use crate::Header;

/// `{"alg"`
const ALG: &str = "eyJhbGci";
/// `"typ":"JWT"}`
const TYP_AT_END: &str = "InR5cCI6IkpXVCJ9";
/// `{"typ":"JWT","alg"`
const TYP_FIRST: &str = "eyJ0eXAiOiJKV1QiLCJhbGci";

/// An algorithm, `:"NAME",` and `:"NAME"}`.
const NAMES: [(&str, &str, &str); 13] = [
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

/// The header that this is in base64url, if it is a known one.
pub(crate) fn header(encoded: &str) -> Option<Header<'static>> {
    if let Some(rest) = encoded.strip_prefix(ALG) {
        if let Some(name) = rest.strip_suffix(TYP_AT_END) {
            let (alg, _, _) = NAMES.iter().find(|(_, more, _)| *more == name)?;
            return Some(Header::known(alg, Some("JWT")));
        }
        let (alg, _, _) = NAMES.iter().find(|(_, _, last)| *last == rest)?;
        return Some(Header::known(alg, None));
    }
    let name = encoded.strip_prefix(TYP_FIRST)?;
    let (alg, _, _) = NAMES.iter().find(|(_, _, last)| *last == name)?;
    Some(Header::known(alg, Some("JWT")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use super::{NAMES, header};
    use crate::Header;
    use crate::encoding::encode;

    #[test]
    fn each_known_header_means_the_same_as_its_json() {
        for (alg, _, _) in NAMES {
            for json in [
                format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#),
                format!(r#"{{"typ":"JWT","alg":"{alg}"}}"#),
                format!(r#"{{"alg":"{alg}"}}"#),
            ] {
                let mut encoded = String::new();
                encode(json.as_bytes(), &mut encoded);
                let parsed = Header::parse(json.as_bytes()).unwrap();
                assert_eq!(header(&encoded), Some(parsed), "{json}");
                // Any other character makes it another header.
                for at in 0..encoded.len() {
                    let mut other = encoded.clone().into_bytes();
                    if let Some(byte) = other.get_mut(at) {
                        *byte = if *byte == b'A' { b'B' } else { b'A' };
                    }
                    assert_eq!(header(&String::from_utf8(other).unwrap()), None);
                }
            }
        }
    }
}
