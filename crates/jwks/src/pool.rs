//! The threads of a process that fetch keys: one that schedules, and at most 8 that fetch.
//!
//! Unverified tokens can name any of a template's endpoints, so the number of threads must not
//! depend on the number of endpoints. An endpoint has at most one fetch at a time, and the
//! endpoints of one group (a template) at most four together, so that hanging ones leave threads
//! for others.
//!
//! The threads start when they are needed and end when they are not.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::sync::Arc;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::io;
use std::panic::catch_unwind;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// The most threads that fetch at once.
const MOST_FETCHING: usize = 8;
/// The most of them that serve one group.
const MOST_OF_A_GROUP: usize = 4;
/// How long a thread that fetches waits for more to do before it ends.
const LINGER: Duration = Duration::from_secs(5);
/// The shortest pause between two looks at one endpoint, in case a clock misbehaves.
const SHORTEST_REST: Duration = Duration::from_millis(10);
/// The pause after a panic, which may happen again, and between two looks at an endpoint that
/// waits for a thread or has one.
const REST: Duration = Duration::from_secs(1);

/// An endpoint that is scheduled.
pub(crate) trait Scheduled: Send + Sync {
    /// The work that is due now. Must be quick.
    fn tick(&self) -> Tick;
    /// Called about once a second while the endpoint waits for a thread, or has one.
    fn waits(&self);
    /// Makes the fetch that is due.
    fn fetch(&self);
    /// How many threads serve its group now.
    fn group(&self) -> Option<&AtomicUsize>;
}

/// The work that is due at an endpoint.
#[derive(Debug)]
pub(crate) struct Tick {
    pub(crate) fetch: bool,
    /// When to look again, if nothing happens earlier.
    pub(crate) rest: Duration,
}

/// An endpoint's place among the scheduled ones, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    id: u64,
    process: u32,
}

static POOL: Pool = Pool {
    state: Mutex::new(State {
        process: 0,
        next: 0,
        entries: BTreeMap::new(),
        due: BTreeSet::new(),
        ready: VecDeque::new(),
        fetching: 0,
        starting: 0,
        idle: 0,
        schedules: false,
    }),
    scheduled: Condvar::new(),
    work: Condvar::new(),
};

struct Pool {
    state: Mutex<State>,
    /// Wakes the thread that schedules.
    scheduled: Condvar,
    /// Wakes the threads that fetch.
    work: Condvar,
}

struct State {
    /// The process of the threads: a forked process has none of them.
    process: u32,
    next: u64,
    entries: BTreeMap<u64, Entry>,
    /// When each entry is looked at next.
    due: BTreeSet<(Instant, u64)>,
    /// The entries that wait for a thread to fetch.
    ready: VecDeque<u64>,
    /// The number of threads that fetch, including idle ones.
    fetching: usize,
    /// How many of them have started but not looked for work yet.
    starting: usize,
    idle: usize,
    /// Whether the thread that schedules exists.
    schedules: bool,
}

struct Entry {
    endpoint: Arc<dyn Scheduled>,
    due: Instant,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Resting,
    Ready,
    Fetching,
}

impl Place {
    /// Schedules an endpoint, whose first look is now.
    pub(crate) fn take(endpoint: Arc<dyn Scheduled>) -> io::Result<Self> {
        let process = std::process::id();
        let mut state = POOL.lock();
        if state.process != process {
            state.forget(process);
        }
        let id = state.next;
        state.next = id.wrapping_add(1);
        let due = Instant::now();
        state.due.insert((due, id));
        let stage = Stage::Resting;
        state.entries.insert(
            id,
            Entry {
                endpoint,
                due,
                stage,
            },
        );
        if !state.schedules {
            let started = thread::Builder::new().name("jwks".into()).spawn(schedule);
            if let Err(error) = started {
                drop(state.remove(id));
                return Err(error);
            }
            state.schedules = true;
        }
        drop(state);
        POOL.scheduled.notify_one();
        Ok(Self { id, process })
    }

    /// Whether the threads are in this process, and not in its parent before a fork.
    pub(crate) fn is_alive(&self) -> bool {
        self.process == std::process::id()
    }

    /// Makes a thread look at the endpoint now.
    pub(crate) fn wake(&self) {
        if self.is_alive() {
            POOL.lock().look_at(self.id, Instant::now());
            POOL.scheduled.notify_one();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_alive() {
            let removed = POOL.lock().remove(self.id);
            // Dropped outside the lock: it may be the last handle, and drop a caller's transport.
            drop(removed);
            POOL.scheduled.notify_one();
        }
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Starts again in a forked process.
    fn forget(&mut self, process: u32) {
        // Don't drop the entries of the other process: its threads may have used them.
        core::mem::forget(core::mem::take(&mut self.entries));
        self.due.clear();
        self.ready.clear();
        (self.fetching, self.starting, self.idle) = (0, 0, 0);
        self.schedules = false;
        self.process = process;
    }

    fn remove(&mut self, id: u64) -> Option<Entry> {
        self.ready.retain(|ready| *ready != id);
        let entry = self.entries.remove(&id)?;
        self.due.remove(&(entry.due, id));
        Some(entry)
    }

    /// Sets when an entry is looked at next.
    fn look_at(&mut self, id: u64, at: Instant) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        self.due.remove(&(entry.due, id));
        entry.due = at;
        self.due.insert((at, id));
    }

    /// The place in `ready` of the first entry that a thread may fetch for: its group is not full.
    fn first_to_fetch(&self) -> Option<usize> {
        let has_room = |id: &u64| {
            self.entries.get(id).is_some_and(|entry| {
                let group = entry.endpoint.group();
                group.is_none_or(|busy| busy.load(Ordering::Relaxed) < MOST_OF_A_GROUP)
            })
        };
        self.ready.iter().position(has_room)
    }

    /// Takes the next entry that a thread may fetch for.
    fn next_to_fetch(&mut self) -> Option<(u64, Arc<dyn Scheduled>)> {
        let at = self.first_to_fetch()?;
        let id = self.ready.remove(at)?;
        let entry = self.entries.get_mut(&id)?;
        entry.stage = Stage::Fetching;
        if let Some(busy) = entry.endpoint.group() {
            busy.fetch_add(1, Ordering::Relaxed);
        }
        Some((id, entry.endpoint.clone()))
    }
}

/// The thread that schedules. It ends when nothing is left to schedule.
fn schedule() {
    let mut state = POOL.lock();
    loop {
        if state.entries.is_empty() {
            state.schedules = false;
            return;
        }
        let now = Instant::now();
        let Some((due, id)) = state.due.first().copied() else {
            state = wait(&POOL.scheduled, state, REST);
            continue;
        };
        if due > now {
            state = wait(&POOL.scheduled, state, due.saturating_duration_since(now));
            continue;
        }
        let Some(entry) = state.entries.get(&id) else {
            state.due.remove(&(due, id));
            continue;
        };
        let (endpoint, stage) = (entry.endpoint.clone(), entry.stage);
        // Set this first: a caller may wake the endpoint during the look, and that must not be
        // overwritten below.
        state.look_at(id, now.checked_add(REST).unwrap_or(now));
        let expected = state.entries.get(&id).map(|entry| entry.due);
        drop(state);
        let tick = look(&*endpoint, stage);
        drop(endpoint);
        state = POOL.lock();
        let rest = tick.rest.max(SHORTEST_REST);
        if tick.fetch
            && let Some(entry) = state.entries.get_mut(&id)
            && entry.stage == Stage::Resting
        {
            entry.stage = Stage::Ready;
            state.ready.push_back(id);
            hire(&mut state);
        } else if state.entries.get(&id).map(|entry| entry.due) == expected {
            let at = Instant::now().checked_add(rest);
            state.look_at(id, at.unwrap_or(now));
        }
    }
}

fn look(endpoint: &dyn Scheduled, stage: Stage) -> Tick {
    // The caller's clock or log subscriber may panic. The thread must survive: without it no
    // endpoint would be refreshed.
    let looked = catch_unwind(AssertUnwindSafe(|| match stage {
        Stage::Resting => endpoint.tick(),
        Stage::Ready | Stage::Fetching => {
            endpoint.waits();
            Tick {
                fetch: false,
                rest: REST,
            }
        }
    }));
    looked.unwrap_or(Tick {
        fetch: false,
        rest: REST,
    })
}

/// If there is work, makes one more thread look for it: an idle thread, or a new one. Each thread
/// that takes an entry calls this again, so no more threads start than find work.
fn hire(state: &mut State) {
    if state.first_to_fetch().is_none() {
        return;
    }
    if state.idle == 0 && state.starting == 0 && state.fetching < MOST_FETCHING {
        let started = thread::Builder::new()
            .name("jwks-fetch".into())
            .spawn(fetch);
        match started {
            Ok(_) => {
                state.fetching = state.fetching.saturating_add(1);
                state.starting = state.starting.saturating_add(1);
            }
            // The next ready endpoint tries again, and waiting callers have a deadline.
            Err(error) => tracing::warn!(%error, "no thread could be started to fetch keys"),
        }
    }
    POOL.work.notify_one();
}

/// A thread that fetches.
fn fetch() {
    let mut state = POOL.lock();
    state.starting = state.starting.saturating_sub(1);
    loop {
        let Some((id, endpoint)) = state.next_to_fetch() else {
            state.idle = state.idle.saturating_add(1);
            let began_at = Instant::now();
            state = wait(&POOL.work, state, LINGER);
            state.idle = state.idle.saturating_sub(1);
            if began_at.elapsed() >= LINGER && state.ready.is_empty() {
                state.fetching = state.fetching.saturating_sub(1);
                return;
            }
            continue;
        };
        hire(&mut state);
        drop(state);
        let _ = catch_unwind(AssertUnwindSafe(|| endpoint.fetch()));
        if let Some(busy) = endpoint.group() {
            busy.fetch_sub(1, Ordering::Relaxed);
        }
        // Outside the lock: this may be the last handle, and drop a caller's transport.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(endpoint)));
        state = POOL.lock();
        if let Some(entry) = state.entries.get_mut(&id) {
            entry.stage = Stage::Resting;
        }
        state.look_at(id, Instant::now());
        POOL.scheduled.notify_one();
        // A place in its group is free.
        POOL.work.notify_one();
    }
}

fn wait<'s>(
    condition: &Condvar,
    state: MutexGuard<'s, State>,
    rest: Duration,
) -> MutexGuard<'s, State> {
    condition
        .wait_timeout(state, rest)
        .unwrap_or_else(PoisonError::into_inner)
        .0
}
