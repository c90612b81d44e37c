//! When a connection must refresh its token and when it ends, for millions of connections.
//!
//! A server that lets clients in by a token must end their connections when their tokens end. This
//! crate says when, and what to do. It is the part of Countersign's gateway that any other server
//! can use as well.
//!
//! - [`Lifetime`] is the state machine of one connection or subscription: active, due for a new
//!   token, closed. An [`Event`] and the time come in, an [`Action`] comes out.
//! - [`Wheel`] holds the deadlines of all of them: to add, move or remove one takes constant time,
//!   and one task serves millions.
//! - [`Expiry`] is the end of one token, and tells the client's `ttl`.
//!
//! It relies on `countersign-time` alone. It reads no clock, starts no thread,
//! knows no socket and verifies no token: it is told what became of each.
//!
//! # Example
//!
//! One connection, its timer, and a clock that the example turns itself:
//!
//! ```
//! use countersign_time::UnixTime;
//! use countersign_lifetime::{Action, CloseReason, Event, Expiry, ExpiryRules, Lifetime, Wheel};
//!
//! let rules = ExpiryRules::new();
//! let mut wheel = Wheel::new(UnixTime::from_secs(1000));
//!
//! // A client connects with a token that is good until 1060.
//! let connection = 7_u32;
//! let mut lifetime = Lifetime::new(Some(Expiry::at(UnixTime::from_secs(1060))));
//! let mut timer = None;
//! wheel.schedule(&mut timer, connection, lifetime.wakeup(&rules))?;
//!
//! // The one task of the server that waits: it sleeps until the next wake-up.
//! let mut actions = Vec::new();
//! while let Some(now) = wheel.next_wakeup() {
//!     wheel.advance(now);
//!     while let Some(connection) = wheel.pop() {
//!         // Here a server would look up the connection by its key.
//!         let action = lifetime.step(Event::TimePassed, now, &rules);
//!         wheel.schedule(&mut timer, connection, lifetime.wakeup(&rules))?;
//!         actions.push((now.as_secs(), action));
//!     }
//! }
//! assert_eq!(
//!     actions,
//!     [
//!         (1060, Action::AskForToken),
//!         (1085, Action::Close(CloseReason::NotRenewed)),
//!     ]
//! );
//! # Ok::<(), countersign_lifetime::WheelFull>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

extern crate alloc;

mod expiry;
mod lifetime;
mod wheel;

pub use expiry::Expiry;
pub use lifetime::{Action, CloseReason, Event, ExpiredToken, ExpiryRules, Lifetime, State};
pub use wheel::{Handle, Wheel, WheelFull, WheelTime};
