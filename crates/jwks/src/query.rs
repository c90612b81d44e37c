//! What a look-up asks, and what the cache has for it.

use countersign_published_keys::KidKeys;

use crate::unavailable::KeysUnavailable;

/// What the cache has for a token.
pub(crate) enum Cached {
    Found(KidKeys),
    KidRequired,
    UnknownKey,
    Unavailable(KeysUnavailable),
    FetchNeeded(FetchNeeded),
}

/// A fetch is needed first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FetchNeeded {
    /// How many fetches had begun.
    pub(crate) begun: u64,
    /// How many had ended.
    pub(crate) ended: u64,
}

/// What a token says of its key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'q> {
    pub(crate) kid: Option<&'q str>,
    /// When it was first shown.
    pub(crate) shown: Shown<'q>,
}

/// When a token was first shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shown<'q> {
    /// As is remembered of a token with this text.
    Token(&'q [u8]),
    /// Now. Of a `kid` alone nothing can be remembered: an older token may have the same.
    Now,
    /// When this many fetches had begun.
    Before(u64),
}
