//! The background thread, and waiting for keys without one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use common::{URL, bench, key, ok, seconds, word};
use countersign_fetch::testing::ScriptedFetch;
use countersign_fetch::{FetchErrorKind, Response};
use countersign_jwks::testing::ManualClock;
use countersign_jwks::{Clock, Jwks, KeysUnavailable, Lookup, Pending, Settings};

fn spawned(script: &ScriptedFetch, settings: Settings) -> (Jwks, ManualClock) {
    let clock = ManualClock::at(seconds(1_700_000_000));
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .settings(settings)
        .fetch(script.clone())
        .clock(clock.clone())
        .build()
        .unwrap();
    (jwks, clock)
}

/// Longer than any step here takes: a wait that never ends fails its test.
const LONG: Duration = Duration::from_secs(20);

/// Waits until the thread has reached a state.
fn until(what: &str, is_done: impl Fn() -> bool) {
    let began_at = Instant::now();
    while !is_done() {
        assert!(began_at.elapsed() < LONG, "not in time: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// The shortest permitted time to live and cooldown.
fn shortest() -> Settings {
    let mut settings = Settings::default();
    settings.total_deadline = seconds(1);
    settings.cooldown = seconds(1);
    settings.time_to_live = seconds(2);
    settings
}

/// A task's waker that records whether it was woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

type Output = Result<(), KeysUnavailable>;

/// Polls a future on this thread until it is ready, without a runtime.
fn block_on(pending: impl Future<Output = Output>) -> Output {
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

/// The steps of an async caller: look up, and await if needed.
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
    assert_eq!(word(&lookup(&jwks, "b"), &key(2)), "unavailable");
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
    assert_eq!(
        error.fetch_error().unwrap().kind(),
        FetchErrorKind::Panicked
    );
    clock.advance(seconds(30));
    assert_eq!(word(&lookup(&jwks, "a"), &key(1)), "found");
}

#[test]
fn the_thread_survives_a_panic_in_a_clock() {
    /// Panics when the client's own thread asks for the time for the first time.
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
        .build()
        .unwrap();
    assert_eq!(word(&lookup(&jwks, "a"), &key(1)), "found");
}

#[test]
fn j6_a_wait_ends_even_if_the_last_handle_is_dropped_before_the_fetch_begins() {
    for _ in 0..100 {
        let script = ScriptedFetch::new();
        script.otherwise(ok(&[key(1).jwk("a")]));
        let (jwks, _) = spawned(&script, Settings::default());
        let found = jwks.lookup(Some("a"));
        // This happens if the rules of a server are replaced while a token waits for its key.
        drop(jwks);
        if let Lookup::Pending(pending) = found {
            block_on(pending).expect("few are waiting");
        }
    }
}

#[test]
fn the_thread_ends_when_the_last_handle_is_dropped() {
    let script = ScriptedFetch::new();
    script.then(ok(&[key(1).jwk("a")]));
    let (jwks, clock) = spawned(&script, Settings::default());
    assert_eq!(word(&lookup(&jwks, "a"), &key(1)), "found");
    let other = jwks.clone();
    drop(jwks);
    script.otherwise(ok(&[key(2).jwk("b")]));
    clock.advance(seconds(60));
    assert_eq!(word(&lookup(&other, "b"), &key(2)), "found");

    // The thread holds the only other handle to the transport.
    let (transport, _, answers) = Waiting::new();
    let alive = transport.alive.clone();
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .fetch(transport)
        .build()
        .unwrap();
    answers.send(()).unwrap();
    assert!(matches!(lookup(&jwks, "a"), Lookup::Unavailable(_)));
    drop(jwks);
    until("the thread ends", || Arc::strong_count(&alive) == 1);
}

/// A transport that records when it is asked, and waits in a channel before it answers. Like the
/// default transport during name resolution, it parks its thread.
#[derive(Debug)]
struct Waiting {
    alive: Arc<()>,
    asked: mpsc::Sender<()>,
    answers: Mutex<mpsc::Receiver<()>>,
}

impl Waiting {
    fn new() -> (Self, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let (asked, all_asked) = mpsc::channel();
        let (answer, answers) = mpsc::channel();
        let transport = Self {
            alive: Arc::new(()),
            asked,
            answers: Mutex::new(answers),
        };
        (transport, all_asked, answer)
    }
}

impl countersign_fetch::Fetch for Waiting {
    fn fetch(
        &self,
        _: &countersign_fetch::Request<'_>,
    ) -> Result<Response, countersign_fetch::FetchError> {
        let _ = self.asked.send(());
        let _ = self.answers.lock().unwrap().recv();
        Ok(Response::new(404, ""))
    }
}

#[test]
fn the_thread_ends_even_if_the_last_handle_is_dropped_while_its_transport_waits() {
    let (transport, asked, answers) = Waiting::new();
    let alive = transport.alive.clone();
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .fetch(transport)
        .build()
        .unwrap();
    asked.recv().unwrap();
    // Give it time to begin its wait: a wake-up at that moment must not be lost.
    thread::sleep(Duration::from_millis(20));
    drop(jwks);
    thread::sleep(Duration::from_millis(20));
    answers.send(()).unwrap();
    until("the thread ends", || Arc::strong_count(&alive) == 1);
}

#[test]
fn the_thread_refreshes_ahead_without_look_ups() {
    let script = ScriptedFetch::new();
    script.otherwise(ok(&[key(1).jwk("a")]));
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .settings(shortest())
        .fetch(script.clone())
        .build()
        .unwrap();
    until("a refresh", || script.requests() >= 2);
    drop(jwks);
}

#[test]
fn the_thread_refreshes_ahead_of_the_end_of_a_set_that_a_caller_has_fetched() {
    let by_look_up: fn(&Jwks) = |jwks| drop(jwks.resolve(Some("b")));
    let by_refresh: fn(&Jwks) = |jwks| jwks.refresh().unwrap();
    for fetch in [by_look_up, by_refresh] {
        let script = ScriptedFetch::new();
        script.then(ok(&[key(1).jwk("a")]));
        script.otherwise(ok(&[key(1).jwk("a")]).with_header("Cache-Control", "max-age=2"));
        let mut settings = shortest();
        settings.time_to_live = seconds(3600);
        let (jwks, clock) = spawned(&script, settings);
        assert_eq!(word(&lookup(&jwks, "a"), &key(1)), "found");
        clock.advance(seconds(2));
        // The thread expects to sleep for an hour.
        fetch(&jwks);
        assert_eq!(script.requests(), 2);
        clock.advance(seconds(2));
        until("a refresh", || script.requests() >= 3);
    }
}

#[test]
fn i12_a_wait_ends_even_if_the_transport_never_returns() {
    let script = ScriptedFetch::new();
    script.hold();
    script.otherwise(ok(&[key(1).jwk("a")]));
    let (jwks, clock) = spawned(&script, Settings::default());
    script.wait_for(1);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let mut context = Context::from_waker(&waker);
    let Lookup::Pending(mut pending) = jwks.lookup(Some("a")) else {
        panic!("the fetch is under way");
    };
    let mut poll = |pending: &mut Pending| std::pin::Pin::new(pending).poll(&mut context);
    assert!(poll(&mut pending).is_pending());
    clock.advance(seconds(5));
    assert_eq!(word(&jwks.lookup(Some("a")), &key(1)), "pending");
    assert!(!woken.0.load(Ordering::SeqCst));
    // After twice the total deadline of 3 s it is abandoned, also for callers that already wait.
    clock.advance(seconds(1));
    assert_eq!(word(&jwks.lookup(Some("b")), &key(1)), "unavailable");
    assert!(woken.0.load(Ordering::SeqCst));
    assert_eq!(poll(&mut pending), Poll::Ready(Ok(())));
    // The thread is blocked, so no other thread can fetch for these look-ups.
    for _ in 0..20 {
        clock.advance(seconds(60));
        assert_eq!(word(&jwks.lookup(Some("a")), &key(1)), "unavailable");
    }
    assert_eq!(script.requests(), 1);
    script.release();
    until("another fetch", || {
        word(&jwks.lookup(Some("a")), &key(1)) == "found"
    });
}

#[test]
fn a_waker_that_panics_does_not_stop_the_others() {
    struct Broken;
    impl Wake for Broken {
        fn wake(self: Arc<Self>) {
            panic!("a waker that panics");
        }
    }
    let script = ScriptedFetch::new();
    script.then(ok(&[key(1).jwk("a")]));
    script.hold();
    let (jwks, _) = spawned(&script, Settings::default());
    let woken = Arc::new(Woken::default());
    let mut waiting = Vec::new();
    for waker in [Waker::from(Arc::new(Broken)), Waker::from(woken.clone())] {
        let Lookup::Pending(mut pending) = jwks.lookup(Some("a")) else {
            panic!("nothing was fetched");
        };
        let poll = std::pin::Pin::new(&mut pending).poll(&mut Context::from_waker(&waker));
        assert!(poll.is_pending());
        waiting.push(pending);
    }
    script.release();
    until("all are woken", || woken.0.load(Ordering::SeqCst));
    // Nor does it reach the thread that fetches.
    assert_eq!(word(&lookup(&jwks, "a"), &key(1)), "found");
}

#[test]
fn a_fetch_that_ends_while_its_waiter_takes_its_place_is_not_missed() {
    /// Makes the fetch end the next time that the test's own thread asks for the time.
    #[derive(Debug)]
    struct Hook {
        thread: thread::ThreadId,
        script: ScriptedFetch,
        armed: AtomicBool,
        jwks: OnceLock<Jwks>,
    }
    #[derive(Clone, Debug)]
    struct Hooked(Arc<Hook>);
    impl Clock for Hooked {
        fn now(&self) -> Duration {
            let is_ours = thread::current().id() == self.0.thread;
            if is_ours && self.0.armed.swap(false, Ordering::SeqCst) {
                self.0.script.release();
                let jwks = self.0.jwks.get().unwrap();
                until("the fetch ends", || jwks.report().is_some());
            }
            seconds(1_700_000_000)
        }
    }
    let script = ScriptedFetch::new();
    script.then(ok(&[key(1).jwk("a")]));
    script.hold();
    let clock = Hooked(Arc::new(Hook {
        thread: thread::current().id(),
        script: script.clone(),
        armed: AtomicBool::new(false),
        jwks: OnceLock::new(),
    }));
    let jwks = Jwks::builder(URL, countersign_ring::provider())
        .fetch(script.clone())
        .clock(clock.clone())
        .build()
        .unwrap();
    clock.0.jwks.set(jwks.clone()).unwrap();
    let Lookup::Pending(mut pending) = jwks.lookup(Some("a")) else {
        panic!("nothing was fetched");
    };
    // A poll asks for the time after it has found that no fetch has ended.
    clock.0.armed.store(true, Ordering::SeqCst);
    let poll = std::pin::Pin::new(&mut pending).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(script.requests(), 1);
    assert_eq!(poll, Poll::Ready(Ok(())));
}

#[test]
fn j6_a_cancelled_task_does_not_affect_the_other_waiting_tasks() {
    let script = ScriptedFetch::new();
    script.then(ok(&[key(1).jwk("a")]));
    script.hold();
    let (jwks, _) = spawned(&script, Settings::default());
    script.wait_for(1);
    let mut polled = Vec::new();
    for _ in 0..100 {
        let Lookup::Pending(mut pending) = jwks.lookup(Some("a")) else {
            panic!("the fetch is under way");
        };
        let poll = std::pin::Pin::new(&mut pending).poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll.is_pending());
        polled.push(pending);
    }
    polled.truncate(1);
    thread::scope(|scope| {
        let follower = scope.spawn(|| word(&lookup(&jwks, "a"), &key(1)));
        script.release();
        assert_eq!(follower.join().unwrap(), "found");
    });
    assert_eq!(block_on(polled.remove(0)), Ok(()));
    assert_eq!(jwks.counters().waiters, 0);
    assert_eq!(script.requests(), 1);
}

#[test]
fn j14_waiting_tasks_are_bounded_in_number() {
    let script = ScriptedFetch::new();
    script.hold();
    let mut settings = Settings::default();
    settings.waiter_limit = 3;
    let (jwks, _) = spawned(&script, settings);
    let mut waiting = Vec::new();
    for number in 0..10 {
        let Lookup::Pending(mut pending) = jwks.lookup(Some("a")) else {
            panic!("nothing was fetched");
        };
        let poll = std::pin::Pin::new(&mut pending).poll(&mut Context::from_waker(Waker::noop()));
        match poll {
            Poll::Pending => assert!(number < 3),
            Poll::Ready(outcome) => {
                assert!(number >= 3);
                let error = outcome.unwrap_err();
                let kind = error.fetch_error().unwrap().kind();
                assert_eq!(kind, FetchErrorKind::TooManyWaiting);
            }
        }
        waiting.push(pending);
    }
    script.release();
}

#[test]
fn a_wait_without_a_thread_ends_at_once_with_an_error() {
    let bench = bench();
    bench.script.otherwise(ok(&[key(1).jwk("a")]));
    let Lookup::Pending(pending) = bench.jwks.lookup(Some("a")) else {
        panic!("nothing was fetched");
    };
    for outcome in [block_on(pending), block_on(bench.jwks.ready())] {
        let unavailable = outcome.unwrap_err();
        assert_eq!(unavailable.retry_after(), None);
        let said = unavailable.to_string();
        assert!(
            said.contains("on_demand") && said.contains("fork"),
            "{said}"
        );
    }
    // Callers that may block fetch on their own thread.
    assert_eq!(bench.resolve("a", &key(1)), "found");
    assert_eq!(block_on(bench.jwks.ready()), Ok(()));
}

#[test]
fn a_client_is_ready_as_soon_as_its_endpoint_comes_up() {
    let script = ScriptedFetch::new();
    let (jwks, clock) = spawned(&script, Settings::default());
    let Lookup::Unavailable(unavailable) = jwks.resolve(Some("a")) else {
        panic!("the endpoint is down");
    };
    assert_eq!(unavailable.retry_after(), Some(seconds(1)));
    assert!(jwks.wait_ready(Duration::from_millis(20)).is_err());
    script.otherwise(ok(&[key(1).jwk("a")]));
    clock.advance(seconds(1));
    assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "found");
    assert_eq!(jwks.wait_ready(Duration::ZERO), Ok(()));
    assert_eq!(block_on(jwks.ready()), Ok(()));
}
