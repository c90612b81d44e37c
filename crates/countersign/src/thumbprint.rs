//! The RFC 7638 thumbprint of a key.

use countersign_keys::{Key, KeyError};

/// The SHA-256 thumbprint of a key (RFC 7638 section 3), in base64url: the same for a
/// private key and its public half.
///
/// ```
/// let key = countersign::generate_key("EdDSA")?;
/// assert_eq!(countersign::thumbprint(&key)?.len(), 43);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`KeyError`] for a private key that doesn't contain its public half.
pub fn thumbprint(key: &Key) -> Result<String, KeyError> {
    key.thumbprint(countersign_ring::sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_of_the_rfc_is_made() {
        // RFC 8037 appendix A.3.
        let key = Key::from_jwk(
            br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        );
        let expected = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
        assert_eq!(thumbprint(&key.unwrap()).unwrap(), expected);
    }
}
