//! What is wrong with a frame.

use core::fmt;

/// A frame that is no message of the protocol. The connection is closed as bad request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("found a frame that is no command of the Centrifugo protocol")
    }
}

impl std::error::Error for Malformed {}
