//! What waits for a connection, and who writes it.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use tokio::io::AsyncWrite;

use super::queue::FRAME_LIMIT;
use super::{Deliveries, OtherHalf, Outbox, Signal, WriteHalf, Writer};
use crate::wire::WireFormat::{Json, Protobuf};

/// Counts how often a task is woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A connection: its outbox, its client, and its task, which sleeps.
struct Connection {
    outbox: Arc<Outbox>,
    client: Arc<Client>,
    woken: Arc<Count>,
    waker: Waker,
}

/// What a client has received, and how many bytes more it takes.
#[derive(Default)]
struct Client {
    received: Mutex<Vec<u8>>,
    room: AtomicUsize,
    writes: AtomicUsize,
}

impl Connection {
    fn new(limit: usize, room: usize) -> Self {
        let client = Arc::new(Client::default());
        client.room.store(room, Ordering::Relaxed);
        let woken = Arc::new(Count::default());
        let connection = Self {
            outbox: Arc::new(Outbox::new(Json, limit)),
            client: client.clone(),
            waker: woken.clone().into(),
            woken,
        };
        connection.sleep();
        let stream = Stream {
            client,
            before: None,
        };
        connection
            .outbox
            .put_back(Writer::new(WriteHalf::Other(Box::new(stream))));
        connection
    }

    fn sleep(&self) {
        let context = Context::from_waker(&self.waker);
        self.outbox.take_signals(&context);
    }

    fn woken(&self) -> usize {
        self.woken.0.load(Ordering::Relaxed)
    }

    fn received(&self) -> Vec<u8> {
        self.client.received.lock().unwrap().clone()
    }

    /// The task writes what it can.
    fn write(&self) -> Poll<()> {
        let mut context = Context::from_waker(&self.waker);
        let Poll::Ready(Some(mut writer)) = self.outbox.poll_writer(false) else {
            return Poll::Ready(());
        };
        let next = |frame: &mut Vec<u8>| self.outbox.next_frame(frame);
        let written = writer.poll_write(&mut context, next).map(Result::unwrap);
        self.outbox.put_back(writer);
        written
    }
}

/// The stream to a client. `before` happens at the start of each write of another task.
struct Stream {
    client: Arc<Client>,
    before: Option<Box<dyn Fn() + Send>>,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}

impl Stream {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.client.room.load(Ordering::Relaxed).min(bytes.len());
        if room == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.client.writes.fetch_add(1, Ordering::Relaxed);
        self.client.room.fetch_sub(room, Ordering::Relaxed);
        let mut received = self.client.received.lock().unwrap();
        received.extend_from_slice(&bytes[..room]);
        Ok(room)
    }
}

impl OtherHalf for Stream {
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(before) = &self.before {
            before();
        }
        self.write(bytes)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            written => Poll::Ready(written),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn message(text: &str) -> Arc<[u8]> {
    text.as_bytes().into()
}

fn next_frame(outbox: &Outbox) -> Option<Vec<u8>> {
    let mut frame = Vec::new();
    outbox.next_frame(&mut frame).then_some(frame)
}

fn deliver(messages: &[&str], connections: &[&Connection]) {
    let mut deliveries = Deliveries::default();
    for text in messages {
        let message = message(text);
        for connection in connections {
            deliveries.push(&connection.outbox, message.clone());
        }
    }
    deliveries.send();
}

#[test]
fn messages_that_wait_leave_in_one_frame() {
    let outbox = Outbox::new(Json, 1000);
    for text in ["{}", "{\"a\":1}"] {
        outbox.push(message(text));
    }
    assert_eq!(next_frame(&outbox).unwrap(), b"\x81\x0a{}\n{\"a\":1}");
    assert_eq!(next_frame(&outbox), None);
    let outbox = Outbox::new(Protobuf, 1000);
    outbox.push(message("\x01a"));
    outbox.push(message("\x01b"));
    assert_eq!(next_frame(&outbox).unwrap(), b"\x82\x04\x01a\x01b");
}

#[test]
fn a_frames_length_is_written_as_the_rfc_says() {
    for (length, header) in [
        (125, vec![0x81, 125]),
        (126, vec![0x81, 126, 0, 126]),
        (65_535, vec![0x81, 126, 255, 255]),
        (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        let outbox = Outbox::new(Json, 100_000);
        outbox.push(vec![b' '; length].into());
        let frame = next_frame(&outbox).unwrap();
        assert_eq!(frame[..header.len()], header);
        assert_eq!(frame.len(), header.len() + length);
    }
}

#[test]
fn messages_that_do_not_fit_into_one_frame_go_into_the_next() {
    let outbox = Outbox::new(Json, 10 * FRAME_LIMIT);
    let message: Arc<[u8]> = vec![b' '; FRAME_LIMIT / 2].into();
    for _ in 0..3 {
        outbox.push(message.clone());
    }
    // With the line break between them two are too long.
    for _ in 0..3 {
        assert!(next_frame(&outbox).unwrap().len() < FRAME_LIMIT);
    }
    assert_eq!(next_frame(&outbox), None);
}

#[test]
fn a_slow_reader_costs_no_more_than_the_limit_and_its_task_learns_it() {
    let slow = Connection::new(10, 0);
    let context = Context::from_waker(&slow.waker);
    deliver(&["12345", "12345"], &[&slow]);
    assert_eq!(slow.woken(), 1);
    assert!(!slow.outbox.take_signals(&context).is_overfull);
    // The first frame is on its way, so the limit holds for what comes behind it.
    deliver(&["12345", "12345"], &[&slow]);
    assert_eq!(slow.woken(), 1);
    deliver(&["6"], &[&slow]);
    assert_eq!(slow.woken(), 2);
    assert!(slow.outbox.take_signals(&context).is_overfull);
    // What waited is dropped, and nothing is taken in any more.
    slow.outbox.push(message("7"));
    assert_eq!(next_frame(&slow.outbox), None);
}

#[test]
fn sent_messages_make_room() {
    let connection = Connection::new(10, usize::MAX);
    for _ in 0..100 {
        deliver(&["12345", "1234"], &[&connection]);
    }
    let context = Context::from_waker(&connection.waker);
    assert!(!connection.outbox.take_signals(&context).is_overfull);
    assert_eq!(connection.client.writes.load(Ordering::Relaxed), 100);
}

#[test]
fn the_task_is_woken_once_for_all_that_comes_before_it_looks() {
    let connection = Connection::new(1000, 0);
    let (outbox, context) = (&connection.outbox, Context::from_waker(&connection.waker));
    outbox.push(message("1"));
    outbox.push(message("2"));
    outbox.signal(Signal::TimePassed);
    assert_eq!(connection.woken(), 1);
    let signals = outbox.take_signals(&context);
    assert!(signals.has(Signal::TimePassed) && !signals.has(Signal::Shutdown));
    assert!(!outbox.take_signals(&context).has(Signal::TimePassed));
    outbox.signal(Signal::Shutdown);
    assert_eq!(connection.woken(), 2);
}

#[test]
fn messages_of_one_delivery_are_one_write_and_wake_nobody() {
    let connections = [
        Connection::new(1000, usize::MAX),
        Connection::new(1000, usize::MAX),
    ];
    deliver(&["{}", "[]"], &[&connections[0], &connections[1]]);
    for connection in &connections {
        assert_eq!(connection.received(), b"\x81\x05{}\n[]");
        assert_eq!(connection.client.writes.load(Ordering::Relaxed), 1);
        assert_eq!(connection.woken(), 0);
    }
}

#[test]
fn the_rest_of_a_frame_goes_first_and_holds_nobody_up() {
    let (slow, fast) = (Connection::new(1000, 3), Connection::new(1000, usize::MAX));
    deliver(&["first"], &[&slow, &fast]);
    assert_eq!(slow.received(), b"\x81\x05f");
    assert_eq!(slow.woken(), 1);
    // There is room again, but its own task goes on with the half frame.
    slow.client.room.store(usize::MAX, Ordering::Relaxed);
    deliver(&["second"], &[&slow, &fast]);
    assert_eq!(slow.received(), b"\x81\x05f");
    assert_eq!(fast.received(), b"\x81\x05first\x81\x06second");
    assert_eq!(slow.write(), Poll::Ready(()));
    assert_eq!(slow.received(), fast.received());
    // From now on it is written at once again.
    slow.sleep();
    deliver(&["third"], &[&slow]);
    assert!(slow.received().ends_with(b"\x81\x05third"));
    assert_eq!(slow.woken(), 1);
}

#[test]
fn the_task_waits_for_a_client_that_takes_nothing_more() {
    let slow = Connection::new(1000, 3);
    deliver(&["first"], &[&slow]);
    slow.sleep();
    // The stream will wake it. If the outbox woke it too, it would never sleep.
    assert_eq!(slow.write(), Poll::Pending);
    assert_eq!(slow.woken(), 1);
}

#[test]
fn messages_that_come_while_the_task_writes_are_not_forgotten() {
    let connection = Connection::new(1000, usize::MAX);
    let Poll::Ready(Some(writer)) = connection.outbox.poll_writer(true) else {
        panic!("the write half is not there");
    };
    deliver(&["late"], &[&connection]);
    assert!(connection.received().is_empty());
    connection.outbox.put_back(writer);
    assert_eq!(connection.woken(), 1);
    assert_eq!(connection.write(), Poll::Ready(()));
    assert_eq!(connection.received(), b"\x81\x04late");
}

#[test]
fn a_task_that_wants_to_write_meanwhile_is_woken_when_it_can() {
    let connection = Connection::new(1000, usize::MAX);
    let Poll::Ready(Some(_)) = connection.outbox.poll_writer(true) else {
        panic!("the write half is not there");
    };
    // While another task writes, this one has a control frame to write, and a message comes.
    let (outbox, waker) = (connection.outbox.clone(), connection.waker.clone());
    let meanwhile = move || {
        outbox.put(message("late"));
        assert!(outbox.poll_writer(true).is_pending());
        let closing = outbox.poll_last_writer(&Context::from_waker(&waker));
        assert!(closing.is_pending());
    };
    let stream = Stream {
        client: connection.client.clone(),
        before: Some(Box::new(meanwhile)),
    };
    connection
        .outbox
        .put_back(Writer::new(WriteHalf::Other(Box::new(stream))));
    deliver(&["early"], &[&connection]);
    assert_eq!(connection.received(), b"\x81\x05early");
    assert_eq!(connection.woken(), 1);
    assert_eq!(connection.write(), Poll::Ready(()));
    assert!(connection.received().ends_with(b"\x81\x04late"));
}

#[test]
fn nobody_writes_to_a_connection_that_is_being_closed() {
    let connection = Connection::new(1000, usize::MAX);
    let context = Context::from_waker(&connection.waker);
    assert!(connection.outbox.poll_last_writer(&context).is_ready());
    deliver(&["late"], &[&connection]);
    assert!(connection.received().is_empty());
}

#[test]
fn messages_of_dropped_deliveries_are_written_by_the_connections() {
    let connection = Connection::new(1000, usize::MAX);
    let mut deliveries = Deliveries::default();
    deliveries.push(&connection.outbox, message("{}"));
    drop(deliveries);
    assert_eq!(connection.woken(), 1);
    assert_eq!(connection.write(), Poll::Ready(()));
    assert_eq!(connection.received(), b"\x81\x02{}");
}
