//! The differences between the kinds of token: how claims are decoded, and which trust applies.

use std::sync::Arc;

use countersign_claims::{
    ClaimsError, ConnectionClaims, DecodeOptions, SubscriptionClaims, TokenClaims,
};

use crate::accepted::{DecodedClaims, Voucher};
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
        payload: &'a str,
        options: &DecodeOptions,
    ) -> Result<(), ClaimsError>;
    /// The owned token, without its payload.
    fn own(claims: &Self::Claims<'_>, payload: &str, voucher: Arc<Voucher>) -> Self::Owned;
    fn set_payload(owned: &mut Self::Owned, payload: String);
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
                payload: &'a str,
                options: &DecodeOptions,
            ) -> Result<(), ClaimsError> {
                claims.decode_into(payload, options)
            }

            fn own(claims: &$claims<'_>, payload: &str, voucher: Arc<Voucher>) -> $owned {
                $owned::new(claims, payload, voucher)
            }

            fn set_payload(owned: &mut $owned, payload: String) {
                owned.set_payload(payload);
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
