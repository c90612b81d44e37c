//! Keys of an OpenID Connect issuer: one state machine for its discovery document and its set.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use common::{key, ok, seconds, word};
use countersign_fetch::{Fetch, FetchError, FetchErrorKind, Request, Response};
use countersign_jwks::testing::ManualClock;
use countersign_jwks::{Builder, Jwks, Settings};

const ISSUER: &str = "https://id.example/realm";
const DOCUMENT: &str = "https://id.example/realm/.well-known/openid-configuration";
const SET: &str = "https://keys.example/set";
const START: u64 = 1_700_000_000;
const HOUR: u64 = 3600;

/// Answers each URL with the given answer; other URLs can't be reached.
#[derive(Clone, Debug)]
struct Web {
    inner: Arc<Mutex<Inner>>,
    clock: ManualClock,
}

#[derive(Debug, Default)]
struct Inner {
    answers: BTreeMap<String, Response>,
    asked: Vec<Asked>,
    /// How long each answer takes.
    delay: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    url: String,
    etag: Option<String>,
    timeout: Duration,
}

impl Web {
    fn new() -> Self {
        Self {
            inner: Arc::default(),
            clock: ManualClock::at(seconds(START)),
        }
    }

    /// With a document that names a set with the key `a`.
    fn with_issuer() -> Self {
        let web = Self::new();
        web.answer(DOCUMENT, document(ISSUER, SET));
        web.answer(SET, ok(&[key(1).jwk("a")]));
        web
    }

    fn answer(&self, url: &str, response: Response) {
        let mut inner = self.inner.lock().unwrap();
        inner.answers.insert(url.into(), response);
    }

    fn go_down(&self) {
        self.inner.lock().unwrap().answers.clear();
    }

    /// The URLs that were asked since the last call.
    fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.inner.lock().unwrap().asked)
    }

    fn urls(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.url).collect()
    }

    fn builder(&self) -> Builder {
        Jwks::builder_from_issuer(ISSUER, countersign_ring::provider())
            .fetch(self.clone())
            .clock(self.clock.clone())
            .on_demand()
    }

    fn client(&self) -> Jwks {
        self.builder().build().unwrap()
    }
}

impl Fetch for Web {
    fn fetch(&self, request: &Request<'_>) -> Result<Response, FetchError> {
        let mut inner = self.inner.lock().unwrap();
        inner.asked.push(Asked {
            url: request.endpoint().as_str().into(),
            etag: request.etag().map(Into::into),
            timeout: request.timeout(),
        });
        if inner.delay > request.timeout() {
            self.clock.advance(request.timeout());
            return Err(FetchError::new(FetchErrorKind::Timeout, "too slow"));
        }
        self.clock.advance(inner.delay);
        let answer = inner.answers.get(request.endpoint().as_str());
        answer
            .cloned()
            .ok_or_else(|| FetchError::new(FetchErrorKind::Connection, "nobody is there"))
    }
}

fn document(issuer: &str, key_set: &str) -> Response {
    Response::new(
        200,
        format!(
            r#"{{"issuer":"{issuer}","jwks_uri":"{key_set}","response_types_supported":["code"]}}"#
        ),
    )
}

fn resolve(jwks: &Jwks, kid: &str, number: u8) -> &'static str {
    word(&jwks.resolve(Some(kid)), &key(number))
}

#[test]
fn a_fetch_reads_the_document_and_then_the_set_that_it_names() {
    let web = Web::with_issuer();
    let jwks = web.client();
    assert_eq!(jwks.issuer(), Some(ISSUER));
    assert_eq!(jwks.endpoint().as_str(), DOCUMENT);
    assert_eq!(jwks.discovered(), None);
    assert_eq!(resolve(&jwks, "a", 1), "found");
    assert_eq!(web.urls(), [DOCUMENT, SET]);
    assert_eq!(jwks.discovered().unwrap().as_str(), SET);
    assert_eq!(jwks.counters().fetches, [("ok", 1)]);

    // Both are fresh for the same hour.
    web.clock.advance(seconds(HOUR - 1));
    assert_eq!(resolve(&jwks, "a", 1), "found");
    assert_eq!(web.urls(), [""; 0]);
    web.clock.advance(seconds(1));
    assert_eq!(resolve(&jwks, "a", 1), "found");
    assert_eq!(web.urls(), [DOCUMENT, SET]);
}

#[test]
fn i13_a_document_of_another_issuer_is_refused_and_removes_no_keys() {
    let web = Web::with_issuer();
    let jwks = web.client();
    for other in ["https://id.example/realm/", "https://evil.example", ""] {
        web.answer(DOCUMENT, document(other, "https://evil.example/set"));
        let error = jwks.refresh().unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::Document);
        let said = error.to_string();
        assert!(said.contains(ISSUER) && said.contains(other), "{said}");
        assert_eq!(web.urls(), [DOCUMENT]);
    }
    web.answer(DOCUMENT, document(ISSUER, SET));
    jwks.refresh().unwrap();
    web.answer(
        DOCUMENT,
        document("https://evil.example", "https://evil.example/set"),
    );
    assert!(jwks.refresh().is_err());
    web.clock.advance(seconds(2 * HOUR - 1));
    assert_eq!(resolve(&jwks, "a", 1), "found");
    web.clock.advance(seconds(1));
    assert_eq!(resolve(&jwks, "a", 1), "unavailable");
}

#[test]
fn i4_a_document_cannot_send_the_server_to_plain_services_of_its_own_machine() {
    let web = Web::with_issuer();
    for uri in [
        "http://127.0.0.1/set",
        "http://keys.example/set",
        "ftp://x/",
    ] {
        web.answer(DOCUMENT, document(ISSUER, uri));
        let error = web.client().refresh().unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::Refused);
        assert!(error.to_string().contains("`jwks_uri`"), "{error}");
        assert_eq!(web.urls(), [DOCUMENT]);
    }
}

#[test]
fn an_error_says_which_of_the_two_requests_failed() {
    let web = Web::new();
    let said = |web: &Web| web.client().refresh().unwrap_err().to_string();
    web.answer(DOCUMENT, Response::new(404, ""));
    let error = said(&web);
    assert!(error.contains(DOCUMENT) && error.contains("404"), "{error}");
    web.answer(DOCUMENT, document(ISSUER, SET));
    web.answer(SET, Response::new(200, "<html>"));
    let error = said(&web);
    assert!(error.contains(SET) && error.contains("HTML"), "{error}");
    web.answer(SET, ok(&["{}".into()]));
    let jwks = web.client();
    assert_eq!(
        jwks.refresh().unwrap_err().kind(),
        FetchErrorKind::NoUsableKey
    );
    assert_eq!(jwks.rejected().unwrap().skipped(), 1);
}

#[test]
fn i6_both_requests_have_one_deadline() {
    let web = Web::with_issuer();
    let mut settings = Settings::default();
    settings.total_deadline = seconds(3);
    settings.attempt_timeout = seconds(2);
    let jwks = web.builder().settings(settings).build().unwrap();
    web.inner.lock().unwrap().delay = Duration::from_millis(1800);
    let error = jwks.refresh().unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Timeout);
    let timeouts: Vec<_> = web.asked().into_iter().map(|it| it.timeout).collect();
    assert_eq!(timeouts, [seconds(2), Duration::from_millis(1200)]);
    web.inner.lock().unwrap().delay = Duration::from_millis(1400);
    jwks.refresh().unwrap();
}

#[test]
fn j6_a_hundred_threads_that_ask_at_once_make_one_fetch() {
    let web = Web::with_issuer();
    let jwks = web.client();
    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| assert_eq!(resolve(&jwks, "a", 1), "found"));
        }
    });
    assert_eq!(web.urls(), [DOCUMENT, SET]);
}

#[test]
fn j1_unknown_kids_make_one_fetch_each_cooldown() {
    let web = Web::with_issuer();
    let jwks = web.client();
    assert_eq!(resolve(&jwks, "a", 1), "found");
    web.asked();
    for _ in 0..3 {
        web.clock.advance(seconds(30));
        for number in 0..100 {
            resolve(&jwks, &number.to_string(), 1);
        }
        assert_eq!(web.urls(), [DOCUMENT, SET]);
    }
}

#[test]
fn unchanged_documents_are_not_sent_again() {
    let web = Web::with_issuer();
    web.answer(DOCUMENT, document(ISSUER, SET).with_header("ETag", "\"d\""));
    web.answer(SET, ok(&[key(1).jwk("a")]).with_header("ETag", "\"s\""));
    let jwks = web.client();
    jwks.refresh().unwrap();
    web.asked();
    web.answer(DOCUMENT, Response::new(304, ""));
    web.answer(SET, Response::new(304, ""));
    for _ in 0..2 {
        jwks.refresh().unwrap();
        let etags: Vec<_> = web.asked().into_iter().map(|it| it.etag).collect();
        assert_eq!(etags, [Some("\"d\"".into()), Some("\"s\"".into())]);
    }
    assert_eq!(resolve(&jwks, "a", 1), "found");
    // A new document keeps the set if it names the same one.
    web.answer(DOCUMENT, document(ISSUER, SET).with_header("ETag", "\"e\""));
    jwks.refresh().unwrap();
    web.asked();
    web.answer(DOCUMENT, Response::new(304, ""));
    jwks.refresh().unwrap();
    assert_eq!(web.asked()[0].etag.as_deref(), Some("\"e\""));
}

#[test]
fn j3_an_issuer_that_moves_its_set_is_followed_and_the_old_set_is_forgotten() {
    let web = Web::with_issuer();
    web.answer(SET, ok(&[key(1).jwk("a")]).with_header("ETag", "\"s\""));
    let jwks = web.client();
    jwks.refresh().unwrap();
    web.asked();
    let moved = "https://keys.example/moved";
    web.answer(DOCUMENT, document(ISSUER, moved));
    // The tag means nothing at the new address: a 304 would bring the old keys back.
    web.answer(moved, ok(&[key(2).jwk("b")]).with_header("ETag", "\"s\""));
    web.clock.advance(seconds(HOUR));
    assert_eq!(resolve(&jwks, "b", 2), "found");
    let asked = web.asked();
    assert_eq!((asked[1].url.as_str(), &asked[1].etag), (moved, &None));
    assert_eq!(resolve(&jwks, "a", 1), "unknown");
}

#[test]
fn j3_an_old_copy_of_the_document_prolongs_no_trust() {
    let web = Web::with_issuer();
    web.answer(
        DOCUMENT,
        document(ISSUER, SET).with_header("Age", HOUR.to_string()),
    );
    let error = web.client().refresh().unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::TooOld);
    assert!(error.to_string().contains("`jwks_accept_age_up_to`"));
    for (of_document, of_set, life) in [("600", "120", 120), ("120", "600", 120)] {
        let web = Web::new();
        let lives = |seconds: &str| format!("max-age={seconds}");
        web.answer(
            DOCUMENT,
            document(ISSUER, SET).with_header("Cache-Control", lives(of_document)),
        );
        web.answer(
            SET,
            ok(&[key(1).jwk("a")]).with_header("Cache-Control", lives(of_set)),
        );
        let jwks = web.client();
        jwks.refresh().unwrap();
        web.asked();
        web.clock.advance(seconds(life - 1));
        resolve(&jwks, "a", 1);
        assert_eq!(web.urls().len(), 0);
        web.clock.advance(seconds(1));
        resolve(&jwks, "a", 1);
        assert_eq!(web.urls().len(), 2);
    }
}

fn path(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("issuer-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("keys.json")
}

#[test]
fn after_a_restart_the_file_is_used_and_the_next_request_is_conditional() {
    let path = path("restart");
    let web = Web::with_issuer();
    web.answer(DOCUMENT, document(ISSUER, SET).with_header("ETag", "\"d\""));
    web.answer(SET, ok(&[key(1).jwk("a")]).with_header("ETag", "\"s\""));
    let client = || web.builder().last_known_good(&path).build().unwrap();
    client().refresh().unwrap();
    web.asked();
    web.go_down();
    web.clock.advance(seconds(2 * HOUR - 1));
    let jwks = client();
    assert_eq!(resolve(&jwks, "a", 1), "found");
    assert_eq!(jwks.discovered().unwrap().as_str(), SET);
    web.answer(DOCUMENT, Response::new(304, ""));
    web.answer(SET, Response::new(304, ""));
    web.asked();
    jwks.refresh().unwrap();
    let etags: Vec<_> = web.asked().into_iter().map(|it| it.etag).collect();
    assert_eq!(etags, [Some("\"d\"".into()), Some("\"s\"".into())]);
}

#[test]
fn j5_a_file_is_of_an_issuer_or_of_a_set_and_never_of_both() {
    let path = path("kind");
    let web = Web::with_issuer();
    let of_issuer = web.builder().last_known_good(&path);
    of_issuer.clone().build().unwrap().refresh().unwrap();
    let at_document = Jwks::builder(DOCUMENT, countersign_ring::provider())
        .fetch(web.clone())
        .clock(web.clock.clone())
        .last_known_good(&path)
        .on_demand();
    assert!(at_document.build().unwrap().report().is_none());
    assert!(of_issuer.clone().build().unwrap().report().is_some());
    // An attacker who can write the file can also write keys into it. But a fault in the file must
    // not lead to a URL that the document could not name.
    let text = std::fs::read_to_string(&path).unwrap();
    let bent = text.replace(SET, "http://127.0.0.1/set");
    assert_ne!(text, bent);
    std::fs::write(&path, bent).unwrap();
    assert!(of_issuer.build().unwrap().report().is_none());
}

#[test]
fn an_issuer_is_a_url_and_not_a_template() {
    let builder = |issuer: &str| Jwks::builder_from_issuer(issuer, countersign_ring::provider());
    for issuer in ["id.example", "http://id.example", "https://id.example/?a"] {
        assert!(builder(issuer).build().is_err(), "{issuer}");
    }
    assert!(builder(ISSUER).build_each(8).is_err());
}
