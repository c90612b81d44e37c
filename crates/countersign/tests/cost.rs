//! The cost of a token, and of a program that lacks an algorithm: bounded work, no memory of
//! accepted tokens, no panic.
#![cfg(feature = "config")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs
)]

mod common;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{NOW, RSA_PUBLIC, SECRET, now, pair, secret};
use countersign::claims::Pattern;
use countersign::signature::{
    Algorithm, AlgorithmName, InvalidSignature, KeyMaterial, KeyRejected, Provider, Signer,
    Verifier,
};
use countersign::{
    Authenticator, Authority, Code, Issuer, Key, Keyring, Rules, Trust, UnixTime, default_provider,
};

thread_local! {
    /// The number of signatures that this thread checked, with any key of [`Counted`].
    static CHECKS: Cell<usize> = const { Cell::new(0) };
}

/// HS256 that counts its checks.
#[derive(Debug)]
struct Counted;

#[derive(Debug)]
struct CountedKey(Arc<dyn Verifier>);

impl Verifier for CountedKey {
    fn algorithm(&self) -> AlgorithmName {
        self.0.algorithm()
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        CHECKS.set(CHECKS.get() + 1);
        self.0.verify(message, signature)
    }
}

impl Algorithm for Counted {
    fn name(&self) -> AlgorithmName {
        AlgorithmName::HS256
    }

    fn takes_secrets(&self) -> bool {
        true
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        let inner = default_provider().get("HS256").unwrap().verifier(key)?;
        Ok(Arc::new(CountedKey(inner)))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        default_provider().get("HS256").unwrap().signer(key)
    }
}

#[test]
fn k8_j13_a_refused_token_costs_at_most_one_check_of_a_signature_for_each_key() {
    let provider = Provider::new([&Counted as &'static dyn Algorithm]);
    let previous = Key::secret([9; 32]).unwrap();
    let keyring = Keyring::new(provider)
        .with(&secret())
        .and_then(|ring| ring.with(&previous))
        .unwrap();
    let authenticator = Authenticator::new(Rules::new(Authority::new(keyring)));
    let good = Issuer::builder().key(secret()).build().unwrap();
    let good = good.connection("42").sign().unwrap();
    let (signing_input, _) = good.rsplit_once('.').unwrap();
    let by = |key: &Key, alg: &str| {
        let issuer = Issuer::builder()
            .key(key.clone())
            .algorithm(alg)
            .build()
            .unwrap();
        issuer.connection("42").sign().unwrap()
    };
    for (token, code, checks) in [
        (good.clone(), None, 1),
        (by(&previous, "HS256"), None, 2),
        (format!("{signing_input}.AAAA"), Some(Code::Signature), 2),
        (
            by(&Key::secret([8; 64]).unwrap(), "HS256"),
            Some(Code::Signature),
            2,
        ),
        (by(&secret(), "HS512"), Some(Code::Algorithm), 0),
        (by(&pair("RS256").0, "RS256"), Some(Code::Algorithm), 0),
        (format!("{good}."), Some(Code::Malformed), 0),
        (format!("{good}="), Some(Code::Malformed), 0),
        ("a".repeat(1 << 20), Some(Code::Malformed), 0),
        (".".repeat(1 << 14), Some(Code::Malformed), 0),
        (String::new(), Some(Code::Malformed), 0),
    ] {
        CHECKS.set(0);
        let verdict = authenticator.connection(&token, now());
        assert_eq!(verdict.err().map(|error| error.code()), code);
        assert_eq!(CHECKS.get(), checks, "{code:?}");
    }
}

#[test]
fn k8_however_many_elements_aud_has_a_hundred_are_compared_before_the_signature() {
    let compared = Arc::new(AtomicUsize::new(0));
    let provider = Provider::new([&Counted as &'static dyn Algorithm]);
    let mut trust = Trust::builder();
    for at in 0..300 {
        let authority = Authority::builder()
            .provider(provider.clone())
            .key(secret())
            .name(format!("{at}"));
        // Only one entry may expect a pattern, which is compared with each element.
        let authority = if at == 0 {
            let compared = compared.clone();
            authority.audience_pattern(Pattern::new("never", move |_| {
                compared.fetch_add(1, Ordering::SeqCst);
                false
            }))
        } else {
            authority.audience(format!("chat-{at}"))
        };
        trust = trust.issuer("https://id", authority.build().unwrap());
    }
    let authenticator = Authenticator::new(Rules::new(trust.build().unwrap()));
    for (elements, pattern_tried, checks, code) in [
        (0, 0, 1, Code::Signature),
        (1, 1, 1, Code::Signature),
        (100, 100, 1, Code::Signature),
        (101, 0, 0, Code::Claims),
        (3000, 0, 0, Code::Claims),
    ] {
        compared.store(0, Ordering::SeqCst);
        CHECKS.set(0);
        let aud = vec![r#""a""#; elements].join(",");
        let payload = format!(r#"{{"sub":"42","iss":"https://id","aud":[{aud}]}}"#);
        let forged = common::hmac(&[7; 32], "HS256", &payload);
        assert!(forged.len() <= 16 * 1024);
        let error = authenticator.connection(&forged, now()).unwrap_err();
        assert_eq!(error.code(), code, "{elements}: {error}");
        assert_eq!(compared.load(Ordering::SeqCst), pattern_tried, "{elements}");
        assert_eq!(CHECKS.get(), checks, "{elements}");
    }
}

#[test]
fn j11_an_accepted_token_is_checked_again_each_time() {
    let rules = |secret: &[u8]| {
        let keyring = Keyring::new(default_provider());
        let keyring = keyring.with(&Key::secret(secret).unwrap()).unwrap();
        Rules::new(Authority::new(keyring))
    };
    let authenticator = Authenticator::new(rules(SECRET.as_bytes()));
    let issuer = Issuer::builder().key(secret()).build().unwrap();
    let token = issuer
        .connection("42")
        .issued_at(now())
        .expires_in(std::time::Duration::from_secs(60));
    let token = token.sign().unwrap();
    let at = |seconds| authenticator.connection(&token, UnixTime::from_secs(NOW + seconds));
    let code = |seconds| at(seconds).unwrap_err().code();

    assert!(at(0).is_ok());
    assert!(at(59).is_ok());
    assert_eq!(code(60), Code::Expired);
    assert!(at(0).is_ok());
    authenticator.reload(rules(&[7; 32]));
    assert_eq!(code(0), Code::Signature);
}

#[test]
fn k3_a_provider_without_an_algorithm_says_so_when_the_key_is_added() {
    let rsa = Key::from_pem(RSA_PUBLIC).unwrap();
    let only_hmac = default_provider().only(|it| it.name().as_str().starts_with("HS"));
    for provider in [Provider::default(), only_hmac] {
        let error = Keyring::new(provider).with(&rsa).unwrap_err();
        assert!(error.to_string().contains("RSA"), "{error}");
    }
    // An authenticator without any key doesn't panic either.
    let nothing = Authenticator::new(Rules::new(Authority::new(
        Keyring::new(Provider::default()),
    )));
    let token = Issuer::builder().key(secret()).build().unwrap();
    let token = token.connection("42").sign().unwrap();
    let error = nothing.connection(&token, now()).unwrap_err();
    assert_eq!(error.code(), Code::Algorithm);
}

/// RFC 7516 appendix A.1 in form: five parts, `RSA-OAEP`, and PBES2 with a huge count
/// (CVE-2023-6681). There is no code that would decrypt, derive or inflate.
#[test]
fn k4_encrypted_tokens_are_refused_by_their_form() {
    let keyring = Keyring::new(default_provider()).with(&secret()).unwrap();
    let authenticator = Authenticator::new(Rules::new(Authority::new(keyring)));
    for header in [
        r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#,
        r#"{"alg":"PBES2-HS256+A128KW","enc":"A128CBC-HS256","p2c":2147483647,"p2s":"AAAA"}"#,
        r#"{"alg":"dir","enc":"A128GCM","zip":"DEF"}"#,
    ] {
        let header = common::base64url(header.as_bytes());
        let five = format!("{header}.AAAA.AAAA.AAAA.AAAA");
        let error = authenticator.connection(&five, now()).unwrap_err();
        assert_eq!(error.code(), Code::Malformed);
        assert!(error.to_string().contains("JWE"), "{error}");
        let three = format!("{header}.e30.AAAA");
        let error = authenticator.connection(&three, now()).unwrap_err();
        assert_eq!(error.code(), Code::Malformed);
    }
}
