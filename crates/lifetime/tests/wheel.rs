//! The wheel beside a model that looks at every key, under random sequences of operations; and its
//! promises one by one.
#![allow(clippy::unwrap_used, clippy::panic)] // test code
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // test code

use core::time::Duration;

use countersign_lifetime::{Handle, Wheel, WheelTime};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// Random numbers from a fixed seed (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Any length of time: as often of few bits as of many.
    fn span(&mut self, bits: u64) -> u64 {
        self.next() >> (64 - 1 - self.below(bits))
    }
}

/// A key, its handle and its deadline in milliseconds.
type Row = (u32, Handle, u64);

/// A wheel and the model, which must agree.
struct Both {
    wheel: Wheel<u32, Duration>,
    rows: Vec<Row>,
    /// Handles of keys that are gone.
    stale: Vec<Handle>,
    now: u64,
    added: u32,
}

impl Both {
    fn new(now: u64) -> Self {
        Self {
            wheel: Wheel::new(MS(now)),
            rows: Vec::new(),
            stale: Vec::new(),
            now,
            added: 0,
        }
    }

    fn add(&mut self, deadline: u64) {
        self.added += 1;
        let handle = self.wheel.add(self.added, MS(deadline)).unwrap();
        assert!(self.rows.iter().all(|row| row.1 != handle) && !self.stale.contains(&handle));
        self.rows.push((self.added, handle, deadline));
    }

    fn advance(&mut self, now: u64, at_most: usize) {
        self.wheel.advance(MS(now));
        self.now = now;
        for _ in 0..at_most {
            let Some(key) = self.wheel.pop() else {
                let late = self.rows.iter().find(|row| row.2 <= now);
                assert_eq!(late, None, "it is due at {now}");
                break;
            };
            let index = self.rows.iter().position(|row| row.0 == key).unwrap();
            let (_, handle, deadline) = self.rows.swap_remove(index);
            assert!(deadline <= now, "{deadline} is not due at {now}");
            self.stale.push(handle);
        }
    }

    /// No key that is not due yet may be due before the next wake-up.
    fn check(&self) {
        assert_eq!(self.wheel.len(), self.rows.len());
        assert_eq!(self.wheel.is_empty(), self.rows.is_empty());
        let first = self.rows.iter().map(|row| row.2.max(self.now)).min();
        let wakeup = self.wheel.next_wakeup().map(WheelTime::floor_millis);
        match (first, wakeup) {
            (None, None) => {}
            (Some(first), Some(wakeup)) => {
                assert!(
                    wakeup <= first && wakeup >= self.now,
                    "{wakeup}, {first}, {}",
                    self.now
                );
            }
            other => panic!("{other:?}"),
        }
        for &(key, handle, deadline) in &self.rows {
            assert_eq!(self.wheel.get(handle), Some((key, MS(deadline))));
        }
    }

    fn step(&mut self, random: &mut Random) {
        let bits = 1 + random.below(40);
        let near = self.now.saturating_add(random.span(bits));
        let deadline = match random.below(8) {
            0 => self.now.saturating_sub(random.span(bits)),
            1 => u64::MAX >> random.below(64),
            _ => near,
        };
        let one = (!self.rows.is_empty()).then(|| random.below(self.rows.len() as u64) as usize);
        match (random.below(10), one) {
            (0..=3, _) | (_, None) => self.add(deadline),
            (4..=5, Some(index)) => {
                assert!(self.wheel.move_to(self.rows[index].1, MS(deadline)));
                self.rows[index].2 = deadline;
            }
            (6, Some(index)) => {
                let (key, handle, _) = self.rows.swap_remove(index);
                assert_eq!(self.wheel.remove(handle), Some(key));
                self.stale.push(handle);
            }
            (7, _) => {
                // As a server does it.
                if let Some(wakeup) = self.wheel.next_wakeup() {
                    self.advance(wakeup.floor_millis(), usize::MAX);
                }
            }
            (8, _) if random.below(4) == 0 => {
                self.advance(self.now.saturating_sub(random.span(bits)), usize::MAX);
            }
            _ => self.advance(near, random.below(4) as usize),
        }
        if let Some(&handle) = self.stale.last() {
            assert_eq!(self.wheel.get(handle), None);
            assert!(!self.wheel.move_to(handle, MS(deadline)));
            assert_eq!(self.wheel.remove(handle), None);
        }
        self.check();
    }
}

#[test]
fn it_agrees_with_a_model_that_looks_at_every_key() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for _ in 0..400 {
        let start = random.span(64);
        let mut both = Both::new(start);
        for _ in 0..250 {
            both.step(&mut random);
        }
        both.advance(u64::MAX, usize::MAX);
        assert!(both.rows.is_empty());
    }
}
