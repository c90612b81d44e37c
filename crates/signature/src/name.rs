//! Names of JOSE algorithms (RFC 7518 section 3.1, RFC 8037, RFC 9864).
//!
//! Names are compared exactly, including letter case (RFC 7515 section 4.1.1).

use core::fmt;

/// A JOSE algorithm name such as `HS256`.
///
/// The set is open: make a name for your own algorithm with [`from_static`](Self::from_static).
/// `none` is refused, in any spelling.
///
/// ```
/// use countersign_signature::AlgorithmName;
///
/// const ES256K: AlgorithmName = AlgorithmName::from_static("ES256K");
/// assert_eq!(ES256K.as_str(), "ES256K");
/// assert!(AlgorithmName::HS256.is_spelled("HS256"));
/// assert!(!AlgorithmName::HS256.is_spelled("hs256"));
/// assert!(AlgorithmName::EDDSA.is_spelled("Ed25519"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AlgorithmName(&'static str);

impl AlgorithmName {
    /// HMAC with SHA-256 (RFC 7518 section 3.2).
    pub const HS256: Self = Self("HS256");
    /// HMAC with SHA-384 (RFC 7518 section 3.2).
    pub const HS384: Self = Self("HS384");
    /// HMAC with SHA-512 (RFC 7518 section 3.2).
    pub const HS512: Self = Self("HS512");
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3).
    pub const RS256: Self = Self("RS256");
    /// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 7518 section 3.3).
    pub const RS384: Self = Self("RS384");
    /// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 7518 section 3.3).
    pub const RS512: Self = Self("RS512");
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, salt of 32 bytes (RFC 7518 section 3.5).
    pub const PS256: Self = Self("PS256");
    /// RSASSA-PSS with SHA-384, MGF1 with SHA-384, salt of 48 bytes (RFC 7518 section 3.5).
    pub const PS384: Self = Self("PS384");
    /// RSASSA-PSS with SHA-512, MGF1 with SHA-512, salt of 64 bytes (RFC 7518 section 3.5).
    pub const PS512: Self = Self("PS512");
    /// ECDSA on P-256 with SHA-256 (RFC 7518 section 3.4).
    pub const ES256: Self = Self("ES256");
    /// ECDSA on P-384 with SHA-384 (RFC 7518 section 3.4).
    pub const ES384: Self = Self("ES384");
    /// ECDSA on P-521 with SHA-512 (RFC 7518 section 3.4).
    pub const ES512: Self = Self("ES512");
    /// EdDSA on Ed25519 (RFC 8037 section 3.1), which RFC 9864 calls `Ed25519`.
    pub const EDDSA: Self = Self("EdDSA");
    /// The other name of [`EDDSA`](Self::EDDSA) (RFC 9864 section 2.2): the name in a header that
    /// is signed by a key with this name. Algorithms and verifiers have the name `EdDSA`, and
    /// accept both.
    pub const ED25519: Self = Self("Ed25519");

    /// The constant of this type with this name.
    ///
    /// ```
    /// use countersign_signature::AlgorithmName;
    ///
    /// assert_eq!(AlgorithmName::standard("ES256"), Some(AlgorithmName::ES256));
    /// assert_eq!(AlgorithmName::standard("ES256K"), None);
    /// ```
    #[must_use]
    pub fn standard(name: &str) -> Option<Self> {
        Some(match name {
            "HS256" => Self::HS256,
            "HS384" => Self::HS384,
            "HS512" => Self::HS512,
            "RS256" => Self::RS256,
            "RS384" => Self::RS384,
            "RS512" => Self::RS512,
            "PS256" => Self::PS256,
            "PS384" => Self::PS384,
            "PS512" => Self::PS512,
            "ES256" => Self::ES256,
            "ES384" => Self::ES384,
            "ES512" => Self::ES512,
            "EdDSA" => Self::EDDSA,
            "Ed25519" => Self::ED25519,
            _ => return None,
        })
    }

    /// A name for an algorithm of your own.
    ///
    /// Use it in a `const`, so that a bad name fails the build.
    ///
    /// # Panics
    ///
    /// If the name is `none` in any letter case, is empty, is longer than 64 bytes, or contains
    /// other characters than ASCII letters, digits, `-`, `+`, `_` and `.`.
    #[must_use]
    #[allow(clippy::panic)] // evaluated on names that authors write, in a const
    pub const fn from_static(name: &'static str) -> Self {
        match fault(name) {
            None => Self(name),
            Some(fault) => panic!("{}", fault),
        }
    }

    /// The name as written in a header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether a header's `alg` names this algorithm: byte for byte equal, or
    /// `Ed25519` for `EdDSA`, the one algorithm with two registered names
    /// (RFC 9864 section 2.2).
    #[must_use]
    #[inline]
    pub fn is_spelled(self, alg: &str) -> bool {
        is_same(self.0, alg) || (is_same(Self::ED25519.0, alg) && self == Self::EDDSA)
    }
}

/// Whether two names are equal. The usual ones, such as `HS256`, have five letters, which are compared
/// without a call of `memcmp`.
#[inline]
fn is_same(name: &str, alg: &str) -> bool {
    match (name.as_bytes().try_into(), alg.as_bytes().try_into()) {
        (Ok::<&[u8; 5], _>(name), Ok::<&[u8; 5], _>(alg)) => name == alg,
        _ => name == alg,
    }
}

/// Why this can't be the name of an algorithm; `None` if it can.
pub(crate) const fn fault(name: &str) -> Option<&'static str> {
    let mut bytes = name.as_bytes();
    if bytes.is_empty() || bytes.len() > 64 {
        return Some("an algorithm name has 1 to 64 bytes");
    }
    if name.eq_ignore_ascii_case("none") {
        return Some("`none` is not an algorithm here");
    }
    while let [byte, rest @ ..] = bytes {
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'_' | b'.')) {
            return Some(
                "an algorithm name holds ASCII letters, digits, `-`, `+`, `_` and `.` alone",
            );
        }
        bytes = rest;
    }
    None
}

impl fmt::Display for AlgorithmName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for AlgorithmName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::AlgorithmName;

    #[test]
    fn none_in_any_spelling_cannot_be_made() {
        for name in [
            "none", "None", "NONE", "nOnE", "none ", "none\0", "", "ｎone",
        ] {
            let made = std::panic::catch_unwind(|| AlgorithmName::from_static(name));
            assert!(made.is_err(), "{name:?} was made");
        }
    }

    #[test]
    fn a_name_has_one_spelling() {
        for alg in [
            "hs256",
            "HS256 ",
            "HS256\0",
            "ＨS256",
            "",
            "none",
            "Ed25519",
            "HS25\u{0666}",
            "HX256",
            "H6",
            "HS2566",
        ] {
            assert!(!AlgorithmName::HS256.is_spelled(alg), "{alg:?}");
        }
        let short = AlgorithmName::from_static("X");
        assert!(short.is_spelled("X"));
        assert!(!short.is_spelled("XX"));
        assert!(AlgorithmName::EDDSA.is_spelled("EdDSA"));
        assert!(AlgorithmName::EDDSA.is_spelled("Ed25519"));
        assert!(!AlgorithmName::EDDSA.is_spelled("Ed448"));
    }

    #[test]
    fn a_name_is_shown_as_in_a_header() {
        let name = AlgorithmName::from_static("ES256K");
        assert_eq!(name.as_str(), "ES256K");
        assert_eq!(std::format!("{name} {name:?}"), "ES256K ES256K");
    }
}
