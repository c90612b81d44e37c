//! The tests of this crate, a module for each subject. They are one program, which links once.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod algorithm;
mod common;
mod errors;
mod form;
mod header;
mod header_json;
mod mutation;
mod rfc;
mod vectors;
