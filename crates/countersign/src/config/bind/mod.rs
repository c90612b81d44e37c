//! Turns the checked table of options into rules and issuers.
//!
//! Start reading at `setup`. `trust` goes through the sections. `static_keys` and `published_keys`
//! bind the keys of a section, `claims` reads its requirements for tokens, and `issuers` makes its
//! issuers. `clients` keeps one client for each endpoint.

mod claims;
mod clients;
mod issuers;
mod published_keys;
mod section;
mod setup;
mod static_keys;
mod template;
mod trust;
mod whole_match;

pub use clients::{ConfiguredEndpoint, EndpointSource};
pub use setup::{CheckedSetup, Setup, SetupBuilder};
