//! Who fetches, who waits, and the result that each caller gets.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Instant;

use common::{bench, bench_with, key, ok, seconds};
use countersign_fetch::{Fetch, FetchError, FetchErrorKind, Request, Response};
use countersign_jwks::testing::ManualClock;
use countersign_jwks::{Jwks, Lookup};

#[test]
fn j6_waiting_callers_are_woken_when_the_fetch_ends_and_not_at_the_deadline() {
    let bench = bench_with(|settings| settings.total_deadline = seconds(300));
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.hold();
    thread::scope(|scope| {
        let leader = scope.spawn(|| bench.resolve("a", &key(1)));
        bench.script.wait_for(1);
        let follower = scope.spawn(|| bench.resolve("a", &key(1)));
        while bench.jwks.counters().waiters < 1 {
            thread::yield_now();
        }
        let released_at = Instant::now();
        bench.script.release();
        assert_eq!(leader.join().unwrap(), "found");
        assert_eq!(follower.join().unwrap(), "found");
        assert!(released_at.elapsed() < seconds(60));
    });
}

/// A transport whose answers are released one by one, in any order.
#[derive(Debug, Default)]
struct OneByOne {
    asked: AtomicUsize,
    answers: Mutex<VecDeque<mpsc::Receiver<Response>>>,
}

impl OneByOne {
    /// The answer for the next request without an answer.
    fn answer(&self) -> mpsc::Sender<Response> {
        let (answer, answers) = mpsc::channel();
        self.answers.lock().unwrap().push_back(answers);
        answer
    }

    fn wait_for(&self, requests: usize) {
        while self.asked.load(Ordering::SeqCst) < requests {
            thread::yield_now();
        }
    }
}

#[derive(Debug)]
struct Shared(Arc<OneByOne>);

impl Fetch for Shared {
    fn fetch(&self, _: &Request<'_>) -> Result<Response, FetchError> {
        let answer = self.0.answers.lock().unwrap().pop_front().unwrap();
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        Ok(answer.recv().unwrap())
    }
}

#[test]
fn a_refresh_gives_the_outcome_of_its_own_fetch() {
    let transport = Arc::new(OneByOne::default());
    let (late, second) = (transport.answer(), transport.answer());
    let clock = ManualClock::at(seconds(1_700_000_000));
    let jwks = Jwks::builder(common::URL, countersign_ring::provider())
        .fetch(Shared(transport.clone()))
        .clock(clock.clone())
        .on_demand()
        .build()
        .unwrap();
    thread::scope(|scope| {
        let first = scope.spawn(|| jwks.refresh());
        transport.wait_for(1);
        // It is abandoned after 6 s, and another fetch may begin 30 s later.
        clock.advance(seconds(36));
        let resolving = scope.spawn(|| jwks.resolve(Some("a")));
        transport.wait_for(2);
        let following = scope.spawn(|| jwks.refresh());
        while jwks.counters().waiters < 1 {
            thread::yield_now();
        }
        late.send(ok(&[key(1).jwk("a")])).unwrap();
        let error = first.join().unwrap().unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::Timeout);
        assert!(jwks.report().is_none());
        second.send(Response::new(404, "")).unwrap();
        let error = following.join().unwrap().unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::Status(404));
        let resolved = resolving.join().unwrap();
        assert!(matches!(resolved, Lookup::Unavailable(_)), "{resolved:?}");
    });
}

#[test]
fn look_ups_that_a_cooldown_refuses_are_counted_and_those_that_fetched_are_not() {
    let bench = bench();
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.then(ok(&[key(1).jwk("a")]));
    bench.script.otherwise(Response::new(404, ""));
    let hits = || bench.jwks.counters().cooldown_hits;
    assert_eq!(bench.resolve("a", &key(1)), "found");
    bench.advance(31);
    assert_eq!(bench.resolve("b", &key(1)), "unknown");
    assert_eq!((bench.script.requests(), hits()), (2, 0));
    // A caller that asks now may have another token with this `kid`, whose key was just published.
    assert_eq!(bench.resolve("b", &key(1)), "unavailable");
    assert_eq!(bench.lookup("b", &key(1)), "unavailable");
    assert_eq!(hits(), 2);
    bench.advance(31);
    assert_eq!(bench.resolve("c", &key(1)), "unavailable");
    assert_eq!((bench.script.requests(), hits()), (3, 2));
    assert_eq!(bench.lookup("c", &key(1)), "unavailable");
    assert_eq!(bench.resolve("a", &key(1)), "found");
    assert!(matches!(bench.jwks.resolve(None), Lookup::KidRequired));
    assert_eq!(hits(), 3);
    assert_eq!(bench.jwks.counters().unknown_kids, 5);
}
