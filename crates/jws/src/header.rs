//! The protected header (RFC 7515 section 4).

use alloc::borrow::Cow;
use core::fmt;

use countersign_json::{Object, Value, known_in_another_case, utf8};

use crate::{KID_LIMIT, ParseError};

/// The members that are read. A name that differs from one of these only in letter case is an
/// error, because a reader that ignores case would read it as the known one.
const KNOWN: [&str; 8] = ["alg", "kid", "typ", "cty", "crit", "b64", "zip", "enc"];

/// The members of a header that this crate reads.
///
/// Don't trust them: they only *select* among existing keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Header<'a> {
    alg: Cow<'a, str>,
    kid: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
    cty: Option<Cow<'a, str>>,
}

impl<'a> Header<'a> {
    /// A header with only an algorithm and a `typ`.
    #[inline]
    pub(crate) fn known(alg: &'a str, typ: Option<&'a str>) -> Self {
        Self {
            alg: Cow::Borrowed(alg),
            kid: None,
            typ: typ.map(Cow::Borrowed),
            cty: None,
        }
    }

    pub(crate) fn with_kid(mut self, kid: &'a str) -> Self {
        self.kid = Some(Cow::Borrowed(kid));
        self
    }

    pub(crate) fn parse(json: &'a [u8]) -> Result<Self, ParseError> {
        let mut header = Self::known("", None);
        // Read to the end before reporting a fault, because invalid JSON must be reported first.
        let mut fault = None;
        let read = utf8(json).and_then(|json| {
            Object::each_member(json, |name, value| {
                if let Err(error) = header.member(&name, value) {
                    fault.get_or_insert(error);
                }
            })
        });
        read.map_err(ParseError::Header)?;
        if let Some(fault) = fault {
            return Err(fault);
        }
        if header.alg.is_empty() {
            return Err(ParseError::AlgorithmMissing);
        }
        if is_none(&header.alg) {
            return Err(ParseError::AlgorithmNone);
        }
        match header.kid() {
            Some(kid) if kid.len() > KID_LIMIT => Err(ParseError::KidTooLong { found: kid.len() }),
            _ => Ok(header),
        }
    }

    fn member(&mut self, name: &str, value: Value<'a>) -> Result<(), ParseError> {
        match name {
            "alg" => self.alg = string("alg", value)?,
            "kid" => self.kid = Some(string("kid", value)?),
            "typ" => self.typ = Some(string("typ", value)?),
            "cty" => self.cty = Some(string("cty", value)?),
            "crit" => return Err(ParseError::Extension { name: "crit" }),
            "b64" if value.as_bool() == Some(true) => {}
            "b64" => return Err(ParseError::Extension { name: "b64" }),
            "zip" => return Err(ParseError::Extension { name: "zip" }),
            "enc" => return Err(ParseError::Extension { name: "enc" }),
            other => {
                if let Some(known) = known_in_another_case(other, KNOWN) {
                    return Err(ParseError::HeaderName { known });
                }
            }
        }
        Ok(())
    }

    /// The algorithm that the token says it is signed with.
    #[must_use]
    pub fn alg(&self) -> &str {
        &self.alg
    }

    /// The `kid` of the key with which the token says it is signed. It has at most [`KID_LIMIT`]
    /// bytes of any text. It is compared byte for byte and never normalised.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The media type of the whole token, such as `JWT` (RFC 7515 section 4.1.9).
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The media type of the payload (RFC 7515 section 4.1.10); `JWT` in a nested token.
    #[must_use]
    pub fn cty(&self) -> Option<&str> {
        self.cty.as_deref()
    }

    /// Whether `typ` names the media type `wanted`: letter case is ignored, and `application/`
    /// may be missing on either side (RFC 7515 section 4.1.9).
    #[must_use]
    pub fn is_typ(&self, wanted: &str) -> bool {
        self.typ().is_some_and(|typ| same_media_type(typ, wanted))
    }

    /// Whether the payload is itself a token (`cty` is `JWT`, RFC 7519 section 5.2).
    #[must_use]
    pub fn is_nested(&self) -> bool {
        self.cty().is_some_and(|cty| same_media_type(cty, "JWT"))
    }
}

impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("alg", &self.alg)
            .field("kid", &self.kid)
            .field("typ", &self.typ)
            .field("cty", &self.cty)
            .finish()
    }
}

fn string<'a>(name: &'static str, value: Value<'a>) -> Result<Cow<'a, str>, ParseError> {
    value.as_str().ok_or(ParseError::HeaderMember {
        name,
        found: value.kind(),
    })
}

/// Whether `alg` is `none` in any letter case, with any characters around it that a name of an
/// algorithm can't contain. The comparison with a key's algorithm would refuse these too, but
/// this refuses them before a key is looked up.
pub(crate) fn is_none(alg: &str) -> bool {
    let foreign = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '_' | '.'));
    alg.trim_matches(foreign).eq_ignore_ascii_case("none")
}

fn same_media_type(a: &str, b: &str) -> bool {
    subtype(a).eq_ignore_ascii_case(subtype(b))
}

/// The media type without `application/`. The prefix is only removed if no other `/` follows (RFC
/// 7515 section 4.1.9).
fn subtype(media_type: &str) -> &str {
    const PREFIX: &str = "application/";
    match media_type.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => media_type,
    }
}
