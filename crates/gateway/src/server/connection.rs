//! One connection: its socket, its session, and what is between them.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use countersign::Attempt;

use super::log::logged;
use super::shared::Shared;
use super::socket::{Fault, Received, Socket, Stream};
use crate::hub::{HubError, HubResponse, Member, PresenceStats};
use crate::outbox::{Deliveries, Outbox, Signal};
use crate::session::{Answer, Now, Session, SessionAction, SessionEvent, ShownToken, Wakeup};
use crate::timers::Timer;
use crate::wire::{Close, CloseFrame, Codec, Frame, Generation, WireFormat};

/// How long a client has to read what is left and to answer the close frame.
const FAREWELL: Duration = Duration::from_secs(5);

/// How many other connections this one may write to before it lets other tasks run.
const TURN: usize = 64;

/// A result that takes time.
type Later = Pin<Box<dyn Future<Output = SessionEvent> + Send>>;

/// One connection. Dropping it takes it out of all channels.
pub(super) struct Connection<S: Stream> {
    shared: Arc<Shared>,
    number: u64,
    format: WireFormat,
    socket: Socket<S::Reader>,
    session: Session,
    outbox: Arc<Outbox>,
    /// What this connection's commands send to others.
    deliveries: Deliveries,
    timer: Timer,
    wakeup: Wakeup,
    /// The frame whose commands are being read. The socket is not read meanwhile.
    frame: Option<Frame>,
    /// What the session waits for. No command is read meanwhile.
    later: Option<Later>,
    ending: Option<Ending>,
}

/// How a connection ends.
enum Ending {
    /// The client is gone.
    Gone,
    /// The server closes it.
    Close(CloseFrame),
}

impl<S: Stream> Connection<S> {
    /// A connection over a stream, of which `read` was read already. `None` if there are too
    /// many connections to number.
    pub(super) fn new(
        shared: Arc<Shared>,
        format: WireFormat,
        stream: S,
        read: &[u8],
    ) -> Option<Self> {
        let settings = shared.settings.load();
        let outbox = Arc::new(Outbox::new(format, settings.queue_size_limit));
        let timer = shared.timers.register(outbox.clone())?;
        let socket = Socket::new(stream, outbox.clone(), read, settings.message_size_limit);
        drop(settings);
        let now = shared.timers.now();
        let client = uuid::Uuid::new_v4().to_string();
        let session = Session::new(client, shared.reload.load().settings.clone(), now);
        let wakeup = session.wakeup();
        shared.timers.set(&timer, wakeup, now);
        if shared.is_stopping.load(Ordering::Acquire) {
            outbox.signal(Signal::Shutdown);
        }
        Some(Self {
            number: shared.next_connection.fetch_add(1, Ordering::Relaxed),
            shared,
            format,
            socket,
            session,
            outbox,
            deliveries: Deliveries::default(),
            timer,
            wakeup,
            frame: None,
            later: None,
            ending: None,
        })
    }

    /// Runs it to its end.
    pub(super) async fn run(mut self) {
        let ending = std::future::poll_fn(|context| self.poll(context)).await;
        let close = match &ending {
            Ending::Close(close) => Some(close),
            Ending::Gone => None,
        };
        if let Some(close) = close {
            tracing::debug!(
                client = self.session.client(),
                code = close.code,
                reason = close.reason,
                "a connection is closed"
            );
        }
        // Leave the channels first: other clients need not wait until this one has closed.
        self.handle(SessionEvent::Gone);
        self.deliveries.send();
        let finish = self.socket.finish(close);
        // Give up if the client does not read in time, or is gone.
        let _ = tokio::time::timeout(FAREWELL, finish).await;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Ending> {
        let mut sent = 0_usize;
        loop {
            self.react(context);
            self.advance(context);
            let mut is_written = false;
            if self.ending.is_none() {
                match self.socket.poll_write(context) {
                    Poll::Ready(Ok(())) => is_written = true,
                    Poll::Ready(Err(_)) => self.ending = Some(Ending::Gone),
                    Poll::Pending => {}
                }
            }
            sent = sent.saturating_add(self.deliveries.send());
            if let Some(ending) = self.ending.take() {
                return Poll::Ready(ending);
            }
            if sent >= TURN {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if self.frame.is_some() || self.later.is_some() || self.socket.has_too_much_control() {
                return Poll::Pending;
            }
            match self.socket.poll_read(context) {
                // The answer to a ping is there only now.
                Poll::Pending if is_written && self.socket.has_control() => {}
                Poll::Pending => return Poll::Pending,
                Poll::Ready(received) => self.on_received(received),
            }
        }
    }

    /// Reacts to signals.
    fn react(&mut self, context: &Context<'_>) {
        let signals = self.outbox.take_signals(context);
        if signals.is_overfull {
            self.close(Close::Slow);
        }
        if signals.has(Signal::Reloaded) {
            let reload = self.shared.reload.load_full();
            self.handle(SessionEvent::Reloaded((*reload).clone()));
        }
        if signals.has(Signal::TimePassed) {
            // The timer has fired, so the next time must be set again.
            self.wakeup = Wakeup::default();
            self.handle(SessionEvent::TimePassed);
        }
        if signals.has(Signal::Shutdown) {
            self.handle(SessionEvent::Shutdown);
        }
    }

    fn on_received(&mut self, received: Received) {
        match received {
            Received::Message(content) => self.frame = Some(Frame::new(self.format, content)),
            Received::Control => self.handle(SessionEvent::Heard),
            Received::Gone => self.ending = Some(Ending::Gone),
            Received::Fault(Fault::TooBig) => self.close(Close::TooBig),
            Received::Fault(Fault::Protocol) => self.break_off(1002, "protocol error"),
            Received::Fault(Fault::NotUtf8) => self.break_off(1007, "text is not UTF-8"),
        }
    }

    /// Reads commands of the frame until a result is awaited that is not there yet.
    fn advance(&mut self, context: &mut Context<'_>) {
        while self.ending.is_none() {
            if let Some(later) = &mut self.later {
                let Poll::Ready(event) = later.as_mut().poll(context) else {
                    return;
                };
                self.later = None;
                self.handle(event);
                continue;
            }
            let Some(frame) = &mut self.frame else {
                return;
            };
            let mut generation = self.session.generation();
            let command = frame.next(&mut generation);
            if let Some(generation) = generation {
                self.session.set_generation(generation);
            }
            match command {
                None => self.frame = None,
                Some(Ok(command)) => self.handle(SessionEvent::Command(command)),
                Some(Err(_)) => self.handle(SessionEvent::Malformed),
            }
        }
    }

    fn close(&mut self, close: Close) {
        let frame = close.frame(self.session.generation());
        self.ending.get_or_insert(Ending::Close(frame));
    }

    /// Ends a connection that breaks the rules of WebSocket itself.
    fn break_off(&mut self, code: u16, reason: &str) {
        let reason = reason.to_owned();
        self.ending
            .get_or_insert(Ending::Close(CloseFrame { code, reason }));
    }

    /// Gives the session an event, and carries out its actions.
    fn handle(&mut self, event: SessionEvent) {
        let now = self.shared.timers.now();
        let mut events = VecDeque::from([event]);
        let mut actions = Vec::new();
        while let Some(event) = events.pop_front() {
            self.session.handle(event, now, &mut actions);
            for action in actions.drain(..) {
                events.extend(self.perform(action, now));
            }
        }
        let wakeup = self.session.wakeup();
        if wakeup != self.wakeup {
            self.wakeup = wakeup;
            self.shared.timers.set(&self.timer, wakeup, now);
        }
    }

    /// Carries out an action. Gives its result, if there is one at once.
    fn perform(&mut self, action: SessionAction, now: Now) -> Option<SessionEvent> {
        let codec = self.codec();
        let hub = &self.shared.hub;
        match action {
            SessionAction::Reply(reply) => self.say(codec.reply(&reply).into()),
            SessionAction::Push(push) => {
                if let Some(message) = codec.push(&push) {
                    self.say(message.into());
                }
            }
            SessionAction::Ping => match codec.ping() {
                Some(ping) => self.say(ping.into()),
                None => self.socket.ping(),
            },
            SessionAction::VerifyConnection(token) => return self.verify_connection(token, now),
            SessionAction::VerifySubscription(token) => {
                return self.verify_subscription(token, now);
            }
            SessionAction::Subscribe(membership) => {
                let member = Member {
                    connection: self.number,
                    codec,
                    outbox: self.outbox.clone(),
                    membership,
                };
                hub.subscribe(member, &mut self.deliveries);
            }
            SessionAction::UpdateInfo { channel, info } => hub.update(&channel, self.number, info),
            SessionAction::Unsubscribe { channel } => {
                hub.unsubscribe(&channel, self.number, &mut self.deliveries);
            }
            SessionAction::Publish {
                channel,
                data,
                info,
            } => {
                let response = hub.publish(channel, data, Some(info), &mut self.deliveries);
                return self.await_hub(response, |()| Answer::Published);
            }
            SessionAction::AskPresence { channel } => {
                let response = hub.presence(&channel);
                return self.await_hub(response, Answer::Presence);
            }
            SessionAction::AskPresenceStats { channel } => {
                let response = hub.presence_stats(&channel);
                return self.await_hub(response, |PresenceStats { clients, users }| {
                    Answer::PresenceStats { clients, users }
                });
            }
            SessionAction::Close(close) => self.close(close),
        }
        None
    }

    /// Sends a message to this client. It is written before this task sleeps.
    fn say(&self, message: Arc<[u8]>) {
        self.outbox.put(message);
    }

    fn await_hub<T: Send + 'static>(
        &mut self,
        response: HubResponse<T>,
        answer: impl FnOnce(T) -> Answer + Send + 'static,
    ) -> Option<SessionEvent> {
        let finish = move |result: Result<T, HubError>| {
            let answered = result.map(answer).unwrap_or_else(|error| {
                tracing::warn!(%error, "the hub failed");
                Answer::Failed
            });
            SessionEvent::Answer(answered)
        };
        match response {
            HubResponse::Now(result) => Some(finish(result)),
            HubResponse::Later(result) => {
                self.later = Some(Box::pin(async move { finish(result.await) }));
                None
            }
        }
    }

    fn verify_connection(&mut self, token: ShownToken, now: Now) -> Option<SessionEvent> {
        let authenticator = &self.shared.authenticator;
        let client = self.session.client();
        if token.as_str().is_empty() {
            let verdict = authenticator.without_token();
            return Some(SessionEvent::Connection(logged(client, verdict)));
        }
        match authenticator.try_connection(token.as_str(), now.wall) {
            Ok(Attempt::Done(accepted)) => {
                Some(SessionEvent::Connection(logged(client, Ok(accepted))))
            }
            Err(error) => Some(SessionEvent::Connection(logged(client, Err(error)))),
            Ok(Attempt::Pending(_)) => {
                let (shared, client) = (self.shared.clone(), client.to_owned());
                self.later = Some(Box::pin(async move {
                    let now = countersign::now();
                    let verdict = shared.authenticator.connection_async(token.as_str(), now);
                    SessionEvent::Connection(logged(&client, verdict.await))
                }));
                None
            }
        }
    }

    fn verify_subscription(&mut self, token: ShownToken, now: Now) -> Option<SessionEvent> {
        let authenticator = &self.shared.authenticator;
        let client = self.session.client();
        match authenticator.try_subscription(token.as_str(), now.wall) {
            Ok(Attempt::Done(accepted)) => {
                Some(SessionEvent::Subscription(logged(client, Ok(accepted))))
            }
            Err(error) => Some(SessionEvent::Subscription(logged(client, Err(error)))),
            Ok(Attempt::Pending(_)) => {
                let (shared, client) = (self.shared.clone(), client.to_owned());
                self.later = Some(Box::pin(async move {
                    let now = countersign::now();
                    let verdict = shared.authenticator.subscription_async(token.as_str(), now);
                    SessionEvent::Subscription(logged(&client, verdict.await))
                }));
                None
            }
        }
    }

    /// How the client is sent messages. None are sent before its generation is known.
    fn codec(&self) -> Codec {
        let generation = self.session.generation();
        Codec::new(generation.unwrap_or(Generation::V1), self.format)
    }
}

impl<S: Stream> Drop for Connection<S> {
    fn drop(&mut self) {
        // The task may be dropped half-way. The connection must leave its channels even then.
        let now = self.shared.timers.now();
        let mut actions = Vec::new();
        self.session.handle(SessionEvent::Gone, now, &mut actions);
        for action in actions {
            if let SessionAction::Unsubscribe { channel } = action {
                let hub = &self.shared.hub;
                hub.unsubscribe(&channel, self.number, &mut self.deliveries);
            }
        }
        self.shared.timers.remove(&self.timer);
    }
}
