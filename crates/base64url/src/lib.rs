//! base64url without padding (RFC 7515 section 2, RFC 4648 section 5): the form of the parts of a
//! token and of the numbers in a JWK.
//!
//! - [`decode`] is strict and fast. It accepts only the text that [`encode`] writes for the same
//!   bytes: no padding, no white space, no other alphabet, and no stray bits at the end (RFC 4648
//!   sections 3.3 and 3.5). So nobody can change the text of a signed token without changing its
//!   bytes.
//! - [`decode_into`] and [`decode_append`] write into a buffer of the caller, and so does
//!   [`encode_append`].
//!
//! It relies only on `core` and `alloc`. It knows nothing about tokens or keys. For base64 with
//! padding, as in PEM, use the crate `base64`.
//!
//! # Example
//!
//! ```
//! use countersign_base64url::{decode, encode};
//!
//! assert_eq!(encode(b"\xfb\xff"), "-_8");
//! assert_eq!(decode("-_8")?, b"\xfb\xff");
//! assert!(decode("+/8").is_err());
//! # Ok::<(), countersign_base64url::DecodeError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod decode;
mod encode;

pub use decode::{DecodeError, decode, decode_append, decode_into};
pub use encode::{encode, encode_append, encoded_len};

/// The 64 characters, each at the place of its value.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
