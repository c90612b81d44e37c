//! The effect of forged tokens while the endpoints of a template hang. This file is a program of
//! its own with one test, because it counts the threads of its process, as Linux reports them.
#![cfg(all(feature = "config", target_os = "linux"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    missing_docs
)]

#[path = "common/server.rs"]
mod server;

use std::net::TcpListener;
use std::thread;

use countersign::{Attempt, Authenticator, Code, now};
use server::{Server, config, key, token_of};

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<usize>().unwrap() * 1024
}

/// Accepts every connection and never answers.
fn hanging() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().flatten().collect::<Vec<_>>());
    url
}

#[test]
fn j14_forged_tokens_for_a_thousand_hanging_endpoints_take_few_threads_and_little_memory() {
    let key = key("ES256", "k");
    let server = Server::start();
    server.publish("/good", &[&key]);
    let names: Vec<String> = (0..1000).map(|number| format!("r{number}")).collect();
    let text = format!(
        r#"{{"client": {{"token": {{
            "jwks_public_endpoint": "{}/{{{{realm}}}}",
            "issuer_regex": "(?P<realm>{})",
            "trusted_issuers": [{{"issuer": "good", "jwks_public_endpoint": "{}"}}]
        }}}}}}"#,
        hanging(),
        names.join("|"),
        server.url("/good")
    );
    let setup = config(&text).setup().build().unwrap().ignore_warnings();
    let authenticator = Authenticator::new(setup.rules);
    let good = token_of(&key, "good");
    assert!(authenticator.connection(&good, now()).is_ok());
    let (threads_before, memory_before) = (threads(), memory());
    let mut waiting = Vec::new();
    for name in &names {
        match authenticator.try_connection(&token_of(&key, name), now()) {
            Ok(Attempt::Pending(pending)) => waiting.push(pending),
            Ok(Attempt::Done(_)) => panic!("nobody published a key for it"),
            // The fetch from its endpoint has already failed.
            Err(error) => assert_eq!(error.code(), Code::KeysUnavailable),
        }
        assert!(threads() <= threads_before + 4, "{}", threads());
    }
    let grown = memory().saturating_sub(memory_before);
    assert!(grown < 64 * 1024 * 1024, "{grown} bytes");
    assert!(waiting.len() > 500);
    // Meanwhile, a caller with an honest token doesn't have to wait.
    server.publish("/good", &[&key]);
    assert!(authenticator.connection(&good, now()).is_ok());
}
