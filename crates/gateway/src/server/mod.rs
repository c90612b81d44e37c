//! The server: it listens, upgrades requests to WebSocket, and runs a task for each connection.
//!
//! It knows nothing of the protocol: `connection` carries bytes between the socket and the
//! session, and carries out the session's actions.

mod accept;
mod connection;
mod log;
mod settings;
mod shared;
mod socket;
mod upgrade;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use countersign::Authenticator;
use tokio::net::TcpListener;

use crate::hub::{Hub, MemoryHub};
use crate::outbox::Signal;
use crate::session::Reload;
use crate::timers::Timers;

use shared::Shared;

pub use accept::{Tls, TlsError};
pub use settings::ServerSettings;
pub use upgrade::WEBSOCKET_PATH;

/// How long connections may take to close when the server stops.
const FAREWELL: Duration = Duration::from_secs(10);

/// A WebSocket server. Clones are the same server.
///
/// ```no_run
/// use countersign::config::{Config, Format};
/// use countersign::Authenticator;
/// use countersign_gateway::{Server, ServerSettings};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let text = r#"{"token_hmac_secret_key": "a secret of at least 32 bytes ..."}"#;
/// let authenticator = Authenticator::new(Config::from_text(text, Format::Json, [])?.setup().build()?.ignore_warnings().rules);
/// let server = Server::new(authenticator, ServerSettings::default());
///
/// let listener = std::net::TcpListener::bind("127.0.0.1:8000")?;
/// let stop = std::future::pending();
/// server.serve(listener, None, stop).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Server {
    shared: Arc<Shared>,
}

impl Server {
    /// A server whose hub is in memory.
    #[must_use]
    pub fn new(authenticator: Authenticator, settings: ServerSettings) -> Self {
        Self::with_hub(authenticator, settings, Arc::new(MemoryHub::new()))
    }

    /// A server with a hub of your own.
    #[must_use]
    pub fn with_hub(
        authenticator: Authenticator,
        settings: ServerSettings,
        hub: Arc<dyn Hub>,
    ) -> Self {
        let shared = Shared {
            authenticator,
            hub,
            timers: Timers::new(),
            reload: ArcSwap::from_pointee(reload_of(&settings)),
            settings: ArcSwap::from_pointee(settings),
            next_connection: AtomicU64::new(0),
            is_stopping: AtomicBool::new(false),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Who verifies tokens. [Reload](Authenticator::reload) it before [`reload`](Self::reload).
    #[must_use]
    pub fn authenticator(&self) -> &Authenticator {
        &self.shared.authenticator
    }

    /// How many connections there are.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.timers.connections()
    }

    /// Goes by other settings from now on. Connections stay, but those of an authority that is
    /// no longer trusted: they are told to reconnect.
    pub fn reload(&self, settings: ServerSettings) {
        self.shared.reload.store(Arc::new(reload_of(&settings)));
        self.shared.settings.store(Arc::new(settings));
        self.shared.timers.signal_all(Signal::Reloaded);
    }

    /// Serves connections until `stop` is ready. Then no connection is taken any more, clients
    /// are told to come back later, and those that have not said goodbye within ten seconds
    /// are dropped.
    ///
    /// # Errors
    ///
    /// [`io::Error`] if the listener can't be used.
    pub async fn serve(
        &self,
        listener: std::net::TcpListener,
        tls: Option<Tls>,
        stop: impl Future<Output = ()>,
    ) -> io::Result<()> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        tokio::select! {
            () = accept::run(&self.shared, &listener, tls.as_ref()) => {}
            () = self.shared.timers.run() => {}
            () = stop => {}
        }
        drop(listener);
        self.shared.is_stopping.store(true, Ordering::Release);
        self.shared.timers.signal_all(Signal::Shutdown);
        let gone = tokio::time::timeout(FAREWELL, self.shared.timers.until_empty());
        if gone.await.is_err() {
            let left = self.connections();
            tracing::warn!(
                connections = left,
                "clients that did not say goodbye are dropped"
            );
        }
        Ok(())
    }
}

fn reload_of(settings: &ServerSettings) -> Reload {
    Reload {
        settings: Arc::new(settings.sessions.clone()),
        authorities: settings.authorities.clone().into(),
    }
}
