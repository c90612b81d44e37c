//! The bytes of one connection: WebSocket messages in, frames out.
//!
//! tungstenite reads: unmasking, fragments, control frames, limits. Writing is done here, since
//! the outbox makes whole frames. What tungstenite wants to say (pongs, the answer to a close)
//! waits until no frame is half written.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message};

use crate::wire::CloseFrame;

/// The most bytes that are read at once. Idle connections hold this much.
const READ_BUFFER: usize = 1024;
/// A WebSocket ping without content.
const PING: [u8; 2] = [0x89, 0];
/// If more bytes of control frames than this wait to be written, nothing more is read. Otherwise a
/// client that sends pings and never reads the answers could fill the memory.
const CONTROL_LIMIT: usize = 1024;
/// The most that is read from a client that was told goodbye.
const DRAIN_LIMIT: usize = 1024 * 1024;

/// What a connection runs over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl Stream for TcpStream {}
impl Stream for tokio_rustls::server::TlsStream<TcpStream> {}

/// One WebSocket connection.
#[derive(Debug)]
pub(super) struct Socket<S> {
    stream: S,
    reader: WebSocketContext,
    /// What tungstenite wants to say.
    control: Vec<u8>,
    /// What is being written, and how much of it has been.
    out: Vec<u8>,
    written: usize,
}

/// What a client did.
#[derive(Debug)]
pub(super) enum Received {
    /// A message.
    Message(Bytes),
    /// A ping or a pong.
    Control,
    /// It closed, or is gone.
    Gone,
    /// It broke a limit or the rules of WebSocket.
    Fault(Fault),
}

/// How a client broke the rules of WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A message is larger than allowed.
    TooBig,
    /// A frame is not as RFC 6455 says.
    Protocol,
    /// A text is not UTF-8.
    NotUtf8,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// `read` was read from the stream already.
    pub(super) fn new(stream: S, read: &[u8], message_limit: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_frame_size(Some(message_limit))
            .max_message_size(Some(message_limit));
        let reader =
            WebSocketContext::from_partially_read(read.to_vec(), Role::Server, Some(config));
        Self {
            stream,
            reader,
            control: Vec::new(),
            out: Vec::new(),
            written: 0,
        }
    }

    pub(super) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Received> {
        let mut io = Io {
            stream: &mut self.stream,
            context,
            control: &mut self.control,
        };
        loop {
            return Poll::Ready(match self.reader.read(&mut io) {
                Ok(Message::Text(text)) => Received::Message(text.into()),
                Ok(Message::Binary(bytes)) => Received::Message(bytes),
                Ok(Message::Ping(_) | Message::Pong(_)) => Received::Control,
                // The next read answers it, and says that the connection is closed.
                Ok(Message::Close(_) | Message::Frame(_)) => continue,
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Poll::Pending;
                }
                Err(Error::Capacity(_)) => Received::Fault(Fault::TooBig),
                Err(Error::Utf8(_)) => Received::Fault(Fault::NotUtf8),
                Err(Error::Protocol(error)) => match error {
                    tungstenite::error::ProtocolError::ResetWithoutClosingHandshake => {
                        Received::Gone
                    }
                    _ => Received::Fault(Fault::Protocol),
                },
                Err(_) => Received::Gone,
            });
        }
    }

    /// Writes what there is, and then what `next` gives, until there is nothing more or the
    /// client does not take more now.
    pub(super) fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        mut next: impl FnMut() -> Option<Vec<u8>>,
    ) -> Poll<io::Result<()>> {
        loop {
            while let Some(rest) = self.out.get(self.written..).filter(|rest| !rest.is_empty()) {
                let written = ready!(Pin::new(&mut self.stream).poll_write(context, rest))?;
                if written == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                self.written = self.written.saturating_add(written);
            }
            self.written = 0;
            self.out = if self.control.is_empty() {
                match next() {
                    Some(frame) => frame,
                    None => break,
                }
            } else {
                core::mem::take(&mut self.control)
            };
        }
        self.out = Vec::new();
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Whether control frames wait to be written. Reading adds them: each ping has an answer.
    pub(super) fn has_control(&self) -> bool {
        !self.control.is_empty()
    }

    /// Whether so many control frames wait that the client must take some before more is read.
    pub(super) fn has_too_much_control(&self) -> bool {
        self.control.len() > CONTROL_LIMIT
    }

    /// Sends a WebSocket ping with the next write.
    pub(super) fn ping(&mut self) {
        self.control.extend_from_slice(&PING);
    }

    /// Writes what is left, and says why the connection closes, if it is the server who closes it.
    /// Then it reads until the client closes: if a socket is closed while it holds unread bytes, the
    /// kernel resets the connection, and the client may lose the close frame.
    pub(super) async fn finish(
        &mut self,
        mut next: impl FnMut() -> Option<Vec<u8>>,
        close: Option<&CloseFrame>,
    ) -> io::Result<()> {
        std::future::poll_fn(|context| self.poll_write(context, &mut next)).await?;
        if let Some(close) = close {
            self.stream.write_all(&close_frame(close)).await?;
        }
        self.stream.flush().await?;
        self.stream.shutdown().await?;
        if close.is_none() {
            return Ok(());
        }
        let mut bytes = [0; 512];
        let mut read = 0_usize;
        while read < DRAIN_LIMIT {
            match self.stream.read(&mut bytes).await? {
                0 => break,
                count => read = read.saturating_add(count),
            }
        }
        Ok(())
    }
}

/// A close frame: its payload is short, so that its length fits into one byte.
fn close_frame(close: &CloseFrame) -> Vec<u8> {
    let reason = close.reason.as_bytes();
    let reason = reason.get(..reason.len().min(123)).unwrap_or_default();
    let length = u8::try_from(reason.len()).unwrap_or_default();
    let mut frame = vec![0x88, length.saturating_add(2)];
    frame.extend_from_slice(&close.code.to_be_bytes());
    frame.extend_from_slice(reason);
    frame
}

/// The stream as tungstenite needs it: a read that would block says so, and a write goes to a buffer.
struct Io<'s, 'c, 'w, S> {
    stream: &'s mut S,
    context: &'c mut Context<'w>,
    control: &'s mut Vec<u8>,
}

impl<S: AsyncRead + Unpin> Read for Io<'_, '_, '_, S> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(bytes);
        match Pin::new(&mut *self.stream).poll_read(self.context, &mut buffer) {
            Poll::Ready(Ok(())) => Ok(buffer.filled().len()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl<S> Write for Io<'_, '_, '_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.control.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
