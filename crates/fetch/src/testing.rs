//! A scripted transport, for tests. Feature `testing`.
//!
//! It never sleeps and opens no socket. Clones share one script: keep one, and give the other to
//! the client.

use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::{FetchError, FetchErrorKind};
use crate::exchange::{Fetch, Request, Response};

/// A transport that answers from a script, and records the requests.
///
/// Answers are given in order. After the last one, every request gets the answer of
/// [`otherwise`](Self::otherwise), which is a failed connection at first.
///
/// ```
/// use countersign_fetch::testing::ScriptedFetch;
/// use countersign_fetch::{EndpointUrl, Fetch, FetchErrorKind, Request, Response};
/// use std::time::Duration;
///
/// let script = ScriptedFetch::new();
/// script.then(Response::new(200, "{}"));
///
/// let endpoint = EndpointUrl::new("https://keys.example/", false)?;
/// let request = Request::new(&endpoint, Duration::from_secs(1), 1024);
/// assert_eq!(script.fetch(&request).unwrap().status(), 200);
/// assert_eq!(script.fetch(&request).unwrap_err().kind(), FetchErrorKind::Connection);
/// assert_eq!(script.requests(), 2);
/// # Ok::<(), countersign_fetch::SettingsError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ScriptedFetch {
    stage: Arc<Stage>,
}

#[derive(Debug, Default)]
struct Stage {
    script: Mutex<Script>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Script {
    lines: VecDeque<Line>,
    otherwise: Option<Line>,
    asked: Vec<Asked>,
    held: bool,
}

#[derive(Clone, Debug)]
enum Line {
    Answer(Result<Response, FetchError>),
    Panic,
}

/// One request as the script saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked {
    /// The URL.
    pub url: String,
    /// The value of `If-None-Match`.
    pub etag: Option<String>,
    /// The time limit of the request.
    pub timeout: Duration,
}

impl ScriptedFetch {
    /// An empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next answer.
    pub fn then(&self, response: Response) {
        self.lock().lines.push_back(Line::Answer(Ok(response)));
    }

    /// Makes the next request fail.
    pub fn then_fail(&self, kind: FetchErrorKind) {
        self.lock()
            .lines
            .push_back(Line::Answer(Err(failure(kind))));
    }

    /// Makes the next request panic.
    pub fn then_panic(&self) {
        self.lock().lines.push_back(Line::Panic);
    }

    /// Sets the answer to every request after the end of the script.
    pub fn otherwise(&self, response: Response) {
        self.lock().otherwise = Some(Line::Answer(Ok(response)));
    }

    /// Makes every request after the end of the script fail.
    pub fn otherwise_fail(&self, kind: FetchErrorKind) {
        self.lock().otherwise = Some(Line::Answer(Err(failure(kind))));
    }

    /// Holds all answers back until [`release`](Self::release).
    pub fn hold(&self) {
        self.lock().held = true;
    }

    /// Releases the answers.
    pub fn release(&self) {
        self.lock().held = false;
        self.stage.changed.notify_all();
    }

    /// How many requests have come in, answered or not.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.lock().asked.len()
    }

    /// Every request that has come in, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    /// Blocks until this many requests have come in.
    pub fn wait_for(&self, requests: usize) {
        let mut script = self.lock();
        while script.asked.len() < requests {
            script = self.wait(script);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.stage
            .script
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&'s self, script: MutexGuard<'s, Script>) -> MutexGuard<'s, Script> {
        self.stage
            .changed
            .wait(script)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn failure(kind: FetchErrorKind) -> FetchError {
    FetchError::new(kind, format!("scripted failure: {}", kind.as_str()))
}

impl Fetch for ScriptedFetch {
    fn fetch(&self, request: &Request<'_>) -> Result<Response, FetchError> {
        let mut script = self.lock();
        script.asked.push(Asked {
            url: request.endpoint().as_str().to_owned(),
            etag: request.etag().map(str::to_owned),
            timeout: request.timeout(),
        });
        let line = script
            .lines
            .pop_front()
            .or_else(|| script.otherwise.clone());
        self.stage.changed.notify_all();
        while script.held {
            script = self.wait(script);
        }
        drop(script);
        match line {
            Some(Line::Answer(answer)) => answer,
            #[expect(clippy::panic, reason = "the script asks for it")]
            Some(Line::Panic) => panic!("scripted panic"),
            None => Err(failure(FetchErrorKind::Connection)),
        }
    }
}
