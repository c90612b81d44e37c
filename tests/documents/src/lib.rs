//! Tests of the documents that don't belong to one crate: their examples run, and pages that are
//! generated from code are up to date. Each crate tests its own documents.
#![forbid(unsafe_code)]

/// The workspace's README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
mod readme {}
