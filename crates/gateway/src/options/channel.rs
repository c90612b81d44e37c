//! The options of channels: of v2, and of v4 to v6.

use std::collections::BTreeMap;

use super::OptionError;
use super::given::Setting;
use crate::session::{Access, ChannelRules, NamespaceOptions};

/// The options of one namespace, as they were given.
#[derive(Default)]
pub(super) struct Draft {
    settings: BTreeMap<String, Setting>,
}

/// Options that only v2 has.
const ONLY_V2: [&str; 5] = [
    "anonymous",
    "presence_disable_for_client",
    "publish",
    "server_side",
    "subscribe_to_publish",
];

/// Options that only v4 to v6 have.
const ONLY_V4: [&str; 9] = [
    "allow_presence_for_anonymous",
    "allow_presence_for_client",
    "allow_presence_for_subscriber",
    "allow_publish_for_anonymous",
    "allow_publish_for_client",
    "allow_publish_for_subscriber",
    "allow_subscribe_for_anonymous",
    "allow_subscribe_for_client",
    "allow_user_limited_channels",
];

/// Options of both.
const BOTH: [&str; 3] = ["force_push_join_leave", "join_leave", "presence"];

/// Options that restrict access and are not implemented.
const RESTRICTING: [&str; 11] = [
    "channel_regex",
    "proxy_publish",
    "proxy_subscribe",
    "proxy_sub_refresh",
    "publication_data_format",
    "publish_proxy_enabled",
    "publish_proxy_name",
    "sub_refresh_proxy_enabled",
    "sub_refresh_proxy_name",
    "subscribe_proxy_enabled",
    "subscribe_proxy_name",
];

/// Options of features that are not implemented: history, recovery, positioning, delta, maps.
const LACKING: [&str; 25] = [
    "allow_history_for_anonymous",
    "allow_history_for_client",
    "allow_history_for_subscriber",
    "allow_positioning",
    "allow_recovery",
    "allowed_delta_types",
    "cache_empty_proxy_name",
    "delta_publish",
    "force_positioning",
    "force_recovery",
    "force_recovery_mode",
    "history_disable_for_client",
    "history_lifetime",
    "history_meta_ttl",
    "history_recover",
    "history_size",
    "history_ttl",
    "position",
    "proxy_stream_subscribe",
    "proxy_subscribe_stream",
    "recover",
    "subscribe_stream_proxy_enabled",
    "subscribe_stream_proxy_name",
    "subscribe_stream_proxy_bidirectional",
    "subscribe_stream_bidirectional",
];

/// Whether an option of this name is one of channels.
pub(super) fn is_channel_option(name: &str) -> bool {
    is_known(name) || RESTRICTING.contains(&name) || LACKING.contains(&name)
}

fn is_known(name: &str) -> bool {
    ONLY_V2.contains(&name) || ONLY_V4.contains(&name) || BOTH.contains(&name)
}

/// Whether an option of this name selects the rules of v4.
pub(super) fn selects_v4(name: &str) -> bool {
    name.starts_with("allow_") && is_channel_option(name)
}

impl Draft {
    /// Takes an option.
    pub(super) fn add(
        &mut self,
        key: &str,
        setting: Setting,
        warnings: &mut Vec<String>,
    ) -> Result<(), OptionError> {
        if RESTRICTING.contains(&key) {
            if !setting.is_off() {
                return Err(setting.fault(
                    "this option restricts access and is not implemented here; \
                     remove it, if its channels may go without",
                ));
            }
        } else if LACKING.contains(&key) {
            if !setting.is_off() {
                warnings.push(format!(
                    "`{}` is not implemented and has no effect",
                    setting.name
                ));
            }
        } else if is_known(key) {
            self.settings.insert(key.to_owned(), setting);
        } else {
            return Err(setting.fault("there is no such option of channels"));
        }
        Ok(())
    }

    fn find(&self, key: &str) -> Option<&Setting> {
        self.settings.get(key)
    }

    /// What the options mean under these rules.
    pub(super) fn finish(&self, rules: ChannelRules) -> Result<NamespaceOptions, OptionError> {
        let flag = |key: &str| self.find(key).map_or(Ok(false), Setting::flag);
        match rules {
            ChannelRules::V2 => {
                let (publish, subscribed) = (flag("publish")?, flag("subscribe_to_publish")?);
                let anonymous = flag("anonymous")?;
                let join_leave = flag("join_leave")?;
                Ok(NamespaceOptions {
                    subscribe: access(true, false, anonymous),
                    publish: access(publish && !subscribed, publish && subscribed, anonymous),
                    ask_presence: access(false, true, true),
                    presence: flag("presence")?,
                    presence_for_clients: !flag("presence_disable_for_client")?,
                    join_leave,
                    force_push_join_leave: join_leave,
                    user_limited: true,
                    server_side: flag("server_side")?,
                })
            }
            ChannelRules::V4 => {
                if let Some(old) = ONLY_V2.iter().find_map(|key| self.find(key)) {
                    return Err(old.fault(
                        "only Centrifugo v2 has this option, and others here are of v4 to v6; \
                         use `allow_publish_for_client` and the like",
                    ));
                }
                let of = |what: &str| {
                    Ok::<_, OptionError>(access(
                        flag(&format!("allow_{what}_for_client"))?,
                        flag(&format!("allow_{what}_for_subscriber"))?,
                        flag(&format!("allow_{what}_for_anonymous"))?,
                    ))
                };
                Ok(NamespaceOptions {
                    subscribe: of("subscribe")?,
                    publish: of("publish")?,
                    ask_presence: of("presence")?,
                    presence: flag("presence")?,
                    presence_for_clients: true,
                    join_leave: flag("join_leave")?,
                    force_push_join_leave: flag("force_push_join_leave")?,
                    user_limited: flag("allow_user_limited_channels")?,
                    server_side: false,
                })
            }
        }
    }
}

fn access(client: bool, subscriber: bool, anonymous: bool) -> Access {
    Access {
        client,
        subscriber,
        anonymous,
    }
}
