//! What makes a token of a payload: header, signature, and the checks of the server to come.

use countersign_claims::{DecodeOptions, Policy, TokenClaims};
use countersign_jws::TokenSigner;
use countersign_new_claims::NewClaims;
use countersign_time::UnixTime;

use crate::issue_error::IssueError;

/// What an issuer gives each of its tokens.
#[derive(Clone, Debug)]
pub(crate) struct Sealer {
    pub(crate) signer: TokenSigner,
    pub(crate) iss: Option<String>,
    pub(crate) aud: Option<String>,
    pub(crate) token_limit: usize,
    /// What the server will judge by, if that is known.
    pub(crate) policy: Option<Policy>,
    /// How the server will read the user.
    pub(crate) reading: DecodeOptions,
}

impl Sealer {
    /// The claims with those that every token of the issuer has.
    pub(crate) fn fill<'i, K>(&'i self, mut claims: NewClaims<'i, K>) -> NewClaims<'i, K> {
        if let Some(iss) = &self.iss {
            claims = claims.iss(iss);
        }
        if let Some(aud) = &self.aud {
            claims = claims.aud(aud);
        }
        if let Some(claim) = &self.reading.user_id_claim
            && claim != "sub"
        {
            claims = claims.user_id_claim(claim);
        }
        claims
    }

    /// Signs a payload, unless the server would refuse it when it is issued.
    pub(crate) fn seal(&self, payload: String, issued_at: UnixTime) -> Result<String, IssueError> {
        if let Some(policy) = &self.policy {
            let claims = TokenClaims::decode(payload.as_bytes(), &self.reading);
            let claims = claims.map_err(IssueError::Refused)?;
            policy
                .judge(&claims.registered, issued_at, |_, _| ())
                .map_err(IssueError::Refused)?;
        }
        let token = self.signer.sign_vec(payload.into_bytes());
        let token = token.map_err(IssueError::Signing)?;
        if token.len() > self.token_limit {
            return Err(IssueError::TooLong {
                found: token.len(),
                limit: self.token_limit,
            });
        }
        Ok(token)
    }
}
