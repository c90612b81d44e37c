//! The wheel beside `tokio_util::time::DelayQueue`, an indexed binary heap and a bare linked list, in
//! one run: `cargo bench -p countersign-lifetime --bench wheel`.
//!
//! 1. One million connections: bytes each, and the time to add, move, remove and expire one.
//! 2. From ten thousand to ten million: how the time of each operation grows, beside a move in a
//!    bare linked list over as many entries.
//! 3. The same in instructions, where valgrind is installed.
//!
//! A word after `--` runs one part alone: `million`, `growth` or `instructions`. Deadlines are random
//! within one hour, and keys come in random order.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![allow(missing_docs, unreachable_pub, missing_debug_implementations)]

mod instructions;
mod peers;

use core::hint::black_box;
use core::time::Duration;

use countersign_lifetime::Wheel;
use cpu_time::ThreadTime;
use peers::{BareLists, Delays, IndexedHeap, Timers};

type OurWheel = Wheel<u32, Duration>;

/// One hour, in milliseconds.
const SPAN: u64 = 3_600_000;
/// The clock is turned by one second at a time.
const STEP: u64 = 1000;
const MILLION: u32 = 1_000_000;
const SIZES: [u32; 4] = [10_000, 100_000, MILLION, 10 * MILLION];
/// As many lists as slots that deadlines within an hour fall into.
const LISTS: u32 = 4 * 64;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if let [_, word, operation, size] = &words[..]
        && word == instructions::WORD
    {
        return instructions::count(operation, size.parse().unwrap());
    }
    let parts: [(&str, fn()); 3] = [
        ("million", one_million),
        ("growth", growth),
        ("instructions", instructions::table),
    ];
    let named = |part: &str| words.iter().any(|word| word == part);
    let is_all = !parts.iter().any(|(part, _)| named(part));
    for (part, run) in parts {
        if is_all || named(part) {
            run();
        }
    }
}

/// Random numbers (xorshift64*).
pub struct Random(u64);

impl Default for Random {
    /// From a fixed seed.
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// A deadline within one hour.
    pub fn deadline(&mut self) -> u64 {
        1 + self.next() % SPAN
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, (self.next() % (last as u64 + 1)) as usize);
        }
    }
}

/// What one round of operations took, in nanoseconds each.
#[derive(Clone, Copy)]
struct Costs {
    bytes: f64,
    add: f64,
    anywhere: f64,
    later: f64,
    remove: f64,
    expire: f64,
}

impl Costs {
    fn columns(&self) -> [f64; 6] {
        [
            self.bytes,
            self.add,
            self.anywhere,
            self.later,
            self.remove,
            self.expire,
        ]
    }
}

const COLUMNS: [&str; 6] = ["bytes", "add", "move", "later", "remove", "expire"];

/// Adds so many keys, moves each to any other time and then to a later one, removes half of them, and
/// lets the others expire, second by second.
fn round<P: Timers>(size: u32) -> Costs {
    let mut random = Random::default();
    let mut deadlines: Vec<u64> = (0..size).map(|_| random.deadline()).collect();
    // Memory that is in place already, so that its cost isn't counted.
    let anything = P::new().add(0, 1);
    let mut handles = vec![(anything, 0); size as usize];
    let mut peer = None;
    let mut add = 0.0;
    let memory = allocation_counter::measure(|| {
        let peer = peer.insert(P::new());
        add = nanos_each(size, || {
            for ((handle, deadline), key) in handles.iter_mut().zip(&deadlines).zip(0..) {
                *handle = (peer.add(key, *deadline), key);
            }
        });
    });
    let peer = peer.as_mut().unwrap();

    random.shuffle(&mut handles);
    let moves = |deadlines: &[u64]| -> Vec<_> {
        let of = |&(handle, key): &(P::Handle, u32)| (handle, deadlines[key as usize]);
        handles.iter().map(of).collect()
    };
    let mut run_moves = |moves: &[(P::Handle, u64)]| {
        nanos_each(size, || {
            moves
                .iter()
                .for_each(|&(handle, to)| peer.move_to(handle, to));
        })
    };
    for deadline in &mut deadlines {
        *deadline = random.deadline();
    }
    let anywhere = run_moves(&moves(&deadlines));
    for deadline in &mut deadlines {
        *deadline += random.next() % (SPAN + 1 - *deadline);
    }
    let later = run_moves(&moves(&deadlines));

    let half = size / 2;
    let remove = nanos_each(half, || {
        handles[..half as usize]
            .iter()
            .for_each(|&(handle, _)| peer.remove(handle));
    });
    let mut count = 0;
    let expire = nanos_each(size - half, || {
        let seconds = (1..=SPAN / STEP + 1).map(|second| second * STEP);
        count = seconds.map(|now| peer.expire(now)).sum();
    });
    assert_eq!(count, (size - half) as usize, "all have expired");
    let bytes = memory.bytes_current as f64 / f64::from(size);
    Costs {
        bytes,
        add,
        anywhere,
        later,
        remove,
        expire,
    }
}

/// Time of the processor, so that other programs matter less.
fn nanos_each(count: u32, work: impl FnOnce()) -> f64 {
    let start = ThreadTime::now();
    work();
    start.elapsed().as_nanos() as f64 / f64::from(count)
}

/// The median of each column.
fn median<const N: usize>(rounds: &[[f64; N]]) -> [f64; N] {
    core::array::from_fn(|column| {
        let mut values: Vec<f64> = rounds.iter().map(|round| round[column]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    })
}

fn line(name: &str, values: &[f64]) {
    let values: String = values
        .iter()
        .map(|value| format!("{value:>10.1}"))
        .collect();
    println!("{name:<28}{values}");
}

fn heading(title: &str, columns: &[&str]) {
    let columns: String = columns
        .iter()
        .map(|column| format!("{column:>10}"))
        .collect();
    println!("\n{title:<28}{columns}");
}

fn one_million() {
    const ROUNDS: usize = 5;
    let mut rounds = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        rounds[0].push(round::<OurWheel>(MILLION).columns());
        rounds[1].push(round::<IndexedHeap>(MILLION).columns());
        rounds[2].push(round::<Delays>(MILLION).columns());
    }
    heading("1,000,000 keys, ns each", &COLUMNS);
    for (name, rounds) in ["this wheel", "indexed binary heap", "DelayQueue"]
        .iter()
        .zip(&rounds)
    {
        line(name, &median(rounds));
    }
}

fn growth() {
    heading("keys, ns each", &[&COLUMNS[1..], &["bare list"]].concat());
    let rows = SIZES.map(|size| {
        // As many operations for each size, but at least three rounds.
        let rounds: Vec<[f64; 6]> = (0..(MILLION / size).clamp(3, 100))
            .map(|_| {
                let [_, add, anywhere, later, remove, expire] = round::<OurWheel>(size).columns();
                [add, anywhere, later, remove, expire, bare_list(size)]
            })
            .collect();
        let row = median(&rounds);
        line(&size.to_string(), &row);
        row
    });
    let grown: [f64; 6] = core::array::from_fn(|column| rows[3][column] / rows[0][column]);
    line("grows ... times", &grown);
    let beside = grown.map(|times| times / grown[5]);
    let values: String = beside
        .iter()
        .map(|value| format!("{value:>10.2}"))
        .collect();
    println!("{:<28}{values}", "beside the bare list");
}

/// The time of one move in a bare linked list.
fn bare_list(size: u32) -> f64 {
    let mut random = Random::default();
    let mut list = || (random.next() % u64::from(LISTS)) as u32;
    let mut lists = BareLists::new(LISTS, size, &mut list);
    let mut moves: Vec<(u32, u32)> = (0..size).map(|node| (list(), node)).collect();
    random.shuffle(&mut moves);
    let nanos = nanos_each(size, || {
        moves
            .iter()
            .for_each(|&(list, node)| lists.move_to(list, node));
    });
    black_box(&lists);
    nanos
}
