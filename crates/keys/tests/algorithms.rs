//! The algorithms that a key works with, by its kind and by its own members (A12, A13, C8).

use crate::common;

use std::sync::Arc;

use common::key;
use countersign_keys::{Key, KeyErrorReason, Operation};
use countersign_signature::{
    AkpPrivateKey, AkpPublicKey, Algorithm, AlgorithmName, Curve, EcPrivateKey, KeyMaterial,
    KeyRejected, Provider, Signer, SigningError, Verifier,
};

/// The algorithms of *ring* that a key works with.
fn serves(key: &Key) -> Vec<&'static str> {
    key.verifiers(&countersign_ring::provider())
        .map_or(Vec::new(), |verifiers| {
            verifiers
                .iter()
                .map(|verifier| verifier.algorithm().as_str())
                .collect()
        })
}

fn backwards(provider: &Provider) -> Provider {
    let algorithms: Vec<_> = provider.iter().collect();
    Provider::new(algorithms.into_iter().rev())
}

fn p256(members: &str) -> Key {
    let jwk = key("p256.spki")
        .to_jwk()
        .unwrap()
        .replacen('{', &format!("{{{members}"), 1);
    Key::from_jwk(jwk.as_bytes()).unwrap()
}

#[test]
fn a5_a_key_is_used_only_for_the_algorithms_of_its_kind() {
    for (name, algorithms) in [
        (
            "rsa2048.spki",
            ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].as_slice(),
        ),
        ("rsa-pss.spki", &["PS256", "PS384", "PS512"]),
        ("rsa-pss-sha384.spki", &["PS384"]),
        ("p256.spki", &["ES256"]),
        ("p384.spki", &["ES384"]),
        ("p521.spki", &[]),
        ("secp256k1.spki", &[]),
        ("ed25519.spki", &["EdDSA"]),
        ("ed448.spki", &[]),
        ("x25519.spki", &[]),
    ] {
        assert_eq!(serves(&key(name)), algorithms, "{name}");
    }
    assert_eq!(serves(&Key::secret([7; 48]).unwrap()), ["HS256", "HS384"]);
}

#[test]
fn a12_the_refusal_names_what_was_found_and_what_is_needed() {
    let provider = countersign_ring::provider();
    for (name, alg, sentence) in [
        (
            "secp256k1.spki",
            "ES256",
            "found a secp256k1 key; ES256 needs P-256",
        ),
        ("p384.spki", "ES256", "found a P-384 key; ES256 needs P-256"),
        ("p256.spki", "ES384", "found a P-256 key; ES384 needs P-384"),
        (
            "ed448.spki",
            "EdDSA",
            "found an Ed448 key; EdDSA needs Ed25519",
        ),
        (
            "x25519.spki",
            "Ed25519",
            "found an X25519 key; EdDSA needs Ed25519",
        ),
        (
            "p256.spki",
            "HS256",
            "found a P-256 key; HS256 needs a secret",
        ),
        (
            "rsa-pss.spki",
            "RS256",
            "found an RSASSA-PSS key for PS256, PS384, PS512; RS256 needs another key",
        ),
        (
            "rsa-pss-sha384.spki",
            "PS256",
            "found an RSASSA-PSS key for PS384; PS256 needs another key",
        ),
        (
            "p256.spki",
            "none",
            "found the algorithm \"none\"; it is not among the algorithms of this provider",
        ),
        (
            "p521.spki",
            "ES512",
            "found the algorithm \"ES512\"; it is not among the algorithms of this provider",
        ),
    ] {
        let error = key(name).verifier(&provider, alg).unwrap_err();
        assert_eq!(error.to_string(), sentence);
    }
}

#[test]
fn if_no_algorithm_fits_the_most_specific_reason_is_given() {
    let provider = countersign_ring::provider();
    for (key, sentence) in [
        (
            key("secp256k1.spki"),
            "found a secp256k1 key; ES256 needs P-256",
        ),
        (key("ed448.spki"), "found an Ed448 key; EdDSA needs Ed25519"),
        (
            key("p521.spki"),
            "found a P-521 key; it needs the algorithm \"ES512\", which is not among those of \
             this provider",
        ),
        (
            key("p384.spki").with_algorithm("ES256"),
            "found a P-384 key; ES256 needs P-256",
        ),
        (
            key("rsa2048.spki").with_algorithm("RSA-OAEP-256"),
            "found a key for encryption (alg \"RSA-OAEP-256\"); signatures need a key for an \
             algorithm that signs",
        ),
        (
            key("rsa2048.spki").with_algorithm("RSA-MINE"),
            "found an RSA key of 2048 bits; it needs the algorithm \"RSA-MINE\", which is not among \
             those of this provider",
        ),
        (
            key("rsa-pss-sha384.spki").with_algorithm("PS256"),
            "found an RSASSA-PSS key for PS384; PS256 needs another key",
        ),
        (
            p256(r#""use":"enc","#),
            "found a key for encryption (use \"enc\"); signatures need a key whose use is \"sig\", \
             or that has none",
        ),
        (
            p256(r#""key_ops":["sign"],"#),
            "found a key whose key_ops do not list \"verify\"; add \"verify\" to its key_ops, \
             or leave them out",
        ),
        (
            p256(r#""alg":"ES256K","#),
            "found a P-256 key; it needs the algorithm \"ES256K\", which is not among those of \
             this provider",
        ),
    ] {
        assert_eq!(key.verifiers(&provider).unwrap_err().to_string(), sentence);
    }
    let error = key("p256.spki").verifiers(&Default::default()).unwrap_err();
    assert_eq!(error.reason(), KeyErrorReason::NoAlgorithm);
}

#[test]
fn a13_ed25519_and_eddsa_are_one_algorithm() {
    let provider = countersign_ring::provider();
    for alg in ["Ed25519", "EdDSA"] {
        let key = key("ed25519.spki").with_algorithm(alg);
        assert_eq!(serves(&key), ["EdDSA"]);
        for header in ["Ed25519", "EdDSA"] {
            assert!(key.verifier(&provider, header).is_ok());
        }
    }
    for alg in ["ed25519", "eddsa", "Ed448", "EdDSA "] {
        assert_eq!(
            serves(&key("ed25519.spki").with_algorithm(alg)),
            [""; 0],
            "{alg}"
        );
    }
}

#[test]
fn c8_use_key_ops_and_alg_are_obeyed_if_present() {
    for (members, verify, sign) in [
        ("", true, true),
        (r#""use":"sig","#, true, true),
        (r#""use":"enc","#, false, false),
        (r#""use":"SIG","#, false, false),
        (r#""use":"","#, false, false),
        (r#""use":"tls","#, false, false),
        (r#""key_ops":[],"#, false, false),
        (r#""key_ops":["verify"],"#, true, false),
        (r#""key_ops":["sign"],"#, false, true),
        (r#""key_ops":["sign","verify"],"#, true, true),
        (r#""key_ops":["Verify"],"#, false, false),
        (r#""key_ops":["encrypt"],"#, false, false),
        (r#""key_ops":["deriveKey","verify"],"#, true, false),
        (r#""use":"enc","key_ops":["verify"],"#, false, false),
        (r#""use":"sig","key_ops":["encrypt"],"#, false, false),
        (
            r#""use":"sig","key_ops":["verify"],"alg":"ES256","#,
            true,
            false,
        ),
        (r#""alg":"ES256","#, true, true),
        (r#""alg":"ES384","#, false, false),
        (r#""alg":"es256","#, false, false),
        (r#""alg":"","#, false, false),
        (r#""alg":"ES256K","#, false, false),
        (r#""alg":"ECDH-ES","#, false, false),
    ] {
        let key = p256(members);
        let permits = |operation| key.permits(AlgorithmName::ES256, operation).is_ok();
        assert_eq!(permits(Operation::Verify), verify, "{members}");
        assert_eq!(permits(Operation::Sign), sign, "{members}");
        assert_eq!(serves(&key) == ["ES256"], verify, "{members}");
        assert_eq!(
            key.verifier(&countersign_ring::provider(), "ES256").is_ok(),
            verify,
            "{members}",
        );
    }
}

#[test]
fn c8_use_key_ops_and_alg_are_obeyed_for_signing_too() {
    let provider = countersign_ring::provider();
    let with = |members: &str| {
        let jwk = key("p256.pkcs8")
            .to_jwk()
            .unwrap()
            .replacen('{', &format!("{{{members}"), 1);
        Key::from_jwk(jwk.as_bytes()).unwrap()
    };
    for (members, good) in [
        ("", true),
        (r#""use":"enc","#, false),
        (r#""key_ops":["verify"],"#, false),
        (r#""key_ops":["sign"],"#, true),
        (r#""alg":"ES384","#, false),
    ] {
        let key = with(members);
        assert_eq!(key.signer(&provider, None).is_ok(), good, "{members}");
        assert_eq!(
            key.signer(&provider, Some("ES256")).is_ok(),
            good,
            "{members}"
        );
    }
    // If a key may sign, its public half may verify.
    let public = with(r#""key_ops":["sign"],"#).into_public().unwrap();
    assert_eq!(public.key_ops().unwrap(), ["verify"]);
    assert_eq!(serves(&public), ["ES256"]);
    let public = with(r#""key_ops":["sign","verify","deriveBits"],"#);
    let public = public.into_public().unwrap();
    assert_eq!(public.key_ops().unwrap(), ["deriveBits", "verify"]);
    let public = with(r#""key_ops":["deriveBits"],"#).into_public().unwrap();
    assert_eq!(serves(&public), [""; 0]);
}

#[test]
fn a_signer_takes_the_algorithm_of_its_key() {
    let provider = countersign_ring::provider();
    for (key, alg) in [
        (Key::secret([7; 64]).unwrap(), "HS256"),
        (
            Key::secret([7; 64]).unwrap().with_algorithm("HS512"),
            "HS512",
        ),
        (key("rsa2048.pkcs1"), "RS256"),
        (key("rsa2048.pkcs8").with_algorithm("PS512"), "PS512"),
        (key("rsa-pss.pkcs8"), "PS256"),
        (key("rsa-pss-sha384.pkcs8"), "PS384"),
        (key("p256.sec1"), "ES256"),
        (key("p384.pkcs8"), "ES384"),
        (key("ed25519.pkcs8"), "EdDSA"),
        (key("ed25519.pkcs8").with_algorithm("EdDSA"), "EdDSA"),
        (key("ed25519.pkcs8").with_algorithm("Ed25519"), "Ed25519"),
    ] {
        // The order of the provider doesn't matter.
        for provider in [provider.clone(), backwards(&provider)] {
            let signer = key.signer(&provider, None).unwrap();
            assert_eq!(signer.algorithm().as_str(), alg);
        }
    }
    // A caller that asks for one of the two names gets that name.
    for alg in ["EdDSA", "Ed25519"] {
        for key in [
            key("ed25519.pkcs8"),
            key("ed25519.pkcs8").with_algorithm("Ed25519"),
        ] {
            let signer = key.signer(&provider, Some(alg)).unwrap();
            assert_eq!(signer.algorithm().as_str(), alg);
            let mut signature = Vec::new();
            signer.sign(b"message", &mut signature).unwrap();
            assert_eq!(signature.len(), 64, "{alg}");
        }
    }
    for (name, alg, sentence) in [
        (
            "rsa-pss.pkcs8",
            Some("RS256"),
            "found an RSASSA-PSS key for PS256, PS384, PS512; RS256 needs another key",
        ),
        (
            "p384.pkcs8",
            Some("ES256"),
            "found a P-384 private key; ES256 needs P-256",
        ),
        (
            "secp256k1.pkcs8",
            None,
            "found a secp256k1 private key; ES256 needs P-256",
        ),
        (
            "ed448.pkcs8",
            None,
            "found an Ed448 private key; EdDSA needs Ed25519",
        ),
        (
            "p521.pkcs8",
            None,
            "found the algorithm \"ES512\"; it is not among the algorithms of this provider",
        ),
    ] {
        let error = key(name).signer(&provider, alg).unwrap_err();
        assert_eq!(error.to_string(), sentence);
    }
}

#[test]
fn a_signature_of_the_private_key_verifies_with_the_public_key() {
    let provider = countersign_ring::provider();
    for (private, public) in [
        ("rsa2048.pkcs1", "rsa2048.certificate"),
        ("rsa2048.pkcs8", "rsa2048.pkcs1-public"),
        ("rsa-pss.pkcs8", "rsa-pss.spki"),
        ("rsa-pss-sha384.pkcs8", "rsa-pss-sha384.spki"),
        ("p256.sec1", "p256.certificate"),
        ("p384.pkcs8", "p384.spki"),
        ("ed25519.pkcs8", "ed25519.certificate"),
    ] {
        let signer = key(private).signer(&provider, None).unwrap();
        let mut signature = Vec::new();
        signer.sign(b"message", &mut signature).unwrap();
        let alg = signer.algorithm().as_str();
        let verifier = key(public).verifier(&provider, alg).unwrap();
        assert!(verifier.verify(b"message", &signature).is_ok(), "{private}");
        assert!(
            verifier.verify(b"massage", &signature).is_err(),
            "{private}"
        );
    }
}

/// An algorithm that wraps another one and forgets to report its own name.
#[derive(Debug)]
struct Borrowed;

impl Algorithm for Borrowed {
    fn name(&self) -> AlgorithmName {
        AlgorithmName::from_static("LOGGED-HS512")
    }

    fn takes_secrets(&self) -> bool {
        true
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        countersign_ring::HS512.verifier(key)
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        countersign_ring::HS512.signer(key)
    }
}

#[test]
fn a6_a_key_bound_under_another_name_is_not_used() {
    static BORROWED: Borrowed = Borrowed;
    let provider = Provider::new([&BORROWED as &'static dyn Algorithm]);
    let key = Key::secret([7; 64]).unwrap().with_algorithm("LOGGED-HS512");
    for refused in [
        key.verifiers(&provider).map(|_| ()),
        key.verifier(&provider, "LOGGED-HS512").map(|_| ()),
        key.signer(&provider, None).map(|_| ()),
    ] {
        assert_eq!(
            refused.unwrap_err().to_string(),
            "found a key for HS512, made by the algorithm LOGGED-HS512; an algorithm binds keys \
             to its own name; its author must correct it",
        );
    }
}

/// An algorithm that says it takes no secrets, but accepts one.
#[derive(Debug)]
struct Untrue;

impl Algorithm for Untrue {
    fn name(&self) -> AlgorithmName {
        AlgorithmName::HS256
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        countersign_ring::HS256.verifier(key)
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        countersign_ring::HS256.signer(key)
    }
}

#[test]
fn h2_a_secret_is_never_bound_to_an_algorithm_of_key_pairs() {
    let provider = Provider::new([&Untrue as &'static dyn Algorithm]);
    let key = Key::secret([7; 64]).unwrap();
    for refused in [
        key.verifiers(&provider).map(|_| ()),
        key.verifier(&provider, "HS256").map(|_| ()),
        key.signer(&provider, None).map(|_| ()),
    ] {
        assert_eq!(
            refused.unwrap_err().to_string(),
            "found a secret of 512 bits, taken by the algorithm HS256; an algorithm takes the \
             kind of key that its `takes_secrets` says; its author must correct it",
        );
    }
}

/// Another author's algorithm, on curves that this crate doesn't know.
#[derive(Debug)]
struct OnCurve(&'static str, &'static str);

#[derive(Debug)]
struct Bound(AlgorithmName);

impl Signer for Bound {
    fn algorithm(&self) -> AlgorithmName {
        self.0
    }

    fn sign(&self, _: &[u8], _: &mut Vec<u8>) -> Result<(), SigningError> {
        Ok(())
    }
}

impl Algorithm for OnCurve {
    fn name(&self) -> AlgorithmName {
        AlgorithmName::from_static(self.0)
    }

    fn takes_secrets(&self) -> bool {
        false
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        Err(key.cannot_verify(self.name(), self.1))
    }

    fn signer(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        match key {
            KeyMaterial::EcPrivate(it) if it.curve().name() == self.1 => {
                Ok(Arc::new(Bound(self.name())))
            }
            KeyMaterial::OkpPrivate(it) if it.curve().name() == self.1 => {
                Ok(Arc::new(Bound(self.name())))
            }
            other => Err(other.cannot_sign(self.name(), self.1)),
        }
    }
}

#[test]
fn a_key_on_a_curve_of_another_crate_signs_with_the_algorithm_that_accepts_it() {
    static BRAINPOOL: OnCurve = OnCurve("ESB256", "BP-256");
    static ES256K: OnCurve = OnCurve("ES256K", "secp256k1");
    static ED448: OnCurve = OnCurve("Ed448", "Ed448");
    const CURVE: Curve = Curve::new("BP-256", &[0xab; 32], &[1], &[2]);
    let ours = countersign_ring::provider();
    let all = ours.clone().with(&BRAINPOOL).with(&ES256K).with(&ED448);
    let brainpool = EcPrivateKey::new(CURVE, [7; 32].as_slice(), None).unwrap();
    let brainpool = Key::new(KeyMaterial::EcPrivate(brainpool)).unwrap();
    for (key, alg, sentence) in [
        (
            brainpool,
            "ESB256",
            "found a BP-256 private key; ES256 needs P-256",
        ),
        (
            key("secp256k1.pkcs8"),
            "ES256K",
            "found a secp256k1 private key; ES256 needs P-256",
        ),
        (
            key("ed448.pkcs8"),
            "Ed448",
            "found an Ed448 private key; EdDSA needs Ed25519",
        ),
    ] {
        let signer = key.signer(&all, None).unwrap();
        assert_eq!(signer.algorithm().as_str(), alg);
        assert_eq!(key.signer(&ours, None).unwrap_err().to_string(), sentence);
        let error = key.signer(&Provider::default(), None).unwrap_err();
        assert_eq!(error.reason(), KeyErrorReason::NoAlgorithm);
        assert!(
            error
                .to_string()
                .ends_with("no algorithm of this provider takes it")
        );
        // The key's own members also restrict this algorithm.
        let error = key.with_use("enc").signer(&all, None).unwrap_err();
        assert_eq!(error.reason(), KeyErrorReason::NotPermitted);
    }
}

/// An algorithm that refuses to verify with any key, and signs with every private key.
#[derive(Debug)]
struct Strict(&'static str);

impl Algorithm for Strict {
    fn name(&self) -> AlgorithmName {
        AlgorithmName::from_static(self.0)
    }

    fn takes_secrets(&self) -> bool {
        self.0.starts_with("HS")
    }

    fn verifier(&self, key: &KeyMaterial<'_>) -> Result<Arc<dyn Verifier>, KeyRejected> {
        let needed = format!("{} needs a better one", self.0);
        Err(KeyRejected::unsupported(key, needed))
    }

    fn signer(&self, _: &KeyMaterial<'_>) -> Result<Arc<dyn Signer>, KeyRejected> {
        Ok(Arc::new(Bound(self.name())))
    }
}

#[test]
fn the_main_algorithm_of_a_key_is_tried_first() {
    let provider = Provider::new([
        &Strict("MINE-1") as &'static dyn Algorithm,
        &Strict("HS512"),
        &Strict("HS256"),
        &Strict("RS256"),
        &Strict("ES384"),
        &Strict("EdDSA"),
        &Strict("ML-DSA-44"),
        &Strict("ML-DSA-65"),
    ]);
    let akp = AkpPublicKey::new("ML-DSA-65", [7; 9].as_slice()).unwrap();
    let akp_private = AkpPrivateKey::new("ML-DSA-65", [7; 32].as_slice(), None).unwrap();
    let akp = Key::new(KeyMaterial::AkpPublic(akp)).unwrap();
    let akp_private = Key::new(KeyMaterial::AkpPrivate(akp_private)).unwrap();
    for (public, private, alg) in [
        (
            Key::secret([7; 64]).unwrap(),
            Key::secret([7; 64]).unwrap(),
            "HS256",
        ),
        (key("rsa2048.spki"), key("rsa2048.pkcs8"), "RS256"),
        (key("p384.spki"), key("p384.pkcs8"), "ES384"),
        (key("ed25519.spki"), key("ed25519.pkcs8"), "EdDSA"),
        (akp, akp_private, "ML-DSA-65"),
    ] {
        let error = public.verifiers(&provider).unwrap_err();
        assert_eq!(error.needed(), format!("{alg} needs a better one"));
        let signer = private.signer(&provider, None).unwrap();
        assert_eq!(signer.algorithm().as_str(), alg);
    }
}
