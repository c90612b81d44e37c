//! How many threads a process has, however many endpoints tokens name. This file is a program of
//! its own with one test, because it counts the threads of its process, as Linux reports them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::thread;
use std::time::Duration;

use common::{URL, key, ok, word};
use countersign_fetch::testing::ScriptedFetch;
use countersign_jwks::{FetchGroup, Jwks};

/// The threads of this process by name.
fn threads(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = tasks.map(|task| std::fs::read_to_string(task.path().join("comm")));
    names
        .flatten()
        .filter(|found| found.trim_end() == name)
        .count()
}

/// Clients of endpoints that hang.
fn hanging(count: u32, script: &ScriptedFetch, group: Option<&FetchGroup>) -> Vec<Jwks> {
    let client = |number| {
        let url = format!("https://keys.example/{number}/jwks.json");
        let builder = Jwks::builder(url, countersign_ring::provider()).fetch(script.clone());
        match group {
            Some(group) => builder.group(group),
            None => builder,
        }
        .build()
        .unwrap()
    };
    (0..count).map(client).collect()
}

fn held() -> ScriptedFetch {
    let script = ScriptedFetch::new();
    script.hold();
    script
}

/// The answer for a token whose key a working endpoint publishes.
fn another_endpoint() -> &'static str {
    let script = ScriptedFetch::new();
    script.otherwise(ok(&[key(1).jwk("a")]));
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .fetch(script)
        .build()
        .unwrap();
    word(&jwks.resolve(Some("a")), &key(1))
}

#[test]
fn j14_one_thread_schedules_and_eight_fetch_however_many_endpoints_hang() {
    // A thousand values of one template take four threads.
    let of_template = held();
    let group = FetchGroup::new();
    let templated = hanging(1000, &of_template, Some(&group));
    of_template.wait_for(4);
    assert_eq!(another_endpoint(), "found");
    assert_eq!(of_template.requests(), 4);
    assert!(threads("jwks-fetch") <= 8);
    assert_eq!(threads("jwks"), 1);

    // Three more endpoints that hang leave one thread free, so they delay no other endpoint.
    let three = held();
    let singles = hanging(3, &three, None);
    three.wait_for(3);
    assert_eq!(another_endpoint(), "found");
    // An endpoint has at most one thread, however many callers look up.
    for _ in 0..100 {
        drop(singles.first().unwrap().lookup(Some("a")));
    }
    assert_eq!(three.requests(), 3);
    assert_eq!(another_endpoint(), "found");

    // More than eight endpoints wait for a thread.
    let many = held();
    let waiting = hanging(100, &many, None);
    many.wait_for(1);
    thread::sleep(Duration::from_millis(100));
    assert_eq!((many.requests(), threads("jwks-fetch")), (1, 8));
    assert_eq!(threads("jwks"), 1);
    many.release();
    // They are released one by one, by the threads that were in use.
    many.wait_for(100);
    assert!(threads("jwks-fetch") <= 8);

    of_template.release();
    three.release();
    drop((templated, singles, waiting));
    // Nothing is left to schedule, and threads that fetch end after at most 5 s without work.
    for _ in 0..600 {
        if threads("jwks") + threads("jwks-fetch") == 0 {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(threads("jwks") + threads("jwks-fetch"), 0);
}
