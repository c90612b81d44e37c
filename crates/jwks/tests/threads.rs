//! How many threads a process takes, however many endpoints tokens name. This file is a
//! program of its own: it counts the threads of its process, as Linux tells them.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{URL, key, ok, word};
use countersign_fetch::testing::ScriptedFetch;
use countersign_jwks::{FetchGroup, Jwks};

/// The threads of this process by name, where the system tells.
fn threads(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = tasks.map(|task| std::fs::read_to_string(task.path().join("comm")));
    names
        .flatten()
        .filter(|found| found.trim_end() == name)
        .count()
}

#[test]
fn j14_a_thousand_hanging_endpoints_of_a_template_delay_no_other_and_take_four_threads() {
    let hanging = ScriptedFetch::new();
    hanging.hold();
    let group = FetchGroup::new();
    let clients: Vec<Jwks> = (0..1000)
        .map(|number| {
            let url = format!("https://keys.example/{number}/jwks.json");
            Jwks::builder(url, countersign_ring::provider())
                .fetch(hanging.clone())
                .group(&group)
                .build()
                .unwrap()
        })
        .collect();
    hanging.wait_for(4);
    let script = ScriptedFetch::new();
    script.otherwise(ok(&[key(1).jwk("a")]));
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .fetch(script)
        .build()
        .unwrap();
    assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "found");
    assert_eq!(hanging.requests(), 4);
    assert!(threads("jwks-fetch") <= 8);
    assert!(threads("jwks") <= 1);
    hanging.release();
    drop(clients);
}
