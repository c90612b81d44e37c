//! Compares the timing wheel with a model that looks at every key, under any sequence of
//! operations and any clock. A key fires once, never before its deadline, and in the first round
//! after it. The handle of a removed key does nothing. No wake-up comes too late.

use core::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use countersign_lifetime::{Handle, Wheel};

use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "wheel",
    about: "the timing wheel agrees with a model that looks at every key",
    run,
};

#[derive(Arbitrary, Debug)]
enum Event {
    Add(Time),
    Move(u8, Time),
    Remove(u8),
    Schedule(u8, Option<Time>),
    /// Advances the clock, and takes this number of due keys.
    Turn(Time, u8),
    /// Sleeps until the next wake-up.
    Sleep,
}

/// A time, in a form in which few bytes make a useful one.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Time {
    Later { by: u16, shift: u8 },
    Earlier { by: u16, shift: u8 },
    Any(u64),
}

impl Time {
    fn after(self, now: u64) -> u64 {
        let span = |by: u16, shift: u8| u64::from(by) << (shift % 48);
        match self {
            Self::Later { by, shift } => now.saturating_add(span(by, shift)),
            Self::Earlier { by, shift } => now.saturating_sub(span(by, shift)),
            Self::Any(time) => time,
        }
    }
}

fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let mut both = Both {
        wheel: Wheel::new(Duration::ZERO),
        keys: Vec::new(),
        now: 0,
    };
    for _ in 0..256 {
        match Event::arbitrary(&mut input) {
            Ok(event) if !input.is_empty() => both.step(&event),
            _ => break,
        }
    }
    both.turn(u64::MAX, usize::MAX);
    assert!(both.wheel.is_empty());
}

/// A wheel and the model. A key is its index; a removed key has no deadline.
struct Both {
    wheel: Wheel<usize, Duration>,
    keys: Vec<(Handle, Option<u64>)>,
    now: u64,
}

impl Both {
    fn step(&mut self, event: &Event) {
        match *event {
            Event::Add(time) => {
                let deadline = time.after(self.now);
                let key = self.keys.len();
                let handle = self
                    .wheel
                    .add(key, Duration::from_millis(deadline))
                    .unwrap();
                assert!(self.keys.iter().all(|(other, _)| *other != handle));
                self.keys.push((handle, Some(deadline)));
            }
            Event::Move(number, time) => {
                let deadline = time.after(self.now);
                let Some((_, (handle, old))) = pick(&mut self.keys, number) else {
                    return;
                };
                let is_there = self.wheel.move_to(*handle, Duration::from_millis(deadline));
                assert_eq!(is_there, old.is_some());
                *old = old.map(|_| deadline);
            }
            Event::Remove(number) => {
                if let Some((key, (handle, deadline))) = pick(&mut self.keys, number) {
                    assert_eq!(self.wheel.remove(*handle), deadline.take().map(|_| key));
                }
            }
            Event::Schedule(number, time) => {
                let time = time.map(|time| time.after(self.now));
                if let Some((key, (handle, deadline))) = pick(&mut self.keys, number) {
                    let mut timer = Some(*handle);
                    let at = time.map(Duration::from_millis);
                    self.wheel.schedule(&mut timer, key, at).unwrap();
                    *handle = timer.unwrap_or(*handle);
                    *deadline = time;
                }
            }
            Event::Turn(time, at_most) => self.turn(time.after(self.now), usize::from(at_most)),
            Event::Sleep => {
                if let Some(wakeup) = self.wheel.next_wakeup() {
                    self.turn(u64::try_from(wakeup.as_millis()).unwrap(), usize::MAX);
                }
            }
        }
        self.check();
    }

    fn turn(&mut self, now: u64, at_most: usize) {
        self.now = now;
        self.wheel.advance(Duration::from_millis(now));
        for _ in 0..at_most {
            let Some(key) = self.wheel.pop() else {
                let due = |(_, deadline): &(_, Option<u64>)| deadline.is_some_and(|it| it <= now);
                assert!(!self.keys.iter().any(due), "a key is late");
                return;
            };
            let deadline = self.keys[key].1.take();
            assert!(deadline.expect("a key fires once") <= now);
        }
    }

    fn check(&self) {
        let deadlines = self.keys.iter().filter_map(|(_, deadline)| *deadline);
        assert_eq!(self.wheel.len(), deadlines.clone().count());
        let wakeup = self.wheel.next_wakeup();
        assert_eq!(wakeup.is_none(), self.wheel.is_empty());
        for deadline in deadlines {
            let due = Duration::from_millis(deadline.max(self.now));
            assert!(wakeup.is_some_and(|wakeup| wakeup <= due));
        }
        for (key, (handle, deadline)) in self.keys.iter().enumerate() {
            let found = deadline.map(|deadline| (key, Duration::from_millis(deadline)));
            assert_eq!(self.wheel.get(*handle), found);
        }
    }
}

fn pick<T>(items: &mut [T], number: u8) -> Option<(usize, &mut T)> {
    let index = usize::from(number).checked_rem(items.len())?;
    Some((index, &mut items[index]))
}
