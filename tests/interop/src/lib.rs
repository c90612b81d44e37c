//! Shared by the interop tests: the algorithms, keys from openssl, the peers, and our own
//! program, which is called like users call it.
//!
//! It needs the programs `openssl`, `python3` and `node`, and our built program `countersign`. No
//! test here starts a server or uses the network. A test is skipped in its first line if a
//! program is missing. Under `cargo xtask test`, which installs the programs, that is a failure.
#![forbid(unsafe_code)]
// Test code: a broken assumption panics.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc // the only error is `Refused`
)]

mod algorithm;
mod folder;
mod key;
mod lines;
mod peer;
mod program;
mod provider;
mod token;

pub use algorithm::{ALGORITHMS, Algorithm, KeyKind};
pub use folder::Folder;
pub use key::{Key, openssl, openssl_is_here};
pub use peer::{Peer, Refused};
pub use program::Program;
pub use provider::OidcProvider;
pub use token::flipped;

/// The peers that `cargo xtask test` has installed; `None` if the tests run without it.
///
/// If it is set, `openssl` and our program must be there too, so that no test is skipped
/// silently.
fn promised() -> Option<String> {
    std::env::var("COUNTERSIGN_INTEROP").ok()
}
