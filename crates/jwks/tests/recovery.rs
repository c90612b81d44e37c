//! How soon tokens are accepted after an endpoint was down, with the real clock and real sockets.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use common::{key, ok, set, word};
use countersign_fetch::testing::ScriptedFetch;
use countersign_jwks::{Jwks, Lookup};

/// Long enough for a loaded machine, and much shorter than the cooldown of 30 s.
const SOON: Duration = Duration::from_secs(15);

/// Polls a future on this thread until it is ready, without a runtime.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(std::sync::Arc::new(Unpark(thread::current())));
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn a_wait_that_began_before_the_endpoint_listens_ends_soon_after_it_comes_up() {
    let script = ScriptedFetch::new();
    let jwks = Jwks::builder(common::URL, countersign_ring::provider())
        .fetch(script.clone())
        .build()
        .unwrap();
    let (done, ready) = mpsc::channel();
    thread::scope(|scope| {
        let (client, blocking) = (&jwks, done.clone());
        scope.spawn(move || {
            let outcome = client.wait_ready(SOON);
            blocking.send(("wait_ready", outcome)).unwrap();
        });
        scope.spawn(move || {
            let outcome = block_on(client.ready());
            done.send(("ready", outcome)).unwrap();
        });
        // Both callers wait while the endpoint is down.
        script.wait_for(2);
        assert!(ready.recv_timeout(Duration::from_millis(50)).is_err());
        assert!(jwks.wait_ready(Duration::from_millis(10)).is_err());
        script.otherwise(ok(&[key(1).jwk("a")]));
        let up_at = Instant::now();
        for _ in 0..2 {
            let (name, outcome) = ready.recv_timeout(SOON).unwrap();
            assert_eq!(outcome, Ok(()), "{name}");
        }
        assert!(up_at.elapsed() < SOON);
    });
    assert_eq!(word(&jwks.lookup(Some("a")), &key(1)), "found");
}

#[test]
fn an_endpoint_that_was_down_at_the_start_is_used_soon_after_it_comes_up() {
    // No server accepts connections yet.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let jwks = Jwks::builder(url, countersign_ring::provider())
        .build()
        .unwrap();
    let Lookup::Unavailable(unavailable) = jwks.resolve(Some("a")) else {
        panic!("nobody answers");
    };
    assert!(unavailable.retry_after().unwrap() <= Duration::from_secs(1));
    let body = set(&[key(1).jwk("a")]);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    let up_at = Instant::now();
    while word(&jwks.resolve(Some("a")), &key(1)) != "found" {
        assert!(up_at.elapsed() < SOON);
        thread::sleep(Duration::from_millis(20));
    }
}
