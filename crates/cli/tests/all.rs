//! The tests of this crate, a module for each subject. They are one program, which links once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::needless_pass_by_value,
    clippy::field_reassign_with_default,
    missing_docs
)]

mod config;
mod genkey;
mod inspect;
mod jwks;
mod keys;
mod program;
#[cfg(unix)] // They are lines of a POSIX shell.
mod readme;
#[cfg(unix)]
mod serve;
mod support;
mod tokens;
