//! What an open session knows: who the client is, until when, and its subscriptions.

use std::sync::Arc;
use std::time::Duration;

use countersign::{Connection, Identity};
use countersign_lifetime::{Expiry, Lifetime};

use super::{SessionSettings, Wakeup};
use crate::wire::{ClientInfo, Generation, Payload};

#[derive(Debug)]
pub(super) struct Open {
    identity: Identity,
    pub(super) info: Arc<ClientInfo>,
    pub(super) lifetime: Lifetime,
    pub(super) subscriptions: Vec<Subscription>,
    /// When the next ping is due.
    pub(super) ping_at: Duration,
    /// Until when a sign of life is awaited.
    pub(super) pong_due: Option<Duration>,
}

#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) channel: String,
    pub(super) info: Arc<ClientInfo>,
    pub(super) lifetime: Lifetime,
}

impl Open {
    pub(super) fn new(client: &str, connection: &Connection, ping_at: Duration) -> Self {
        let info = ClientInfo {
            user: connection.user().to_owned(),
            client: client.to_owned(),
            connection: connection.info().map(Payload::from),
            channel: None,
        };
        Self {
            identity: connection.identity(),
            info: Arc::new(info),
            lifetime: Lifetime::new(expiry_of(connection)),
            subscriptions: Vec::new(),
            ping_at,
            pong_due: None,
        }
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(super) fn authority(&self) -> &str {
        self.identity.authority()
    }

    pub(super) fn subscription(&self, channel: &str) -> Option<&Subscription> {
        let mut subscriptions = self.subscriptions.iter();
        subscriptions.find(|subscription| subscription.channel == channel)
    }

    pub(super) fn subscription_mut(&mut self, channel: &str) -> Option<&mut Subscription> {
        let mut subscriptions = self.subscriptions.iter_mut();
        subscriptions.find(|subscription| subscription.channel == channel)
    }

    /// Who the client is in a channel.
    pub(super) fn info_in(&self, channel: &str) -> Arc<ClientInfo> {
        match self.subscription(channel) {
            Some(subscription) => subscription.info.clone(),
            None => self.info.clone(),
        }
    }

    /// Who the client is in a channel of which a token says `info`.
    pub(super) fn info_with(&self, info: Option<&[u8]>) -> Arc<ClientInfo> {
        match info {
            Some(info) => Arc::new(ClientInfo {
                channel: Some(info.into()),
                ..ClientInfo::clone(&self.info)
            }),
            None => self.info.clone(),
        }
    }

    /// Shows another info of the connection from now on, in its channels too.
    pub(super) fn show(&mut self, info: &[u8]) {
        let connection = Some(Payload::from(info));
        self.info = Arc::new(ClientInfo {
            connection: connection.clone(),
            ..ClientInfo::clone(&self.info)
        });
        for subscription in &mut self.subscriptions {
            subscription.info = match &subscription.info.channel {
                None => self.info.clone(),
                Some(_) => Arc::new(ClientInfo {
                    connection: connection.clone(),
                    ..ClientInfo::clone(&subscription.info)
                }),
            };
        }
    }

    pub(super) fn wakeup(
        &self,
        settings: &SessionSettings,
        generation: Option<Generation>,
    ) -> Wakeup {
        let rules = settings.subscription_rules(generation.unwrap_or(Generation::V1));
        let subscriptions = self.subscriptions.iter();
        let wall = subscriptions
            .filter_map(|subscription| subscription.lifetime.wakeup(&rules))
            .chain(self.lifetime.wakeup(&settings.connection_rules()))
            .min();
        let monotonic = self
            .pong_due
            .map_or(self.ping_at, |due| due.min(self.ping_at));
        Wakeup {
            wall,
            monotonic: Some(monotonic),
        }
    }
}

pub(super) fn expiry_of(connection: &Connection) -> Option<Expiry> {
    let expires = connection.expires()?;
    Some(Expiry::new(
        expires,
        connection.valid_until().unwrap_or(expires),
    ))
}
