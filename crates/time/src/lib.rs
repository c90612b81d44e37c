//! [`UnixTime`], the time format of tokens: seconds and nanoseconds since 1970.
//!
//! It is read from the text of a JSON number without floating point, and comparisons are exact to
//! the nanosecond. Its arithmetic saturates, so no date in a token can make it overflow.
//!
//! It relies only on `core`. It reads no clock: the caller passes the time in. With the feature
//! `std` it converts from and to `SystemTime`.
//!
//! # Example
//!
//! ```
//! use core::time::Duration;
//! use countersign_time::UnixTime;
//!
//! let nbf = UnixTime::from_numeric_date("1700000000.25").unwrap();
//! let now = UnixTime::from_secs(1_700_000_000);
//! assert!(now < nbf);
//! assert!(now.saturating_add(Duration::from_millis(250)) >= nbf);
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod numeric_date;
#[cfg(feature = "std")]
mod system;
mod unix_time;

pub use unix_time::UnixTime;
