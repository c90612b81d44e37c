//! A forked process has no thread that fetches keys, so no call must wait for one.
#![cfg(all(unix, feature = "config"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

#[path = "common/server.rs"]
mod server;

use std::net::TcpListener;
use std::pin::pin;
use std::process::exit;
use std::task::{Context, Poll, Waker};

use countersign::{Attempt, Authenticator, Code, Error, now};
use fork::{Fork, fork, waitpid};
use server::{config, issuer, key};

/// The result of polling a future once, without waiting.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

fn says_why(error: &Error) -> bool {
    let text = error.to_string();
    error.code() == Code::KeysUnavailable && text.contains("forked") && text.contains("on_demand")
}

/// The result in the forked process: 0, or the number of the failed check. The copied test code
/// would catch a panic.
fn checks(auth: &Authenticator, token: &str) -> i32 {
    match at_once(auth.connection_async(token, now())) {
        Some(Err(error)) if says_why(&error) => {}
        Some(_) => return 1,
        None => return 2,
    }
    let Ok(Attempt::Pending(pending)) = auth.try_connection(token, now()) else {
        return 3;
    };
    match at_once(pending) {
        Some(Err(_)) => 0,
        Some(Ok(())) => 4,
        None => 5,
    }
}

#[test]
fn after_a_fork_a_call_that_would_wait_for_keys_ends_at_once() {
    // The server accepts connections and never answers, so the fetch is still running.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let setup = config(&format!(r#"{{"token_jwks_public_endpoint": "{url}"}}"#));
    let setup = setup.setup().build().unwrap().ignore_warnings();
    let auth = Authenticator::new(setup.rules);
    let _request = silent.accept().unwrap();
    let token = issuer(&key("EdDSA", "k")).connection("42").sign().unwrap();

    // A thread fetches in this process, so the call waits.
    assert!(at_once(auth.connection_async(&token, now())).is_none());

    match fork().unwrap() {
        Fork::Child => exit(checks(&auth, &token)),
        Fork::Parent(child) => assert_eq!(waitpid(child).unwrap(), 0),
    }
}
