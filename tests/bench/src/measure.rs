//! Measures contestants with the same work, in turns, so that a pause of the machine affects all
//! of them equally.

use core::hint::black_box;
use std::time::{Duration, Instant};

/// The least time of a turn. Compared with it, reading the clock costs nothing.
const TURN: Duration = Duration::from_micros(200);

/// How many different depths of the stack the rounds use. Together, they cover about a page.
const PLACES: usize = 80;

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
    /// The mean of the fastest 1 % of the turns.
    pub(crate) mean_of_fastest: f64,
    /// The turn of each round.
    pub(crate) turns: Vec<f64>,
    pub(crate) allocations: Option<u64>,
}

impl Measured {
    pub(crate) fn new(name: String, turns: Vec<f64>, allocations: Option<u64>) -> Self {
        let sorted = sorted(turns.clone());
        let fastest = &sorted[..sorted.len().div_ceil(100)];
        Self {
            name,
            min: sorted[0],
            median: sorted[sorted.len() / 2],
            mean_of_fastest: fastest.iter().sum::<f64>() / fastest.len() as f64,
            turns,
            allocations,
        }
    }
}

pub(crate) fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// Each contestant works in each round. Each round begins with another contestant.
pub(crate) fn in_turns(mut contestants: Vec<Contestant<'_>>, rounds: usize) -> Vec<Measured> {
    let batches: Vec<u32> = contestants.iter_mut().map(batch).collect();
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            let at = (round + turn) % contestants.len();
            let run = &mut contestants[at].run;
            // This call is not measured: the contestant before has used the caches of the processor.
            run(1);
            let spent = deeper(round % PLACES, &mut || run(batches[at]));
            times[at].push(spent.as_secs_f64() * 1e9 / f64::from(batches[at]));
        }
    }
    contestants
        .into_iter()
        .zip(times)
        .map(|(contestant, turns)| Measured::new(contestant.name, turns, contestant.allocations))
        .collect()
}

/// Runs with so many more calls on the stack. The address of the stack can change a time by 1 %, so
/// each contestant is measured at many addresses.
#[inline(never)]
fn deeper(calls: usize, run: &mut dyn FnMut() -> Duration) -> Duration {
    if calls == 0 {
        return run();
    }
    let piece = black_box([0_u8; 16]);
    let spent = deeper(calls - 1, run);
    black_box(piece);
    spent
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
