//! jwt-simple, only HS256.

use jwt_simple::algorithms::{HS256Key, MACLike};
use jwt_simple::claims::{Claims, JWTClaims};
use jwt_simple::prelude::Duration;
use serde::{Deserialize, Serialize};

use crate::tokens::Info;

/// The claims of the measured token that jwt-simple doesn't know itself.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Own {
    info: Info,
    channels: Vec<String>,
}

pub(crate) struct Key(HS256Key);

impl Key {
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(HS256Key::from_bytes(secret))
    }

    pub(crate) fn verify(&self, token: &str) -> JWTClaims<Own> {
        self.0.verify_token(token, None).unwrap()
    }

    pub(crate) fn issue(&self, claims: &crate::tokens::Claims) -> String {
        let own = Own {
            info: claims.info.clone(),
            channels: claims.channels.clone(),
        };
        let claims = Claims::with_custom_claims(own, Duration::from_hours(1));
        self.0.authenticate(claims.with_subject("42")).unwrap()
    }
}
