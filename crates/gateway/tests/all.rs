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

mod channels;
mod deliveries;
mod faults;
mod options;
mod server;
mod session;
mod subscriptions;
mod support;
mod tls;
mod wire;
