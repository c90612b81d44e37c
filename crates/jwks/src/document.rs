//! From the body of an answer to a set of keys that are ready to verify with.

use countersign_signature::Provider;

use crate::set::Set;
use crate::{FetchError, FetchErrorKind, Settings};

pub(crate) fn read(
    _document: &[u8],
    _provider: &Provider,
    _settings: &Settings,
) -> Result<Set, FetchError> {
    Err(FetchError::new(FetchErrorKind::Document, "not yet"))
}
