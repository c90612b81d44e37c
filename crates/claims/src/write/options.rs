//! New options of one subscription, and the pieces of JSON that a caller brings.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_json::{Object, ObjectWriter};

use crate::read::At;
use crate::{ClaimsError, Overrides};

/// New options of one channel of `subs`.
///
/// ```
/// use countersign_claims::{NewConnection, NewSubscribeOptions, Overrides};
///
/// let mut overrides = Overrides::default();
/// overrides.presence = Some(true);
/// let options = NewSubscribeOptions::default().data_json("[1]").overrides(overrides);
/// assert_eq!(
///     NewConnection::new("42").sub("news", options).finish()?,
///     r#"{"sub":"42","subs":{"news":{"data":[1],"override":{"presence":{"value":true}}}}}"#
/// );
/// # Ok::<(), countersign_claims::ClaimsError>(())
/// ```
#[derive(Clone, Default)]
pub struct NewSubscribeOptions<'a> {
    info: Option<NewBytes<'a>>,
    data: Option<NewBytes<'a>>,
    overrides: Overrides,
}

impl<'a> NewSubscribeOptions<'a> {
    /// `info`: one JSON value, written as it is.
    #[must_use]
    pub fn info_json(mut self, json: impl Into<Cow<'a, str>>) -> Self {
        self.info = Some(NewBytes::Json(json.into()));
        self
    }

    /// `b64info`: any bytes. None at all count as no info.
    #[must_use]
    pub fn info_bytes(mut self, bytes: &[u8]) -> Self {
        self.info = Some(NewBytes::of(bytes));
        self
    }

    /// `data`: one JSON value, written as it is.
    #[must_use]
    pub fn data_json(mut self, json: impl Into<Cow<'a, str>>) -> Self {
        self.data = Some(NewBytes::Json(json.into()));
        self
    }

    /// `b64data`: any bytes. None at all count as no data.
    #[must_use]
    pub fn data_bytes(mut self, bytes: &[u8]) -> Self {
        self.data = Some(NewBytes::of(bytes));
        self
    }

    /// `override`: channel options that differ from the server's.
    #[must_use]
    pub fn overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    pub(super) fn write(
        &self,
        mut out: ObjectWriter,
        at: At<'_>,
    ) -> Result<ObjectWriter, ClaimsError> {
        if let Some(info) = &self.info {
            out = info.write(out, at.named("info"), "b64info")?;
        }
        if let Some(data) = &self.data {
            out = data.write(out, at.named("data"), "b64data")?;
        }
        if self.overrides != Overrides::default() {
            let mut overrides = ObjectWriter::new();
            for (name, value) in self.overrides.iter() {
                if let Some(value) = value {
                    overrides = overrides.raw(name, &format!(r#"{{"value":{value}}}"#));
                }
            }
            out = out.raw("override", &overrides.finish());
        }
        Ok(out)
    }
}

/// What the options hold stays out of logs.
impl fmt::Debug for NewSubscribeOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSubscribeOptions")
            .field("overrides", &self.overrides)
            .finish_non_exhaustive()
    }
}

#[derive(Clone)]
pub(super) enum NewBytes<'a> {
    Json(Cow<'a, str>),
    Base64(String),
}

impl NewBytes<'_> {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self::Base64(STANDARD.encode(bytes))
    }

    pub(super) fn write(
        &self,
        out: ObjectWriter,
        at: At<'_>,
        base64: &str,
    ) -> Result<ObjectWriter, ClaimsError> {
        Ok(match self {
            Self::Json(json) => out.raw(at.name, raw_json(at, json)?),
            Self::Base64(text) => out.string(base64, text),
        })
    }
}

/// One JSON value and nothing behind it. `1,"exp":2` would pass inside an object
/// and slip a claim in; so the value read back must be all that was given.
pub(super) fn raw_json<'j>(at: At<'_>, json: &'j str) -> Result<&'j str, ClaimsError> {
    let value = json.trim_matches([' ', '\t', '\r', '\n']);
    let wrapped = format!(r#"{{"v":{value}}}"#);
    let whole = Object::parse(wrapped.as_bytes())
        .ok()
        .and_then(|object| object.get("v"))
        .is_some_and(|read| read.raw() == value);
    if whole {
        Ok(value)
    } else {
        Err(at.invalid("is not one sound JSON value; pass text such as {\"name\":\"A\"}"))
    }
}
