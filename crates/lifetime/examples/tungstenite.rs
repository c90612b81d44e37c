//! A chat server on plain tokio-tungstenite whose connections end with their tokens:
//! `cargo run -p countersign-lifetime --example tungstenite`
//!
//! Ada renews her token once and then no more. Bob's token has no end. Eve renews with a token of Bob.
//! All run in this program, in about one second: its tokens live for 300 ms, and the server waits
//! 200 ms before it closes. `countersign` makes and verifies the tokens.

use core::time::Duration;
use std::collections::HashMap;
use std::error::Error;

use countersign::{Advice, Authenticator, Identity, Issuer, Key, UnixTime, now};
use countersign_lifetime::{
    Action, CloseReason, Event, Expiry, ExpiryRules, Handle, Lifetime, Wheel, WheelFull,
};
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{accept_async, connect_async};

type AnyError = Box<dyn Error + Send + Sync>;

const RULES: ExpiryRules = ExpiryRules::new().with_close_delay(Duration::from_millis(200));
const ASK: &str = "send a new token";
const TOKEN_LIFE: Duration = Duration::from_millis(300);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), AnyError> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}", listener.local_addr()?);
    let key = Key::secret("a secret that backend and server share")?;
    let backend = Issuer::builder().key(key.clone()).build()?;
    let auth = Authenticator::builder().key(key).build()?;
    let (to_keeper, from_connections) = mpsc::unbounded_channel();
    let keeper = tokio::spawn(keep(auth, from_connections));
    let server = tokio::spawn(serve(listener, to_keeper));

    // `expires_in` counts whole seconds. This example is faster than that, so it sets `exp` itself.
    let token = |user, life| {
        let exp = now().saturating_add(life);
        backend
            .connection(user)
            .with(|claims| claims.exp(exp))
            .sign()
    };
    let first = |user| token(user, TOKEN_LIFE);
    let second = |user| token(user, TOKEN_LIFE.saturating_mul(2));
    let endless = backend.connection("Bob").sign()?;
    let ada = client(url.clone(), "Ada", first("Ada")?, Some(second("Ada")?));
    let bob = client(url.clone(), "Bob", endless, None);
    let eve = client(url, "Eve", first("Eve")?, Some(second("Bob")?));
    let (ada, bob, eve) = (tokio::spawn(ada), tokio::spawn(bob), tokio::spawn(eve));
    let (ada, bob, eve) = (ada.await??, bob.await??, eve.await??);
    println!("Ada's connection ended with {ada}, Bob's with {bob}, Eve's with {eve}");

    // The keeper ends when no connection and no server is there to tell it anything.
    server.abort();
    keeper.await??;
    Ok(())
}

/// What the connections tell the keeper. Connections are numbered.
enum Told {
    Opened(u32, mpsc::UnboundedSender<Message>),
    /// A token: the first one, or a new one.
    Token(u32, String),
    Gone(u32),
}

/// What the keeper knows of one connection.
struct Connection {
    outbox: mpsc::UnboundedSender<Message>,
    /// Whose connection it is. `None`: it has sent no token yet.
    identity: Option<Identity>,
    lifetime: Option<Lifetime>,
    timer: Option<Handle>,
}

/// The one task that follows the lifetimes of all connections.
async fn keep(
    auth: Authenticator,
    mut told: mpsc::UnboundedReceiver<Told>,
) -> Result<(), WheelFull> {
    let mut wheel = Wheel::new(now());
    let mut connections = HashMap::new();
    loop {
        let wakeup = wheel.next_wakeup().unwrap_or(UnixTime::MAX);
        // The wall clock may be set while this sleeps: an hour is the longest that goes unnoticed.
        let pause = wakeup
            .saturating_duration_since(now())
            .min(Duration::from_secs(3600));
        tokio::select! {
            message = told.recv() => match message {
                Some(message) => hear(message, &auth, &mut connections, &mut wheel)?,
                None => return Ok(()),
            },
            () = tokio::time::sleep(pause) => {}
        }
        wheel.advance(now());
        while let Some(number) = wheel.pop() {
            if let Some(connection) = connections.get_mut(&number) {
                step(connection, number, Event::TimePassed, &mut wheel)?;
            }
        }
    }
}

type Timers = Wheel<u32, UnixTime>;

fn hear(
    message: Told,
    auth: &Authenticator,
    connections: &mut HashMap<u32, Connection>,
    wheel: &mut Timers,
) -> Result<(), WheelFull> {
    match message {
        Told::Opened(number, outbox) => {
            let connection = Connection {
                outbox,
                identity: None,
                lifetime: None,
                timer: None,
            };
            connections.insert(number, connection);
        }
        Told::Token(number, token) => {
            if let Some(connection) = connections.get_mut(&number) {
                let event = judge(auth, &token, &mut connection.identity);
                step(connection, number, event, wheel)?;
            }
        }
        Told::Gone(number) => {
            let timer = connections
                .remove(&number)
                .and_then(|connection| connection.timer);
            timer.and_then(|timer| wheel.remove(timer));
        }
    }
    Ok(())
}

/// Verifies a token and compares its user with that of the first token.
///
/// If keys come from an endpoint, call `connection_async` in the task of the connection instead, so
/// that a fetch of keys makes nobody else wait.
fn judge(auth: &Authenticator, token: &str, identity: &mut Option<Identity>) -> Event {
    let connection = match auth.connection(token, now()) {
        Ok(connection) => connection,
        Err(error) => {
            return match error.advice() {
                Advice::TryAgain => Event::KeysUnavailable,
                Advice::GetNewToken => Event::TokenExpired,
                Advice::GiveUp => Event::TokenInvalid,
            };
        }
    };
    let shown = connection.identity();
    let owner = identity.get_or_insert_with(|| shown.clone());
    if !shown.same_authority(owner) {
        return Event::OtherAuthority;
    }
    if shown != *owner {
        return Event::OtherUser;
    }
    let ends = connection.expires().zip(connection.valid_until());
    Event::Renewed(ends.map(|(expires, valid_until)| Expiry::new(expires, valid_until)))
}

/// Takes an event, carries out what follows from it, and sets the timer anew.
fn step(
    connection: &mut Connection,
    number: u32,
    event: Event,
    wheel: &mut Timers,
) -> Result<(), WheelFull> {
    let lifetime = connection.lifetime.get_or_insert(Lifetime::new(None));
    let action = lifetime.step(event, now(), &RULES);
    println!("connection {number}: {action:?}");
    let answer = match action {
        Action::AskForToken => Some(Message::text(ASK)),
        Action::Accept { ttl } => Some(Message::text(match ttl {
            Some(ttl) => format!("welcome for {ttl} s"),
            None => "welcome".to_owned(),
        })),
        Action::Close(reason) => Some(Message::Close(Some(close_frame(reason)))),
        _ => None,
    };
    if let Some(answer) = answer {
        // If its task has ended, it is about to tell the keeper so.
        let _ = connection.outbox.send(answer);
    }
    wheel.schedule(&mut connection.timer, number, lifetime.wakeup(&RULES))
}

/// The codes of Centrifugo's protocol.
fn close_frame(reason: CloseReason) -> CloseFrame {
    let (code, reason) = match reason.may_reconnect() {
        true => (3005, "expired"),
        false => (3500, "invalid token"),
    };
    CloseFrame {
        code: code.into(),
        reason: reason.into(),
    }
}

/// Gives every connection a number and a task.
async fn serve(listener: TcpListener, keeper: mpsc::UnboundedSender<Told>) -> Result<(), AnyError> {
    for number in 1.. {
        let (socket, _) = listener.accept().await?;
        tokio::spawn(connection(socket, number, keeper.clone()));
    }
    Ok(())
}

/// Serves one connection, and tells the keeper when it is gone.
async fn connection(
    socket: TcpStream,
    number: u32,
    keeper: mpsc::UnboundedSender<Told>,
) -> Result<(), AnyError> {
    let result = pass_messages(socket, number, &keeper).await;
    keeper.send(Told::Gone(number))?;
    result
}

/// Passes messages between a socket and the keeper. It knows nothing of time.
async fn pass_messages(
    socket: TcpStream,
    number: u32,
    keeper: &mpsc::UnboundedSender<Told>,
) -> Result<(), AnyError> {
    let mut socket = accept_async(socket).await?;
    let (outbox, mut letters) = mpsc::unbounded_channel();
    keeper.send(Told::Opened(number, outbox))?;
    loop {
        tokio::select! {
            Some(letter) = letters.recv() => socket.send(letter).await?,
            message = socket.next() => match message.transpose()? {
                Some(Message::Text(payload)) => {
                    keeper.send(Told::Token(number, payload.as_str().to_owned()))?;
                }
                Some(_) => {}
                None => return Ok(()),
            },
        }
    }
}

/// Connects, and sends the second token when it is asked for one. Says how its connection ended.
async fn client(
    url: String,
    name: &'static str,
    first: String,
    mut second: Option<String>,
) -> Result<String, AnyError> {
    let (mut socket, _) = connect_async(url).await?;
    socket.send(Message::text(first)).await?;
    if second.is_none() {
        tokio::time::sleep(TOKEN_LIFE.saturating_mul(4)).await;
        socket.close(None).await?;
    }
    while let Some(message) = socket.next().await {
        match message? {
            Message::Close(frame) => {
                return Ok(frame.map_or("no code".to_owned(), |frame| frame.to_string()));
            }
            Message::Text(text) => {
                println!("{name} hears: {text}");
                if text.as_str() == ASK
                    && let Some(token) = second.take()
                {
                    socket.send(Message::text(token)).await?;
                }
            }
            _ => {}
        }
    }
    Ok("nothing".to_owned())
}
