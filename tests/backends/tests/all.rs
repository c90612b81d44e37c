//! The tests of this crate, a module for each subject. They are one program, which links once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod ecdsa;
mod eddsa;
mod keys;
mod lengths;
mod limits;
mod provider;
mod round_trips;
mod rsa;
