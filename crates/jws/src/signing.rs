//! Makes tokens.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use countersign_base64url::{encode_append, encoded_len};
use countersign_json::ObjectWriter;
use countersign_signature::{AlgorithmName, Signer, SigningError};

/// The members of a new token's header, except `alg`, which comes from the key.
///
/// ```
/// use countersign_jws::NewHeader;
///
/// let header = NewHeader::JWT.with_kid("2027-01");
/// assert_eq!((header.typ, header.kid), (Some("JWT"), Some("2027-01")));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewHeader<'a> {
    /// The media type of the token (RFC 7515 section 4.1.9).
    pub typ: Option<&'a str>,
    /// The `kid` of the key that signs it (RFC 7515 section 4.1.4). A longer one than
    /// [`KID_LIMIT`](crate::KID_LIMIT) bytes is signed, but this crate refuses to read it.
    pub kid: Option<&'a str>,
    /// The media type of the payload (RFC 7515 section 4.1.10).
    pub cty: Option<&'a str>,
}

impl<'a> NewHeader<'a> {
    /// A header with only `alg`.
    pub const EMPTY: Self = Self {
        typ: None,
        kid: None,
        cty: None,
    };

    /// The header of a JSON Web Token: `typ` is `JWT`.
    pub const JWT: Self = Self::EMPTY.with_typ("JWT");

    /// The same header with this `typ`.
    #[must_use]
    pub const fn with_typ(mut self, typ: &'a str) -> Self {
        self.typ = Some(typ);
        self
    }

    /// The same header with this `kid`.
    #[must_use]
    pub const fn with_kid(mut self, kid: &'a str) -> Self {
        self.kid = Some(kid);
        self
    }

    /// The same header with this `cty`.
    #[must_use]
    pub const fn with_cty(mut self, cty: &'a str) -> Self {
        self.cty = Some(cty);
        self
    }
}

/// A key and the header of its tokens. The header is encoded only once.
///
/// ```
/// use countersign_jws::{NewHeader, Scratch, TokenSigner, Unverified};
/// use countersign_signature::{KeyMaterial, Secret};
///
/// let key = KeyMaterial::Secret(Secret::new(vec![7; 32])?);
/// let hs256 = countersign_ring::provider().get("HS256").unwrap();
/// let signer = TokenSigner::new(hs256.signer(&key)?, NewHeader::JWT);
///
/// let token = signer.sign(b"{}")?;
/// assert_eq!(token, signer.sign_vec(b"{}".to_vec())?);
/// let mut scratch = Scratch::default();
/// assert_eq!(Unverified::parse(&token, &mut scratch)?.header().typ(), Some("JWT"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TokenSigner {
    signer: Arc<dyn Signer>,
    /// In base64url, with the dot after it.
    header: String,
}

impl TokenSigner {
    /// Makes tokens with `alg` and this header, signed with this key.
    #[must_use]
    pub fn new(signer: Arc<dyn Signer>, header: NewHeader<'_>) -> Self {
        let header = encoded(header, signer.algorithm());
        Self { signer, header }
    }

    /// The algorithm of the key.
    #[must_use]
    pub fn algorithm(&self) -> AlgorithmName {
        self.signer.algorithm()
    }

    /// Signs `payload`, any bytes, as a token in compact serialization.
    ///
    /// # Errors
    ///
    /// [`SigningError`] if the library that holds the key failed.
    pub fn sign(&self, payload: &[u8]) -> Result<String, SigningError> {
        signed(&self.header, &*self.signer, payload)
    }

    /// The same, for a payload that the caller no longer needs. Its buffer is used for the
    /// signature, so that the token is the only allocation if the payload is at least as long as
    /// the signature.
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign).
    pub fn sign_vec(&self, mut payload: Vec<u8>) -> Result<String, SigningError> {
        let room = room_for_signature(self.algorithm());
        let mut token = start(&self.header, &payload, room);
        payload.clear();
        finish(&mut token, &*self.signer, &mut payload)?;
        Ok(token)
    }
}

/// Signs `payload`, any bytes, as a token in compact serialization.
///
/// To sign many tokens with one key, use a [`TokenSigner`].
///
/// # Errors
///
/// [`SigningError`] if the library that holds the key failed.
pub fn sign(
    signer: &dyn Signer,
    header: NewHeader<'_>,
    payload: &[u8],
) -> Result<String, SigningError> {
    let header = encoded(header, signer.algorithm());
    signed(&header, signer, payload)
}

fn signed(header: &str, signer: &dyn Signer, payload: &[u8]) -> Result<String, SigningError> {
    let room = room_for_signature(signer.algorithm());
    let mut token = start(header, payload, room);
    finish(&mut token, signer, &mut Vec::with_capacity(room))?;
    Ok(token)
}

/// The header in base64url, with the dot after it.
fn encoded(header: NewHeader<'_>, algorithm: AlgorithmName) -> String {
    let mut json = ObjectWriter::new();
    json.string("alg", algorithm.as_str());
    for (name, value) in [
        ("typ", header.typ),
        ("kid", header.kid),
        ("cty", header.cty),
    ] {
        if let Some(value) = value {
            json.string(name, value);
        }
    }
    let json = json.finish();
    let mut encoded = String::with_capacity(encoded_len(json.len()).saturating_add(1));
    encode_append(json.as_bytes(), &mut encoded);
    encoded.push('.');
    encoded
}

/// The length of the longest usual signature. A longer one makes the token grow once.
fn room_for_signature(algorithm: AlgorithmName) -> usize {
    match algorithm.as_str().get(..2) {
        // An RSA key of 4096 bits.
        Some("RS" | "PS") => 512,
        // ES512.
        _ => 132,
    }
}

/// The signing input, with room for the signature.
fn start(header: &str, payload: &[u8], room: usize) -> String {
    let capacity = header
        .len()
        .saturating_add(encoded_len(payload.len()))
        .saturating_add(1)
        .saturating_add(encoded_len(room));
    let mut token = String::with_capacity(capacity);
    token.push_str(header);
    encode_append(payload, &mut token);
    token
}

/// Signs the text in `token` and appends the signature. `buffer` is empty.
fn finish(
    token: &mut String,
    signer: &dyn Signer,
    buffer: &mut Vec<u8>,
) -> Result<(), SigningError> {
    signer.sign(token.as_bytes(), buffer)?;
    token.push('.');
    encode_append(buffer, token);
    Ok(())
}
