//! The targets, one file each.

pub mod authenticator;
pub mod backends;
pub mod base64url;
pub mod claims;
pub mod compact;
pub mod config;
pub mod der;
pub mod discovery;
pub mod fetch;
pub mod frames;
pub mod header;
pub mod json;
pub mod jwk;
pub mod jwk_set;
pub mod jwks;
mod key;
pub mod own_claims;
pub mod pem;
pub mod secret;
pub mod session;
pub mod template;
pub mod wheel;
pub mod written;

/// Checks that a text for people is one line and has no effect on a terminal.
fn assert_shows_well(text: &impl core::fmt::Display) {
    let text = text.to_string();
    assert!(!text.is_empty());
    assert!(!text.chars().any(char::is_control), "{text:?}");
}
