//! The tests of this crate, a module for each subject. They are one program, which links once.
#![cfg(feature = "config")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod centrifugo;
mod common;
mod config_centrifugo;
mod config_embedded;
mod config_empty;
mod config_expectations;
mod config_faults;
mod config_forms;
mod config_issuers;
mod config_keys;
mod config_names;
mod config_real_files;
mod config_variables;
mod confusion;
mod connection;
mod error_chains;
mod errors;
mod header;
mod issuer;
mod issuers;
mod order;
mod own_claims;
mod own_types;
mod readme;
mod redaction;
mod reload;
mod selection;
mod subscription;
mod user_prefix;
