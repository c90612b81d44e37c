//! One fetch: its attempts, and the result of a response.

use alloc::sync::Arc;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic::catch_unwind;

use countersign_fetch::{EndpointUrl, Fetch, FetchError, FetchErrorKind, Request, Response};
use countersign_keys::KeySet;
use countersign_published_keys::{KeyReport, PublishedKeys, Report};
use countersign_signature::Provider;

use crate::clock::Clock;
use crate::counters::Tally;
use crate::discovery::{Discovered, Issuer};
use crate::freshness;
use crate::kept::KeptSet;
use crate::settings::Settings;
use crate::state::{Held, Outcome};

/// The data for one fetch, borrowed from the client.
#[derive(Debug)]
pub(crate) struct Attempts<'c> {
    pub(crate) endpoint: &'c EndpointUrl,
    /// The issuer whose discovery document is at `endpoint`; `None` if the key set itself is
    /// there.
    pub(crate) issuer: Option<&'c Issuer>,
    pub(crate) settings: &'c Settings,
    pub(crate) provider: &'c Provider,
    pub(crate) fetch: &'c dyn Fetch,
    pub(crate) clock: &'c dyn Clock,
    pub(crate) tally: &'c Tally,
    /// The set that is held, for conditional requests.
    pub(crate) held: Option<&'c Held>,
    pub(crate) spread: u8,
    /// Whether the set's text is kept, for the last-known-good file.
    pub(crate) keeps_text: bool,
}

impl Attempts<'_> {
    /// Makes all attempts, within the total deadline.
    pub(crate) fn run(&self) -> Outcome {
        let deadline = self
            .clock
            .now()
            .saturating_add(self.settings.total_deadline);
        let mut failed = None;
        for _ in 0..=self.settings.retries {
            if failed.is_some() && self.clock.now() >= deadline {
                break;
            }
            // If a transport panics, or the code that reads a key, only this attempt fails. The
            // thread and the last good set survive.
            let attempt = catch_unwind(AssertUnwindSafe(|| self.attempt(deadline)));
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
        let Failed { error, rejected } = failed.unwrap_or_else(|| no_time_left().into());
        Outcome::Failed {
            pause: error.retry_after(),
            error,
            rejected,
        }
    }

    fn attempt(&self, deadline: Duration) -> Result<Outcome, Failed> {
        // The age of a set counts from here, because a key may be removed while the response is
        // on its way.
        let fetched_at = self.clock.now();
        let Some(issuer) = self.issuer else {
            return self.key_set(self.endpoint, None, fetched_at, Duration::MAX, deadline);
        };
        let (discovered, life) = self
            .discover(issuer, deadline)
            .map_err(|error| error.within(format_args!("discovery document {}", self.endpoint)))?;
        let endpoint = discovered.key_set.clone();
        self.key_set(&endpoint, Some(discovered), fetched_at, life, deadline)
            .map_err(|failed| Failed {
                error: failed.error.within(format_args!("key set {endpoint}")),
                ..failed
            })
    }

    /// Reads the issuer's document, and returns how long it is fresh.
    fn discover(
        &self,
        issuer: &Issuer,
        deadline: Duration,
    ) -> Result<(Discovered, Duration), FetchError> {
        let known = self.held.and_then(|held| held.discovered.as_ref());
        let etag = known.and_then(|known| known.etag.as_deref());
        let response = self.get(issuer.document(), etag, deadline)?;
        let life = freshness::lifetime(&response, self.settings)?;
        let discovered = match known {
            Some(known) if response.status() == 304 => known.clone(),
            _ => Discovered {
                key_set: issuer.key_set(response.body())?,
                etag: response.etag().map(Arc::from),
            },
        };
        Ok((discovered, life))
    }

    /// Fetches the set at `endpoint`, which is fresh for `most_life` at most.
    fn key_set(
        &self,
        endpoint: &EndpointUrl,
        discovered: Option<Discovered>,
        fetched_at: Duration,
        most_life: Duration,
        deadline: Duration,
    ) -> Result<Outcome, Failed> {
        // The held set may be from another URL, if the issuer has moved its set.
        let place = |found: &Option<Discovered>| found.as_ref().map(|it| it.key_set.clone());
        let same = self
            .held
            .filter(|held| place(&held.discovered) == place(&discovered));
        let etag = same.and_then(|held| held.etag.as_deref());
        let response = self.get(endpoint, etag, deadline)?;
        let life = freshness::lifetime(&response, self.settings)?.min(most_life);
        if response.status() == 304 {
            self.tally.fetched(Ok("not_modified"));
            return Ok(Outcome::NotModified {
                discovered,
                fetched_at,
                life,
                spread: self.spread,
            });
        }
        let ReadKeys { set, kept } = read_keys(
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
                kept: kept.map(Arc::new),
                discovered,
                etag: response.etag().map(Arc::from),
                fetched_at,
                life,
                confirmed_by: 0,
            },
            spread: self.spread,
        })
    }

    /// One request, within the remaining time of the fetch.
    fn get(
        &self,
        endpoint: &EndpointUrl,
        etag: Option<&str>,
        deadline: Duration,
    ) -> Result<Response, FetchError> {
        let left = deadline.saturating_sub(self.clock.now());
        if left.is_zero() {
            return Err(no_time_left());
        }
        let timeout = self.settings.attempt_timeout.min(left);
        Request::new(endpoint, timeout, self.settings.body_limit)
            .if_none_match(etag)
            .send(self.fetch)
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

/// The report that a client with these settings makes of a JWK Set, even if no key is usable.
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
/// [`FetchError`] if it is larger than [`Settings::body_limit`], is not a JWK Set, or has no key
/// at all or more than [`Settings::key_limit`].
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

/// The keys of a document, and what the last-known-good file keeps of it.
pub(crate) struct ReadKeys {
    pub(crate) set: PublishedKeys,
    pub(crate) kept: Option<KeptSet>,
}

/// Reads a JWK Set, even if no key is usable.
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
    let left_out: Vec<usize> = set.skipped().map(|skipped| skipped.index).collect();
    let set = PublishedKeys::new(set, provider, settings.allow_missing_kid);
    let kept = text.map(|text| KeptSet::new(text, set.report(), &left_out));
    Ok(ReadKeys { set, kept })
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

fn no_time_left() -> FetchError {
    FetchError::new(FetchErrorKind::Timeout, "no time was left for an attempt")
}

fn panicked() -> FetchError {
    FetchError::new(
        FetchErrorKind::Panicked,
        "the transport or the reader of the set panicked; this is a defect in it",
    )
}
