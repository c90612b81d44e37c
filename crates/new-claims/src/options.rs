//! The options of one channel in a new connection token.

use alloc::borrow::Cow;
use alloc::format;
use core::fmt;

use countersign_claims::{ClaimsError, Overrides};
use countersign_json::ObjectWriter;

use crate::value::NewBytes;

/// The options of one channel of `subs` in a new token.
///
/// ```
/// use countersign_claims::Overrides;
/// use countersign_new_claims::{NewConnection, NewSubscribeOptions};
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

    /// `b64info`: any bytes. No bytes count as no info.
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

    /// `b64data`: any bytes. No bytes count as no data.
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

    pub(crate) fn write(&self, out: &mut ObjectWriter) -> Result<(), ClaimsError> {
        if let Some(info) = &self.info {
            info.write(out, "info", "b64info")?;
        }
        if let Some(data) = &self.data {
            data.write(out, "data", "b64data")?;
        }
        if self.overrides != Overrides::default() {
            let mut overrides = ObjectWriter::new();
            for (name, value) in self.overrides.iter() {
                if let Some(value) = value {
                    overrides.raw(name, &format!(r#"{{"value":{value}}}"#));
                }
            }
            out.raw("override", &overrides.finish());
        }
        Ok(())
    }
}

/// Doesn't show `info` and `data`, to keep them out of logs.
impl fmt::Debug for NewSubscribeOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSubscribeOptions")
            .field("overrides", &self.overrides)
            .finish_non_exhaustive()
    }
}
