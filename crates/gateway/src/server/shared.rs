//! What all connections of a server share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use arc_swap::ArcSwap;
use countersign::Authenticator;

use super::ServerSettings;
use crate::hub::Hub;
use crate::session::Reload;
use crate::timers::Timers;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) authenticator: Authenticator,
    pub(super) hub: Arc<dyn Hub>,
    pub(super) timers: Timers,
    pub(super) settings: ArcSwap<ServerSettings>,
    pub(super) reload: ArcSwap<Reload>,
    pub(super) next_connection: AtomicU64,
    pub(super) is_stopping: AtomicBool,
}
