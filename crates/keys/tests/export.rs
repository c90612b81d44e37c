//! Writes keys as JWK, PEM and thumbprint, and reads them again.

use crate::common;

use common::{der_of, file, key, names};
use countersign_keys::{Key, KeyErrorReason};
use sha2::{Digest as _, Sha256};

fn thumbprint(key: &Key) -> String {
    key.thumbprint(|input| Sha256::digest(input).into())
        .unwrap()
}

#[test]
fn a_key_is_unchanged_after_jwk_and_pem() {
    for name in names() {
        let Ok(key) = Key::from_pem(&file(&name)) else {
            continue;
        };
        let pem = key.to_pem().unwrap();
        let from_pem = Key::from_pem(&pem).unwrap();
        assert_eq!(from_pem.to_pem().unwrap(), pem, "{name}");
        assert_eq!(from_pem.algorithm(), key.algorithm(), "{name}");
        assert_eq!(from_pem.material().to_string(), key.material().to_string());
        let Ok(jwk) = key.to_jwk() else {
            // PKCS#8 of an octet key pair contains only the seed; SEC 1 may omit the point.
            assert!(key.is_private() && key.public_jwk().is_err(), "{name}");
            continue;
        };
        let from_jwk = Key::from_jwk(jwk.as_bytes()).unwrap();
        assert_eq!(from_jwk.to_jwk().unwrap(), jwk, "{name}");
        if !name.starts_with("rsa-pss") {
            assert_eq!(from_jwk.to_pem().unwrap(), pem, "{name}");
        }
        assert_eq!(thumbprint(&from_jwk), thumbprint(&key), "{name}");
        assert_eq!(
            Key::from_jwk(key.public_jwk().unwrap().as_bytes())
                .unwrap()
                .to_pem()
                .unwrap(),
            Key::from_jwk(jwk.as_bytes()).unwrap().public_pem().unwrap(),
        );
    }
}

#[test]
fn pem_is_byte_for_byte_what_openssl_writes() {
    for name in [
        "rsa2048.spki",
        "rsa2048.pkcs8",
        "rsa-pss.spki",
        "rsa-pss.pkcs8",
        "p256.spki",
        "p256.pkcs8",
        "p384.spki",
        "p384.pkcs8",
        "p521.spki",
        "p521.pkcs8",
        "secp256k1.spki",
        "secp256k1.pkcs8",
        "ed25519.spki",
        "ed25519.pkcs8",
        "ed448.spki",
        "ed448.pkcs8",
        "x25519.spki",
        "x25519.pkcs8",
        "x448.spki",
        "x448.pkcs8",
    ] {
        assert_eq!(key(name).to_pem().unwrap(), file(name), "{name}");
    }
    assert_eq!(
        der_of(&key("rsa2048.certificate").to_pem().unwrap()),
        der_of(&file("rsa2048.spki"))
    );
    assert_eq!(
        key("rsa2048.pkcs8").public_pem().unwrap(),
        file("rsa2048.spki")
    );
}

#[test]
fn an_rsassa_pss_key_stays_one_in_pem_and_by_its_alg_in_jwk() {
    let one_hash = key("rsa-pss-sha384.pkcs8");
    assert!(one_hash.to_jwk().unwrap().contains(r#""alg":"PS384""#));
    let pem = Key::from_pem(&one_hash.public_pem().unwrap()).unwrap();
    assert_eq!(pem.algorithm(), Some("PS384"));
    let any_hash = Key::from_pem(&key("rsa-pss.pkcs8").public_pem().unwrap()).unwrap();
    assert!(
        any_hash
            .verifier(&countersign_ring::provider(), "PS512")
            .is_ok()
    );
    assert!(
        any_hash
            .verifier(&countersign_ring::provider(), "RS512")
            .is_err()
    );
}

#[test]
fn a_secret_has_a_jwk_and_no_other_form() {
    let jwk = r#"{"kty":"oct","k":"c2VjcmV0","alg":"HS256","use":"sig","kid":"1"}"#;
    let secret = Key::from_jwk(jwk.as_bytes()).unwrap();
    assert_eq!(secret.to_jwk().unwrap(), jwk);
    assert_eq!(
        secret.thumbprint_input().unwrap(),
        r#"{"k":"c2VjcmV0","kty":"oct"}"#
    );
    for error in [
        secret.public_jwk().unwrap_err(),
        secret.public_pem().unwrap_err(),
        secret.to_pem().unwrap_err(),
    ] {
        assert!(
            error.to_string().starts_with("found a secret of 48 bits; "),
            "{error}"
        );
    }
}

#[test]
fn a_private_key_without_its_public_half_says_so() {
    for name in ["ed25519.pkcs8", "p256.sec1-nopublic"] {
        let key = key(name);
        for error in [
            key.to_jwk().unwrap_err(),
            key.public_jwk().unwrap_err(),
            key.public_pem().unwrap_err(),
            key.thumbprint_input().unwrap_err(),
            key.into_public().unwrap_err(),
        ] {
            assert_eq!(error.reason(), KeyErrorReason::HalfMissing);
            assert!(
                error
                    .to_string()
                    .contains("private key without its public half; ")
            );
        }
    }
}

#[test]
fn members_of_a_jwk_are_escaped_and_kept() {
    let jwk = concat!(
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","#,
        r#""alg":"EdDSA","use":"sig","kid":"\"\n\u0001é","key_ops":["verify","x"]}"#
    );
    let key = Key::from_jwk(jwk.as_bytes()).unwrap();
    assert_eq!(key.kid(), Some("\"\n\u{1}é"));
    assert_eq!(key.public_use(), Some("sig"));
    assert_eq!(key.to_jwk().unwrap(), jwk);
}

/// RFC 7638 section 3.1
#[test]
fn the_thumbprint_of_rfc_7638() {
    let jwk = br#"{"kty":"RSA",
        "n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
    let key = Key::from_jwk(jwk).unwrap();
    assert_eq!(
        thumbprint(&key),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

/// RFC 8037 appendix A.1 to A.3
#[test]
fn the_keys_of_rfc_8037() {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let jwk = format!(
        r#"{{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"{x}"}}"#
    );
    let private = Key::from_jwk(jwk.as_bytes()).unwrap();
    assert!(private.signer(&countersign_ring::provider(), None).is_ok());
    assert_eq!(
        private.public_jwk().unwrap(),
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#),
    );
    assert_eq!(
        thumbprint(&private),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}
