//! Channels: what their names mean, and who may do what in them.
//!
//! Two sets of rules are known. By those of Centrifugo v2 a channel is open unless its name
//! says otherwise (`$` needs a token, `#` names the users). By those of v4 to v6 nothing is
//! allowed unless an option allows it, and every channel takes a subscription token.

use std::collections::BTreeMap;

use crate::wire::ErrorCode;

/// Whose rules the options follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChannelRules {
    /// Those of Centrifugo v2.
    #[default]
    V2,
    /// Those of Centrifugo v4, v5 and v6.
    V4,
}

/// Who may do something in a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Access {
    /// Every client.
    pub client: bool,
    /// Clients that are subscribed to the channel.
    pub subscriber: bool,
    /// Anonymous users too, if other users in the same position may.
    pub anonymous: bool,
}

impl Access {
    fn allows(self, user: &str, is_subscribed: bool) -> bool {
        let may = self.client || self.subscriber && is_subscribed;
        may && (!user.is_empty() || self.anonymous)
    }
}

/// The options of the channels of one namespace. All off by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamespaceOptions {
    /// Who may subscribe without a token.
    pub subscribe: Access,
    /// Who may publish.
    pub publish: Access,
    /// Who may ask for presence, where it is on.
    pub ask_presence: Access,
    /// Whether it is known who is subscribed.
    pub presence: bool,
    /// Whether clients may ask for presence at all.
    pub presence_for_clients: bool,
    /// Whether subscribers are told who joins and leaves.
    pub join_leave: bool,
    /// Whether they are told without asking.
    pub force_push_join_leave: bool,
    /// Whether `#` in a channel's name names the users who may subscribe.
    pub user_limited: bool,
    /// Whether only the server subscribes clients.
    pub server_side: bool,
}

/// The rules for all channels.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChannelSettings {
    /// Whose rules.
    pub rules: ChannelRules,
    /// The options of channels without a namespace.
    pub without_namespace: NamespaceOptions,
    /// The options of each namespace, by its name.
    pub namespaces: BTreeMap<String, NamespaceOptions>,
    /// What the name of a private channel begins with; `$`. Empty: there are none.
    pub private_prefix: String,
    /// What ends a namespace's name; `:`. Empty: there are no namespaces.
    pub namespace_boundary: String,
    /// The mark in front of the users who may subscribe; `#`. Empty: no channel names its users.
    pub user_boundary: String,
    /// What separates users; `,`.
    pub user_separator: String,
    /// Whether each user is subscribed to a channel of their own, and in which namespace
    /// (empty: in none).
    pub personal: Option<String>,
    /// The longest name, in bytes; 255.
    pub name_limit: usize,
}

impl Default for ChannelSettings {
    fn default() -> Self {
        Self {
            rules: ChannelRules::default(),
            without_namespace: NamespaceOptions::default(),
            namespaces: BTreeMap::new(),
            private_prefix: "$".into(),
            namespace_boundary: ":".into(),
            user_boundary: "#".into(),
            user_separator: ",".into(),
            personal: None,
            name_limit: 255,
        }
    }
}

/// The answer to a client that wants to subscribe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It may subscribe.
    Open,
    /// It may subscribe if it shows a token for this channel.
    NeedsToken,
}

impl ChannelSettings {
    /// The options of a channel; `None` if its namespace is not configured.
    pub(super) fn options(&self, channel: &str) -> Option<&NamespaceOptions> {
        let name = match channel.strip_prefix(&self.private_prefix) {
            Some(name) if !self.private_prefix.is_empty() => name,
            _ => channel,
        };
        match self.split_namespace(name) {
            Some(namespace) => self.namespaces.get(namespace),
            None => Some(&self.without_namespace),
        }
    }

    fn split_namespace<'n>(&self, name: &'n str) -> Option<&'n str> {
        if self.namespace_boundary.is_empty() {
            return None;
        }
        name.split_once(&self.namespace_boundary)
            .map(|(namespace, _)| namespace)
    }

    /// Whether a user may subscribe to a channel.
    pub(super) fn entry(
        &self,
        channel: &str,
        user: &str,
        has_token: bool,
    ) -> Result<Entry, ErrorCode> {
        let options = self.options(channel).ok_or(ErrorCode::UnknownChannel)?;
        let is_private =
            !self.private_prefix.is_empty() && channel.starts_with(&self.private_prefix);
        let listed = self.is_listed(channel, user);
        let is_allowed = match self.rules {
            ChannelRules::V2 => {
                options.subscribe.allows(user, false)
                    && !options.server_side
                    && listed != Some(false)
            }
            ChannelRules::V4 if is_private || has_token => true,
            ChannelRules::V4 if options.user_limited && listed.is_some() => listed == Some(true),
            ChannelRules::V4 => options.subscribe.allows(user, false),
        };
        if !is_allowed {
            return Err(ErrorCode::PermissionDenied);
        }
        // The rules of v2 ignore a token that the channel does not need.
        let needs_token = is_private || has_token && self.rules == ChannelRules::V4;
        Ok(if needs_token {
            Entry::NeedsToken
        } else {
            Entry::Open
        })
    }

    /// Whether the channel's name lists this user; `None` if it lists nobody. An anonymous
    /// user is never listed: their name is empty, and `#` alone would name it.
    fn is_listed(&self, channel: &str, user: &str) -> Option<bool> {
        if self.user_boundary.is_empty() {
            return None;
        }
        let (_, users) = channel.rsplit_once(&self.user_boundary)?;
        let is_listed = if self.user_separator.is_empty() {
            users == user
        } else {
            users
                .split(&self.user_separator)
                .any(|listed| listed == user)
        };
        Some(is_listed && !user.is_empty())
    }

    /// Whether a user may publish into a channel.
    pub(super) fn may_publish(
        &self,
        channel: &str,
        user: &str,
        is_subscribed: bool,
    ) -> Result<(), ErrorCode> {
        let options = self.options(channel).ok_or(ErrorCode::UnknownChannel)?;
        if options.publish.allows(user, is_subscribed) {
            Ok(())
        } else {
            Err(ErrorCode::PermissionDenied)
        }
    }

    /// Whether a user may ask who is subscribed to a channel.
    pub(super) fn may_ask_presence(
        &self,
        channel: &str,
        user: &str,
        is_subscribed: bool,
    ) -> Result<(), ErrorCode> {
        let options = self.options(channel).ok_or(ErrorCode::UnknownChannel)?;
        if !options.presence || !options.presence_for_clients {
            Err(ErrorCode::NotAvailable)
        } else if options.ask_presence.allows(user, is_subscribed) {
            Ok(())
        } else {
            Err(ErrorCode::PermissionDenied)
        }
    }

    /// The personal channel of a user. The server subscribes the user to it.
    pub(super) fn personal_channel(&self, user: &str) -> Option<String> {
        let namespace = self.personal.as_deref()?;
        if user.is_empty() {
            return None;
        }
        let boundary = if namespace.is_empty() {
            ""
        } else {
            &self.namespace_boundary
        };
        Some(format!("{namespace}{boundary}{}{user}", self.user_boundary))
    }

    /// Whether the name of a user decides about some channel: by `#`, or because it is personal.
    #[must_use]
    pub fn depend_on_users(&self) -> bool {
        let mut options = self.namespaces.values().chain([&self.without_namespace]);
        let is_limited =
            self.rules == ChannelRules::V2 || options.any(|options| options.user_limited);
        self.personal.is_some() || is_limited && !self.user_boundary.is_empty()
    }
}
