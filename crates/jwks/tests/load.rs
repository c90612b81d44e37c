//! The client with more callers than a server should have, and with unusual wakers.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use common::{URL, key, ok, seconds, word};
use countersign_fetch::testing::ScriptedFetch;
use countersign_jwks::{Jwks, Lookup, Pending, Settings};

/// Longer than any step here takes: a wait that never ends fails its test.
const LONG: Duration = Duration::from_secs(120);

fn client(script: &ScriptedFetch, settings: Settings) -> Jwks {
    Jwks::builder(URL, countersign_ring::provider())
        .settings(settings)
        .fetch(script.clone())
        .build()
        .unwrap()
}

/// An endpoint that hangs until it is released.
fn hanging() -> ScriptedFetch {
    let script = ScriptedFetch::new();
    script.hold();
    script.otherwise(ok(&[key(1).jwk("a")]));
    script
}

fn pending(jwks: &Jwks) -> Pending {
    match jwks.lookup(Some("a")) {
        Lookup::Pending(pending) => pending,
        found => panic!("the fetch is under way: {found:?}"),
    }
}

fn poll(pending: &mut Pending, waker: &Waker) -> bool {
    let polled = Pin::new(pending).poll(&mut Context::from_waker(waker));
    polled.is_ready()
}

#[test]
fn j14_ten_thousand_threads_wait_for_one_request_of_a_hanging_endpoint() {
    const THREADS: usize = 10_000;
    let script = hanging();
    let mut settings = Settings::default();
    settings.waiter_limit = THREADS;
    settings.total_deadline = seconds(300);
    settings.time_to_live = seconds(3600);
    let jwks = client(&script, settings);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                thread::Builder::new()
                    .stack_size(128 * 1024)
                    .spawn_scoped(scope, || {
                        matches!(jwks.resolve(Some("a")), Lookup::Found(_))
                    })
                    .unwrap()
            })
            .collect();
        let began_at = Instant::now();
        while jwks.counters().waiters < THREADS {
            assert!(began_at.elapsed() < LONG, "not all wait");
            thread::sleep(Duration::from_millis(1));
        }
        // One more is too many, and fails at once.
        assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "unavailable");
        script.release();
        for thread in threads {
            assert!(thread.join().unwrap());
        }
    });
    assert_eq!(script.requests(), 1);
    assert_eq!(jwks.counters().waiters, 0);
}

#[test]
fn j6_two_thousand_clients_that_are_dropped_in_flight_leave_nothing_behind() {
    let script = hanging();
    let mut left = Vec::new();
    for number in 0..2000 {
        let jwks = client(&script, Settings::default());
        let mut pending = pending(&jwks);
        assert!(!poll(&mut pending, Waker::noop()));
        // Some tasks are dropped before their client, some after it, and some not yet.
        match number % 3 {
            0 => drop(pending),
            1 => {
                drop(jwks);
                drop(pending);
            }
            _ => left.push(pending),
        }
    }
    // The threads hold eight of them, and the waiters the others; later nobody holds any.
    drop(left);
    script.release();
    let another = ScriptedFetch::new();
    another.otherwise(ok(&[key(1).jwk("a")]));
    let jwks = client(&another, Settings::default());
    assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "found");
    assert!(script.requests() <= 16, "{}", script.requests());
}

#[test]
fn a_waker_may_look_up_wait_and_leave_while_it_is_woken() {
    /// Looks up again, and drops a task that waits too.
    struct Reentrant {
        jwks: Jwks,
        waiting: Mutex<Option<Pending>>,
        woken: AtomicUsize,
        done: Mutex<mpsc::Sender<&'static str>>,
    }
    impl Wake for Reentrant {
        fn wake(self: Arc<Self>) {
            self.woken.fetch_add(1, Ordering::SeqCst);
            drop(self.waiting.lock().unwrap().take());
            let found = word(&self.jwks.lookup(Some("a")), &key(1));
            let _ = self.jwks.counters();
            let _ = self.done.lock().unwrap().send(found);
        }
    }
    let script = hanging();
    let jwks = client(&script, Settings::default());
    let (done, found) = mpsc::channel();
    let mut other = pending(&jwks);
    assert!(!poll(&mut other, Waker::noop()));
    let reentrant = Arc::new(Reentrant {
        jwks: jwks.clone(),
        waiting: Mutex::new(Some(other)),
        woken: AtomicUsize::new(0),
        done: Mutex::new(done),
    });
    let mut first = pending(&jwks);
    assert!(!poll(&mut first, &Waker::from(reentrant.clone())));
    script.release();
    assert_eq!(found.recv_timeout(LONG), Ok("found"));
    assert_eq!(reentrant.woken.load(Ordering::SeqCst), 1);
    assert!(poll(&mut first, Waker::noop()));
    assert_eq!(jwks.counters().waiters, 0);
}

#[test]
fn a_waker_that_owns_the_last_task_may_be_dropped_by_the_list() {
    /// A task that its own waker owns: dropping the waker drops the wait.
    struct Owner(Mutex<Option<Pending>>);
    impl Wake for Owner {
        fn wake(self: Arc<Self>) {}
    }
    let script = hanging();
    let jwks = client(&script, Settings::default());
    let mut waiting = pending(&jwks);
    let owner = Arc::new(Owner(Mutex::new(Some(pending(&jwks)))));
    {
        let mut owned = owner.0.lock().unwrap();
        assert!(!poll(owned.as_mut().unwrap(), Waker::noop()));
    }
    assert!(!poll(&mut waiting, &Waker::from(owner)));
    assert_eq!(jwks.counters().waiters, 2);
    // This replaces the waker. The list held its last handle, so the wait that the waker owned
    // ends.
    assert!(!poll(&mut waiting, Waker::noop()));
    assert_eq!(jwks.counters().waiters, 1);
    script.release();
    assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "found");
}
