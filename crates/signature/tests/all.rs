//! The tests of this crate, a module for each subject. They are one program, which links once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod curves;
mod errors;
mod material;
mod provider;
