//! Strict JSON objects (RFC 8259), read without allocating.
//!
//! Headers, claims and keys are JSON objects from untrusted sources. One strict reader, audited
//! once, reads them all:
//!
//! - The text is UTF-8 and **one object**, with nothing before or after it. An array is never
//!   read as a struct. [`Object::parse`] checks the whole text first; [`Object::each_member`]
//!   checks it member by member, in one pass.
//! - A **duplicate name is an error** at every level, also for unknown names, and also if it is
//!   written with escapes. Names are compared exactly.
//! - Nesting is limited ([`MAX_DEPTH`]), also in unused members.
//! - A lone surrogate or a raw control character is an error anywhere.
//! - A **collection** is checked only for its grammar. The caller checks its members one by one,
//!   so that a bad member doesn't spoil the others ([`Object::parse_collection`]).
//! - A member is **present or absent, never coerced**: [`Value`] gives its raw text
//!   and a typed reading that fails on any other type.
//! - A number that a 64-bit float can't hold, such as `1e400`, is an error anywhere, because
//!   readers of JSON disagree about its value.
//!
//! It relies only on `core` and `alloc`, so that no other crate can change what it accepts. It
//! knows nothing about tokens or keys.
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

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod cursor;
mod error;
mod fold;
mod grammar;
mod kind;
mod names;
mod reader;
mod split;
mod string;
mod unread;
mod utf8;
mod value;
mod walk;
mod writer;

pub use cursor::{Cursor, Number};
pub use error::{JsonError, MAX_DEPTH};
pub use fold::known_in_another_case;
pub use kind::Kind;
pub use unread::UnreadValue;
pub use utf8::utf8;
pub use value::{Array, Elements, Members, Object, Value};
pub use writer::{ObjectWriter, quote};
