//! Until when a token is good, and what a client is told about it.

use countersign_time::UnixTime;

/// Until when a token is good.
///
/// A token without an end has none of these: it is `None` where an `Option<Expiry>` is expected. For
/// a `Connection` or a `Subscription` of `countersign`, that is
/// `token.expires().zip(token.valid_until()).map(|(expires, until)| Expiry::new(expires, until))`.
///
/// ```
/// use countersign_time::UnixTime;
/// use countersign_lifetime::{Expiry};
///
/// // `exp` is 1700000000, and the server allows 10 seconds of leeway.
/// let expires = UnixTime::from_secs(1_700_000_000);
/// let expiry = Expiry::new(expires, UnixTime::from_secs(1_700_000_010));
/// // The client is told the end that its token names, in whole seconds, rounded up.
/// assert_eq!(expiry.ttl(UnixTime::new(1_699_999_940, 1)), 60);
/// // Never 0: clients of Centrifugo would refresh at once, again and again.
/// assert_eq!(expiry.ttl(UnixTime::from_secs(1_700_000_005)), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    expires: UnixTime,
    valid_until: UnixTime,
}

impl Expiry {
    /// The end that the token names (`exp`, RFC 7519 section 4.1.4, or `expire_at`), and the end
    /// with the server's leeway added. If `valid_until` is the earlier one, `expires` is taken
    /// for both.
    #[must_use]
    pub fn new(expires: UnixTime, valid_until: UnixTime) -> Self {
        Self {
            expires,
            valid_until: valid_until.max(expires),
        }
    }

    /// A token that is good until `expires`, without leeway.
    #[must_use]
    pub fn at(expires: UnixTime) -> Self {
        Self::new(expires, expires)
    }

    /// The end that the token names: from then on the connection is due for a new token.
    #[must_use]
    pub fn expires(&self) -> UnixTime {
        self.expires
    }

    /// The end with leeway: from then on the token is refused, and the delay before closing runs.
    #[must_use]
    pub fn valid_until(&self) -> UnixTime {
        self.valid_until
    }

    /// How long the client may wait before it sends a new token: whole seconds from `now` to
    /// [`expires`](Self::expires), rounded up, at least 1 and at most 2^32 − 1. This is the `ttl`
    /// of Centrifugo's protocol.
    #[must_use]
    pub fn ttl(&self, now: UnixTime) -> u32 {
        let left = self.expires.saturating_duration_since(now);
        let part = u64::from(left.subsec_nanos() > 0);
        let seconds = left.as_secs().saturating_add(part).max(1);
        u32::try_from(seconds).unwrap_or(u32::MAX)
    }
}
