//! Measures contestants with the same work, in turns, so that a pause of the machine affects all
//! of them equally.

use core::hint::black_box;
use std::time::{Duration, Instant};

/// The least time of a turn. Compared with it, reading the clock costs nothing.
const TURN: Duration = Duration::from_micros(200);

/// One implementation of the work of a group.
pub(crate) struct Contestant<'a> {
    pub(crate) name: String,
    /// Does the work as often as the argument says, and returns how long that took.
    run: Box<dyn FnMut(u32) -> Duration + 'a>,
    /// The heap allocations of doing it once, if they can be counted.
    allocations: Option<u64>,
}

impl<'a> Contestant<'a> {
    /// Work in this process. It is done once now, so that caches are filled.
    pub(crate) fn new<T>(name: impl Into<String>, mut work: impl FnMut() -> T + 'a) -> Self {
        black_box(work());
        let counted = allocation_counter::measure(|| drop(black_box(work())));
        let run = move |times| {
            let start = Instant::now();
            for _ in 0..times {
                black_box(work());
            }
            start.elapsed()
        };
        Self {
            name: name.into(),
            run: Box::new(run),
            allocations: Some(counted.count_total),
        }
    }

    /// Work in another process, which also measures its time.
    pub(crate) fn elsewhere(
        name: impl Into<String>,
        allocations: Option<u64>,
        run: impl FnMut(u32) -> Duration + 'a,
    ) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
            allocations,
        }
    }
}

/// The result of one contestant.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) name: String,
    /// Nanoseconds of the fastest turn and of the median turn.
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) allocations: Option<u64>,
}

/// Each contestant works in each round. Each round begins with another contestant.
pub(crate) fn in_turns(mut contestants: Vec<Contestant<'_>>, rounds: usize) -> Vec<Measured> {
    let batches: Vec<u32> = contestants.iter_mut().map(batch).collect();
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            let at = (round + turn) % contestants.len();
            let spent = (contestants[at].run)(batches[at]);
            times[at].push(spent.as_secs_f64() * 1e9 / f64::from(batches[at]));
        }
    }
    contestants
        .into_iter()
        .zip(times)
        .map(|(contestant, mut times)| {
            times.sort_by(f64::total_cmp);
            Measured {
                name: contestant.name,
                min: times[0],
                median: times[times.len() / 2],
                allocations: contestant.allocations,
            }
        })
        .collect()
}

/// How often the work must be done for a turn to be long enough.
fn batch(contestant: &mut Contestant<'_>) -> u32 {
    let mut times = 1;
    loop {
        let spent = (contestant.run)(times);
        if spent >= TURN || times >= 1 << 20 {
            return times;
        }
        times *= 2;
    }
}
