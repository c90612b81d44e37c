//! A group of vectors: parameters, tests, and one key for all or one for each test.

use crate::encoding::unhex;
use countersign_keys::Key;
use countersign_signature::{AkpPublicKey, KeyMaterial, Secret};
use serde::{Deserialize, Deserializer};

/// A file.
#[derive(Deserialize)]
pub(super) struct Vectors {
    #[serde(rename = "numberOfTests")]
    number_of_tests: usize,
    #[serde(rename = "testGroups")]
    pub(super) groups: Vec<Group>,
}

impl Vectors {
    pub(super) fn read(json: &str) -> Self {
        let vectors: Self = serde_json::from_str(json).expect("the form of Wycheproof");
        let found: usize = vectors.groups.iter().map(|group| group.tests.len()).sum();
        assert_eq!(found, vectors.number_of_tests, "tests are not read");
        vectors
    }
}

/// The fields of groups that are used here, from all kinds of files.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    #[serde(alias = "keyJwk")]
    public_key_jwk: Option<serde_json::Value>,
    public_key_pem: Option<String>,
    #[serde(default, deserialize_with = "hex")]
    public_key_der: Vec<u8>,
    public_key: Option<serde_json::Value>,
    pub(super) sha: Option<String>,
    mgf_sha: Option<String>,
    s_len: Option<usize>,
    tag_size: Option<usize>,
    #[serde(default, deserialize_with = "hex")]
    private_seed: Vec<u8>,
    pub(super) tests: Vec<Test>,
}

/// One vector.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Test {
    pub(super) tc_id: usize,
    #[serde(default)]
    pub(super) comment: String,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default, deserialize_with = "hex")]
    key: Vec<u8>,
    #[serde(default, deserialize_with = "hex")]
    pub(super) msg: Vec<u8>,
    #[serde(default, deserialize_with = "hex")]
    sig: Vec<u8>,
    #[serde(default, deserialize_with = "hex")]
    tag: Vec<u8>,
    #[serde(default, deserialize_with = "hex")]
    pub(super) ctx: Vec<u8>,
    pub(super) result: String,
}

impl Test {
    pub(super) fn signature(&self) -> &[u8] {
        if self.sig.is_empty() {
            &self.tag
        } else {
            &self.sig
        }
    }
}

impl Group {
    /// Whether all tests have one key. Tests of MACs have one each.
    pub(super) fn has_one_key(&self) -> bool {
        self.tag_size.is_none()
    }

    /// The seed and the public key of a group for signing.
    pub(super) fn seed_and_public(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let Some(serde_json::Value::String(public)) = &self.public_key else {
            return None;
        };
        (self.private_seed.len() == 32).then(|| (self.private_seed.clone(), unhex(public)))
    }

    /// What distinguishes the case within its set: the parameters, or its flags.
    pub(super) fn qualifier(&self, test: &Test) -> String {
        if let Some(bits) = self.tag_size {
            return format!("tag{bits}");
        }
        if let Some(salt) = self.s_len {
            let hash = self.sha.as_deref().unwrap_or_default();
            let is_jose = hash.strip_prefix("SHA-") == Some(&format!("{}", 8 * salt));
            return match self.mgf_sha.as_deref() {
                Some(mgf) if mgf != hash => "another-mgf",
                _ if !is_jose => "another-salt",
                _ => "jose",
            }
            .into();
        }
        if !test.ctx.is_empty() {
            return "context".into();
        }
        test.flags.join("+")
    }

    /// Whether JOSE has signatures with these parameters: a tag as long as the hash (RFC 7518
    /// section 3.2; RFC 2104 section 5 allows shorter tags, which are easier to forge), one hash
    /// and a salt of its length (RFC 7518 section 3.5), no context (draft-ietf-cose-dilithium).
    pub(super) fn is_of_jose(&self, alg: &str, test: &Test) -> bool {
        let is_whole = |bits: usize| alg.ends_with(&bits.to_string());
        let has_its_salt = self.s_len.is_none() || self.qualifier(test) == "jose";
        self.tag_size.is_none_or(is_whole) && has_its_salt && test.ctx.is_empty()
    }

    /// The key in each form that the group has, read by the functions that users call.
    pub(super) fn keys(&self, alg: &str, test: &Test) -> Vec<(&'static str, Result<Key, String>)> {
        let mut keys: Vec<(&'static str, Result<Key, String>)> = Vec::new();
        let said = |error: &dyn std::fmt::Display| error.to_string();
        if let Some(jwk) = &self.public_key_jwk {
            let jwk = jwk.to_string();
            keys.push((
                "jwk",
                Key::from_jwk(jwk.as_bytes()).map_err(|error| said(&error)),
            ));
        }
        if let Some(pem) = &self.public_key_pem {
            keys.push(("pem", Key::from_pem(pem).map_err(|error| said(&error))));
            let der = Key::from_der(&self.public_key_der);
            keys.push(("der", der.map_err(|error| said(&error))));
        }
        if self.tag_size.is_some() {
            // Vectors have keys of any length.
            let secret = Secret::new(test.key.as_slice())
                .map(|secret| KeyMaterial::Secret(secret.allow_short()));
            let key = secret.map_err(|error| said(&error));
            keys.push((
                "raw",
                key.and_then(|key| Key::new(key).map_err(|error| said(&error))),
            ));
        }
        if let (true, Some(serde_json::Value::String(public))) = (keys.is_empty(), &self.public_key)
        {
            let bytes = unhex(public);
            let key = AkpPublicKey::new(alg.to_owned(), bytes).map_err(|error| said(&error));
            let key =
                key.and_then(|key| Key::new(KeyMaterial::AkpPublic(key)).map_err(|e| said(&e)));
            keys.push(("raw", key));
        }
        keys
    }
}

fn hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    Ok(unhex(&String::deserialize(deserializer)?))
}
