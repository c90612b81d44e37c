//! Makes a token from a payload: header, signature, and the checks of the server.

use countersign_jws::TokenSigner;
use countersign_new_claims::NewClaims;
use countersign_time::UnixTime;

use crate::issue_error::IssueError;
use crate::kind::TokenKind;
use crate::rules::Rules;
use crate::verification::Verification;
use crate::wait::WaitMode;

/// The parts that an issuer adds to each of its tokens.
#[derive(Clone, Debug)]
pub(crate) struct Sealer {
    pub(crate) signer: TokenSigner,
    pub(crate) iss: Option<String>,
    pub(crate) aud: Option<String>,
    /// Another claim besides `sub` that contains the user.
    pub(crate) user_id_claim: Option<String>,
    pub(crate) token_limit: usize,
    /// The rules of the server, if they are known.
    pub(crate) server: Option<Rules>,
}

impl Sealer {
    /// The claims, with those that every token of the issuer has.
    pub(crate) fn fill<'i, K>(&'i self, mut claims: NewClaims<'i, K>) -> NewClaims<'i, K> {
        if let Some(iss) = &self.iss {
            claims = claims.iss(iss);
        }
        if let Some(aud) = &self.aud {
            claims = claims.aud(aud);
        }
        if let Some(claim) = &self.user_id_claim
            && claim != "sub"
        {
            claims = claims.user_id_claim(claim);
        }
        claims
    }

    /// Signs a payload. Returns an error if the server would refuse the token at the time of issue.
    pub(crate) fn seal<K: TokenKind>(
        &self,
        payload: String,
        issued_at: UnixTime,
    ) -> Result<String, IssueError> {
        let token = self.signer.sign_vec(payload.into_bytes());
        let token = token.map_err(IssueError::Signing)?;
        if token.len() > self.token_limit {
            return Err(IssueError::TooLong {
                found: token.len(),
                limit: self.token_limit,
            });
        }
        if let Some(rules) = &self.server {
            let verification = Verification::<K>::new(rules, issued_at, WaitMode::Never);
            let checked = verification.check_issued(&token);
            checked.map_err(|(error, authority)| IssueError::Refused { error, authority })?;
        }
        Ok(token)
    }
}
