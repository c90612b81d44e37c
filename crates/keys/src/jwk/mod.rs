//! JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037), read and written.
//!
//! It relies on `countersign-json` for strict objects, and on `countersign-signature` to check
//! the numbers of a key. It never follows `x5u`, and never reads `x5c` or the thumbprint of a
//! certificate.

mod read;
mod write;

pub(crate) use read::{read, read_public_half};
pub(crate) use write::{base64url, thumbprint_input, write};

/// The members with parts of keys of all types. A key with a part of another type contradicts
/// itself.
const PARTS: [&str; 15] = [
    "n", "e", "d", "p", "q", "dp", "dq", "qi", "oth", "crv", "x", "y", "k", "pub", "priv",
];

/// The members about a key of any type.
const ABOUT: [&str; 5] = ["kty", "kid", "alg", "use", "key_ops"];

/// The key types that are read, each with its own parts.
const TYPES: [(&str, &[&str]); 5] = [
    ("RSA", &["n", "e", "d", "p", "q", "dp", "dq", "qi", "oth"]),
    ("EC", &["crv", "x", "y", "d"]),
    ("OKP", &["crv", "x", "d"]),
    ("oct", &["k"]),
    ("AKP", &["pub", "priv"]),
];
