//! The bare server: a socket and tokio. It checks the HMAC of a token, answers, writes all that
//! waits for a subscriber in one write, and does nothing else.

use std::cell::RefCell;
use std::io;
use std::process::ExitCode;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::{digest, hmac};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::protocol::{self, Command, SECRET};

/// A frame that many subscribers are sent.
type Shared = Rc<[u8]>;
type Subscribers = Rc<RefCell<Vec<UnboundedSender<Shared>>>>;

pub(crate) fn serve(port: u16) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let subscribers = Subscribers::default();
        let key = Rc::new(hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()));
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            stream.set_nodelay(true).unwrap();
            let (subscribers, key) = (subscribers.clone(), key.clone());
            // A connection that breaks off is no concern of the others.
            tokio::task::spawn_local(async move { run(stream, &subscribers, &key).await.ok() });
        }
    })
}

async fn run(mut stream: TcpStream, subscribers: &Subscribers, key: &hmac::Key) -> io::Result<()> {
    let mut left = upgrade(&mut stream).await?;
    let (sender, mut waiting) = unbounded_channel();
    let mut sender = Some(sender);
    loop {
        while let Some((payload, end)) = protocol::first_frame(&mut left) {
            let text = String::from_utf8_lossy(&left[payload]);
            let mut replies = Vec::new();
            for line in text.lines() {
                let (id, command) = protocol::read(line).ok_or(io::ErrorKind::InvalidData)?;
                match &command {
                    Command::Connect { token } if !is_signed(token, key) => return Ok(()),
                    Command::Connect { .. } => {}
                    Command::Subscribe => subscribers.borrow_mut().extend(sender.take()),
                    Command::Publish { data } => publish(data, subscribers),
                }
                let reply = protocol::reply(id, &command);
                replies.extend(protocol::frame(reply.as_bytes(), false));
            }
            stream.write_all(&replies).await?;
            left.drain(..end);
        }
        tokio::select! {
            readable = stream.readable() => {
                readable?;
                // On the stack, so that an idle connection holds no buffer.
                let mut bytes = [0; 4096];
                match stream.try_read(&mut bytes) {
                    Ok(0) => return Ok(()),
                    Ok(count) => left.extend_from_slice(&bytes[..count]),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
            Some(first) = waiting.recv() => {
                write_all(&mut stream, &first, &mut waiting).await?;
            }
        }
        if left.is_empty() {
            left = Vec::new();
        }
    }
}

/// Answers the handshake. Gives what was read behind it.
async fn upgrade(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    let length = loop {
        stream.readable().await?;
        let mut bytes = [0; 4096];
        match stream.try_read(&mut bytes) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => read.extend_from_slice(&bytes[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if let Some(length) = protocol::head_length(&read) {
            break length;
        }
    };
    let head = String::from_utf8_lossy(&read[..length]).into_owned();
    let (_, key) = head.split_once("Sec-WebSocket-Key: ").unwrap_or_default();
    let key = key.split("\r\n").next().unwrap_or_default();
    let accept = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let accept = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, accept.as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        STANDARD.encode(accept)
    );
    stream.write_all(answer.as_bytes()).await?;
    Ok(read.split_off(length))
}

fn is_signed(token: &str, key: &hmac::Key) -> bool {
    let Some((message, signature)) = token.rsplit_once('.') else {
        return false;
    };
    URL_SAFE_NO_PAD
        .decode(signature)
        .is_ok_and(|signature| hmac::verify(key, message.as_bytes(), &signature).is_ok())
}

fn publish(data: &str, subscribers: &Subscribers) {
    let frame: Shared = protocol::frame(protocol::push(data).as_bytes(), false).into();
    // A subscriber whose connection has ended is gone.
    let mut subscribers = subscribers.borrow_mut();
    subscribers.retain(|subscriber| subscriber.send(frame.clone()).is_ok());
}

/// Writes a frame and all that wait behind it in one write.
async fn write_all(
    stream: &mut TcpStream,
    first: &Shared,
    waiting: &mut UnboundedReceiver<Shared>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    while let Ok(next) = waiting.try_recv() {
        if bytes.is_empty() {
            bytes.extend_from_slice(first);
        }
        bytes.extend_from_slice(&next);
    }
    stream
        .write_all(if bytes.is_empty() { first } else { &bytes })
        .await
}
