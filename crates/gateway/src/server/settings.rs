//! The settings of a server.

use crate::session::SessionSettings;

/// The settings of a server. The rules for tokens are those of the `Authenticator`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerSettings {
    /// The settings of sessions.
    pub sessions: SessionSettings,
    /// The names of the authorities whose tokens are trusted. On a reload the connections of
    /// others are closed.
    pub authorities: Vec<String>,
    /// The origins that browsers may connect from, such as `https://*.example.com`. Empty: all.
    pub allowed_origins: Vec<String>,
    /// The largest message of a client, in bytes; 65536.
    pub message_size_limit: usize,
    /// The most bytes that wait for a client; 10 MiB.
    pub queue_size_limit: usize,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            sessions: SessionSettings::default(),
            authorities: Vec::new(),
            allowed_origins: Vec::new(),
            message_size_limit: 64 * 1024,
            queue_size_limit: 10 * 1024 * 1024,
        }
    }
}
