//! Messages for many connections, written by the task that publishes them.
//!
//! Waking a task for each subscriber costs much beside the system call that sends the message. So
//! the task that publishes writes to the sockets of the subscribers, without waiting. If a client
//! takes no more now, its own task writes the rest later.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::Outbox;

/// How many connections one task writes to before others get their turn.
const PORTION: usize = 64;

/// Messages for many connections. Each connection gets all of its messages by one write.
///
/// If this is dropped before [`send`](Self::send), the task of each connection writes them.
///
/// ```
/// use std::sync::Arc;
///
/// use countersign_gateway::wire::WireFormat;
/// use countersign_gateway::{Deliveries, Outbox};
///
/// // A hub gets the outboxes of connections in `Hub::subscribe`.
/// let outboxes = [(); 3].map(|()| Arc::new(Outbox::new(WireFormat::Json, 1024)));
///
/// let mut deliveries = Deliveries::default();
/// for text in [r#"{"push":{}}"#, r#"{"push":{}}"#] {
///     let message: Arc<[u8]> = text.as_bytes().into();
///     for outbox in &outboxes {
///         deliveries.push(outbox, message.clone());
///     }
/// }
/// deliveries.send();
/// ```
#[derive(Debug, Default)]
pub struct Deliveries {
    /// The outboxes that were empty before. No other task writes their messages.
    outboxes: Vec<Arc<Outbox>>,
}

impl Deliveries {
    /// Puts a message into an outbox.
    pub fn push(&mut self, outbox: &Arc<Outbox>, message: Arc<[u8]>) {
        if outbox.put(message) {
            self.outboxes.push(outbox.clone());
        }
    }

    /// Writes the messages, without waiting for any client. Returns the number of connections to which
    /// this call wrote. If there are more, new tasks of the current tokio runtime write to them.
    pub fn send(&mut self) -> usize {
        if self.outboxes.is_empty() {
            return 0;
        }
        let mut outboxes = core::mem::take(&mut self.outboxes);
        while outboxes.len() > PORTION
            && let Ok(runtime) = Handle::try_current()
        {
            let rest = outboxes.len().saturating_sub(PORTION);
            let portion = outboxes.split_off(rest);
            runtime.spawn(async move { write(&portion) });
        }
        write(&outboxes);
        outboxes.len()
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        for outbox in &self.outboxes {
            outbox.wake();
        }
    }
}

fn write(outboxes: &[Arc<Outbox>]) {
    let mut frame = Vec::new();
    for outbox in outboxes {
        outbox.write_now(&mut frame);
    }
}
