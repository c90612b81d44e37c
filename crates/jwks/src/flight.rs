//! One fetch: its attempts, and which answers are accepted.

use alloc::sync::Arc;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic::catch_unwind;

use countersign_signature::Provider;

use crate::counters::Tally;
use crate::state::{Held, Outcome};
use crate::{
    Clock, Endpoint, Fetch, FetchError, FetchErrorKind, Request, Response, Settings, document,
    freshness,
};

/// What a flight needs, borrowed from the client.
#[derive(Debug)]
pub(crate) struct Flight<'c> {
    pub(crate) endpoint: &'c Endpoint,
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

/// Why an attempt failed, and how long the server asks to be left alone.
struct Refusal {
    error: FetchError,
    pause: Option<Duration>,
}

impl From<FetchError> for Refusal {
    fn from(error: FetchError) -> Self {
        Self { error, pause: None }
    }
}

impl Flight<'_> {
    /// All attempts, within the total deadline.
    pub(crate) fn run(&self) -> Outcome {
        let began_at = self.clock.now();
        let mut refusal = None;
        for _ in 0..=self.settings.retries {
            let left = self
                .settings
                .total_deadline
                .saturating_sub(self.clock.now().saturating_sub(began_at));
            if left.is_zero() {
                break;
            }
            // A panic in a transport, or over a key nobody has met before, is an error
            // of this one attempt: the thread and the last good set survive it.
            let attempt = catch_unwind(AssertUnwindSafe(|| self.attempt(left)));
            let failed = match attempt.unwrap_or_else(|_| Err(panicked().into())) {
                Ok(outcome) => return outcome,
                Err(refusal) => refusal,
            };
            self.tally.fetched(Err(failed.error.kind()));
            tracing::warn!(endpoint = %self.endpoint, kind = failed.error.kind().as_str(), error = %failed.error, "JWKS request failed");
            let retry = failed.error.kind().is_worth_a_retry() && failed.pause.is_none();
            refusal = Some(failed);
            if !retry {
                break;
            }
        }
        let Refusal { error, pause } = refusal.unwrap_or_else(|| {
            FetchError::new(FetchErrorKind::Timeout, "no time was left for an attempt").into()
        });
        Outcome::Failed { error, pause }
    }

    fn attempt(&self, left: Duration) -> Result<Outcome, Refusal> {
        // The age of a set counts from here: what is removed while the answer is under
        // way is removed later than this.
        let fetched_at = self.clock.now();
        let timeout = self.settings.attempt_timeout.min(left);
        let request = Request::new(self.endpoint, timeout, self.settings.body_limit)
            .if_none_match(self.etag.as_deref());
        let response = self.fetch.fetch(&request)?;
        accept(&request, &response)?;
        let life = freshness::lifetime(&response, self.settings);
        if response.status() == 304 {
            self.tally.fetched(Ok("not_modified"));
            return Ok(Outcome::NotModified {
                fetched_at,
                life,
                spread: self.spread,
            });
        }
        let set = document::read(response.body(), self.provider, self.settings)?;
        let etag = response
            .header("etag")
            .next()
            .and_then(sendable)
            .map(Arc::from);
        let text = self
            .keeps_text
            .then(|| document::public(response.body(), self.settings))
            .flatten();
        self.tally.fetched(Ok("ok"));
        Ok(Outcome::Loaded {
            held: Held {
                set: Arc::new(set),
                text: text.map(Arc::from),
                etag,
                fetched_at,
                life,
            },
            spread: self.spread,
        })
    }
}

/// Which answers are accepted: 200, and 304 to a conditional request, uncompressed and
/// within the limit. Written once, for every transport.
fn accept(request: &Request<'_>, response: &Response) -> Result<(), Refusal> {
    let refuse = |kind, sentence: String| Err(FetchError::new(kind, sentence).into());
    match response.status() {
        200 => {}
        304 if request.etag().is_some() => return Ok(()),
        status @ 300..=399 if status != 304 => {
            return refuse(
                FetchErrorKind::Redirect(status),
                format!("found status {status}, a redirect; configure the URL it leads to"),
            );
        }
        status => {
            return Err(Refusal {
                error: FetchError::new(
                    FetchErrorKind::Status(status),
                    format!("found status {status}; 200 is needed"),
                ),
                pause: freshness::retry_after(response),
            });
        }
    }
    if response.is_encoded() {
        return refuse(
            FetchErrorKind::Encoded,
            "found a compressed body, which was not asked for; send it uncompressed".into(),
        );
    }
    if response.body().len() > request.body_limit() {
        return Err(FetchError::too_large(request.body_limit()).into());
    }
    Ok(())
}

/// The `ETag`, if it can be sent back: short, and printable ASCII (RFC 9110 section 8.8.3).
pub(crate) fn sendable(etag: &str) -> Option<&str> {
    let etag = etag.trim();
    (!etag.is_empty() && etag.len() <= 256 && etag.bytes().all(|byte| byte.is_ascii_graphic()))
        .then_some(etag)
}

fn panicked() -> FetchError {
    FetchError::new(
        FetchErrorKind::Panicked,
        "the transport or the reader of the set panicked; this is a defect in it",
    )
}
