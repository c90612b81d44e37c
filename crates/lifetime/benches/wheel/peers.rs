//! What the wheel is measured beside: other timers that can move and remove, and a bare list.

use core::task::Poll;
use core::time::Duration;

use countersign_lifetime::{Handle, Wheel};
use futures_util::future::poll_fn;
use tokio::runtime::Runtime;
use tokio::task::unconstrained;
use tokio::time::Instant;
use tokio_util::time::{DelayQueue, delay_queue};

/// Many keys with deadlines, in milliseconds from the start. A key is the number of a connection.
pub trait Timers {
    type Handle: Copy;
    fn new() -> Self;
    fn add(&mut self, key: u32, deadline: u64) -> Self::Handle;
    fn move_to(&mut self, handle: Self::Handle, deadline: u64);
    fn remove(&mut self, handle: Self::Handle);
    /// Takes all keys that are due at `now`, and says how many there were.
    fn expire(&mut self, now: u64) -> usize;
}

impl Timers for Wheel<u32, Duration> {
    type Handle = Handle;

    fn new() -> Self {
        Wheel::new(Duration::ZERO)
    }

    fn add(&mut self, key: u32, deadline: u64) -> Handle {
        self.add(key, Duration::from_millis(deadline)).unwrap()
    }

    fn move_to(&mut self, handle: Handle, deadline: u64) {
        assert!(self.move_to(handle, Duration::from_millis(deadline)));
    }

    fn remove(&mut self, handle: Handle) {
        assert!(self.remove(handle).is_some());
    }

    fn expire(&mut self, now: u64) -> usize {
        self.advance(Duration::from_millis(now));
        core::iter::from_fn(|| self.pop()).count()
    }
}

/// A binary heap that knows where each key lies in it, so that it can move and remove.
pub struct IndexedHeap {
    /// Deadlines and the slots of their keys. No entry is due before its parent.
    heap: Vec<(u64, u32)>,
    slots: Vec<Slot>,
    vacant: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Slot {
    position: u32,
    generation: u32,
    key: u32,
}

impl IndexedHeap {
    /// Writes an entry, and tells its key where it lies.
    fn put(&mut self, position: usize, entry: (u64, u32)) {
        self.heap[position] = entry;
        self.slots[entry.1 as usize].position = position as u32;
    }

    fn sift_up(&mut self, mut position: usize) {
        let entry = self.heap[position];
        while position > 0 {
            let parent = (position - 1) / 2;
            if self.heap[parent].0 <= entry.0 {
                break;
            }
            self.put(position, self.heap[parent]);
            position = parent;
        }
        self.put(position, entry);
    }

    fn sift_down(&mut self, mut position: usize) {
        let entry = self.heap[position];
        loop {
            let mut child = 2 * position + 1;
            if child + 1 < self.heap.len() && self.heap[child + 1].0 < self.heap[child].0 {
                child += 1;
            }
            if child >= self.heap.len() || self.heap[child].0 >= entry.0 {
                break;
            }
            self.put(position, self.heap[child]);
            position = child;
        }
        self.put(position, entry);
    }

    fn take(&mut self, position: usize) {
        let (_, slot) = self.heap[position];
        let last = self.heap.pop().unwrap();
        if position < self.heap.len() {
            self.heap[position] = last;
            self.sift_down(position);
            self.sift_up(self.slots[last.1 as usize].position as usize);
        }
        self.slots[slot as usize].generation += 1;
        self.vacant.push(slot);
    }
}

impl Timers for IndexedHeap {
    /// A slot and its generation.
    type Handle = (u32, u32);

    fn new() -> Self {
        Self {
            heap: Vec::new(),
            slots: Vec::new(),
            vacant: Vec::new(),
        }
    }

    fn add(&mut self, key: u32, deadline: u64) -> (u32, u32) {
        let position = self.heap.len();
        let slot = self.vacant.pop().unwrap_or_else(|| {
            self.slots.push(Slot {
                position: 0,
                generation: 0,
                key,
            });
            self.slots.len() as u32 - 1
        });
        self.slots[slot as usize].key = key;
        self.heap.push((deadline, slot));
        self.sift_up(position);
        (slot, self.slots[slot as usize].generation)
    }

    fn move_to(&mut self, (slot, generation): (u32, u32), deadline: u64) {
        let found = self.slots[slot as usize];
        assert_eq!(found.generation, generation);
        let position = found.position as usize;
        let old = core::mem::replace(&mut self.heap[position].0, deadline);
        if deadline < old {
            self.sift_up(position);
        } else {
            self.sift_down(position);
        }
    }

    fn remove(&mut self, (slot, generation): (u32, u32)) {
        let found = self.slots[slot as usize];
        assert_eq!(found.generation, generation);
        self.take(found.position as usize);
    }

    fn expire(&mut self, now: u64) -> usize {
        let mut count = 0;
        while self
            .heap
            .first()
            .is_some_and(|&(deadline, _)| deadline <= now)
        {
            self.take(0);
            count += 1;
        }
        count
    }
}

/// `tokio_util::time::DelayQueue`, with a runtime whose clock stands still until it is turned.
pub struct Delays {
    queue: DelayQueue<u32>,
    runtime: Runtime,
    start: Instant,
    now: u64,
}

impl Timers for Delays {
    type Handle = delay_queue::Key;

    fn new() -> Self {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().start_paused(true).build().unwrap();
        let _inside = runtime.enter();
        let (queue, start) = (DelayQueue::new(), Instant::now());
        drop(_inside);
        Self {
            queue,
            runtime,
            start,
            now: 0,
        }
    }

    fn add(&mut self, key: u32, deadline: u64) -> delay_queue::Key {
        let _inside = self.runtime.enter();
        self.queue
            .insert_at(key, self.start + Duration::from_millis(deadline))
    }

    fn move_to(&mut self, handle: delay_queue::Key, deadline: u64) {
        let _inside = self.runtime.enter();
        self.queue
            .reset_at(&handle, self.start + Duration::from_millis(deadline));
    }

    fn remove(&mut self, handle: delay_queue::Key) {
        let _inside = self.runtime.enter();
        self.queue.remove(&handle);
    }

    fn expire(&mut self, now: u64) -> usize {
        let step = Duration::from_millis(now - self.now);
        self.now = now;
        self.runtime.block_on(async {
            tokio::time::advance(step).await;
            let mut count = 0;
            // Without tokio's budget, which would end a poll after 128 keys.
            unconstrained(poll_fn(|context| {
                while let Poll::Ready(Some(_)) = self.queue.poll_expired(context) {
                    count += 1;
                }
                Poll::Ready(count)
            }))
            .await
        })
    }
}

/// Doubly linked lists in one vector and nothing else: the least work that any wheel has.
pub struct BareLists {
    nodes: Vec<(u32, u32)>,
    heads: u32,
}

impl BareLists {
    /// So many nodes, dealt to so many lists. The first nodes are the heads.
    pub fn new(heads: u32, count: u32, mut list: impl FnMut() -> u32) -> Self {
        let nodes = (0..heads + count).map(|node| (node, node)).collect();
        let mut lists = Self { nodes, heads };
        (0..count).for_each(|node| lists.push(list(), node));
        lists
    }

    pub fn move_to(&mut self, list: u32, node: u32) {
        let (prev, next) = self.nodes[(self.heads + node) as usize];
        self.nodes[prev as usize].1 = next;
        self.nodes[next as usize].0 = prev;
        self.push(list, node);
    }

    fn push(&mut self, list: u32, node: u32) {
        let node = self.heads + node;
        let last = core::mem::replace(&mut self.nodes[list as usize].0, node);
        self.nodes[node as usize] = (last, list);
        self.nodes[last as usize].1 = node;
    }
}
