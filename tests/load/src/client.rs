//! The client side of the load: as little work as possible, since it must not be the limit.

use std::io;
use std::net::SocketAddr;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::protocol::{self, MARK};

/// Where the WebSocket endpoint of every server is.
pub(crate) const PATH: &str = "/connection/websocket";

/// A ping of the server, and the answer to it.
const PING: &str = "{}";

/// One connection.
pub(crate) struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    /// Connects, and shows a token.
    pub(crate) async fn open(address: SocketAddr, token: &str) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET {PATH} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut client = Self {
            stream,
            read: Vec::new(),
        };
        let head = loop {
            client.receive().await?;
            if let Some(length) = protocol::head_length(&client.read) {
                break client.read.drain(..length).collect::<Vec<u8>>();
            }
        };
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", text(&head));
        client.send(&protocol::connect(token)).await?;
        client.expect("\"connect\":{").await?;
        client.read = Vec::new();
        Ok(client)
    }

    pub(crate) async fn subscribe(&mut self) -> io::Result<()> {
        self.send(&protocol::subscribe()).await?;
        self.expect("\"subscribe\":{").await
    }

    /// Publishes so many times by one frame, and waits for as many replies.
    pub(crate) async fn publish(&mut self, frame: &[u8], count: usize) -> io::Result<()> {
        self.stream.write_all(frame).await?;
        let mut replies = 0;
        while replies < count {
            let reply = self.next().await?;
            assert!(!reply.contains("\"error\""), "{reply}");
            replies += reply.matches("\"publish\":{}").count();
        }
        Ok(())
    }

    /// Waits until whole frames have come, and counts the publications in them.
    pub(crate) async fn publications(&mut self) -> io::Result<usize> {
        self.receive().await?;
        let (mut count, mut start, mut is_pinged) = (0, 0, false);
        while let Some((payload, end)) = protocol::first_frame(&mut self.read[start..]) {
            let payload = &self.read[start..][payload];
            count += payload.iter().filter(|byte| **byte == MARK).count();
            is_pinged |= payload == PING.as_bytes();
            start += end;
        }
        self.read.drain(..start);
        if is_pinged {
            self.send(PING).await?;
        }
        Ok(count)
    }

    async fn send(&mut self, message: &str) -> io::Result<()> {
        let frame = protocol::frame(message.as_bytes(), true);
        self.stream.write_all(&frame).await
    }

    async fn expect(&mut self, part: &str) -> io::Result<()> {
        let message = self.next().await?;
        assert!(message.contains(part), "expected {part}, found {message}");
        Ok(())
    }

    /// The next frame.
    async fn next(&mut self) -> io::Result<String> {
        loop {
            if let Some((payload, end)) = protocol::first_frame(&mut self.read) {
                let message = text(&self.read[payload]);
                self.read.drain(..end);
                if message != PING {
                    return Ok(message);
                }
                self.send(PING).await?;
                continue;
            }
            self.receive().await?;
        }
    }

    async fn receive(&mut self) -> io::Result<()> {
        loop {
            self.stream.readable().await?;
            let mut bytes = [0; 8192];
            match self.stream.try_read(&mut bytes) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    self.read.extend_from_slice(&bytes[..count]);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
