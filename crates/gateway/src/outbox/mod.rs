//! What waits for one connection: messages to send, and signals to react to.
//!
//! Anyone may put something in, from any thread, without waiting. Several messages leave in one
//! WebSocket frame, and so in one write. Messages are bounded by their bytes: if they become too
//! many, all are dropped, and the connection learns that its client reads too slowly.
//!
//! The outbox also keeps the write half of the connection, so that a task that publishes can
//! write at once (see [`Deliveries`]). Only one task writes at a time: it takes the write half out
//! and puts it back. If messages came meanwhile, it then wakes the connection's task, which writes them.

mod deliveries;
mod frame;
mod queue;
mod writer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::wire::WireFormat;

use queue::{Overfull, Queue};

pub use deliveries::Deliveries;
pub(crate) use writer::{OtherHalf, WriteHalf, Writer};

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
    format: WireFormat,
    limit: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    messages: Queue,
    signals: u8,
    is_overfull: bool,
    /// The connection's task, if it was not woken since it last looked.
    waker: Option<Waker>,
    /// `None` while a task writes.
    writer: Option<Writer>,
    /// The connection's task wants to write, as soon as the write half is back.
    is_writer_awaited: bool,
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
    /// An empty one, for messages in this format, which holds at most `limit` bytes of them.
    #[must_use]
    pub fn new(format: WireFormat, limit: usize) -> Self {
        Self {
            format,
            limit,
            state: Mutex::default(),
        }
    }

    /// Puts a message in, and wakes the connection, which writes it. If the same message goes to many
    /// connections, or many messages to one, [`Deliveries`] costs less.
    pub fn push(&self, message: Arc<[u8]>) {
        self.put(message);
        self.wake();
    }

    /// Puts a message in. True if the outbox was empty: then the caller must write the message or wake
    /// the connection. Otherwise the caller that put in the first message does this.
    pub(crate) fn put(&self, message: Arc<[u8]>) -> bool {
        let waker = {
            let mut state = self.lock();
            if state.is_overfull {
                return false;
            }
            let is_first = state.messages.is_empty();
            match state.messages.push(message, self.limit) {
                Ok(()) => return is_first,
                Err(Overfull) => {
                    state.is_overfull = true;
                    state.messages = Queue::default();
                    state.waker.take()
                }
            }
        };
        // Wake it outside of the lock: the task may run at once.
        if let Some(waker) = waker {
            waker.wake();
        }
        false
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

    fn wake(&self) {
        let waker = self.lock().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Takes the signals out. From now on the task is woken when there is something to do for it.
    pub(crate) fn take_signals(&self, context: &Context<'_>) -> Signals {
        let mut state = self.lock();
        state.set_waker(context);
        Signals {
            bits: core::mem::take(&mut state.signals),
            is_overfull: state.is_overfull,
        }
    }

    /// Takes messages out, as one WebSocket frame. False if there were none. `frame` must be empty.
    pub(crate) fn next_frame(&self, frame: &mut Vec<u8>) -> bool {
        self.lock().messages.next_frame(self.format, frame)
    }

    /// Writes one frame of the messages, without waiting for the client. If another task writes now,
    /// that task or the connection's own goes on. If the client takes no more now, the connection's
    /// task writes the rest later. `frame` is a buffer to use.
    fn write_now(&self, frame: &mut Vec<u8>) {
        frame.clear();
        let mut writer = {
            let mut state = self.lock();
            let Some(writer) = state.writer.take_if(|writer| writer.is_idle()) else {
                return;
            };
            if !state.messages.next_frame(self.format, frame) {
                state.writer = Some(writer);
                return;
            }
            writer
        };
        let is_written = writer.try_write(frame);
        self.put_back(writer);
        if !is_written {
            self.wake();
        }
    }

    /// Takes the write half out if there is something to write: the rest of a frame, messages, or, if
    /// `has_more`, bytes of the caller. `None` if there is nothing. Pending if another task writes now;
    /// the connection's task is woken later.
    pub(crate) fn poll_writer(&self, has_more: bool) -> Poll<Option<Writer>> {
        let mut state = self.lock();
        let Some(writer) = &state.writer else {
            state.is_writer_awaited = true;
            return Poll::Pending;
        };
        if !has_more && writer.is_idle() && state.messages.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(state.writer.take())
    }

    /// Takes the write half out for good: from now on only the connection's task writes.
    pub(crate) fn poll_last_writer(&self, context: &Context<'_>) -> Poll<Writer> {
        let mut state = self.lock();
        match state.writer.take() {
            Some(writer) => Poll::Ready(writer),
            None => {
                state.set_waker(context);
                state.is_writer_awaited = true;
                Poll::Pending
            }
        }
    }

    /// Puts the write half in, for the first time or again.
    pub(crate) fn put_back(&self, writer: Writer) {
        let waker = {
            let mut state = self.lock();
            // Messages that came meanwhile were not written, since the write half was away.
            let is_behind = writer.is_idle() && !state.messages.is_empty();
            state.writer = Some(writer);
            if core::mem::take(&mut state.is_writer_awaited) || is_behind {
                state.waker.take()
            } else {
                None
            }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn set_waker(&mut self, context: &Context<'_>) {
        match &mut self.waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
    }
}

#[cfg(test)]
mod tests;
