//! From the checked table of options to rules and issuers.
//!
//! `setup` is the way in. `trust` goes through the sections; `static_keys` and
//! `published_keys` bind the keys of one, `claims` says what it expects of tokens, and
//! `issuers` makes what signs for it. `clients` keeps one client an endpoint.

mod claims;
mod clients;
mod issuers;
mod published_keys;
mod section;
mod setup;
mod static_keys;
mod template;
mod trust;

pub use clients::{ConfiguredEndpoint, EndpointSource};
pub use setup::{CheckedSetup, Setup, SetupBuilder};
