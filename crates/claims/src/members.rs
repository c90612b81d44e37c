//! Reads the claims of a payload, one by one.

use countersign_json::{Object, Value};

use crate::read::{At, Refusal};
use crate::{ClaimsError, DecodeOptions, Registered};

/// Replaces `claims` by those that `read` reads. After an error they are empty.
#[inline]
pub(crate) fn read_into<C: Default>(
    claims: &mut C,
    read: impl FnOnce(&mut C) -> Result<(), ClaimsError>,
) -> Result<(), ClaimsError> {
    *claims = C::default();
    let result = read(claims);
    if result.is_err() {
        *claims = C::default();
    }
    result
}

/// The names of the claims that have a meaning in one kind of token.
pub(crate) struct KnownNames {
    names: &'static [&'static str],
    /// The lengths of the names: bit 3 is set if a name has three letters. A claim in ASCII with
    /// another length can't be one of these names in another letter case.
    lengths: u64,
}

impl KnownNames {
    #[expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "evaluated by the compiler, which would report a fault"
    )]
    pub(crate) const fn new(names: &'static [&'static str]) -> Self {
        let (mut lengths, mut at) = (0, 0);
        while at < names.len() {
            lengths |= 1 << names[at].len();
            at += 1;
        }
        Self { names, lengths }
    }

    /// Refuses a claim whose name is one of these in another letter case.
    #[inline]
    fn check_case(&self, at: &At<'_>) -> Result<(), Refusal> {
        let length = u32::try_from(at.name.len()).ok();
        let bit = length.and_then(|length| 1_u64.checked_shl(length));
        // `str::is_ascii` is made for long texts. For short names, its large code makes it slower.
        let is_ascii = || at.name.bytes().all(|byte| byte.is_ascii());
        if self.lengths & bit.unwrap_or_default() == 0 && is_ascii() {
            return Ok(());
        }
        at.check_case(self.names.iter().copied())
    }
}

/// Reads every member of the payload. The claims that every kind of token has go into
/// `registered`. `own` reads the claims that only this kind has, and returns whether it knows the
/// claim.
///
/// The first error is reported, with two exceptions that come before it: a payload that is not
/// valid JSON, and a token of the wrong kind. `names` are the claims that have a meaning in this
/// kind of token; they are refused in another letter case.
pub(crate) fn read_members<'a>(
    payload: &'a str,
    options: &DecodeOptions,
    names: &KnownNames,
    registered: &mut Registered<'a>,
    mut own: impl FnMut(&At<'_>, &Value<'a>) -> Result<bool, Refusal>,
) -> Result<(), ClaimsError> {
    let mut refusal: Option<Refusal> = None;
    // Read to the end, also after an error, because only then the payload is known to be valid
    // JSON.
    Object::each_member(payload, |name, value| {
        let at = At::top(&name);
        if let Err(found) = read_member(&at, &value, options, names, registered, &mut own)
            && (refusal.is_none() || matches!(*found, ClaimsError::WrongKind { .. }))
        {
            refusal = Some(found);
        }
    })?;
    match refusal {
        None => Ok(()),
        Some(refusal) => Err(*refusal),
    }
}

#[inline]
fn read_member<'a>(
    at: &At<'_>,
    value: &Value<'a>,
    options: &DecodeOptions,
    names: &KnownNames,
    registered: &mut Registered<'a>,
    own: &mut impl FnMut(&At<'_>, &Value<'a>) -> Result<bool, Refusal>,
) -> Result<(), Refusal> {
    let is_known = registered.member(at, value, options)? || own(at, value)?;
    let is_user = match options.user_id_claim.as_deref() {
        None => false,
        Some(claim) => registered.user_member(at, value, claim)?,
    };
    if is_known || is_user {
        return Ok(());
    }
    names.check_case(at)?;
    match &options.user_id_claim {
        Some(claim) => at.check_case([claim.as_str()]),
        None => Ok(()),
    }
}
