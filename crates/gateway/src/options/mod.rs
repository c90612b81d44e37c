//! The options of the server, by the names of Centrifugo v2 to v6.
//!
//! What concerns tokens is read by `countersign::config`; here is the rest. An option that
//! restricts access and is not implemented is an error: ignoring it would allow access. Any
//! other option that is not implemented is named in a warning.

mod channel;
mod error;
mod given;
mod read;

use crate::server::ServerSettings;

pub use error::OptionError;
pub use given::GivenOption;
pub use read::read;

/// The settings that the options give.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// The settings of the server.
    pub server: ServerSettings,
    /// `address`: where to listen.
    pub address: Option<String>,
    /// `port`: on which port.
    pub port: Option<u16>,
    /// `tls`: which certificate to show.
    pub tls: Option<TlsSource>,
    /// `shared_users`: users of the same name are the same user, whoever issued their tokens.
    pub shared_users: bool,
    /// Warnings, one sentence each: options that have no effect, and settings that should change.
    pub warnings: Vec<String>,
}

/// Where the certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsSource {
    /// In files, by their paths.
    Files {
        /// The certificate chain.
        chain: String,
        /// The private key.
        key: String,
    },
    /// In the options themselves.
    Pem {
        /// The certificate chain.
        chain: String,
        /// The private key. `Debug` does not show it.
        key: PrivateKeyPem,
    },
}

/// A text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKeyPem(String);

impl PrivateKeyPem {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Debug for PrivateKeyPem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("PrivateKeyPem")
    }
}
