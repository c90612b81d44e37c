//! How a session answers when a token was verified.

use countersign::{ChannelOptions, Connection, Error, Subscription};
use countersign_lifetime::{Action, CloseReason, Event, Expiry, Lifetime};

use super::open::{self, Open};
use super::{Close, Phase, Session, SessionAction, Step, Wait};
use crate::wire::{
    ConnectResult, ErrorCode, Generation, Refusal, ReplyResult, SubscribeResult, TokenUse,
    Unsubscribed,
};

impl Session {
    pub(super) fn on_connection(
        &mut self,
        verdict: Result<Connection, Error>,
        step: &mut Step<'_>,
    ) {
        match self.wait.take() {
            Some(Wait::Connect { id }) => match verdict {
                Ok(connection) => self.on_connected(id, &connection, step),
                Err(error) => {
                    self.phase = Phase::Unconnected { was_refused: true };
                    self.refuse(id, self.refusal(&error, TokenUse::Connect), "", step);
                }
            },
            Some(Wait::Refresh { id }) => match verdict {
                Ok(connection) => self.on_refreshed(id, &connection, step),
                Err(error) => self.refuse(id, self.refusal(&error, TokenUse::Refresh), "", step),
            },
            wait => self.wait = wait,
        }
    }

    pub(super) fn on_subscription(
        &mut self,
        verdict: Result<Subscription, Error>,
        step: &mut Step<'_>,
    ) {
        match self.wait.take() {
            Some(Wait::Subscribe {
                id,
                channel,
                join_leave,
            }) => match verdict {
                Ok(token) => self.on_subscribed(id, channel, join_leave, &token, step),
                Err(error) => {
                    let refusal = self.refusal(&error, TokenUse::Subscribe);
                    self.refuse(id, refusal, &channel, step);
                }
            },
            Some(Wait::SubRefresh { id, channel }) => match verdict {
                Ok(token) => self.on_sub_refreshed(id, &channel, &token, step),
                Err(error) => {
                    let refusal = self.refusal(&error, TokenUse::SubRefresh);
                    self.refuse(id, refusal, &channel, step);
                }
            },
            wait => self.wait = wait,
        }
    }

    fn refusal(&self, error: &Error, operation: TokenUse) -> Refusal {
        match error {
            Error::NoToken => Refusal::no_token(operation),
            error => Refusal::of(error.advice(), operation, self.known_generation()),
        }
    }

    fn on_connected(&mut self, id: u32, connection: &Connection, step: &mut Step<'_>) {
        let generation = self.known_generation();
        let interval = self.settings.ping_interval;
        let ping_at = step.now.monotonic.saturating_add(interval);
        let open = Open::new(&self.client, connection, ping_at);
        let expiry = open.lifetime.expiry();
        self.phase = Phase::Open(Box::new(open));

        let mut subscriptions = Vec::new();
        let personal = self.settings.channels.personal_channel(connection.user());
        let personal = personal.filter(|name| connection.channels().all(|it| it.name != *name));
        let personal = personal.map(|channel| (channel, ChannelOptions::default()));
        let signed = connection.channels();
        let signed = signed.map(|channel| (channel.name.to_owned(), channel.options));
        for (channel, options) in signed.chain(personal) {
            if let Err(error) = self.may_be_put_into(&channel, subscriptions.len()) {
                self.phase = Phase::Unconnected { was_refused: true };
                return step.error(id, error);
            }
            subscriptions.push((channel, options));
        }
        step.reply(
            id,
            ReplyResult::Connect(ConnectResult {
                client: self.client.clone(),
                ttl: expiry.map(|expiry| expiry.ttl(step.now.wall)),
                subscriptions: subscriptions
                    .iter()
                    .map(|(channel, options)| (channel.clone(), result_of(*options, None)))
                    .collect(),
                ping: match generation {
                    Generation::V1 => 0,
                    Generation::V2 => u32::try_from(interval.as_secs()).unwrap_or(u32::MAX),
                },
            }),
        );
        for (channel, options) in subscriptions {
            let Some(open) = self.open() else { return };
            let subscription = open::Subscription {
                channel,
                info: open.info_with(options.info),
                lifetime: Lifetime::new(None),
            };
            self.enter(subscription, true, &options.overrides, step);
        }
    }

    /// Whether the server may subscribe the client to a channel, as one more than `count`. The
    /// signed claim suffices: neither `$` nor `anonymous` matters here.
    fn may_be_put_into(&self, channel: &str, count: usize) -> Result<(), ErrorCode> {
        self.has_room_for(channel)?;
        if count >= self.settings.channel_limit {
            return Err(ErrorCode::LimitExceeded);
        }
        match self.settings.channels.options(channel) {
            Some(_) => Ok(()),
            None => Err(ErrorCode::UnknownChannel),
        }
    }

    fn on_refreshed(&mut self, id: u32, connection: &Connection, step: &mut Step<'_>) {
        let rules = self.settings.connection_rules();
        let client = self.client.clone();
        let Phase::Open(open) = &mut self.phase else {
            return;
        };
        let identity = connection.identity();
        let event = if !identity.same_authority(open.identity()) {
            Event::OtherAuthority
        } else if identity != *open.identity() {
            Event::OtherUser
        } else {
            Event::Renewed(open::expiry_of(connection))
        };
        match open.lifetime.step(event, step.now.wall, &rules) {
            Action::Accept { ttl } => {
                let changed = connection.info().filter(|info| {
                    let shown = open.info.connection.as_ref();
                    shown.is_none_or(|shown| shown.bytes() != *info)
                });
                if let Some(info) = changed {
                    open.show(info);
                    for subscription in &open.subscriptions {
                        step.push(SessionAction::UpdateInfo {
                            channel: subscription.channel.clone(),
                            info: subscription.info.clone(),
                        });
                    }
                }
                step.reply(id, ReplyResult::Refresh { client, ttl });
            }
            Action::Close(reason) => self.close(close_of(reason), step),
            _ => step.error(id, ErrorCode::Internal),
        }
    }

    fn on_subscribed(
        &mut self,
        id: u32,
        channel: String,
        join_leave: bool,
        token: &Subscription,
        step: &mut Step<'_>,
    ) {
        if let Err(error) = self.check_binding(&channel, token) {
            return step.error(id, error);
        }
        let Some(open) = self.open() else { return };
        let lifetime = Lifetime::new(expiry_of(token));
        let ttl = lifetime.expiry().map(|expiry| expiry.ttl(step.now.wall));
        let subscription = open::Subscription {
            info: open.info_with(token.info()),
            channel,
            lifetime,
        };
        let options = token.options();
        step.reply(id, ReplyResult::Subscribe(result_of(options, ttl)));
        self.enter(subscription, join_leave, &options.overrides, step);
    }

    /// Whether a token is for this channel, user and client.
    fn check_binding(&self, channel: &str, token: &Subscription) -> Result<(), ErrorCode> {
        let Some(open) = self.open() else {
            return Err(ErrorCode::PermissionDenied);
        };
        let identity = open.identity();
        if token.check_request(channel, identity, &self.client).is_ok() {
            return Ok(());
        }
        // Clients 5.x keep a token over reconnects, when it names a client that is gone. 109
        // makes them ask for another; 103 would be final.
        let names_another_client = token.client().is_some_and(|client| client != self.client);
        if self.known_generation() == Generation::V2 && names_another_client {
            Err(ErrorCode::TokenExpired)
        } else {
            Err(ErrorCode::PermissionDenied)
        }
    }

    fn on_sub_refreshed(
        &mut self,
        id: u32,
        channel: &str,
        token: &Subscription,
        step: &mut Step<'_>,
    ) {
        let rules = self.settings.subscription_rules(self.known_generation());
        let is_bound = self.check_binding(channel, token);
        let Phase::Open(open) = &mut self.phase else {
            return;
        };
        let info = open.info_with(token.info());
        let Some(subscription) = open.subscription_mut(channel) else {
            return step.error(id, ErrorCode::PermissionDenied);
        };
        let event = match is_bound {
            Ok(()) => Event::Renewed(expiry_of(token)),
            // A token that was kept over a reconnect: a new one is needed.
            Err(ErrorCode::TokenExpired) => Event::TokenExpired,
            Err(_) => Event::OtherUser,
        };
        match subscription.lifetime.step(event, step.now.wall, &rules) {
            Action::Accept { ttl } => {
                if token.info().is_some() && subscription.info != info {
                    subscription.info = info.clone();
                    step.push(SessionAction::UpdateInfo {
                        channel: channel.to_owned(),
                        info,
                    });
                }
                step.reply(id, ReplyResult::SubRefresh { ttl });
            }
            Action::RefuseExpired => step.error(id, ErrorCode::TokenExpired),
            Action::Close(CloseReason::TokenExpired) => {
                let refusal = Refusal::Unsubscribe(Unsubscribed::Expired, ErrorCode::Internal);
                self.refuse(id, refusal, channel, step);
            }
            Action::Close(_) => self.close(Close::InvalidToken, step),
            _ => step.error(id, ErrorCode::Internal),
        }
    }
}

fn close_of(reason: CloseReason) -> Close {
    if reason.may_reconnect() {
        Close::Expired
    } else {
        Close::InvalidToken
    }
}

fn expiry_of(token: &Subscription) -> Option<Expiry> {
    let expires = token.expires()?;
    Some(Expiry::new(expires, token.valid_until().unwrap_or(expires)))
}

fn result_of(options: ChannelOptions<'_>, ttl: Option<u32>) -> SubscribeResult {
    SubscribeResult {
        ttl,
        data: options.data.map(Into::into),
    }
}
