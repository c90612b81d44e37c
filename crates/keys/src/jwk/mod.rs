//! JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037), read and written.
//!
//! It relies on `countersign-json` for strict objects, on `countersign-base64url` for the bytes in
//! them, and on `countersign-signature` to check the numbers of a key. It never follows `x5u`, and
//! never reads `x5c` or the thumbprint of a certificate.

mod member;
mod read;
mod write;

pub(crate) use member::Member;
pub(crate) use read::Jwk;
pub(crate) use write::{thumbprint_input, write};
