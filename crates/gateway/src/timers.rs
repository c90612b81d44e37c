//! One task that drives the timers of all connections.
//!
//! It does not know what a time means: it signals the connection, and the session knows. There are
//! two wheels: one follows the wall clock, for the ends of tokens, and one the monotonic clock, for
//! everything else. The wall clock may be set, so it is read once a second.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use countersign::UnixTime;
use countersign_lifetime::{Handle, Wheel};
use slab::Slab;
use tokio::sync::Notify;

use crate::outbox::{Outbox, Signal};
use crate::session::{Now, Wakeup};

/// How long a wall clock that was set may go unnoticed.
const WALL_CHECK: Duration = Duration::from_secs(1);

/// The timers of all connections.
#[derive(Debug)]
pub(crate) struct Timers {
    start: Instant,
    state: Mutex<State>,
    /// A timer is due before the time that the task sleeps until.
    earlier: Notify,
    /// No connection is left.
    empty: Notify,
}

#[derive(Debug)]
struct State {
    wall: Wheel<u32, UnixTime>,
    monotonic: Wheel<u32, Duration>,
    alarms: Slab<Alarm>,
    /// Until when the task sleeps, by the monotonic clock.
    sleeps_until: Duration,
}

#[derive(Debug)]
struct Alarm {
    outbox: Arc<Outbox>,
    wall: Option<Handle>,
    monotonic: Option<Handle>,
}

/// A connection's place among the timers.
#[derive(Debug)]
pub(crate) struct Timer(u32);

impl Timers {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            state: Mutex::new(State {
                wall: Wheel::new(countersign::now()),
                monotonic: Wheel::new(Duration::ZERO),
                alarms: Slab::new(),
                sleeps_until: Duration::ZERO,
            }),
            earlier: Notify::new(),
            empty: Notify::new(),
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            wall: countersign::now(),
            monotonic: self.start.elapsed(),
        }
    }

    /// A place for a connection. `None` if there are 2^32 connections.
    pub(crate) fn register(&self, outbox: Arc<Outbox>) -> Option<Timer> {
        let mut state = self.lock();
        let entry = state.alarms.vacant_entry();
        let key = u32::try_from(entry.key()).ok()?;
        entry.insert(Alarm {
            outbox,
            wall: None,
            monotonic: None,
        });
        Some(Timer(key))
    }

    /// Signals the connection at these times, and at no other that was set before.
    pub(crate) fn set(&self, timer: &Timer, wakeup: Wakeup, now: Now) {
        let is_earlier = {
            let mut state = self.lock();
            let State {
                wall,
                monotonic,
                alarms,
                sleeps_until,
            } = &mut *state;
            let Some(alarm) = alarms.get_mut(index(timer.0)) else {
                return;
            };
            // A wheel is full at 2^32 timers, more than there are connections.
            let _ = wall.schedule(&mut alarm.wall, timer.0, wakeup.wall);
            let _ = monotonic.schedule(&mut alarm.monotonic, timer.0, wakeup.monotonic);
            let next = earliest(wakeup, now);
            next.is_some_and(|next| next < *sleeps_until)
        };
        if is_earlier {
            self.earlier.notify_one();
        }
    }

    pub(crate) fn remove(&self, timer: &Timer) {
        let is_empty = {
            let mut state = self.lock();
            if let Some(alarm) = state.alarms.try_remove(index(timer.0)) {
                alarm.wall.and_then(|handle| state.wall.remove(handle));
                let monotonic = alarm.monotonic;
                monotonic.and_then(|handle| state.monotonic.remove(handle));
            }
            if state.alarms.is_empty() {
                state.alarms = Slab::new();
            }
            state.alarms.is_empty()
        };
        if is_empty {
            self.empty.notify_waiters();
        }
    }

    /// Signals every connection.
    pub(crate) fn signal_all(&self, signal: Signal) {
        for (_, alarm) in &self.lock().alarms {
            alarm.outbox.signal(signal);
        }
    }

    /// Waits until no connection is left.
    pub(crate) async fn until_empty(&self) {
        loop {
            let empty = self.empty.notified();
            if self.lock().alarms.is_empty() {
                return;
            }
            empty.await;
        }
    }

    /// How many connections there are.
    pub(crate) fn connections(&self) -> usize {
        self.lock().alarms.len()
    }

    /// Turns the wheels for as long as it is polled.
    pub(crate) async fn run(&self) {
        loop {
            let sleep = self.turn();
            tokio::select! {
                () = tokio::time::sleep(sleep) => {}
                () = self.earlier.notified() => {}
            }
        }
    }

    /// Signals the connections whose time has come. Returns the time until the next is due.
    fn turn(&self) -> Duration {
        let now = self.now();
        let mut state = self.lock();
        let State {
            wall,
            monotonic,
            alarms,
            sleeps_until,
        } = &mut *state;
        wall.advance(now.wall);
        monotonic.advance(now.monotonic);
        while let Some(key) = wall.pop() {
            if let Some(alarm) = alarms.get_mut(index(key)) {
                alarm.wall = None;
                alarm.outbox.signal(Signal::TimePassed);
            }
        }
        while let Some(key) = monotonic.pop() {
            if let Some(alarm) = alarms.get_mut(index(key)) {
                alarm.monotonic = None;
                alarm.outbox.signal(Signal::TimePassed);
            }
        }
        let next = Wakeup {
            wall: wall.next_wakeup(),
            monotonic: monotonic.next_wakeup(),
        };
        // Connections come and go: an hour is as good as never.
        let never = now.monotonic.saturating_add(Duration::from_secs(3600));
        *sleeps_until = earliest(next, now).unwrap_or(never);
        sleeps_until.saturating_sub(now.monotonic)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The earlier of both times, by the monotonic clock.
fn earliest(wakeup: Wakeup, now: Now) -> Option<Duration> {
    let wall = wakeup.wall.map(|at| {
        let left = at.saturating_duration_since(now.wall).min(WALL_CHECK);
        now.monotonic.saturating_add(left)
    });
    wall.into_iter().chain(wakeup.monotonic).min()
}

fn index(key: u32) -> usize {
    usize::try_from(key).unwrap_or(usize::MAX)
}
