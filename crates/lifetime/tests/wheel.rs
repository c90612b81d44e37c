//! The wheel beside a model that looks at every key, under random sequences of operations; and its
//! promises one by one.
#![allow(clippy::unwrap_used, clippy::panic)] // test code
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // test code

use core::time::Duration;

use countersign_lifetime::{Handle, Wheel, WheelTime};
use countersign_time::UnixTime;

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
fn it_agrees_with_a_model_that_checks_every_key() {
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

/// Turns the clock of a wheel, and takes what is due.
fn due<K: Copy, T: WheelTime>(wheel: &mut Wheel<K, T>, now: T) -> Vec<K> {
    wheel.advance(now);
    core::iter::from_fn(|| wheel.pop()).collect()
}

#[test]
fn a_key_fires_in_the_first_millisecond_that_is_not_before_its_deadline() {
    let nanos = Duration::from_nanos;
    for (deadline, early, due_at) in [
        (nanos(5_000_000), nanos(4_999_999), nanos(5_000_000)),
        (nanos(5_000_001), nanos(5_999_999), nanos(6_000_000)),
        (nanos(5_999_999), nanos(5_999_999), nanos(6_000_000)),
        (nanos(999_999_999), nanos(999_999_999), nanos(1_000_000_000)),
    ] {
        let mut wheel = Wheel::new(Duration::ZERO);
        wheel.add("Ada", deadline).unwrap();
        assert_eq!(due(&mut wheel, early), [""; 0], "{deadline:?}");
        assert_eq!(due(&mut wheel, due_at), ["Ada"], "{deadline:?}");
    }
}

#[test]
fn unix_times_before_and_after_the_epoch_fire_in_order() {
    let times = [
        UnixTime::from_secs(i64::MIN / 2000),
        UnixTime::from_secs(-10),
        UnixTime::new(-1, 999_000_000),
        UnixTime::EPOCH,
        UnixTime::new(0, 1_000_000),
        UnixTime::from_secs(1_700_000_000),
        UnixTime::from_secs(i64::MAX / 2000),
    ];
    let mut wheel = Wheel::new(UnixTime::MIN);
    for time in times {
        let handle = wheel.add(time, time).unwrap();
        assert_eq!(wheel.get(handle), Some((time, time)));
    }
    for time in times {
        let nanosecond_before = time.saturating_sub(Duration::from_nanos(1));
        assert_eq!(due(&mut wheel, nanosecond_before), []);
        assert_eq!(due(&mut wheel, time), [time]);
    }
}

#[test]
fn the_smallest_and_largest_times_work() {
    let mut wheel = Wheel::new(UnixTime::EPOCH);
    wheel.add("never", UnixTime::MAX).unwrap();
    wheel.add("long ago", UnixTime::MIN).unwrap();
    assert_eq!(due(&mut wheel, UnixTime::MIN), ["long ago"]);
    assert_eq!(due(&mut wheel, UnixTime::from_secs(1 << 40)), [""; 0]);
    assert_eq!(due(&mut wheel, UnixTime::MAX), ["never"]);

    let mut wheel = Wheel::new(Duration::MAX);
    wheel.add("never", Duration::MAX).unwrap();
    assert_eq!(wheel.next_wakeup(), Some(Duration::from_millis(u64::MAX)));
    assert_eq!(due(&mut wheel, Duration::MAX), ["never"]);
}

#[test]
fn a_clock_that_is_set_an_hour_forward_and_back_fires_nothing_early() {
    let at = |seconds: i64| UnixTime::from_secs(1_700_000_000 + seconds);
    let mut wheel = Wheel::new(at(0));
    wheel.add("ends in 10 minutes", at(600)).unwrap();
    wheel.add("ends in 2 hours", at(7200)).unwrap();
    assert_eq!(due(&mut wheel, at(3600)), ["ends in 10 minutes"]);

    // The clock is right again. What comes now is due later than what is due in two hours, and
    // sooner.
    wheel.advance(at(1));
    wheel.add("ends in 5 minutes", at(300)).unwrap();
    for (now, fired) in [
        (at(2), None),
        (at(300), Some("ends in 5 minutes")),
        (at(3601), None),
        (at(7199), None),
        (at(7200), Some("ends in 2 hours")),
    ] {
        assert!(wheel.next_wakeup().is_some_and(|wakeup| wakeup <= at(7200)));
        assert_eq!(due(&mut wheel, now), Vec::from_iter(fired), "{now}");
    }
}

#[test]
fn a_sleep_until_the_next_wakeup_is_never_late_and_rarely_too_early() {
    let hour = Duration::from_secs(3600);
    let mut wheel = Wheel::new(Duration::ZERO);
    wheel.add("Ada", hour).unwrap();
    let mut wakeups = 0;
    while let Some(now) = wheel.next_wakeup() {
        wakeups += 1;
        let fired = due(&mut wheel, now);
        assert_eq!(!fired.is_empty(), now == hour);
    }
    assert!(
        wakeups <= 2,
        "an hour is found in the second ring, and then in the first"
    );
}

#[test]
fn schedule_adds_moves_and_removes() {
    let mut wheel = Wheel::new(Duration::ZERO);
    let mut timer = None;
    wheel.schedule(&mut timer, "Ada", Some(MS(10))).unwrap();
    let first = timer;
    wheel.schedule(&mut timer, "Ada", Some(MS(20))).unwrap();
    assert_eq!((timer, wheel.len()), (first, 1));
    assert_eq!(due(&mut wheel, MS(20)), ["Ada"]);
    // It has fired, so that it is added again.
    wheel.schedule(&mut timer, "Ada", Some(MS(30))).unwrap();
    assert!(timer.is_some() && timer != first);
    wheel.schedule(&mut timer, "Ada", None).unwrap();
    assert_eq!((timer, wheel.len()), (None, 0));
    wheel.schedule(&mut timer, "Ada", None).unwrap();
    assert_eq!(due(&mut wheel, MS(30)), [""; 0]);
}

#[test]
fn a_key_takes_24_bytes_and_its_memory_is_used_again() {
    const KEYS: u32 = 10_000;
    let mut wheel = None;
    let memory = allocation_counter::measure(|| {
        wheel = Some(Wheel::with_capacity(Duration::ZERO, KEYS as usize));
    });
    // The slots take 96 KiB, however many keys there are.
    assert!(memory.bytes_current <= i64::from(24 * KEYS) + 97 * 1024);

    let mut wheel = wheel.unwrap();
    let mut handles = Vec::with_capacity(KEYS as usize);
    let memory = allocation_counter::measure(|| {
        for round in 0..3 {
            let start = round * 100_000;
            handles.clear();
            for key in 0..KEYS {
                let deadline = MS(start + u64::from(key) * 7 % 90_000);
                handles.push(wheel.add(key, deadline).unwrap());
            }
            for (handle, at) in handles[..5000].iter().zip(start..) {
                assert!(wheel.move_to(*handle, MS(at)));
            }
            handles[..2500]
                .iter()
                .for_each(|handle| assert!(wheel.remove(*handle).is_some()));
            wheel.advance(MS(start + 100_000));
            while wheel.pop().is_some() {}
            assert!(wheel.is_empty());
        }
    });
    assert_eq!(memory.count_total, 0);
}

#[test]
fn debug_shows_the_number_of_keys_and_no_key() {
    let mut wheel = Wheel::new(MS(7));
    wheel.add("secret", MS(10)).unwrap();
    assert_eq!(format!("{wheel:?}"), "Wheel { len: 1, now: 7, .. }");
}
