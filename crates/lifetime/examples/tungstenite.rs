//! A chat server on plain tokio-tungstenite whose connections end with their tokens:
//! `cargo run -p countersign-lifetime --example tungstenite`
//!
//! Ada renews her token once and then no more. Bob's token has no end. Both run in this program, in
//! about one second: its tokens live for 300 ms, and the server waits 200 ms before it closes.

use core::time::Duration;
use std::collections::HashMap;
use std::error::Error;
use std::time::SystemTime;

use countersign_claims::{ConnectionClaims, DecodeOptions};
use countersign_lifetime::{
    Action, CloseReason, Event, Expiry, Handle, Lifetime, Rules, Wheel, WheelFull,
};
use countersign_time::UnixTime;
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{accept_async, connect_async};

type AnyError = Box<dyn Error + Send + Sync>;

const RULES: Rules = Rules::new().with_close_delay(Duration::from_millis(200));
const ASK: &str = "send a new token";
const TOKEN_LIFE: Duration = Duration::from_millis(300);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), AnyError> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("ws://{}", listener.local_addr()?);
    let (to_keeper, from_connections) = mpsc::unbounded_channel();
    let keeper = tokio::spawn(keep(from_connections));
    let server = tokio::spawn(serve(listener, to_keeper));

    let ada = tokio::spawn(client(url.clone(), "Ada", Some(TOKEN_LIFE), 1));
    let bob = tokio::spawn(client(url, "Bob", None, 0));
    let (ada, bob) = (ada.await??, bob.await??);
    println!("Ada's connection ended with {ada}, Bob's with {bob}");

    // The keeper ends when no connection and no server is there to tell it anything.
    server.abort();
    keeper.await??;
    Ok(())
}

/// What the connections tell the keeper. Connections are numbered.
enum Told {
    Opened(u32, mpsc::UnboundedSender<Message>),
    /// The payload of a token. A real server has verified the signature by now: `countersign` does.
    Token(u32, String),
    Gone(u32),
}

/// What the keeper knows of one connection.
struct Connection {
    outbox: mpsc::UnboundedSender<Message>,
    /// `None`: it has sent no token yet.
    lifetime: Option<Lifetime>,
    timer: Option<Handle>,
}

/// The one task that follows the lifetimes of all connections.
async fn keep(mut told: mpsc::UnboundedReceiver<Told>) -> Result<(), WheelFull> {
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
                Some(message) => hear(message, &mut connections, &mut wheel)?,
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
    connections: &mut HashMap<u32, Connection>,
    wheel: &mut Timers,
) -> Result<(), WheelFull> {
    match message {
        Told::Opened(number, outbox) => {
            let connection = Connection {
                outbox,
                lifetime: None,
                timer: None,
            };
            connections.insert(number, connection);
        }
        Told::Token(number, payload) => {
            if let Some(connection) = connections.get_mut(&number) {
                let event = judge(&payload, now());
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

/// What became of a token. A real server also compares the user with that of the first token.
fn judge(payload: &str, now: UnixTime) -> Event {
    match ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default()) {
        Err(_) => Event::TokenInvalid,
        Ok(claims) => match claims.registered.exp {
            Some(exp) if exp <= now => Event::TokenExpired,
            exp => Event::Renewed(exp.map(Expiry::at)),
        },
    }
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

/// Connects, and renews its token so many times when it is asked to. Says how its connection ended.
async fn client(
    url: String,
    name: &'static str,
    life: Option<Duration>,
    mut renewals: u32,
) -> Result<String, AnyError> {
    let token = || match life {
        Some(life) => format!(r#"{{"sub":"{name}","exp":{}}}"#, now().saturating_add(life)),
        None => format!(r#"{{"sub":"{name}"}}"#),
    };
    let (mut socket, _) = connect_async(url).await?;
    socket.send(Message::text(token())).await?;
    if life.is_none() {
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
                    && let Some(left) = renewals.checked_sub(1)
                {
                    renewals = left;
                    socket.send(Message::text(token())).await?;
                }
            }
            _ => {}
        }
    }
    Ok("nothing".to_owned())
}

fn now() -> UnixTime {
    SystemTime::now().into()
}
