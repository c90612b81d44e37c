//! base64url: the same texts are accepted as by the crate `base64`, with the same bytes, and any bytes
//! are written as by that crate.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_base64url::{decode, decode_append, decode_into, encode, encode_append};

use super::assert_shows_well;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "base64url",
    about: "texts and bytes become each other as by the crate base64, and a text has one spelling",
    run,
};

fn run(data: &[u8]) {
    let mut text = String::from("before");
    encode_append(data, &mut text);
    assert_eq!(text, format!("before{}", URL_SAFE_NO_PAD.encode(data)));
    assert_eq!(decode(encode(data)).as_deref(), Ok(data));

    let Ok(text) = core::str::from_utf8(data) else {
        return;
    };
    let mut replaced = b"before".to_vec();
    let mut appended = replaced.clone();
    let results = [
        decode_into(text, &mut replaced),
        decode_append(text, &mut appended),
    ];
    match URL_SAFE_NO_PAD.decode(text) {
        Ok(bytes) => {
            assert_eq!(results, [Ok(()), Ok(())]);
            assert_eq!(replaced, bytes);
            assert_eq!(appended, [b"before", &*bytes].concat());
            assert_eq!(encode(bytes), text);
        }
        Err(_) => {
            for result in results {
                assert_shows_well(&result.unwrap_err());
            }
            assert!(replaced.is_empty());
            assert_eq!(appended, b"before");
        }
    }
}
