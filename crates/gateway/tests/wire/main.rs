//! Every message of the protocol in each of the four codecs, against bytes that are written
//! here by hand: neither prost nor the encoder's own tables have a say in what is expected.
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

mod bytes;
mod read;
mod told;
mod written;
