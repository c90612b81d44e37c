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
    names: &[&str],
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
    names: &[&str],
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
    at.check_case(names.iter().copied())?;
    match &options.user_id_claim {
        Some(claim) => at.check_case([claim.as_str()]),
        None => Ok(()),
    }
}
