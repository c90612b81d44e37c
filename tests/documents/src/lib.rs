//! Tests of the documents that belong to no one crate: their examples run, and what is written from
//! code is up to date. A crate's own documents are tested by that crate.
#![forbid(unsafe_code)]

/// The workspace's README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
mod readme {}
