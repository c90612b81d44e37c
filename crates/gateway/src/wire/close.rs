//! Error codes, close codes, and the table from our advice to both.
//!
//! A client of the first generation ignores the close code and reads the reason as JSON;
//! plain text makes it reconnect for ever. A client of the second generation goes by the
//! range of the code. A connection whose generation is not known yet gets both: a code of
//! the second generation with a reason in JSON.

use core::fmt;

use countersign::Advice;

use super::Generation;

/// An error in reply to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// 100, temporary: the server could not do it now.
    Internal,
    /// 102: the channel's namespace is not configured.
    UnknownChannel,
    /// 103: not allowed.
    PermissionDenied,
    /// 104: there is no such method.
    MethodNotFound,
    /// 105: already subscribed.
    AlreadySubscribed,
    /// 106: more channels, or a longer name, than allowed.
    LimitExceeded,
    /// 107: the command is incomplete.
    BadRequest,
    /// 108: this feature is off or not implemented.
    NotAvailable,
    /// 109: the token has expired; a new one is needed.
    TokenExpired,
}

impl ErrorCode {
    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.row().0
    }

    /// The message.
    #[must_use]
    pub const fn message(self) -> &'static str {
        self.row().1
    }

    /// Whether the same command may succeed later (second generation).
    #[must_use]
    pub const fn is_temporary(self) -> bool {
        matches!(self, Self::Internal)
    }

    const fn row(self) -> (u32, &'static str) {
        match self {
            Self::Internal => (100, "internal server error"),
            Self::UnknownChannel => (102, "unknown channel"),
            Self::PermissionDenied => (103, "permission denied"),
            Self::MethodNotFound => (104, "method not found"),
            Self::AlreadySubscribed => (105, "already subscribed"),
            Self::LimitExceeded => (106, "limit exceeded"),
            Self::BadRequest => (107, "bad request"),
            Self::NotAvailable => (108, "not available"),
            Self::TokenExpired => (109, "token expired"),
        }
    }
}

/// Why the server closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Close {
    /// The server stops. The client reconnects.
    Shutdown,
    /// The token is not valid and never will be. The client gives up.
    InvalidToken,
    /// What the client sent is not the protocol, or not now. The client gives up.
    BadRequest,
    /// The server could not do it now. The client reconnects.
    ServerError,
    /// The connection's token has expired. The client reconnects with a new one.
    Expired,
    /// A subscription's token has expired (first generation). The client reconnects.
    SubscriptionExpired,
    /// No connection was opened in time. The client gives up.
    Stale,
    /// The client reads more slowly than it is sent. The client reconnects.
    Slow,
    /// The client did not answer a ping. The client reconnects.
    NoPong,
    /// The message is larger than allowed. The client gives up.
    TooBig,
}

/// What a close frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CloseFrame {
    /// The close code.
    pub code: u16,
    /// The reason: at most 123 bytes.
    pub reason: String,
}

impl Close {
    /// The close frame for a client of this generation; `None` is not known yet.
    #[must_use]
    pub fn frame(self, generation: Option<Generation>) -> CloseFrame {
        let row = self.row();
        let code = match generation {
            Some(Generation::V1) => row.v1,
            Some(Generation::V2) | None => row.v2,
        };
        let reason = match generation {
            Some(Generation::V2) => row.reason.to_owned(),
            Some(Generation::V1) | None => format!(
                r#"{{"reason":"{}","reconnect":{}}}"#,
                row.v1_reason, row.reconnect
            ),
        };
        CloseFrame { code, reason }
    }

    /// Whether the client comes back.
    #[must_use]
    pub const fn reconnects(self) -> bool {
        self.row().reconnect
    }

    const fn row(self) -> Row {
        let (v1, v2, v1_reason, reason, reconnect) = match self {
            Self::Shutdown => (3001, 3001, "shutdown", "shutdown", true),
            Self::InvalidToken => (3500, 3500, "invalid token", "invalid token", false),
            Self::BadRequest => (3003, 3501, "bad request", "bad request", false),
            Self::ServerError => (
                3004,
                3004,
                "internal server error",
                "internal server error",
                true,
            ),
            Self::Expired => (3005, 3005, "expired", "connection expired", true),
            Self::SubscriptionExpired => (
                3006,
                3006,
                "subscription expired",
                "subscription expired",
                true,
            ),
            Self::Stale => (3007, 3502, "stale", "stale", false),
            Self::Slow => (3008, 3008, "slow", "slow", true),
            // 3012 tells the first generation to stay away.
            Self::NoPong => (3009, 3012, "write error", "no pong", true),
            Self::TooBig => (1009, 1009, "message too big", "message too big", false),
        };
        Row {
            v1,
            v2,
            v1_reason,
            reason,
            reconnect,
        }
    }
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.row().reason)
    }
}

struct Row {
    v1: u16,
    v2: u16,
    v1_reason: &'static str,
    reason: &'static str,
    reconnect: bool,
}

/// Why the server ends a subscription of a client of the second generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unsubscribed {
    /// 2501: its token has expired. The client subscribes again with a new one.
    Expired,
}

impl Unsubscribed {
    /// The code; from 2500 on the client subscribes again.
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            Self::Expired => 2501,
        }
    }

    /// The reason.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Expired => "subscription expired",
        }
    }
}

/// Which command showed the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenUse {
    /// `connect`
    Connect,
    /// `refresh`
    Refresh,
    /// `subscribe`
    Subscribe,
    /// `sub_refresh`
    SubRefresh,
}

/// The answer to a client whose token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// An error in reply.
    Error(ErrorCode),
    /// The connection closes.
    Close(Close),
    /// The subscription ends first; the reply is the error, which must not be final.
    Unsubscribe(Unsubscribed, ErrorCode),
}

impl Refusal {
    /// The row of the table: what a client of this generation is told when the token that it
    /// showed in this command was refused with this advice.
    #[must_use]
    pub const fn of(advice: Advice, operation: TokenUse, generation: Generation) -> Self {
        use TokenUse::{Connect, Refresh, SubRefresh, Subscribe};
        match (advice, operation, generation) {
            // A client of the first generation does not try a subscription again by itself.
            (Advice::TryAgain, Connect | Subscribe, Generation::V1) => {
                Self::Close(Close::ServerError)
            }
            (Advice::TryAgain, _, _) => Self::Error(ErrorCode::Internal),
            (Advice::GetNewToken, Connect | Subscribe, _)
            | (Advice::GetNewToken, SubRefresh, Generation::V1) => {
                Self::Error(ErrorCode::TokenExpired)
            }
            // 109 in reply to `refresh` is final for clients 5.x.
            (Advice::GetNewToken, Refresh, _) => Self::Close(Close::Expired),
            (Advice::GetNewToken, SubRefresh, Generation::V2) => {
                Self::Unsubscribe(Unsubscribed::Expired, ErrorCode::Internal)
            }
            (Advice::GiveUp, Subscribe, _) => Self::Error(ErrorCode::PermissionDenied),
            (Advice::GiveUp, Connect | Refresh | SubRefresh, _) => Self::Close(Close::InvalidToken),
        }
    }

    /// The answer to a client that sent no token where one is needed.
    #[must_use]
    pub const fn no_token(operation: TokenUse) -> Self {
        match operation {
            TokenUse::Connect | TokenUse::Refresh => Self::Close(Close::BadRequest),
            TokenUse::Subscribe => Self::Error(ErrorCode::PermissionDenied),
            TokenUse::SubRefresh => Self::Error(ErrorCode::BadRequest),
        }
    }
}
