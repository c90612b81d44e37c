//! The input and the result of a look-up in the cache.

use countersign_published_keys::KidKeys;

use crate::unavailable::KeysUnavailable;

/// The result for a token.
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

/// The facts about a token's key that the look-up needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'q> {
    pub(crate) kid: Option<&'q str>,
    /// When it was first shown.
    pub(crate) shown: Shown<'q>,
}

/// When a token was first shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shown<'q> {
    /// The remembered time for the token with this text.
    Token(&'q [u8]),
    /// Now. A `kid` without its token can't be remembered, because an older token may have the same
    /// `kid`.
    Now,
    /// When this many fetches had begun.
    Before(u64),
}
