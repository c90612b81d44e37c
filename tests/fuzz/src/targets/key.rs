//! Promises for every key, in whatever form it was read.

use std::sync::LazyLock;

use countersign::signature::{KeyMaterial, Provider};
use countersign::{Key, KeyError, default_provider};

use super::assert_shows_well;

static PROVIDER: LazyLock<Provider> = LazyLock::new(default_provider);

/// A key that was read survives conversion to its other forms, and binds to an algorithm or gives
/// a reason why not. Errors contain no control character.
pub(super) fn check(read: Result<Key, KeyError>) {
    let key = match read {
        Ok(key) => key,
        Err(error) => return assert_shows_well(&error),
    };
    assert!(
        !format!("{key:?}")
            .chars()
            .any(|c| c.is_control() && c != '\n')
    );
    survives(&key, key.to_jwk(), |jwk| Key::from_jwk(jwk.as_bytes()));
    survives(&key, key.to_pem(), Key::from_pem);
    if let Ok(pem) = key.public_pem() {
        let public = Key::from_pem(&pem).expect("our own PEM can be read");
        assert!(!public.is_private() && !public.is_secret());
    }
    if let Ok(jwk) = key.public_jwk() {
        let other: serde_json::Value = serde_json::from_str(&jwk).expect("JSON");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "priv"] {
            assert!(
                other.get(private).is_none(),
                "a public JWK contains {private}"
            );
        }
    }
    match key.verifiers(&PROVIDER) {
        Ok(verifiers) => {
            assert!(!key.is_private());
            for verifier in verifiers {
                assert!(verifier.verify(b"message", b"no signature").is_err());
            }
        }
        Err(error) => assert_shows_well(&error),
    }
    // A public key can't sign.
    if key.material().is_public() && key.signer(&PROVIDER, None).is_ok() {
        panic!("a public key signs");
    }
}

fn survives(
    key: &Key,
    written: Result<String, KeyError>,
    read: impl Fn(&str) -> Result<Key, KeyError>,
) {
    match written {
        Ok(text) => {
            let again =
                read(&text).unwrap_or_else(|error| panic!("our own text can't be read: {error}"));
            assert!(
                same(key.material(), again.material()),
                "another key came back"
            );
        }
        Err(error) => assert_shows_well(&error),
    }
}

/// Whether two keys are the same. A form of a private key may lack the public half.
fn same(a: &KeyMaterial<'_>, b: &KeyMaterial<'_>) -> bool {
    use KeyMaterial::{
        AkpPrivate, AkpPublic, EcPrivate, EcPublic, OkpPrivate, OkpPublic, RsaPrivate, RsaPublic,
        Secret,
    };
    let private = match (a, b) {
        (Secret(a), Secret(b)) => return a.expose() == b.expose(),
        (RsaPublic(a), RsaPublic(b)) => return a == b,
        (EcPublic(a), EcPublic(b)) => return a == b,
        (OkpPublic(a), OkpPublic(b)) => return a == b,
        (AkpPublic(a), AkpPublic(b)) => return a == b,
        (RsaPrivate(a), RsaPrivate(b)) => a.expose().d == b.expose().d,
        (EcPrivate(a), EcPrivate(b)) => a.expose() == b.expose(),
        (OkpPrivate(a), OkpPrivate(b)) => a.expose() == b.expose(),
        (AkpPrivate(a), AkpPrivate(b)) => a.expose() == b.expose(),
        _ => false,
    };
    let public = match (a.public(), b.public()) {
        (Some(a), Some(b)) => same(&a, &b),
        _ => true,
    };
    private && public
}
