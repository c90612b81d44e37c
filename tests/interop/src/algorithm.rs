//! The thirteen algorithms and the kinds of their keys.

/// A JOSE algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Algorithm {
    /// The name in the header.
    pub name: &'static str,
    /// The kind of its keys.
    pub key: KeyKind,
}

/// The kind of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// A secret of so many bytes.
    Secret(usize),
    /// An RSA key of 2048 bits.
    Rsa,
    /// A point on the curve that openssl knows by this name.
    Ec(&'static str),
    /// An Ed25519 key.
    Ed25519,
}

const fn row(name: &'static str, key: KeyKind) -> Algorithm {
    Algorithm { name, key }
}

/// Every algorithm of RFC 7518 section 3.1 except `none`, and `EdDSA` (RFC 8037).
pub const ALGORITHMS: [Algorithm; 13] = [
    row("HS256", KeyKind::Secret(32)),
    row("HS384", KeyKind::Secret(48)),
    row("HS512", KeyKind::Secret(64)),
    row("RS256", KeyKind::Rsa),
    row("RS384", KeyKind::Rsa),
    row("RS512", KeyKind::Rsa),
    row("PS256", KeyKind::Rsa),
    row("PS384", KeyKind::Rsa),
    row("PS512", KeyKind::Rsa),
    row("ES256", KeyKind::Ec("P-256")),
    row("ES384", KeyKind::Ec("P-384")),
    row("ES512", KeyKind::Ec("P-521")),
    row("EdDSA", KeyKind::Ed25519),
];
