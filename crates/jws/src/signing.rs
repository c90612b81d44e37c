//! Making tokens.

use alloc::string::String;
use alloc::vec::Vec;

use countersign_json::ObjectWriter;
use countersign_signature::{Signer, SigningError};

use crate::encoding::{encode, encoded_len};

/// The header of a new token, beside `alg`, which is the key's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewHeader<'a> {
    /// The media type of the token (RFC 7515 section 4.1.9).
    pub typ: Option<&'a str>,
    /// Which key signed it (RFC 7515 section 4.1.4). More than
    /// [`KID_LIMIT`](crate::KID_LIMIT) bytes are signed, and read by nobody here.
    pub kid: Option<&'a str>,
    /// The media type of the payload (RFC 7515 section 4.1.10).
    pub cty: Option<&'a str>,
}

impl<'a> NewHeader<'a> {
    /// The header of a JSON Web Token: `typ` is `JWT`.
    pub const JWT: Self = Self {
        typ: Some("JWT"),
        kid: None,
        cty: None,
    };

    /// The same header, naming the key.
    #[must_use]
    pub fn with_kid(mut self, kid: &'a str) -> Self {
        self.kid = Some(kid);
        self
    }
}

/// Signs `payload`, any bytes, as a token in compact serialization.
///
/// # Errors
///
/// [`SigningError`] if the library that holds the key failed.
pub fn sign(
    signer: &dyn Signer,
    header: NewHeader<'_>,
    payload: &[u8],
) -> Result<String, SigningError> {
    let members = [
        ("typ", header.typ),
        ("kid", header.kid),
        ("cty", header.cty),
    ];
    let alg = ObjectWriter::new().string("alg", signer.algorithm().as_str());
    let header = members
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .fold(alg, |header, (name, value)| header.string(name, value))
        .finish();

    /// Room for the signature of a 4096-bit RSA key; a longer one grows the text once.
    const SIGNATURE: usize = 512;
    let capacity = [header.len(), payload.len(), SIGNATURE]
        .into_iter()
        .map(|bytes| encoded_len(bytes).saturating_add(1))
        .fold(0, usize::saturating_add);
    let mut token = String::with_capacity(capacity);
    encode(header.as_bytes(), &mut token);
    token.push('.');
    encode(payload, &mut token);
    let mut signature = Vec::new();
    signer.sign(token.as_bytes(), &mut signature)?;
    token.push('.');
    encode(&signature, &mut token);
    Ok(token)
}
