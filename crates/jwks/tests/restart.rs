//! The last-known-good file, and the clients of a template.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use common::{URL, key, ok, seconds, word};
use countersign_fetch::Response;
use countersign_fetch::testing::ScriptedFetch;
use countersign_jwks::testing::ManualClock;
use countersign_jwks::{Clock, Jwks, Lookup, TemplateClients};

const HOUR: u64 = 3600;
const START: u64 = 1_700_000_000;

fn path() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "restart-{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::SeqCst)
    ));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder.join("keys.json")
}

/// A process that starts at this second, with this endpoint.
fn start(path: &PathBuf, url: &str, second: u64, script: &ScriptedFetch) -> (Jwks, ManualClock) {
    let clock = ManualClock::at(seconds(START + second));
    (client(path, url, script, clock.clone()), clock)
}

fn client(path: &PathBuf, url: &str, script: &ScriptedFetch, clock: impl Clock + 'static) -> Jwks {
    Jwks::builder(url, countersign_ring::provider())
        .fetch(script.clone())
        .clock(clock)
        .last_known_good(path)
        .on_demand()
        .build()
        .unwrap()
}

/// A file with the key `a`, fetched at second 0.
fn written() -> PathBuf {
    let path = path();
    let script = ScriptedFetch::new();
    script.then(ok(&[key(1).jwk("a")]).with_header("ETag", "\"1\""));
    let (jwks, _) = start(&path, URL, 0, &script);
    assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "found");
    path
}

fn after_restart(path: &PathBuf, url: &str, second: u64) -> &'static str {
    let down = ScriptedFetch::new();
    let (jwks, _) = start(path, url, second, &down);
    word(&jwks.resolve(Some("a")), &key(1))
}

#[test]
fn a_restart_during_an_outage_verifies_until_the_stale_limit_of_the_original_fetch() {
    let path = written();
    for (second, found) in [
        (0, "found"),
        (HOUR - 1, "found"),
        (HOUR, "found"),
        (2 * HOUR - 1, "found"),
        (2 * HOUR, "unavailable"),
        (1_000_000, "unavailable"),
    ] {
        assert_eq!(after_restart(&path, URL, second), found, "second {second}");
    }
}

#[test]
fn without_the_file_a_restart_during_an_outage_knows_no_keys() {
    assert_eq!(after_restart(&path(), URL, 1), "unavailable");
}

#[test]
fn the_endpoint_is_asked_as_soon_as_it_answers_and_its_304_renews_the_file() {
    let path = written();
    let script = ScriptedFetch::new();
    script.then(Response::new(304, ""));
    let (jwks, _) = start(&path, URL, HOUR + 10, &script);
    assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "found");
    let asked = script.asked();
    assert_eq!(asked.first().unwrap().etag.as_deref(), Some("\"1\""));
    assert_eq!(after_restart(&path, URL, 3 * HOUR + 9), "found");
    assert_eq!(after_restart(&path, URL, 3 * HOUR + 10), "unavailable");
}

#[test]
fn h9_the_file_is_read_up_to_the_largest_set_and_its_own_members() {
    let limit = countersign_jwks::Settings::default().body_limit + 64 * 1024;
    for (size, found) in [(limit, "found"), (limit + 1, "unavailable")] {
        let path = written();
        let mut text = fs::read(&path).unwrap();
        text.resize(size, b' ');
        fs::write(&path, text).unwrap();
        assert_eq!(after_restart(&path, URL, 1), found, "{size} bytes");
    }
}

#[test]
fn a_file_that_is_damaged_foreign_from_the_future_or_writable_by_others_is_ignored() {
    let good = fs::read_to_string(written()).unwrap();
    assert_eq!(
        after_restart(&written(), "https://other.example/", 1),
        "unavailable"
    );
    for bad in [
        String::new(),
        "null".into(),
        "{}".into(),
        format!("{good} "),
        format!("[{good}]"),
        good.replace("1700000000", "1700000099"),
        good.replace("1700000000", "\"1700000000\""),
        good.replace("1700000000", "-1"),
        good.replace("1700000000", "99999999999999999999999"),
        good.replace("\"kty\":\"OKP\"", "\"kty\":\"oct\""),
        good.replace("\"set\"", "\"sets\""),
        " ".repeat(600 * 1024) + &good,
    ] {
        let path = written();
        fs::write(&path, &bad).unwrap();
        let found = after_restart(&path, URL, 1);
        // A space after an object doesn't change its meaning.
        let expected = if bad.trim_end() == good {
            "found"
        } else {
            "unavailable"
        };
        assert_eq!(found, expected, "{:.200}", bad.trim());
    }
    #[cfg(unix)]
    for mode in [0o620, 0o602, 0o666] {
        use std::os::unix::fs::PermissionsExt as _;
        let path = written();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(after_restart(&path, URL, 1), "unavailable", "{mode:o}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_of_another_user_is_ignored() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let path = written();
    let ours = fs::metadata(&path).unwrap().uid();
    assert_eq!(after_restart(&path, URL, 1), "found");
    // Only root can give a file to another user, so the test needs root to make one.
    if chown(&path, Some(ours ^ 1), None).is_ok() {
        assert_eq!(after_restart(&path, URL, 1), "unavailable");
        // In a folder of another user, our own file is still ours.
        chown(path.parent().unwrap(), Some(ours ^ 2), None).unwrap();
        assert_eq!(after_restart(&path, URL, 1), "unavailable");
        chown(&path, Some(ours), None).unwrap();
        assert_eq!(after_restart(&path, URL, 1), "found");
    }
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_pipe_instead_of_the_file_does_not_block_the_start() {
    let path = path();
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    assert_eq!(after_restart(&path, URL, 1), "unavailable");
    // Nor does a link to one, or a folder.
    let link = path.with_file_name("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(after_restart(&link, URL, 1), "unavailable");
    let folder = path.parent().unwrap().to_owned();
    assert_eq!(after_restart(&folder, URL, 1), "unavailable");
}

#[test]
fn a_lifetime_in_the_file_is_limited_by_the_settings() {
    let path = written();
    let longer = fs::read_to_string(&path)
        .unwrap()
        .replace("3600", "999999999");
    fs::write(&path, longer).unwrap();
    assert_eq!(after_restart(&path, URL, 2 * HOUR - 1), "found");
    assert_eq!(after_restart(&path, URL, 2 * HOUR), "unavailable");
}

#[test]
fn h1_the_file_has_only_public_keys_and_only_its_owner_can_write_it() {
    let path = path();
    let script = ScriptedFetch::new();
    // RFC 8037 appendix A.1.
    let private = r#"{"kty":"OKP","crv":"Ed25519","kid":"a","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let secret = r#"{"kty":"oct","kid":"s","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8"}"#;
    script.then(ok(&[private.into(), secret.into()]));
    let (jwks, _) = start(&path, URL, 0, &script);
    jwks.refresh().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("11qYAYKx"), "{text}");
    assert!(
        !text.contains("nWGxne") && !text.contains("AyM1Sys"),
        "{text}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // No other file is left in the folder.
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

/// RFC 8037 appendix A.1.
const PRIVATE: &str = r#"{"kty":"OKP","crv":"Ed25519","kid":"leaked","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

#[test]
fn after_a_restart_and_a_304_skipped_and_private_keys_are_still_known() {
    let path = path();
    let script = ScriptedFetch::new();
    let secret = r#"{"kty":"oct","kid":"s","alg":"HS256","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8"}"#;
    let no_kid = key(2).jwk("x").replace(r#""kid":"x","#, "");
    let long = key(3).jwk(&"k".repeat(10_000));
    let keys = [
        secret.into(),
        key(1).jwk("a"),
        PRIVATE.into(),
        no_kid,
        r#"{"kty":"EC","kid":"odd"}"#.into(),
        long,
    ];
    script.then(ok(&keys).with_header("ETag", "\"1\""));
    script.otherwise(Response::new(304, ""));
    let (jwks, _) = start(&path, URL, 0, &script);
    jwks.refresh().unwrap();
    let before = jwks.report().unwrap();
    assert_eq!((before.used(), before.skipped()), (2, 4));
    for second in [10, 20] {
        let (jwks, _) = start(&path, URL, second, &script);
        jwks.refresh().unwrap();
        let after = jwks.report().unwrap();
        for (before, after) in before.keys().iter().zip(after.keys()) {
            let shown: String = before.kid().unwrap_or_default().chars().take(256).collect();
            assert_eq!(after.kid().unwrap_or_default(), shown);
            assert_eq!(after.skipped(), before.skipped());
            assert_eq!(after.is_private(), before.is_private());
            assert_eq!(after.kty(), before.kty());
            assert_eq!(after.alg(), before.alg());
        }
        assert_eq!(after.keys().len(), before.keys().len());
        assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "found");
    }
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("AyM1Sys") && !text.contains("nWGxne"));
    // Notes that somebody has changed are ignored.
    fs::write(&path, text.replace("\"index\":0", "\"index\":-1")).unwrap();
    assert_eq!(after_restart(&path, URL, 30), "unavailable");
}

#[test]
fn long_notes_are_left_out_of_the_file_but_keys_are_not() {
    let path = path();
    let script = ScriptedFetch::new();
    let mut keys = vec![key(1).jwk("a")];
    keys.extend((0..99).map(|_| format!(r#"{{"kty":"EC","kid":"{}"}}"#, "k".repeat(4000))));
    script.then(ok(&keys));
    let (jwks, _) = start(&path, URL, 0, &script);
    jwks.refresh().unwrap();
    assert_eq!(jwks.report().unwrap().skipped(), 99);
    assert!(fs::metadata(&path).unwrap().len() < 2000);
    assert_eq!(after_restart(&path, URL, 1), "found");
}

#[test]
fn a_failed_or_garbage_fetch_leaves_the_file_as_it_was() {
    let path = written();
    let before = fs::read(&path).unwrap();
    let script = ScriptedFetch::new();
    script.then(Response::new(200, r#"{"keys":[]}"#));
    script.otherwise(Response::new(500, ""));
    let (jwks, _) = start(&path, URL, 60, &script);
    assert!(jwks.refresh().is_err());
    assert!(jwks.refresh().is_err());
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_delayed_write_of_an_old_set_does_not_replace_a_newer_one() {
    /// When it is first asked after the first set was loaded and before that set is in the file, it
    /// makes the client fetch and write the second set.
    #[derive(Clone, Debug)]
    struct Overtaking {
        clock: ManualClock,
        jwks: Arc<OnceLock<Jwks>>,
        is_done: Arc<AtomicBool>,
    }
    impl Clock for Overtaking {
        fn now(&self) -> Duration {
            if let Some(jwks) = self.jwks.get()
                && jwks.report().is_some()
                && !self.is_done.swap(true, Ordering::SeqCst)
            {
                self.clock.advance(seconds(31));
                assert!(matches!(jwks.resolve(Some("x")), Lookup::UnknownKey));
            }
            self.clock.now()
        }
    }
    let path = path();
    let script = ScriptedFetch::new();
    let both = [key(1).jwk("removed"), key(2).jwk("b")];
    script.then(ok(&both).with_header("ETag", "\"1\""));
    script.then(ok(&[key(2).jwk("b")]).with_header("ETag", "\"2\""));
    script.otherwise(Response::new(304, ""));
    let clock = ManualClock::at(seconds(START));
    let overtaking = Overtaking {
        clock: clock.clone(),
        jwks: Arc::default(),
        is_done: Arc::default(),
    };
    let jwks = client(&path, URL, &script, overtaking.clone());
    overtaking.jwks.set(jwks.clone()).unwrap();
    jwks.refresh().unwrap();
    assert_eq!(script.requests(), 2);
    let is_of_the_second = || {
        let text = fs::read_to_string(&path).unwrap();
        text.contains("\\\"2\\\"") && !text.contains("removed")
    };
    assert!(is_of_the_second());
    // A 304 says that the second set is the current one, not the first.
    clock.advance(seconds(60));
    jwks.refresh().unwrap();
    assert!(is_of_the_second());
    let (again, _) = start(&path, URL, 120, &script);
    again.refresh().unwrap();
    assert_eq!(script.asked()[3].etag.as_deref(), Some("\"2\""));
    assert_eq!(word(&again.lookup(Some("removed")), &key(1)), "unavailable");
    assert_eq!(word(&again.lookup(Some("b")), &key(2)), "found");
}

/// A process whose own clock and the wall clock may differ.
#[derive(Clone, Debug)]
struct Clocks {
    now: ManualClock,
    wall: ManualClock,
}

impl Clock for Clocks {
    fn now(&self) -> Duration {
        self.now.now()
    }

    fn wall(&self) -> Duration {
        self.wall.now()
    }
}

#[test]
fn setting_the_clock_does_not_change_the_age_of_the_file() {
    let process = |path: &PathBuf, now: u64, wall: u64, script: &ScriptedFetch| {
        let clock = Clocks {
            now: ManualClock::at(seconds(START + now)),
            wall: ManualClock::at(seconds(START + wall)),
        };
        (client(path, URL, script, clock.clone()), clock)
    };
    // How far ahead the wall clock was at the start of each of two processes.
    for (first, second) in [(5 * HOUR, 0), (0, 5 * HOUR), (5 * HOUR, 3 * HOUR)] {
        let path = path();
        let script = ScriptedFetch::new();
        script.then(ok(&[key(1).jwk("a")]));
        let (jwks, clock) = process(&path, first, 0, &script);
        jwks.refresh().unwrap();
        // Half an hour later the endpoint is down, and the process starts again.
        clock.wall.advance(seconds(HOUR / 2));
        let down = ScriptedFetch::new();
        let (jwks, clock) = process(&path, second + HOUR / 2, HOUR / 2, &down);
        assert_eq!(jwks.counters().age, Some(seconds(HOUR / 2)));
        let mut left = 0;
        while word(&jwks.resolve(Some("a")), &key(1)) == "found" {
            clock.now.advance(seconds(60));
            left += 60;
        }
        assert_eq!(left, 2 * HOUR - HOUR / 2, "{first} {second}");
    }
}

#[test]
fn a_file_whose_age_is_larger_than_the_time_is_ignored() {
    let path = written();
    let clock = Clocks {
        now: ManualClock::at(seconds(100)),
        wall: ManualClock::at(seconds(START + 200)),
    };
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .fetch(ScriptedFetch::new())
        .clock(clock)
        .last_known_good(path)
        .on_demand()
        .build()
        .unwrap();
    assert!(jwks.report().is_none());
}

#[cfg(unix)]
#[test]
fn the_file_is_replaced_as_a_whole_and_other_files_are_not_touched() {
    use std::os::unix::fs::MetadataExt as _;
    let path = written();
    let before = fs::metadata(&path).unwrap().ino();
    // A file that a process with the same number in another container may be writing now.
    let theirs = PathBuf::from(format!("{}.{}.new", path.display(), std::process::id()));
    fs::write(&theirs, "half").unwrap();
    let script = ScriptedFetch::new();
    script.then(ok(&[key(2).jwk("a")]));
    let (jwks, _) = start(&path, URL, 60, &script);
    jwks.refresh().unwrap();
    assert_ne!(fs::metadata(&path).unwrap().ino(), before);
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "half");
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 2);
}

#[test]
fn two_clients_may_write_the_same_file_and_a_reader_sees_a_complete_one() {
    let path = path();
    let keys: Vec<String> = (0..100)
        .map(|number| key(1).jwk(&format!("{number}-{}", "k".repeat(240))))
        .collect();
    let written = || fs::read(&path).unwrap_or_default();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let writers = [0, 1].map(|_| {
            scope.spawn(|| {
                let script = ScriptedFetch::new();
                script.then(ok(&keys).with_header("ETag", "\"1\""));
                script.otherwise(Response::new(304, ""));
                let (jwks, _) = start(&path, URL, 0, &script);
                for _ in 0..20 {
                    jwks.refresh().unwrap();
                }
            })
        });
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let text = written();
                assert!(text.is_empty() || text.ends_with(b"}]}}"), "{}", text.len());
            }
        });
        let ended = writers.map(|writer| writer.join().is_ok());
        done.store(true, Ordering::SeqCst);
        assert_eq!(ended, [true, true]);
    });
    assert!(written().ends_with(b"}]}}"));
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_file_that_cannot_be_written_stops_nothing() {
    let script = ScriptedFetch::new();
    script.then(ok(&[key(1).jwk("a")]));
    let nowhere = PathBuf::from("/nonexistent/folder/keys.json");
    let (jwks, _) = start(&nowhere, URL, 0, &script);
    assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "found");
}

fn endpoints(script: &ScriptedFetch, limit: usize) -> TemplateClients {
    Jwks::builder(
        "https://id.example/{{tenant}}/jwks.json",
        countersign_ring::provider(),
    )
    .fetch(script.clone())
    .clock(ManualClock::at(seconds(START)))
    .on_demand()
    .build_each(limit)
    .unwrap()
}

#[test]
fn j5_a_kid_of_one_endpoint_never_answers_for_another() {
    let script = ScriptedFetch::new();
    script.then(ok(&[key(1).jwk("same")]));
    script.then(ok(&[key(2).jwk("same")]));
    let endpoints = endpoints(&script, 8);
    let resolve = |tenant: &str, signer: u8| {
        let jwks = endpoints.get(|_| Some(tenant)).unwrap();
        word(&jwks.resolve(Some("same")), &key(signer))
    };
    assert_eq!(resolve("tenant-a", 1), "found");
    assert_eq!(script.requests(), 1);
    assert_eq!(resolve("tenant-b", 1), "another key");
    assert_eq!(resolve("tenant-b", 2), "found");
    assert_eq!(resolve("tenant-a", 1), "found");
    let urls: Vec<_> = script.asked().into_iter().map(|asked| asked.url).collect();
    assert_eq!(
        urls,
        [
            "https://id.example/tenant-a/jwks.json",
            "https://id.example/tenant-b/jwks.json",
        ]
    );
}

#[test]
fn i2_a_value_that_is_not_a_plain_name_makes_no_request_and_no_client() {
    let script = ScriptedFetch::new();
    let endpoints = endpoints(&script, 2);
    for value in ["../../etc", "..", "a/b", "a%2fb", "a@evil.example", ""] {
        assert!(endpoints.get(|_| Some(value)).is_err(), "{value}");
    }
    assert_eq!(endpoints.clients().len(), 0);
    assert!(endpoints.get(|_| Some("a")).is_ok());
    assert!(endpoints.get(|_| Some("b")).is_ok());
    assert!(endpoints.get(|_| Some("c")).is_err(), "the limit is two");
    assert!(endpoints.get(|_| Some("a")).is_ok());
    assert_eq!(endpoints.clients().len(), 2);
    assert_eq!(script.requests(), 0);
}
