//! The wire: commands, replies and pushes, and the four codecs that carry them.
//!
//! Two generations of the Centrifugo client protocol are spoken, each in JSON and in
//! Protobuf. [`Generation::V1`] is that of the client library 2.x, [`Generation::V2`] that
//! of 3.x and later. A generation and a [`WireFormat`] make a [`Codec`]. Everything outside of
//! this module works with [`Command`], [`Reply`] and [`Push`], which are the same for all.
//!
//! A frame holds one or more messages: lines of JSON, or Protobuf messages that each begin
//! with their length. [`Frame`] splits it and finds out the generation from the first
//! command. Lengths are compared with the frame before memory is set aside.
//!
//! It knows no users, no rules of channels and no sockets.

mod close;
mod codec;
mod command;
mod encode;
mod frame;
mod json;
mod malformed;
mod payload;
mod protobuf;
mod reply;
mod v1_json;
mod v1_protobuf;
mod v2_json;
mod v2_protobuf;

pub use close::{Close, CloseFrame, ErrorCode, Refusal, TokenUse, Unsubscribed};
pub use codec::{Codec, Generation, WireFormat};
pub use command::{ClientRequest, Command};
pub use frame::Frame;
pub use malformed::Malformed;
pub use payload::{MAX_NESTING, Payload};
pub use reply::{ClientInfo, ConnectResult, Push, Reply, ReplyResult, SubscribeResult};
