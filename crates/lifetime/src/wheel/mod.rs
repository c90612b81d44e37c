//! The timing wheel: which of millions of keys is due, without a scan.
//!
//! It has three levels, each a ring of 4096 slots. A slot of the first level is one millisecond wide,
//! one of the second 4.096 seconds, and one of the third 4.66 hours. An entry lies on the first level
//! that reaches as far as its deadline, in the slot into which the deadline falls.
//!
//! When the current time enters a slot, all that is in it moves to the due list as one piece.
//! [`Wheel::pop`] looks at each entry there: it gives out those whose deadline has come, and puts the
//! others back by the same rule. This rests on one invariant: **no entry is found later than its
//! deadline; to find it earlier is harmless**. That is why
//!
//! - a deadline can move to a later time without touching a list: the entry is found early, once;
//! - a deadline beyond the last level lies there all the same, and is found early;
//! - the clock can be set back: an entry whose slot is wrong for the new time is found early.

mod entries;
mod occupied;
mod time;

use core::fmt;
use core::marker::PhantomData;

use entries::Entries;
pub use entries::Handle;
use occupied::{BITS, Occupied, SLOTS};
pub use time::WheelTime;

const LEVELS: u32 = 3;
/// How far the last level reaches, in milliseconds.
const REACH: u64 = (1 << (LEVELS * BITS)) - 1;
/// The list of entries that `pop` looks at. The lists before it are the slots.
const DUE: u32 = LEVELS * SLOTS;

/// Many keys, each with a deadline, in a hierarchical timing wheel.
///
/// To add, move or remove a key takes constant time, however many there are. There is no timer for
/// each key and no scan: one task sleeps until [`next_wakeup`](Self::next_wakeup), calls
/// [`advance`](Self::advance) and takes what is due by [`pop`](Self::pop).
///
/// A key never fires before its deadline, and less than one millisecond after it, if `advance` is
/// called in time. Keys that are due in the same call of `advance` come in no particular order.
///
/// A wheel takes 100 KiB, and each key 20 bytes and its own size, rounded up to a multiple of 8.
/// Memory that was taken once is used again, and given back when the wheel is dropped. Keys are small
/// ids: keep what they lead to elsewhere. Keys need not differ.
///
/// `T` is the kind of time: [`UnixTime`](countersign_time::UnixTime) for the wall clock that the ends
/// of tokens follow, [`Duration`](core::time::Duration) since a start for a monotonic clock. So the
/// times of two wheels in one server can't be confused.
///
/// ```
/// use core::time::Duration;
/// use countersign_lifetime::Wheel;
///
/// let seconds = Duration::from_secs;
/// let mut wheel = Wheel::new(seconds(0));
/// let ada = wheel.add("Ada", seconds(60))?;
/// let bob = wheel.add("Bob", seconds(60))?;
/// wheel.move_to(ada, seconds(90));
///
/// wheel.advance(seconds(60));
/// assert_eq!(wheel.pop(), Some("Bob"));
/// assert_eq!(wheel.pop(), None);
/// assert_eq!(wheel.remove(bob), None); // it is gone: its handle does nothing
/// assert_eq!(wheel.remove(ada), Some("Ada"));
/// # Ok::<(), countersign_lifetime::WheelFull>(())
/// ```
#[derive(Clone)]
pub struct Wheel<K, T> {
    entries: Entries<K>,
    /// Which slots of each level hold entries.
    occupied: [Occupied; LEVELS as usize],
    now: u64,
    /// Which end of the due list `pop` looked at last.
    is_last_next: bool,
    time: PhantomData<fn(T) -> T>,
}

/// The wheel holds 2^32 − 12,289 keys, which is as many as it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WheelFull;

impl fmt::Display for WheelFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the timing wheel is full: it holds at most 4294955007 keys; remove some first")
    }
}

impl core::error::Error for WheelFull {}

impl<K: Copy, T: WheelTime> Wheel<K, T> {
    /// An empty wheel at the time `now`.
    #[must_use]
    pub fn new(now: T) -> Self {
        Self::with_capacity(now, 0)
    }

    /// An empty wheel at the time `now`, with memory for so many keys.
    #[must_use]
    pub fn with_capacity(now: T, capacity: usize) -> Self {
        Self {
            entries: Entries::new(DUE.saturating_add(1), capacity),
            occupied: [const { Occupied::none() }; LEVELS as usize],
            now: now.floor_millis(),
            is_last_next: false,
            time: PhantomData,
        }
    }

    /// How many keys there are, those included that are due and not taken yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of a handle and its deadline, rounded up to a millisecond. `None`: it was removed,
    /// or it has fired.
    #[must_use]
    pub fn get(&self, handle: Handle) -> Option<(K, T)> {
        let (index, deadline) = self.entries.find(handle)?;
        Some((self.entries.key(index)?, T::from_millis(deadline)))
    }

    /// Adds a key that fires at `deadline`. A deadline that has passed is due at once.
    ///
    /// # Errors
    ///
    /// [`WheelFull`], if there are 2^32 − 12,289 keys.
    pub fn add(&mut self, key: K, deadline: T) -> Result<Handle, WheelFull> {
        let deadline = deadline.ceil_millis();
        let handle = self.entries.add(key, deadline).ok_or(WheelFull)?;
        self.place(handle.index(), deadline);
        Ok(handle)
    }

    /// Moves a key to another deadline. `false`: it was removed, or it has fired.
    ///
    /// To move a key to a later time is the cheaper direction: it stays where it is until its old
    /// deadline.
    pub fn move_to(&mut self, handle: Handle, deadline: T) -> bool {
        let deadline = deadline.ceil_millis();
        let Some((index, old)) = self.entries.find(handle) else {
            return false;
        };
        self.entries.set_deadline(index, deadline);
        if deadline < old {
            self.unlink(index);
            self.place(index, deadline);
        }
        true
    }

    /// Removes a key, and gives it back. `None`: it was removed before, or it has fired.
    pub fn remove(&mut self, handle: Handle) -> Option<K> {
        let (index, _) = self.entries.find(handle)?;
        self.unlink(index);
        self.entries.give_up(index)
    }

    /// Adds, moves or removes a key, so that it fires only at `deadline`, or never for `None`.
    /// `handle` is the handle of this key, or `None` if the key is not in the wheel. This method
    /// keeps it up to date.
    ///
    /// ```
    /// use countersign_time::UnixTime;
    /// use countersign_lifetime::{ExpiryRules, Lifetime, Wheel};
    ///
    /// let mut wheel = Wheel::new(UnixTime::EPOCH);
    /// let mut timer = None;
    /// let endless = Lifetime::new(None);
    /// wheel.schedule(&mut timer, "Ada", endless.wakeup(&ExpiryRules::new()))?;
    /// assert!(timer.is_none() && wheel.is_empty());
    /// # Ok::<(), countersign_lifetime::WheelFull>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`WheelFull`], if the key is to be added and there are 2^32 − 12,289 keys.
    pub fn schedule(
        &mut self,
        handle: &mut Option<Handle>,
        key: K,
        deadline: Option<T>,
    ) -> Result<(), WheelFull> {
        match (*handle, deadline) {
            (Some(old), Some(deadline)) if self.move_to(old, deadline) => {}
            (_, Some(deadline)) => *handle = Some(self.add(key, deadline)?),
            (_, None) => {
                if let Some(old) = handle.take() {
                    self.remove(old);
                }
            }
        }
        Ok(())
    }

    /// Tells the wheel what time it is. What is due can then be taken by [`pop`](Self::pop).
    ///
    /// The cost does not depend on how much time has passed. A clock that was set back is followed:
    /// keys then fire when the new time reaches their deadlines.
    pub fn advance(&mut self, now: T) {
        let now = now.floor_millis();
        let old = core::mem::replace(&mut self.now, now);
        if now <= old {
            return;
        }
        for (level, occupied) in (0..).zip(&mut self.occupied) {
            let (mut time, now) = (slots_begun(old, level), slots_begun(now, level));
            if time == now {
                break;
            }
            while let Some(entered) = next_entered(occupied, time)
                && entered <= now
            {
                let slot = slot(entered);
                self.entries.append(list(level, slot), DUE);
                occupied.remove(slot);
                time = entered;
            }
        }
    }

    /// Takes a key whose deadline has come. `None`: no other key is due at the time of the last
    /// [`advance`](Self::advance).
    ///
    /// Keys may be added, moved and removed between two calls. One that is added with a deadline
    /// that has passed comes in the same round.
    pub fn pop(&mut self) -> Option<K> {
        loop {
            // From both ends in turn: the processor then waits for two entries at a time.
            self.is_last_next = !self.is_last_next;
            let index = match self.is_last_next {
                true => self.entries.last(DUE)?,
                false => self.entries.first(DUE)?,
            };
            let deadline = self.entries.deadline(index)?;
            self.entries.unlink(index);
            if deadline <= self.now {
                return self.entries.give_up(index);
            }
            self.place(index, deadline);
        }
    }

    /// When to call [`advance`](Self::advance) and [`pop`](Self::pop) next. No key is due before
    /// then. Perhaps none is due then either: a deadline more than four seconds away, or one that
    /// was moved, is looked at early and sorted anew. `None`: there is no key.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<T> {
        if self.entries.first(DUE).is_some() {
            return Some(T::from_millis(self.now));
        }
        let next = (0..).zip(&self.occupied).filter_map(|(level, occupied)| {
            let entered = next_entered(occupied, slots_begun(self.now, level))?;
            Some(entered.saturating_mul(1 << shift(level)))
        });
        next.min().map(T::from_millis)
    }

    fn unlink(&mut self, index: u32) {
        let Some(list) = self.entries.unlink(index) else {
            return;
        };
        // The due list belongs to no level, and so has no bit.
        if let Some(occupied) = self.occupied.get_mut((list / SLOTS) as usize) {
            occupied.remove(list % SLOTS);
        }
    }

    /// Puts an entry that is in no list where its deadline belongs.
    fn place(&mut self, index: u32, deadline: u64) {
        let Some(highest) = deadline.saturating_sub(self.now).min(REACH).checked_ilog2() else {
            return self.entries.push(DUE, index);
        };
        let level = highest / BITS;
        let slot = slot(slots_begun(deadline, level));
        if let Some(occupied) = self.occupied.get_mut(level as usize) {
            occupied.insert(slot);
        }
        self.entries.push(list(level, slot), index);
    }
}

impl<K: Copy, T> fmt::Debug for Wheel<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wheel")
            .field("len", &self.entries.len())
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// The list of a slot.
fn list(level: u32, slot: u32) -> u32 {
    level.saturating_mul(SLOTS).saturating_add(slot)
}

/// How many slots of a level have begun by this time.
fn slots_begun(time: u64, level: u32) -> u64 {
    time >> shift(level)
}

fn shift(level: u32) -> u32 {
    level.saturating_mul(BITS)
}

/// The last of so many slots, in a ring.
fn slot(slots_begun: u64) -> u32 {
    (slots_begun & u64::from(u32::MAX)) as u32 % SLOTS
}

/// The next time after this one, both in slots of one level, that enters an occupied slot.
fn next_entered(occupied: &Occupied, time: u64) -> Option<u64> {
    let first = slot(time.wrapping_add(1));
    let between = occupied.next(first)?.wrapping_sub(first) % SLOTS;
    Some(time.saturating_add(1).saturating_add(u64::from(between)))
}
