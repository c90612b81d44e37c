//! What waits for one connection: messages to send, and signals to react to.
//!
//! Anyone may put something in, from any thread, without waiting. The connection's own task
//! takes it out: several messages leave in one WebSocket frame, and so in one write. Messages
//! are bounded by their bytes: if they become too many, all are dropped, and the connection
//! learns that its client reads too slowly.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use bytes::Bytes;

use crate::wire::{Codec, WireFormat};

/// The most bytes of messages that go into one frame, unless a single one is larger.
const FRAME_LIMIT: usize = 64 * 1024;
/// When the queue is empty and has room for more messages than this, its memory is freed.
const KEPT_CAPACITY: usize = 4;

/// Something that a connection must react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Signal {
    /// A time has come that the session asked for.
    TimePassed = 1,
    /// The configuration was read anew.
    Reloaded = 2,
    /// The server stops.
    Shutdown = 4,
}

/// What waits for one connection.
#[derive(Debug)]
pub struct Outbox {
    limit: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    messages: VecDeque<Bytes>,
    bytes: usize,
    signals: u8,
    is_overfull: bool,
    waker: Option<Waker>,
}

/// What a connection must react to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signals {
    bits: u8,
    /// The client reads too slowly.
    pub(crate) is_overfull: bool,
}

impl Signals {
    pub(crate) fn has(self, signal: Signal) -> bool {
        self.bits & signal as u8 != 0
    }
}

impl Outbox {
    /// An empty one, which holds messages of so many bytes at most.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            state: Mutex::default(),
        }
    }

    /// Puts a message in, and wakes the connection.
    pub fn push(&self, message: Bytes) {
        let waker = {
            let mut state = self.lock();
            self.put(&mut state, message);
            state.waker.take()
        };
        // Woken outside of the lock: the task may run at once.
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Puts a message in from the connection's own task, which looks here before it sleeps.
    pub(crate) fn push_own(&self, message: Bytes) {
        self.put(&mut self.lock(), message);
    }

    fn put(&self, state: &mut State, message: Bytes) {
        if state.is_overfull {
            return;
        }
        let bytes = state.bytes.saturating_add(message.len());
        if bytes > self.limit {
            state.is_overfull = true;
            state.messages = VecDeque::new();
            state.bytes = 0;
        } else {
            state.bytes = bytes;
            state.messages.push_back(message);
        }
    }

    /// Tells the connection something, and wakes it.
    pub(crate) fn signal(&self, signal: Signal) {
        let waker = {
            let mut state = self.lock();
            state.signals |= signal as u8;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Takes the signals out. The task is woken when something is put in from now on.
    pub(crate) fn take_signals(&self, context: &Context<'_>) -> Signals {
        let mut state = self.lock();
        match &mut state.waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Signals {
            bits: core::mem::take(&mut state.signals),
            is_overfull: state.is_overfull,
        }
    }

    /// Takes messages out, as one WebSocket frame. `None` if there are none.
    pub(crate) fn next_frame(&self, codec: Codec) -> Option<Vec<u8>> {
        let mut state = self.lock();
        let separator = codec.separator();
        let (mut count, mut length) = (0_usize, 0_usize);
        for message in &state.messages {
            let longer = length
                .saturating_add(if count == 0 { 0 } else { separator.len() })
                .saturating_add(message.len());
            if count > 0 && longer > FRAME_LIMIT {
                break;
            }
            length = longer;
            count = count.saturating_add(1);
        }
        if count == 0 {
            return None;
        }
        let opcode = match codec.format {
            WireFormat::Json => TEXT,
            WireFormat::Protobuf => BINARY,
        };
        let mut frame = frame_header(opcode, length);
        let mut between: &[u8] = b"";
        for message in state.messages.drain(..count) {
            frame.extend_from_slice(between);
            frame.extend_from_slice(&message);
            between = separator;
        }
        // `bytes` counts messages without the separators.
        let separators = separator.len().saturating_mul(count.saturating_sub(1));
        state.bytes = state
            .bytes
            .saturating_sub(length.saturating_sub(separators));
        if state.messages.is_empty() && state.messages.capacity() > KEPT_CAPACITY {
            state.messages = VecDeque::new();
        }
        Some(frame)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;

/// The header of a frame that a server sends, unmasked and whole (RFC 6455 section 5.2), with
/// room for its payload behind it.
fn frame_header(first: u8, length: usize) -> Vec<u8> {
    let mut frame = Vec::with_capacity(length.saturating_add(10));
    frame.push(first);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => frame.push(short),
        (_, Ok(medium)) => {
            frame.push(126);
            frame.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            frame.push(127);
            let length = u64::try_from(length).unwrap_or(u64::MAX);
            frame.extend_from_slice(&length.to_be_bytes());
        }
    }
    frame
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Wake, Waker};

    use super::{FRAME_LIMIT, Outbox, Signal};
    use crate::wire::Codec;

    const JSON: Codec = Codec::ALL[2];
    const PROTOBUF: Codec = Codec::ALL[3];

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn messages_that_wait_leave_in_one_frame() {
        let outbox = Outbox::new(1000);
        for message in ["{}", "{\"a\":1}"] {
            outbox.push(message.into());
        }
        let frame = outbox.next_frame(JSON).unwrap();
        assert_eq!(frame, b"\x81\x0a{}\n{\"a\":1}");
        assert_eq!(outbox.next_frame(JSON), None);
        outbox.push("\x01a".into());
        outbox.push("\x01b".into());
        assert_eq!(outbox.next_frame(PROTOBUF).unwrap(), b"\x82\x04\x01a\x01b");
    }

    #[test]
    fn a_frames_length_is_written_as_the_rfc_says() {
        for (length, header) in [
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_535, vec![0x81, 126, 255, 255]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let outbox = Outbox::new(100_000);
            outbox.push(vec![b' '; length].into());
            let frame = outbox.next_frame(JSON).unwrap();
            assert_eq!(frame[..header.len()], header);
            assert_eq!(frame.len(), header.len() + length);
        }
    }

    #[test]
    fn messages_that_do_not_fit_into_one_frame_go_into_the_next() {
        let outbox = Outbox::new(10 * FRAME_LIMIT);
        let message = vec![b' '; FRAME_LIMIT / 2];
        for _ in 0..3 {
            outbox.push(message.clone().into());
        }
        // With the line break between them two are too long.
        for _ in 0..3 {
            let frame = outbox.next_frame(JSON).unwrap();
            assert!(frame.len() < FRAME_LIMIT);
        }
        assert_eq!(outbox.next_frame(JSON), None);
    }

    #[test]
    fn a_slow_reader_costs_no_more_than_the_limit() {
        let outbox = Outbox::new(10);
        let waker = Waker::from(Arc::new(Count::default()));
        let context = Context::from_waker(&waker);
        for _ in 0..2 {
            outbox.push("12345".into());
        }
        assert!(!outbox.take_signals(&context).is_overfull);
        outbox.push("6".into());
        assert!(outbox.take_signals(&context).is_overfull);
        // What waited is dropped, and nothing is taken in any more.
        outbox.push("7".into());
        assert_eq!(outbox.next_frame(JSON), None);
    }

    #[test]
    fn sent_messages_make_room() {
        let outbox = Outbox::new(10);
        let waker = Waker::from(Arc::new(Count::default()));
        for _ in 0..100 {
            outbox.push("12345".into());
            outbox.push("1234".into());
            assert!(outbox.next_frame(JSON).is_some());
        }
        let signals = outbox.take_signals(&Context::from_waker(&waker));
        assert!(!signals.is_overfull);
    }

    #[test]
    fn the_task_is_woken_once_for_all_that_comes_before_it_looks() {
        let count = Arc::new(Count::default());
        let waker = Waker::from(count.clone());
        let context = Context::from_waker(&waker);
        let outbox = Outbox::new(1000);
        let signals = outbox.take_signals(&context);
        assert!(!signals.has(Signal::TimePassed));
        outbox.push("1".into());
        outbox.push("2".into());
        outbox.signal(Signal::TimePassed);
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        let signals = outbox.take_signals(&context);
        assert!(signals.has(Signal::TimePassed) && !signals.has(Signal::Shutdown));
        assert!(!outbox.take_signals(&context).has(Signal::TimePassed));
        outbox.signal(Signal::Shutdown);
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
    }
}
