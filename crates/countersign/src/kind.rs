//! The differences between the kinds of token: how claims are decoded, and which trust applies.

use countersign_claims::{
    ClaimsError, ConnectionClaims, DecodeOptions, SubscriptionClaims, TokenClaims,
};

use crate::accepted::{Accepted, DecodedClaims};
use crate::connection::Connection;
use crate::counters::VerificationKind;
use crate::rules::Rules;
use crate::subscription::Subscription;
use crate::token::Token;
use crate::trust::Trust;

/// One kind of token.
pub(crate) trait TokenKind {
    /// The kind under which it is counted.
    const KIND: VerificationKind;

    type Claims<'a>: DecodedClaims + Default;
    type Owned;

    fn trust(rules: &Rules) -> &Trust;
    /// Decodes the payload into `claims`.
    fn decode<'a>(
        claims: &mut Self::Claims<'a>,
        payload: &'a [u8],
        options: &DecodeOptions,
    ) -> Result<(), ClaimsError>;
    /// The owned token, without its payload.
    fn own(accepted: &Accepted<'_, Self::Claims<'_>>) -> Self::Owned;
    fn with_payload(owned: Self::Owned, payload: Vec<u8>) -> Self::Owned;
}

macro_rules! kind {
    ($kind:ident, $counted:expr, $claims:ident, $owned:ident, $trust:expr) => {
        pub(crate) enum $kind {}

        impl TokenKind for $kind {
            const KIND: VerificationKind = $counted;
            type Claims<'a> = $claims<'a>;
            type Owned = $owned;

            fn trust(rules: &Rules) -> &Trust {
                $trust(rules)
            }

            fn decode<'a>(
                claims: &mut $claims<'a>,
                payload: &'a [u8],
                options: &DecodeOptions,
            ) -> Result<(), ClaimsError> {
                claims.decode_into(payload, options)
            }

            fn own(accepted: &Accepted<'_, $claims<'_>>) -> $owned {
                $owned::from_accepted(accepted)
            }

            fn with_payload(owned: $owned, payload: Vec<u8>) -> $owned {
                owned.with_payload(payload)
            }
        }
    };
}

kind!(
    OfConnection,
    VerificationKind::Connection,
    ConnectionClaims,
    Connection,
    Rules::for_connections
);
kind!(
    OfSubscription,
    VerificationKind::Subscription,
    SubscriptionClaims,
    Subscription,
    Rules::for_subscriptions
);
kind!(
    OfToken,
    VerificationKind::Token,
    TokenClaims,
    Token,
    Rules::for_connections
);
