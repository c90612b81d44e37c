//! A session driven by hand: no socket, no task, and a clock that this program turns itself.
//!
//! ```console
//! cargo run -p countersign-gateway --example session
//! ```

use std::sync::Arc;
use std::time::Duration;

use countersign::{Authenticator, Issuer, Key, UnixTime};
use countersign_gateway::session::{Now, Session, SessionAction, SessionEvent, SessionSettings};
use countersign_gateway::wire::{Codec, Frame, Generation, WireFormat};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::secret(b"a secret of at least 32 bytes ...")?;
    let issuer = Issuer::builder().key(key.clone()).build()?;
    let authenticator = Authenticator::builder().key(key).build()?;
    let start = countersign::now();
    let token = issuer
        .connection("42")
        .expires_in(Duration::from_secs(60))
        .sign()?;

    let mut now = Now::new(start, Duration::ZERO);
    let mut session = Session::new("client-1".into(), Arc::new(SessionSettings::default()), now);

    // What a client of the second generation sends first.
    let text = format!(r#"{{"id":1,"connect":{{"token":"{token}"}}}}"#);
    let mut frame = Frame::new(WireFormat::Json, text.into());
    let mut generation = None;
    let command = frame.next(&mut generation).ok_or("no command")??;
    session.set_generation(generation.unwrap_or(Generation::V2));
    let codec = Codec::new(Generation::V2, WireFormat::Json);

    let mut events = vec![SessionEvent::Command(command)];
    while let Some(event) = events.pop() {
        let mut actions = Vec::new();
        session.handle(event, now, &mut actions);
        for action in actions {
            match action {
                SessionAction::VerifyConnection(token) => {
                    let verdict = authenticator.connection(token.as_str(), now.wall);
                    events.push(SessionEvent::Connection(verdict));
                }
                SessionAction::Reply(reply) => {
                    println!("{}", String::from_utf8_lossy(&codec.reply(&reply)));
                }
                other => println!("{other:?}"),
            }
        }
    }

    // Nobody refreshes: 25 seconds after the token's end the connection closes.
    now.wall = later(start, 85);
    let mut actions = Vec::new();
    session.handle(SessionEvent::TimePassed, now, &mut actions);
    println!("{actions:?}");
    assert!(session.is_closed());
    Ok(())
}

fn later(time: UnixTime, seconds: u64) -> UnixTime {
    time.saturating_add(Duration::from_secs(seconds))
}
