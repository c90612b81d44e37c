//! The events that are logged, and the values that never are.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use common::{bench, bench_with, key, ok, seconds};
use countersign_fetch::Response;
use countersign_fetch::testing::ScriptedFetch;
use countersign_jwks::Jwks;
use tracing::field::{Field, Visit};
use tracing::span;

/// Collects every event as one line of text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[test]
fn each_fetch_is_logged_with_skipped_keys_and_a_private_key_gives_a_warning() {
    // RFC 8037 appendix A.1.
    let private = r#"{"kty":"OKP","crv":"Ed25519","kid":"leaked","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let odd = r#"{"kty":"EC","kid":"odd\u001b[31m\r\n"}"#;
    let log = Log::default();
    let bench = bench();
    bench
        .script
        .then(ok(&[private.into(), odd.into(), key(1).jwk("a")]));
    bench.script.otherwise(Response::new(500, "secret page"));
    tracing::subscriber::with_default(log.clone(), || {
        bench.jwks.refresh().unwrap();
        let lines = log.lines();
        let told = |level: &str, words: &[&str]| {
            lines
                .iter()
                .any(|line| line.starts_with(level) && words.iter().all(|word| line.contains(word)))
        };
        assert!(
            told("INFO", &["fetched", "used=2", "skipped=1"]),
            "{lines:?}"
        );
        assert!(told("INFO", &["key skipped", "odd"]), "{lines:?}");
        assert!(told("WARN", &["private key", "leaked"]), "{lines:?}");
        let all = lines.concat();
        assert!(!all.contains("nWGxne"), "{all}");
        assert!(!all.contains(['\u{1b}', '\r', '\n']), "{all:?}");

        assert!(bench.jwks.refresh().is_err());
        let lines = log.lines().concat();
        assert!(
            lines.contains("WARN") && lines.contains("status"),
            "{lines}"
        );
        assert!(
            !lines.contains("secret page") && !lines.contains("stale"),
            "{lines}"
        );

        bench.advance(3600);
        assert!(bench.jwks.refresh().is_err());
        let lines = log.lines().concat();
        assert!(lines.contains("stale keys in use"), "{lines}");
    });
}

#[test]
fn a_missing_last_known_good_file_is_logged_only_if_one_is_configured() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let no_folder = folder.join("events-no-folder");
    std::fs::write(&no_folder, "").unwrap();
    for (path, is_told) in [
        (folder.join("events-not-yet.json"), false),
        (no_folder.join("keys.json"), true),
    ] {
        let log = Log::default();
        tracing::subscriber::with_default(log.clone(), || {
            let client = Jwks::builder(common::URL, countersign_ring::provider())
                .fetch(ScriptedFetch::new())
                .last_known_good(&path);
            assert!(client.on_demand().build().is_ok());
        });
        let lines = log.lines().concat();
        assert_eq!(lines.contains("file not used"), is_told, "{lines}");
    }
}

#[test]
fn keys_are_said_to_be_in_use_only_while_they_are() {
    for (stale, age, in_use) in [
        (3600, 3600, true),
        (3600, 7199, true),
        (3600, 7200, false),
        (3600, 36_000, false),
        (0, 3600, false),
    ] {
        let log = Log::default();
        let bench = bench_with(|settings| settings.stale_if_error = seconds(stale));
        bench.script.then(ok(&[key(1).jwk("a")]));
        bench.script.otherwise(Response::new(500, ""));
        tracing::subscriber::with_default(log.clone(), || {
            bench.jwks.refresh().unwrap();
            bench.advance(age);
            log.lines();
            assert!(bench.jwks.refresh().is_err());
        });
        let lines = log.lines().concat();
        let found = bench.lookup("a", &key(1));
        assert_eq!(found == "found", in_use, "{stale} {age}");
        assert_eq!(lines.contains("stale keys in use"), in_use, "{lines}");
        assert_eq!(lines.contains("no usable keys"), !in_use, "{lines}");
    }
}

#[test]
fn d4_a_kid_of_a_token_is_escaped_and_below_the_usual_level() {
    let log = Log::default();
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    tracing::subscriber::with_default(log.clone(), || {
        bench.jwks.refresh().unwrap();
        log.lines();
        for _ in 0..100 {
            let _ = bench.jwks.resolve(Some("\u{1b}[2J\r\nINFO forged"));
        }
        for line in log.lines() {
            assert!(line.starts_with("DEBUG"), "{line}");
            assert!(!line.contains(['\u{1b}', '\r', '\n']), "{line:?}");
        }
    });
}
