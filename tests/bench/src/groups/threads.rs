//! How much faster two threads are than one.

use core::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use countersign::signature::AlgorithmName;
use countersign::{Scratch, default_provider};

use super::hs256::parts;
use crate::measure::Measured;
use crate::ours;
use crate::peers::raw;
use crate::report::{Goal, Group, Report};
use crate::tokens;

/// Some milliseconds of work: on a busy machine, two processors are rarely free for longer.
const TIMES: u32 = 4_000;

/// Nanoseconds of one verification in each of `threads` threads that run at the same time.
fn spent<T>(threads: usize, mut work: impl FnMut() -> T + Clone + Send) -> f64 {
    let all_started = Barrier::new(threads);
    let slowest = thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|_| {
                let (mut work, all_started) = (work.clone(), &all_started);
                scope.spawn(move || {
                    black_box(work());
                    all_started.wait();
                    let start = Instant::now();
                    for _ in 0..TIMES {
                        black_box(work());
                    }
                    start.elapsed()
                })
            })
            .collect();
        let spent = started.into_iter().map(|thread| thread.join().unwrap());
        spent.max().unwrap_or_default()
    });
    // The threads work on copies. This keeps the original in use.
    black_box(&mut work);
    slowest.as_secs_f64() * 1e9 / f64::from(TIMES)
}

/// HS256 in one thread and in two, compared with only the HMAC.
pub(crate) fn two(report: &mut Report, rounds: usize) {
    let name = AlgorithmName::HS256;
    if thread::available_parallelism().map_or(1, usize::from) < 2 {
        report
            .skipped
            .push("two threads: this machine has one processor".into());
        return;
    }
    let token = tokens::token(name);
    let (input, tag) = parts(&token);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &tokens::secret());
    let authenticator = ours::holding(default_provider(), name);
    let alone = || ring::hmac::verify(&key, &input, &tag).unwrap();
    let ours = {
        let (authenticator, token) = (&authenticator, &token);
        let mut scratch = Scratch::default();
        move || {
            let accepted = authenticator.connection_in(token, tokens::now(), &mut scratch);
            accepted.unwrap().decoded().channels.len()
        }
    };
    let labels = [
        format!("{}, one thread", raw::RING),
        format!("{}, two threads", raw::RING),
        "Countersign, one thread".into(),
        "Countersign, two threads".into(),
    ];
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..rounds {
        times[0].push(spent(1, alone));
        times[2].push(spent(1, ours.clone()));
        times[1].push(spent(2, alone));
        times[3].push(spent(2, ours.clone()));
    }
    let results = labels.into_iter().zip(times);
    let results = results.map(|(name, turns)| Measured::new(name, turns, None));
    let group = Group {
        title: "HS256 in one thread and in two, time of one verification in each".into(),
        results: results.collect(),
    };
    // The throughput of two threads divided by that of one: twice the time of one, divided by
    // that of two.
    let [raw_one, raw_two, one, two] = group.results.as_slice() else {
        return;
    };
    let figure = (one.min / two.min) / (raw_one.min / raw_two.min);
    let what = "two threads against one, beside what the raw HMAC scales";
    report.goals.push(Goal::at_least(what, 0.97, Some(figure)));
    report.groups.push(group);
}
