//! The thread, and waiting without one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use common::{URL, bench, key, ok, seconds, word};
use countersign_jwks::testing::{ManualClock, ScriptedFetch};
use countersign_jwks::{Clock, FetchErrorKind, Jwks, Lookup, Pending, Response, Settings};

fn spawned(script: &ScriptedFetch, settings: Settings) -> (Jwks, ManualClock) {
    let clock = ManualClock::at(seconds(1_700_000_000));
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .settings(settings)
        .fetch(script.clone())
        .clock(clock.clone())
        .spawn()
        .unwrap();
    (jwks, clock)
}

/// Longer than anything here takes: a wait that is never ended fails its test.
const LONG: Duration = Duration::from_secs(20);

/// Waits on this thread for what a runtime would wait for on none.
fn block_on(pending: Pending) -> Result<(), countersign_jwks::FetchError> {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut pending = std::pin::pin!(pending);
    let began_at = Instant::now();
    loop {
        match pending.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(outcome) => return outcome,
            Poll::Pending => {
                assert!(began_at.elapsed() < LONG, "nobody ends this wait");
                thread::park_timeout(LONG);
            }
        }
    }
}

/// What an async caller does: look up, and await where that is needed.
fn lookup(jwks: &Jwks, kid: &str) -> Lookup {
    loop {
        match jwks.lookup(Some(kid)) {
            Lookup::Pending(pending) => block_on(pending).expect("few are waiting"),
            found => return found,
        }
    }
}

#[test]
fn the_thread_fetches_at_once_and_a_look_up_can_wait_for_it() {
    let script = ScriptedFetch::new();
    script.then(ok(&[key(1).jwk("a")]));
    let (jwks, _) = spawned(&script, Settings::default());
    assert_eq!(word(&lookup(&jwks, "a"), &key(1)), "found");
    assert_eq!(script.requests(), 1);
}

#[test]
fn the_thread_fetches_when_a_look_up_needs_it() {
    let script = ScriptedFetch::new();
    script.then(ok(&[key(1).jwk("a")]));
    script.otherwise(ok(&[key(1).jwk("a"), key(2).jwk("b")]));
    let (jwks, clock) = spawned(&script, Settings::default());
    assert_eq!(word(&lookup(&jwks, "a"), &key(1)), "found");
    assert_eq!(word(&lookup(&jwks, "b"), &key(2)), "unknown");
    clock.advance(seconds(30));
    assert_eq!(word(&lookup(&jwks, "b"), &key(2)), "found");
    assert_eq!(script.requests(), 2);
}

#[test]
fn i12_the_thread_survives_a_panic_in_the_transport() {
    let script = ScriptedFetch::new();
    script.then_panic();
    script.then_panic();
    script.otherwise(ok(&[key(1).jwk("a")]));
    let (jwks, clock) = spawned(&script, Settings::default());
    let Lookup::Unavailable(error) = lookup(&jwks, "a") else {
        panic!("the transport panicked");
    };
    assert_eq!(error.kind(), FetchErrorKind::Panicked);
    clock.advance(seconds(30));
    assert_eq!(word(&lookup(&jwks, "a"), &key(1)), "found");
}

#[test]
fn the_thread_survives_a_panic_in_a_clock() {
    /// Panics the first time that the client's own thread asks for the time.
    #[derive(Debug, Default)]
    struct Fragile(AtomicUsize);
    impl Clock for Fragile {
        fn now(&self) -> Duration {
            let on_thread = thread::current().name() == Some("jwks");
            assert!(
                !on_thread || self.0.fetch_add(1, Ordering::SeqCst) > 0,
                "a clock that panics once"
            );
            seconds(1_700_000_000)
        }
    }
    let script = ScriptedFetch::new();
    script.otherwise(ok(&[key(1).jwk("a")]));
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .fetch(script)
        .clock(Fragile::default())
        .spawn()
        .unwrap();
    assert_eq!(word(&lookup(&jwks, "a"), &key(1)), "found");
}

#[test]
fn j6_a_wait_ends_although_the_last_handle_goes_before_its_fetch_has_begun() {
    for _ in 0..100 {
        let script = ScriptedFetch::new();
        script.otherwise(ok(&[key(1).jwk("a")]));
        let (jwks, _) = spawned(&script, Settings::default());
        let found = jwks.lookup(Some("a"));
        // As when the rules of a server are exchanged while a token waits for its key.
        drop(jwks);
        if let Lookup::Pending(pending) = found {
            block_on(pending).expect("few are waiting");
        }
    }
}

#[test]
fn the_thread_ends_with_the_last_handle_and_not_before() {
    let script = ScriptedFetch::new();
    script.then(ok(&[key(1).jwk("a")]));
    let (jwks, clock) = spawned(&script, Settings::default());
    assert_eq!(word(&lookup(&jwks, "a"), &key(1)), "found");
    let other = jwks.clone();
    drop(jwks);
    script.otherwise(ok(&[key(2).jwk("b")]));
    clock.advance(seconds(60));
    assert_eq!(word(&lookup(&other, "b"), &key(2)), "found");

    // The thread holds the only other handle to the script.
    #[derive(Debug)]
    struct Guard(Arc<AtomicUsize>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    impl countersign_jwks::Fetch for Guard {
        fn fetch(
            &self,
            _: &countersign_jwks::Request<'_>,
        ) -> Result<Response, countersign_jwks::FetchError> {
            Ok(Response::new(404, ""))
        }
    }
    let ended = Arc::new(AtomicUsize::new(0));
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .fetch(Guard(ended.clone()))
        .spawn()
        .unwrap();
    assert!(matches!(lookup(&jwks, "a"), Lookup::Unavailable(_)));
    drop(jwks);
    while ended.load(Ordering::SeqCst) == 0 {
        thread::yield_now();
    }
}

#[test]
fn j6_a_task_that_is_cancelled_while_it_waits_takes_nobody_with_it() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.hold();
    thread::scope(|scope| {
        let leader = scope.spawn(|| bench.resolve("a", &key(1)));
        bench.script.wait_for(1);
        let mut polled = Vec::new();
        for _ in 0..100 {
            let Lookup::Pending(mut pending) = bench.jwks.lookup(Some("a")) else {
                panic!("the fetch is under way");
            };
            let poll =
                std::pin::Pin::new(&mut pending).poll(&mut Context::from_waker(Waker::noop()));
            assert!(poll.is_pending());
            polled.push(pending);
        }
        assert_eq!(bench.jwks.counters().waiters, 100);
        polled.truncate(1);
        assert_eq!(bench.jwks.counters().waiters, 1);
        let follower = scope.spawn(|| word(&lookup(&bench.jwks, "a"), &key(1)));
        bench.script.release();
        assert_eq!(leader.join().unwrap(), "found");
        assert_eq!(follower.join().unwrap(), "found");
        assert_eq!(block_on(polled.remove(0)), Ok(()));
    });
    assert_eq!(bench.jwks.counters().waiters, 0);
    assert_eq!(bench.script.requests(), 1);
}

#[test]
fn j14_waiting_tasks_are_bounded_in_number() {
    let bench = common::bench_with(|settings| settings.waiter_limit = 3);
    let mut waiting = Vec::new();
    for number in 0..10 {
        let Lookup::Pending(mut pending) = bench.jwks.lookup(Some("a")) else {
            panic!("nothing was fetched");
        };
        let poll = std::pin::Pin::new(&mut pending).poll(&mut Context::from_waker(Waker::noop()));
        match poll {
            Poll::Pending => assert!(number < 3),
            Poll::Ready(outcome) => {
                assert!(number >= 3);
                assert_eq!(outcome.unwrap_err().kind(), FetchErrorKind::TooManyWaiting);
            }
        }
        waiting.push(pending);
    }
}
