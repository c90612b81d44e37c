//! One fetch: its attempts, and what becomes of an answer.

use alloc::sync::Arc;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic::catch_unwind;

use countersign_fetch::{EndpointUrl, Fetch, FetchError, FetchErrorKind, Request};
use countersign_keys::KeySet;
use countersign_published_keys::{KeyReport, PublishedKeys, Report};
use countersign_signature::Provider;

use crate::clock::Clock;
use crate::counters::Tally;
use crate::freshness;
use crate::settings::Settings;
use crate::state::{Held, Outcome};

/// What one fetch needs, borrowed from the client.
#[derive(Debug)]
pub(crate) struct Attempts<'c> {
    pub(crate) endpoint: &'c EndpointUrl,
    pub(crate) settings: &'c Settings,
    pub(crate) provider: &'c Provider,
    pub(crate) fetch: &'c dyn Fetch,
    pub(crate) clock: &'c dyn Clock,
    pub(crate) tally: &'c Tally,
    /// The `ETag` of the set that is held, for a conditional request.
    pub(crate) etag: Option<Arc<str>>,
    pub(crate) spread: u8,
    /// Whether the set's text is kept, for the last-known-good file.
    pub(crate) keeps_text: bool,
}

impl Attempts<'_> {
    /// Makes all attempts, within the total deadline.
    pub(crate) fn run(&self) -> Outcome {
        let began_at = self.clock.now();
        let mut failed = None;
        for _ in 0..=self.settings.retries {
            let left = self
                .settings
                .total_deadline
                .saturating_sub(self.clock.now().saturating_sub(began_at));
            if left.is_zero() {
                break;
            }
            // A panic in a transport, or over a key of an unforeseen kind, fails this one
            // attempt: the thread and the last good set survive it.
            let attempt = catch_unwind(AssertUnwindSafe(|| self.attempt(left)));
            let failure = match attempt.unwrap_or_else(|_| Err(panicked().into())) {
                Ok(outcome) => return outcome,
                Err(failure) => failure,
            };
            let error = &failure.error;
            self.tally.fetched(Err(error.kind()));
            tracing::warn!(endpoint = %self.endpoint, kind = error.kind().as_str(), %error, "JWKS request failed");
            let retry = error.kind().is_transient() && error.retry_after().is_none();
            failed = Some(failure);
            if !retry {
                break;
            }
        }
        let Failed { error, rejected } = failed.unwrap_or_else(|| {
            FetchError::new(FetchErrorKind::Timeout, "no time was left for an attempt").into()
        });
        Outcome::Failed {
            pause: error.retry_after(),
            error,
            rejected,
        }
    }

    fn attempt(&self, left: Duration) -> Result<Outcome, Failed> {
        // The age of a set counts from here: a key that is removed while the answer is on its
        // way was removed later than this.
        let fetched_at = self.clock.now();
        let timeout = self.settings.attempt_timeout.min(left);
        let request = Request::new(self.endpoint, timeout, self.settings.body_limit)
            .if_none_match(self.etag.as_deref());
        let response = request.send(self.fetch)?;
        let life = freshness::lifetime(&response, self.settings)?;
        if response.status() == 304 {
            self.tally.fetched(Ok("not_modified"));
            return Ok(Outcome::NotModified {
                fetched_at,
                life,
                spread: self.spread,
            });
        }
        let ReadKeys { set, text } = read_keys(
            response.body(),
            self.provider,
            self.settings,
            self.keeps_text,
        )?;
        if set.report().used() == 0 {
            return Err(Failed {
                error: no_usable_key(set.report().keys()),
                rejected: Some(set.report().clone()),
            });
        }
        self.tally.fetched(Ok("ok"));
        Ok(Outcome::Loaded {
            held: Held {
                set: Arc::new(set),
                text: text.map(Arc::from),
                etag: response.etag().map(Arc::from),
                fetched_at,
                life,
                confirmed_by: 0,
            },
            spread: self.spread,
        })
    }
}

/// Why an attempt failed.
struct Failed {
    error: FetchError,
    /// The keys of the answer, if none of them could be used.
    rejected: Option<Arc<Report>>,
}

impl From<FetchError> for Failed {
    fn from(error: FetchError) -> Self {
        Self {
            error,
            rejected: None,
        }
    }
}

/// What a client with these settings makes of a JWK Set, usable keys or none.
///
/// ```
/// use countersign_jwks::{Settings, inspect};
///
/// let document = br#"{"keys":[{"kty":"oct","kid":"2","k":"c2VjcmV0"}]}"#;
/// let report = inspect(document, &countersign_ring::provider(), &Settings::default())?;
/// assert_eq!((report.used(), report.skipped()), (0, 1));
/// # Ok::<(), countersign_fetch::FetchError>(())
/// ```
///
/// # Errors
///
/// [`FetchError`] if it is larger than [`Settings::body_limit`], not a JWK Set, holds no key at
/// all, or more than [`Settings::key_limit`].
pub fn inspect(
    document: &[u8],
    provider: &Provider,
    settings: &Settings,
) -> Result<Report, FetchError> {
    if document.len() > settings.body_limit {
        return Err(FetchError::too_large(settings.body_limit));
    }
    let keys = read_keys(document, provider, settings, false)?;
    Ok(Report::clone(keys.set.report()))
}

/// The keys of a document, and its text for the last-known-good file.
pub(crate) struct ReadKeys {
    pub(crate) set: PublishedKeys,
    pub(crate) text: Option<String>,
}

/// Reads a JWK Set, whether or not it has a usable key.
pub(crate) fn read_keys(
    document: &[u8],
    provider: &Provider,
    settings: &Settings,
    keeps_text: bool,
) -> Result<ReadKeys, FetchError> {
    let set = KeySet::from_json_up_to(settings.key_limit, document)
        .map_err(|error| FetchError::new(FetchErrorKind::Document, error.to_string()))?
        .into_public();
    let text = keeps_text.then(|| set.to_public_json().ok()).flatten();
    let set = PublishedKeys::new(set, provider, settings.allow_missing_kid);
    Ok(ReadKeys { set, text })
}

fn no_usable_key(keys: &[KeyReport]) -> FetchError {
    let reason = keys.iter().find_map(KeyReport::skipped).unwrap_or("none");
    FetchError::new(
        FetchErrorKind::NoUsableKey,
        match keys.len() {
            1 => format!("found one key, which cannot be used: {reason}"),
            count => {
                format!("found {count} keys, none of which can be used; of the first: {reason}")
            }
        },
    )
}

fn panicked() -> FetchError {
    FetchError::new(
        FetchErrorKind::Panicked,
        "the transport or the reader of the set panicked; this is a defect in it",
    )
}
