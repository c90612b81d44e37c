//! The bytes of one connection: WebSocket messages in, frames out.
//!
//! tungstenite reads: masks, fragments, control frames, limits. It does not write, since the outbox
//! makes whole frames. The control frames of tungstenite (pongs, the answer to a close) wait until no
//! frame is half written.

use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio_rustls::server::TlsStream;
use tungstenite::error::ProtocolError;
use tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message};

use crate::outbox::{OtherHalf, Outbox, WriteHalf, Writer};
use crate::wire::CloseFrame;

/// The most bytes that are read at once. Idle connections hold this much.
const READ_BUFFER: usize = 1024;
/// A WebSocket ping without content.
const PING: [u8; 2] = [0x89, 0];
/// If more bytes of control frames than this wait to be written, nothing more is read. Otherwise a
/// client that sends pings and never reads the answers could fill the memory.
const CONTROL_LIMIT: usize = 1024;
/// The most bytes of one message beside its content: some ten thousand headers of fragments. Otherwise
/// a client could send empty fragments for ever.
const HEADERS_LIMIT: usize = 64 * 1024;
/// The header of a control frame of a client: two bytes and a mask.
const CONTROL_HEADER: usize = 6;
/// The most bytes that are read from a client that was sent a close frame.
const DRAIN_LIMIT: usize = 1024 * 1024;

/// What a connection runs over.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Its read half.
    type Reader: AsyncRead + Send + Unpin + 'static;

    fn split(self) -> (Self::Reader, WriteHalf);
}

impl Stream for TcpStream {
    type Reader = OwnedReadHalf;

    fn split(self) -> (Self::Reader, WriteHalf) {
        let (reader, writer) = self.into_split();
        (reader, WriteHalf::Tcp(writer))
    }
}

impl Stream for TlsStream<TcpStream> {
    type Reader = tokio::io::ReadHalf<Self>;

    fn split(self) -> (Self::Reader, WriteHalf) {
        let (reader, writer) = tokio::io::split(self);
        (reader, WriteHalf::Other(Box::new(writer)))
    }
}

impl OtherHalf for tokio::io::WriteHalf<TlsStream<TcpStream>> {}

/// One WebSocket connection.
#[derive(Debug)]
pub(super) struct Socket<R> {
    reader: R,
    frames: WebSocketContext,
    outbox: Arc<Outbox>,
    /// Control frames that wait to be written.
    control: Vec<u8>,
    /// How many bytes were read for a message that is not whole yet.
    unfinished: usize,
    /// If there are more, the message is refused.
    unfinished_limit: usize,
}

/// What a client did.
#[derive(Debug)]
pub(super) enum Received {
    /// A message.
    Message(Vec<u8>),
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

impl<R: AsyncRead + Unpin> Socket<R> {
    /// `read` was read from the stream already.
    pub(super) fn new<S: Stream<Reader = R>>(
        stream: S,
        outbox: Arc<Outbox>,
        read: &[u8],
        message_limit: usize,
    ) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_frame_size(Some(message_limit))
            .max_message_size(Some(message_limit));
        let frames =
            WebSocketContext::from_partially_read(read.to_vec(), Role::Server, Some(config));
        let (reader, writer) = stream.split();
        outbox.put_back(Writer::new(writer));
        Self {
            reader,
            frames,
            outbox,
            control: Vec::new(),
            unfinished: read.len(),
            unfinished_limit: message_limit.saturating_add(HEADERS_LIMIT),
        }
    }

    pub(super) fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Received> {
        let mut io = Io {
            reader: &mut self.reader,
            context,
            control: &mut self.control,
            read: &mut self.unfinished,
            limit: self.unfinished_limit,
        };
        loop {
            let received = match self.frames.read(&mut io) {
                Ok(Message::Text(text)) => Received::Message(Bytes::from(text).into()),
                Ok(Message::Binary(bytes)) => Received::Message(bytes.into()),
                Ok(Message::Ping(content) | Message::Pong(content)) => {
                    // It may come between two fragments, and is no part of the message.
                    let length = content.len().saturating_add(CONTROL_HEADER);
                    *io.read = io.read.saturating_sub(length);
                    Received::Control
                }
                // The next read answers it, and says that the connection is closed.
                Ok(Message::Close(_) | Message::Frame(_)) => continue,
                Err(Error::Io(error)) => match error.kind() {
                    io::ErrorKind::WouldBlock => return Poll::Pending,
                    io::ErrorKind::FileTooLarge => Received::Fault(Fault::TooBig),
                    _ => Received::Gone,
                },
                Err(Error::Capacity(_)) => Received::Fault(Fault::TooBig),
                Err(Error::Utf8(_)) => Received::Fault(Fault::NotUtf8),
                Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => Received::Gone,
                Err(Error::Protocol(_)) => Received::Fault(Fault::Protocol),
                Err(_) => Received::Gone,
            };
            if matches!(received, Received::Message(_)) {
                self.unfinished = 0;
            }
            return Poll::Ready(received);
        }
    }

    /// Writes what waits, until there is nothing more or the client does not take more now.
    pub(super) fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(mut writer) = ready!(self.outbox.poll_writer(self.has_control())) else {
            return Poll::Ready(Ok(()));
        };
        let written = self.poll_write_all(&mut writer, context);
        self.outbox.put_back(writer);
        written
    }

    fn poll_write_all(
        &mut self,
        writer: &mut Writer,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        writer.poll_write(context, |frame| {
            if self.control.is_empty() {
                self.outbox.next_frame(frame)
            } else {
                *frame = core::mem::take(&mut self.control);
                true
            }
        })
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
    pub(super) async fn finish(&mut self, close: Option<&CloseFrame>) -> io::Result<()> {
        // Nobody else may write behind the close frame.
        let mut writer = poll_fn(|context| self.outbox.poll_last_writer(context)).await;
        poll_fn(|context| self.poll_write_all(&mut writer, context)).await?;
        if let Some(close) = close {
            writer.frame = close_frame(close);
            poll_fn(|context| writer.poll_write(context, |_| false)).await?;
        }
        poll_fn(|context| writer.poll_shutdown(context)).await?;
        if close.is_none() {
            return Ok(());
        }
        let mut bytes = [0; 512];
        let mut read = 0_usize;
        while read < DRAIN_LIMIT {
            match self.reader.read(&mut bytes).await? {
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
struct Io<'s, 'c, 'w, R> {
    reader: &'s mut R,
    context: &'c mut Context<'w>,
    control: &'s mut Vec<u8>,
    /// How many bytes were read for a message that is not whole yet.
    read: &'s mut usize,
    limit: usize,
}

impl<R: AsyncRead + Unpin> Read for Io<'_, '_, '_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if *self.read > self.limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut buffer = ReadBuf::new(bytes);
        match Pin::new(&mut *self.reader).poll_read(self.context, &mut buffer) {
            Poll::Ready(Ok(())) => {
                let count = buffer.filled().len();
                *self.read = self.read.saturating_add(count);
                Ok(count)
            }
            Poll::Ready(Err(error)) => Err(error),
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl<R> Write for Io<'_, '_, '_, R> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.control.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
