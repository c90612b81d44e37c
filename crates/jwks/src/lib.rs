//! A JWKS client.
#![forbid(unsafe_code)]

extern crate alloc;

mod background;
mod builder;
mod client;
mod clock;
mod counters;
mod document;
mod endpoint;
mod endpoints;
mod fetch;
mod flight;
mod freshness;
mod pending;
mod report;
mod set;
mod settings;
mod state;
mod store;
mod template;
#[cfg(feature = "testing")]
pub mod testing;

pub use builder::Builder;
pub use client::{Jwks, Lookup};
pub use clock::{Clock, SystemClock};
pub use counters::Counters;
pub use endpoint::Endpoint;
pub use endpoints::Endpoints;
pub use fetch::{
    Fetch, FetchError, FetchErrorKind, HttpFetch, HttpOptions, Proxy, Request, Response,
};
pub use pending::Pending;
pub use report::{KeyReport, Report};
pub use set::Keys;
pub use settings::{Settings, SettingsError};
pub use template::Template;
