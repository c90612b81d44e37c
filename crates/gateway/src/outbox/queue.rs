//! The messages that wait for one connection, in their order and bounded by their bytes.

use std::collections::VecDeque;
use std::sync::Arc;

use super::frame;
use crate::wire::WireFormat;

/// The most bytes of messages that go into one frame, unless a single one is larger.
pub(super) const FRAME_LIMIT: usize = 64 * 1024;
/// When the queue is empty and has room for more messages than this, its memory is freed.
const KEPT_CAPACITY: usize = 16;

/// The messages that wait for one connection.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Mostly one message waits. It is kept here, so that a connection that never has more at once
    /// needs no memory for them.
    first: Option<Arc<[u8]>>,
    rest: VecDeque<Arc<[u8]>>,
    bytes: usize,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Puts a message behind the others, if all of them have at most `limit` bytes then.
    pub(super) fn push(&mut self, message: Arc<[u8]>, limit: usize) -> Result<(), Overfull> {
        let bytes = self.bytes.saturating_add(message.len());
        if bytes > limit {
            return Err(Overfull);
        }
        self.bytes = bytes;
        match &self.first {
            None => self.first = Some(message),
            Some(_) => self.rest.push_back(message),
        }
        Ok(())
    }

    /// Takes messages out, as one WebSocket frame, and appends it to `frame`. False if there were none.
    pub(super) fn next_frame(&mut self, format: WireFormat, frame: &mut Vec<u8>) -> bool {
        let Some(first) = self.first.take() else {
            return false;
        };
        let separator = format.separator();
        let (mut count, mut length) = (0_usize, first.len());
        let mut taken = first.len();
        for message in &self.rest {
            let longer = length
                .saturating_add(separator.len())
                .saturating_add(message.len());
            if longer > FRAME_LIMIT {
                break;
            }
            length = longer;
            taken = taken.saturating_add(message.len());
            count = count.saturating_add(1);
        }
        frame::begin(frame, format, length);
        frame.extend_from_slice(&first);
        for message in self.rest.drain(..count) {
            frame.extend_from_slice(separator);
            frame.extend_from_slice(&message);
        }
        self.bytes = self.bytes.saturating_sub(taken);
        self.first = self.rest.pop_front();
        if self.rest.is_empty() && self.rest.capacity() > KEPT_CAPACITY {
            self.rest = VecDeque::new();
        }
        true
    }
}

/// A message does not fit into the queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overfull;
