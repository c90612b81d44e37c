//! The write half of one connection, with the part of a frame that the client has not taken yet.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;
use tokio::net::tcp::OwnedWriteHalf;

/// The write half of a stream.
#[derive(Debug)]
pub(crate) enum WriteHalf {
    /// Any task can write to it without waiting.
    Tcp(OwnedWriteHalf),
    /// It may have to wait for the client in between, as TLS does. Only the connection's task can.
    Other(Box<dyn OtherHalf>),
}

/// What [`WriteHalf::Other`] needs.
pub(crate) trait OtherHalf: AsyncWrite + fmt::Debug + Send + Unpin {
    /// Writes what the stream takes now, and wakes nobody later. By default that is nothing.
    fn try_write(&self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }
}

impl WriteHalf {
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write(bytes),
            Self::Other(stream) => stream.try_write(bytes),
        }
    }

    fn stream(&mut self) -> &mut (dyn AsyncWrite + Unpin) {
        match self {
            Self::Tcp(stream) => stream,
            Self::Other(stream) => stream,
        }
    }
}

/// The write half of one connection.
///
/// The task that has it may write: the connection's own task, or, for one frame, a task that publishes.
#[derive(Debug)]
pub(crate) struct Writer {
    /// The frame that is being written. What the client has not taken must be written before
    /// anything else.
    pub(crate) frame: Vec<u8>,
    written: usize,
    needs_flush: bool,
    half: WriteHalf,
}

impl Writer {
    pub(crate) fn new(half: WriteHalf) -> Self {
        Self {
            frame: Vec::new(),
            written: 0,
            needs_flush: false,
            half,
        }
    }

    /// Whether the client has taken all that was written.
    pub(super) fn is_idle(&self) -> bool {
        self.frame.is_empty() && !self.needs_flush
    }

    /// Writes a frame without waiting, and keeps what the client does not take now. True if the client
    /// took all.
    pub(super) fn try_write(&mut self, frame: &[u8]) -> bool {
        // If the connection is broken, its task will see the same error.
        let written = self.half.try_write(frame).unwrap_or(0);
        let rest = frame.get(written..).unwrap_or_default();
        self.frame.extend_from_slice(rest);
        rest.is_empty()
    }

    /// Writes the frame, and then each that `next` makes, until `next` says that there is none.
    pub(crate) fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        mut next: impl FnMut(&mut Vec<u8>) -> bool,
    ) -> Poll<io::Result<()>> {
        loop {
            while let Some(rest) = self.frame.get(self.written..)
                && !rest.is_empty()
            {
                let written = ready!(Pin::new(self.half.stream()).poll_write(context, rest))?;
                if written == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                self.written = self.written.saturating_add(written);
                self.needs_flush = true;
            }
            self.written = 0;
            self.frame.clear();
            if !next(&mut self.frame) {
                break;
            }
        }
        // Idle connections hold no buffer.
        self.frame = Vec::new();
        ready!(Pin::new(self.half.stream()).poll_flush(context))?;
        self.needs_flush = false;
        Poll::Ready(Ok(()))
    }

    /// Says that nothing more will be written.
    pub(crate) fn poll_shutdown(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.half.stream()).poll_shutdown(context)
    }
}
