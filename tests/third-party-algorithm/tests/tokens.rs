//! Tokens of these algorithms, through the interface that every user calls.
#![allow(clippy::unwrap_used, missing_docs)]

use countersign::{
    Authenticator, Authority, Code, Issuer, Key, Keyring, Rules, UnixTime, default_provider,
};
use countersign_signature::{AkpPrivateKey, KeyMaterial};
use countersign_third_party_algorithm::{ML_DSA_44, ML_DSA_65};

/// The library itself makes the pair from a seed, because there is no generator here.
fn pair(alg: &str) -> (Key, Key) {
    let seed = AkpPrivateKey::new(alg.to_owned(), vec![7; 32], None).unwrap();
    let private = Key::new(KeyMaterial::AkpPrivate(seed)).unwrap();
    let seed = ml_dsa::Seed::try_from([7; 32].as_slice()).unwrap();
    use ml_dsa::signature::Keypair as _;
    let bytes = match alg {
        "ML-DSA-44" => ml_dsa::SigningKey::<ml_dsa::MlDsa44>::from_seed(&seed)
            .verifying_key()
            .encode()
            .to_vec(),
        _ => ml_dsa::SigningKey::<ml_dsa::MlDsa65>::from_seed(&seed)
            .verifying_key()
            .encode()
            .to_vec(),
    };
    let public = countersign_signature::AkpPublicKey::new(alg.to_owned(), bytes).unwrap();
    (private, Key::new(KeyMaterial::AkpPublic(public)).unwrap())
}

fn authenticator(public: &Key) -> Authenticator {
    let provider = default_provider().with(ML_DSA_44).with(ML_DSA_65);
    let keyring = Keyring::new(provider).with(public).unwrap();
    Authenticator::new(Rules::new(Authority::new(keyring)))
}

#[test]
fn a_token_of_ml_dsa_is_verified_like_every_token() {
    let provider = default_provider().with(ML_DSA_44).with(ML_DSA_65);
    for alg in ["ML-DSA-44", "ML-DSA-65"] {
        let (private, public) = pair(alg);
        let issuer = Issuer::builder()
            .key(private.clone())
            .provider(provider.clone())
            .build()
            .unwrap();
        let token = issuer.connection("42").sign().unwrap();
        let now = UnixTime::from_secs(1_700_000_000);
        let connection = authenticator(&public).connection(&token, now).unwrap();
        assert_eq!(connection.user(), "42");
    }
}

#[test]
fn the_sizes_are_not_interchangeable() {
    let provider = default_provider().with(ML_DSA_44).with(ML_DSA_65);
    let (private, _) = pair("ML-DSA-44");
    let (_, other) = pair("ML-DSA-65");
    let issuer = Issuer::builder()
        .key(private.clone())
        .provider(provider.clone())
        .build()
        .unwrap();
    let token = issuer.connection("42").sign().unwrap();
    let now = UnixTime::from_secs(1_700_000_000);
    let error = authenticator(&other).connection(&token, now).unwrap_err();
    assert_eq!(error.code(), Code::Algorithm);
}
