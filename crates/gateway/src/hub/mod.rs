//! The hub: who is in which channel, presence, and delivery.
//!
//! [`Hub`] is a trait, so that a hub that spans several servers can replace [`MemoryHub`]. A method
//! that may take time returns a [`HubResponse`]: a hub that answers at once allocates nothing for it.

mod memory;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::outbox::{Deliveries, Outbox};
use crate::session::Membership;
use crate::wire::{ClientInfo, Codec, Payload};

pub use memory::MemoryHub;

/// Who is in which channel, presence, and delivery.
///
/// Messages for members go into the `deliveries` that are passed in. The caller sends them when
/// all commands of a frame are handled. A hub that delivers later makes its own [`Deliveries`].
pub trait Hub: fmt::Debug + Send + Sync {
    /// Puts a connection into a channel, and tells the others, and itself, if it is announced.
    fn subscribe(&self, member: Member, deliveries: &mut Deliveries);

    /// Shows another info of a member from now on.
    fn update(&self, channel: &str, connection: u64, info: Arc<ClientInfo>);

    /// Takes a connection out of a channel, and tells the others if it was announced.
    fn unsubscribe(&self, channel: &str, connection: u64, deliveries: &mut Deliveries);

    /// Sends data to all members of a channel, in the same order to each. `info` says who
    /// published; `None` is the server.
    fn publish(
        &self,
        channel: String,
        data: Payload,
        info: Option<Arc<ClientInfo>>,
        deliveries: &mut Deliveries,
    ) -> HubResponse<()>;

    /// Who is in a channel.
    fn presence(&self, channel: &str) -> HubResponse<Vec<Arc<ClientInfo>>>;

    /// How many are in a channel.
    fn presence_stats(&self, channel: &str) -> HubResponse<PresenceStats>;
}

/// A connection in a channel.
#[derive(Debug)]
#[non_exhaustive]
pub struct Member {
    /// The connection's number, unique in this server.
    pub connection: u64,
    /// How it is sent messages.
    pub codec: Codec,
    /// Where its messages go.
    pub outbox: Arc<Outbox>,
    /// How it is in the channel.
    pub membership: Membership,
}

/// How many are in a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PresenceStats {
    /// Connections.
    pub clients: u32,
    /// Different users among them.
    pub users: u32,
}

impl PresenceStats {
    /// So many connections, of so many users.
    #[must_use]
    pub const fn new(clients: u32, users: u32) -> Self {
        Self { clients, users }
    }
}

/// What a hub answers, at once or later.
pub enum HubResponse<T> {
    /// The answer.
    Now(Result<T, HubError>),
    /// It takes time.
    Later(Pin<Box<dyn Future<Output = Result<T, HubError>> + Send>>),
}

impl<T> fmt::Debug for HubResponse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Now(Ok(_)) => "Now(Ok)",
            Self::Now(Err(_)) => "Now(Err)",
            Self::Later(_) => "Later",
        })
    }
}

/// The hub could not do it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubError {
    reason: String,
}

impl HubError {
    /// An error for the log; clients are told nothing of the reason.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

impl fmt::Display for HubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for HubError {}
