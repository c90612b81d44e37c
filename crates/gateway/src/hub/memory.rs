//! The hub of one server, in memory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Hub, HubResponse, Member, PresenceStats};
use crate::outbox::Deliveries;
use crate::wire::{ClientInfo, Codec, Payload, Push};

/// How many locks the channels are spread over.
const SHARDS: usize = 64;

/// The hub of one server, in memory.
///
/// A publication is encoded at most once for each codec; all members are sent the same bytes.
/// It goes out under the lock of its channel, so that all members see the same order.
#[derive(Debug)]
pub struct MemoryHub {
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<String, Channel>>>,
}

/// The members of a channel, by connection. Their order is that in which the connections were made:
/// connections that are near each other in memory get a message one after the other. This is faster,
/// because the processor's caches work better.
type Channel = BTreeMap<u64, Member>;

impl MemoryHub {
    /// A hub without channels.
    #[must_use]
    pub fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    /// Runs `act` on the part of the channels that this one is in.
    fn with<T: Default>(
        &self,
        channel: &str,
        act: impl FnOnce(MutexGuard<'_, HashMap<String, Channel>>) -> T,
    ) -> T {
        let hash = self.hasher.hash_one(channel);
        let shards = u64::try_from(SHARDS).unwrap_or(1);
        let index = usize::try_from(hash.checked_rem(shards).unwrap_or(0)).unwrap_or(0);
        match self.shards.get(index) {
            Some(shard) => act(shard.lock().unwrap_or_else(PoisonError::into_inner)),
            None => T::default(),
        }
    }
}

impl Default for MemoryHub {
    fn default() -> Self {
        Self::new()
    }
}

impl Hub for MemoryHub {
    fn subscribe(&self, member: Member, deliveries: &mut Deliveries) {
        let name = member.membership.channel.clone();
        self.with(&name.clone(), |mut channels| {
            let info = member.membership.info.clone();
            let is_announced = member.membership.announced;
            let channel = channels.entry(name.clone()).or_default();
            channel.insert(member.connection, member);
            if is_announced {
                tell_of_member(
                    channel,
                    &Push::Join {
                        channel: name,
                        info,
                    },
                    deliveries,
                );
            }
        });
    }

    fn update(&self, channel: &str, connection: u64, info: Arc<ClientInfo>) {
        self.with(channel, |mut channels| {
            let members = channels.get_mut(channel);
            if let Some(member) = members.and_then(|members| members.get_mut(&connection)) {
                member.membership.info = info;
            }
        });
    }

    fn unsubscribe(&self, channel: &str, connection: u64, deliveries: &mut Deliveries) {
        self.with(channel, |mut channels| {
            let Some(members) = channels.get_mut(channel) else {
                return;
            };
            let Some(left) = members.remove(&connection) else {
                return;
            };
            if members.is_empty() {
                channels.remove(channel);
            } else if left.membership.announced {
                let push = Push::Leave {
                    channel: left.membership.channel,
                    info: left.membership.info,
                };
                tell_of_member(members, &push, deliveries);
            }
        });
    }

    fn publish(
        &self,
        channel: String,
        data: Payload,
        info: Option<Arc<ClientInfo>>,
        deliveries: &mut Deliveries,
    ) -> HubResponse<()> {
        self.with(&channel.clone(), |channels| {
            if let Some(members) = channels.get(&channel) {
                let push = Push::Publication {
                    channel,
                    data,
                    info,
                };
                deliver(members.values(), &push, deliveries);
            }
        });
        HubResponse::Now(Ok(()))
    }

    fn presence(&self, channel: &str) -> HubResponse<Vec<Arc<ClientInfo>>> {
        let clients = self.with(channel, |channels| {
            let members = channels.get(channel).into_iter().flat_map(BTreeMap::values);
            let shown = members.filter(|member| member.membership.in_presence);
            shown.map(|member| member.membership.info.clone()).collect()
        });
        HubResponse::Now(Ok(clients))
    }

    fn presence_stats(&self, channel: &str) -> HubResponse<PresenceStats> {
        let stats = self.with(channel, |channels| {
            let members = channels.get(channel).into_iter().flat_map(BTreeMap::values);
            let shown = members.filter(|member| member.membership.in_presence);
            let mut clients = 0_usize;
            let mut users = HashSet::new();
            for member in shown {
                clients = clients.saturating_add(1);
                users.insert(member.membership.info.user.as_str());
            }
            PresenceStats {
                clients: clients.try_into().unwrap_or(u32::MAX),
                users: users.len().try_into().unwrap_or(u32::MAX),
            }
        });
        HubResponse::Now(Ok(stats))
    }
}

/// Tells who joins or leaves to those who want to hear it.
fn tell_of_member(members: &Channel, push: &Push, deliveries: &mut Deliveries) {
    let members = members.values();
    deliver(
        members.filter(|member| member.membership.hears_others),
        push,
        deliveries,
    );
}

/// Sends a push, encoded at most once for each codec.
fn deliver<'m>(
    members: impl Iterator<Item = &'m Member>,
    push: &Push,
    deliveries: &mut Deliveries,
) {
    let mut encoded: [Option<Option<Arc<[u8]>>>; Codec::COUNT] = Default::default();
    for member in members {
        let Some(encoded) = encoded.get_mut(member.codec.index()) else {
            continue;
        };
        let encode = || member.codec.push(push).map(Arc::from);
        if let Some(message) = encoded.get_or_insert_with(encode) {
            deliveries.push(&member.outbox, message.clone());
        }
    }
}
