//! A WebSocket server that speaks the Centrifugo client protocol, and keeps each connection
//! for as long as its token lasts.
//!
//! ```text
//! socket ─ frame ─ wire: decode ─ Command ─ session ─ Actions ─ hub, timers, outbox ─ wire: encode ─ frame ─ socket
//! ```
//!
//! - [`wire`] reads and writes both generations of the protocol, in JSON and in Protobuf.
//! - [`session`] is one connection as a state machine without I/O.
//! - [`hub`] knows who is in which channel, and delivers.
//! - [`options`] reads the server's options by the names of Centrifugo.
//! - [`Outbox`] is what waits for one connection; [`Deliveries`] are messages for many.
//! - [`Server`] listens.
//!
//! Tokens are verified by [`countersign`]; when connections must refresh and when they end is
//! decided by `countersign-lifetime`.
#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod hub;
pub mod options;
mod outbox;
mod server;
pub mod session;
mod timers;
pub mod wire;

pub use outbox::{Deliveries, Outbox};
pub use server::{Server, ServerSettings, Tls, TlsError, WEBSOCKET_PATH};
