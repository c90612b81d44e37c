//! Keys from the `openssl` command.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::algorithm::{Algorithm, KeyKind};
use crate::promised;

/// A key in the default forms of openssl.
#[derive(Debug, Clone)]
pub enum Key {
    /// Bytes, for HMAC.
    Secret(Vec<u8>),
    /// PKCS#8 and SPKI, as PEM.
    Pair {
        /// `BEGIN PRIVATE KEY`.
        private: String,
        /// `BEGIN PUBLIC KEY`.
        public: String,
    },
}

/// Whether the tests can make keys on this machine. Prints a message if not.
///
/// # Panics
///
/// If `cargo xtask test` runs the tests: it has found openssl.
#[must_use]
pub fn openssl_is_here() -> bool {
    let version = Command::new("openssl")
        .arg("version")
        .stdout(Stdio::null())
        .status();
    let is_here = version.is_ok_and(|status| status.success());
    assert!(is_here || promised().is_none(), "openssl is missing");
    if !is_here {
        eprintln!("skipped: openssl is not on this machine");
    }
    is_here
}

/// The output of `openssl` with these arguments and this `input`.
#[must_use]
pub fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may end before this write.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {said}");
    output.stdout
}

impl Key {
    /// A new key for `algorithm`.
    #[must_use]
    pub fn generate(algorithm: Algorithm) -> Self {
        let curve;
        let words: &[&str] = match algorithm.key {
            KeyKind::Secret(bytes) => {
                return Self::Secret(openssl(&["rand", &bytes.to_string()], b""));
            }
            KeyKind::Rsa => &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            KeyKind::Ec(name) => {
                curve = format!("ec_paramgen_curve:{name}");
                &["EC", "-pkeyopt", &curve]
            }
            KeyKind::Ed25519 => &["ED25519"],
        };
        let private = openssl(&[&["genpkey", "-algorithm"], words].concat(), b"");
        let public = openssl(&["pkey", "-pubout"], &private);
        Self::Pair {
            private: String::from_utf8(private).unwrap(),
            public: String::from_utf8(public).unwrap(),
        }
    }

    /// A key from these bytes, for HMAC.
    #[must_use]
    pub fn secret(bytes: &[u8]) -> Self {
        Self::Secret(bytes.to_owned())
    }

    /// The key with which a peer signs.
    #[must_use]
    pub fn to_sign(&self) -> Value {
        match self {
            Self::Secret(bytes) => json!({ "secret": BASE64_URL_SAFE_NO_PAD.encode(bytes) }),
            Self::Pair { private, .. } => json!({ "pem": private }),
        }
    }

    /// The key with which a peer verifies.
    #[must_use]
    pub fn to_verify(&self) -> Value {
        match self {
            Self::Secret(_) => self.to_sign(),
            Self::Pair { public, .. } => json!({ "pem": public }),
        }
    }

    /// The text of a file that our program signs with: PEM, or a JWK for a secret.
    #[must_use]
    pub fn private_file(&self, algorithm: Algorithm) -> String {
        match self {
            Self::Secret(bytes) => {
                let k = BASE64_URL_SAFE_NO_PAD.encode(bytes);
                json!({ "kty": "oct", "alg": algorithm.name, "k": k }).to_string()
            }
            Self::Pair { private, .. } => private.clone(),
        }
    }

    /// The text of a file that our program verifies with.
    #[must_use]
    pub fn public_file(&self, algorithm: Algorithm) -> String {
        match self {
            Self::Secret(_) => self.private_file(algorithm),
            Self::Pair { public, .. } => public.clone(),
        }
    }
}
