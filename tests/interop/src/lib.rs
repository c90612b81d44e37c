//! What the interop tests share: the algorithms, keys of openssl, the peers, and
//! our own program, which is driven as its users drive it.
//!
//! It relies on the programs `openssl`, `python3` and `node` and on nothing of ours
//! but the built `countersign`. No test here uses the network but loopback, where a real
//! OpenID Connect provider answers; the test that rotates its keys runs our library, because
//! the program that checks tokens ends with each token.
//! Each test begins with a line that ends it, skipped, where a program is not on
//! this machine; under `cargo xtask test`, which installs them, that is a failure.
#![forbid(unsafe_code)]
// Test code: what is not as it should be ends the test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc // the one error is `Refused`
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

/// The peers that `cargo xtask test` made ready; None where somebody else runs the tests.
///
/// Where it is there, so are `openssl` and our program: nothing is skipped in silence.
fn promised() -> Option<String> {
    std::env::var("COUNTERSIGN_INTEROP").ok()
}
