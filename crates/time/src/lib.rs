//! [`UnixTime`], a point in time as tokens have it: seconds and nanoseconds since 1970.
//!
//! It is read from the text of a JSON number without floating point, compared to the
//! nanosecond, and its arithmetic saturates: no date in a token makes it overflow.
//!
//! It relies on `core` alone, and reads no clock: the caller tells the time. With the feature
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

mod numeric_date;
#[cfg(feature = "std")]
mod system;
mod unix_time;

pub use unix_time::UnixTime;
