//! Strict JSON objects (RFC 8259), read without allocating.
//!
//! Headers, claims and keys are JSON objects that come from strangers. One
//! reader, audited once, serves them all:
//!
//! - The text is UTF-8 and **one object**, with nothing before or behind it. An array is
//!   never taken for a struct. [`Object::parse`] checks it whole; a [`Reader`] checks it
//!   member by member, in one pass.
//! - A **duplicate name is an error** at every level, unknown names included,
//!   and whether or not it is written with escapes. Names are compared exactly.
//! - Nesting has a cap ([`MAX_DEPTH`]), also in members that nobody asks for.
//! - A lone surrogate or a raw control character is an error anywhere.
//! - A **collection** is read by the grammar alone, so that an oddity of one member is
//!   reported for that member ([`Object::parse_collection`]).
//! - A member is **present or absent, never coerced**: [`Value`] gives its raw text
//!   and a typed reading that fails on any other type.
//! - A number that no 64-bit float holds, such as `1e400`, is an error anywhere: readers
//!   would differ about it.
//!
//! It relies on `core` and `alloc` alone, so that no other crate changes what it accepts.
//! It knows nothing of tokens or keys.
//!
//! # Example
//!
//! ```
//! use countersign_json::{JsonError, Object};
//!
//! let claims = Object::parse(br#"{"sub":"42","info":{"name": "A"}}"#)?;
//! assert_eq!(claims.get("sub").unwrap().as_str().unwrap(), "42");
//! assert_eq!(claims.get("info").unwrap().raw(), r#"{"name": "A"}"#);
//! assert!(claims.get("exp").is_none());
//!
//! let error = Object::parse(br#"{"sub":"42","\u0073ub":"43"}"#).unwrap_err();
//! assert_eq!(error, JsonError::Duplicate("sub".into()));
//! # Ok::<(), JsonError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod error;
mod fold;
mod grammar;
mod names;
mod reader;
mod split;
mod string;
mod value;
mod walk;
mod writer;

pub use error::{JsonError, MAX_DEPTH};
pub use fold::known_in_another_case;
pub use reader::Reader;
pub use value::{Array, Elements, Kind, Members, Object, Value};
pub use writer::{ObjectWriter, quote};
