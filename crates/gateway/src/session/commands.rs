//! The commands of an open session.

use countersign_lifetime::{Action, Event, Lifetime};

use super::channels::Entry;
use super::open::Subscription;
use super::{Close, Membership, Phase, Session, SessionAction, ShownToken, Step, Wait};
use crate::wire::{
    ClientRequest, ErrorCode, Generation, Push, Refusal, ReplyResult, SubscribeResult, TokenUse,
    Unsubscribed,
};

impl Session {
    pub(super) fn on_request(&mut self, id: u32, request: ClientRequest, step: &mut Step<'_>) {
        match request {
            ClientRequest::Subscribe {
                channel,
                token,
                join_leave,
            } => self.on_subscribe(id, channel, token, join_leave, step),
            ClientRequest::Unsubscribe { channel } => self.on_unsubscribe(id, &channel, step),
            ClientRequest::Publish { channel, data } => {
                let Some(open) = self.open() else { return };
                if channel.is_empty() || data.bytes().is_empty() {
                    return self.close(Close::BadRequest, step);
                }
                let is_subscribed = open.subscription(&channel).is_some();
                let channels = &self.settings.channels;
                match channels.may_publish(&channel, &open.info.user, is_subscribed) {
                    Err(error) => step.error(id, error),
                    Ok(()) => {
                        let info = open.info_in(&channel);
                        self.ask(
                            id,
                            SessionAction::Publish {
                                channel,
                                data,
                                info,
                            },
                            step,
                        );
                    }
                }
            }
            ClientRequest::Presence { channel } => match self.may_ask_presence(&channel) {
                Ok(()) => self.ask(id, SessionAction::AskPresence { channel }, step),
                Err(error) => step.error(id, error),
            },
            ClientRequest::PresenceStats { channel } => match self.may_ask_presence(&channel) {
                Ok(()) => self.ask(id, SessionAction::AskPresenceStats { channel }, step),
                Err(error) => step.error(id, error),
            },
            ClientRequest::Refresh { token } if token.is_empty() => {
                self.refuse(id, Refusal::no_token(TokenUse::Refresh), "", step);
            }
            ClientRequest::Refresh { token } => {
                self.wait = Some(Wait::Refresh { id });
                step.push(SessionAction::VerifyConnection(ShownToken::new(token)));
            }
            ClientRequest::SubRefresh { channel, token } => {
                let Some(open) = self.open() else { return };
                if open.subscription(&channel).is_none() {
                    step.error(id, ErrorCode::PermissionDenied);
                } else if token.is_empty() {
                    let refusal = Refusal::no_token(TokenUse::SubRefresh);
                    self.refuse(id, refusal, &channel, step);
                } else {
                    self.wait = Some(Wait::SubRefresh { id, channel });
                    step.push(SessionAction::VerifySubscription(ShownToken::new(token)));
                }
            }
            ClientRequest::Ping => step.reply(id, ReplyResult::Ping),
            ClientRequest::History { .. } | ClientRequest::Rpc => {
                step.error(id, ErrorCode::NotAvailable);
            }
            ClientRequest::Unknown => step.error(id, ErrorCode::MethodNotFound),
            ClientRequest::Send | ClientRequest::Pong => {}
            // The session is open already.
            ClientRequest::Connect { .. } => self.close(Close::BadRequest, step),
        }
    }

    fn on_subscribe(
        &mut self,
        id: u32,
        channel: String,
        token: String,
        join_leave: bool,
        step: &mut Step<'_>,
    ) {
        let Some(open) = self.open() else { return };
        if channel.is_empty() {
            return self.close(Close::BadRequest, step);
        }
        if let Err(error) = self.has_room_for(&channel) {
            return step.error(id, error);
        }
        if open.subscription(&channel).is_some() {
            return step.error(id, ErrorCode::AlreadySubscribed);
        }
        let channels = &self.settings.channels;
        match channels.entry(&channel, &open.info.user, !token.is_empty()) {
            Err(error) => step.error(id, error),
            Ok(Entry::NeedsToken) if token.is_empty() => {
                let refusal = Refusal::no_token(TokenUse::Subscribe);
                self.refuse(id, refusal, &channel, step);
            }
            Ok(Entry::NeedsToken) => {
                self.wait = Some(Wait::Subscribe {
                    id,
                    channel,
                    join_leave,
                });
                step.push(SessionAction::VerifySubscription(ShownToken::new(token)));
            }
            Ok(Entry::Open) => {
                let subscription = Subscription {
                    info: open.info.clone(),
                    channel,
                    lifetime: Lifetime::new(None),
                };
                step.reply(id, ReplyResult::Subscribe(SubscribeResult::default()));
                let overrides = countersign::claims::Overrides::default();
                self.enter(subscription, join_leave, &overrides, step);
            }
        }
    }

    /// Whether one more channel, of this name, is within the limits.
    pub(super) fn has_room_for(&self, channel: &str) -> Result<(), ErrorCode> {
        let count = self.open().map_or(0, |open| open.subscriptions.len());
        if channel.len() > self.settings.channels.name_limit {
            Err(match self.known_generation() {
                Generation::V1 => ErrorCode::LimitExceeded,
                Generation::V2 => ErrorCode::BadRequest,
            })
        } else if count >= self.settings.channel_limit {
            Err(ErrorCode::LimitExceeded)
        } else {
            Ok(())
        }
    }

    /// Subscribes to a channel whose rules were checked. The reply is sent before: until then the
    /// client drops publications of the channel.
    pub(super) fn enter(
        &mut self,
        subscription: Subscription,
        asked_join_leave: bool,
        overrides: &countersign::claims::Overrides,
        step: &mut Step<'_>,
    ) {
        let generation = self.known_generation();
        let Some(options) = self.settings.channels.options(&subscription.channel) else {
            return;
        };
        let join_leave = overrides.join_leave.unwrap_or(options.join_leave);
        let force_push = overrides
            .force_push_join_leave
            .unwrap_or(options.force_push_join_leave);
        let asked = asked_join_leave || generation == Generation::V1;
        step.push(SessionAction::Subscribe(Membership {
            channel: subscription.channel.clone(),
            info: subscription.info.clone(),
            in_presence: overrides.presence.unwrap_or(options.presence),
            announced: join_leave,
            hears_others: (asked && options.join_leave) || force_push,
        }));
        if let Phase::Open(open) = &mut self.phase {
            open.subscriptions.push(subscription);
        }
    }

    fn on_unsubscribe(&mut self, id: u32, channel: &str, step: &mut Step<'_>) {
        if channel.is_empty() {
            return self.close(Close::BadRequest, step);
        }
        step.reply(id, ReplyResult::Unsubscribe);
        self.leave(channel, step);
    }

    pub(super) fn leave(&mut self, channel: &str, step: &mut Step<'_>) {
        let Phase::Open(open) = &mut self.phase else {
            return;
        };
        let subscriptions = &mut open.subscriptions;
        if let Some(index) = subscriptions.iter().position(|it| it.channel == channel) {
            let channel = subscriptions.swap_remove(index).channel;
            step.push(SessionAction::Unsubscribe { channel });
        }
    }

    fn may_ask_presence(&self, channel: &str) -> Result<(), ErrorCode> {
        let Some(open) = self.open() else {
            return Err(ErrorCode::PermissionDenied);
        };
        let is_subscribed = open.subscription(channel).is_some();
        let channels = &self.settings.channels;
        channels.may_ask_presence(channel, &open.info.user, is_subscribed)
    }

    fn ask(&mut self, id: u32, action: SessionAction, step: &mut Step<'_>) {
        self.wait = Some(Wait::Hub { id });
        step.push(action);
    }

    /// Tells the client that its token was refused.
    pub(super) fn refuse(&mut self, id: u32, refusal: Refusal, channel: &str, step: &mut Step<'_>) {
        match refusal {
            Refusal::Error(error) => step.error(id, error),
            Refusal::Close(close) => self.close(close, step),
            Refusal::Unsubscribe(reason, error) => {
                self.end_subscription(channel, reason, step);
                step.error(id, error);
            }
        }
    }

    /// Ends a subscription of a client of the second generation, which stays connected.
    fn end_subscription(&mut self, channel: &str, reason: Unsubscribed, step: &mut Step<'_>) {
        step.push(SessionAction::Push(Push::Unsubscribe {
            channel: channel.to_owned(),
            reason,
        }));
        self.leave(channel, step);
    }

    /// Ends what has expired and was not renewed.
    pub(super) fn on_expiry(&mut self, step: &mut Step<'_>) {
        let generation = self.known_generation();
        let rules = self.settings.connection_rules();
        let subscription_rules = self.settings.subscription_rules(generation);
        let Phase::Open(open) = &mut self.phase else {
            return;
        };
        let now = step.now.wall;
        let action = open.lifetime.step(Event::TimePassed, now, &rules);
        if matches!(action, Action::Close(_)) {
            return self.close(Close::Expired, step);
        }
        let mut ended = Vec::new();
        for subscription in &mut open.subscriptions {
            let lifetime = &mut subscription.lifetime;
            let action = lifetime.step(Event::TimePassed, now, &subscription_rules);
            if matches!(action, Action::Close(_)) {
                ended.push(subscription.channel.clone());
            }
        }
        match generation {
            // The first generation can't say that a subscription ends and may be renewed.
            Generation::V1 if !ended.is_empty() => self.close(Close::SubscriptionExpired, step),
            Generation::V1 => {}
            Generation::V2 => {
                for channel in ended {
                    self.end_subscription(&channel, Unsubscribed::Expired, step);
                }
            }
        }
    }
}
