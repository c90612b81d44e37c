//! axum's WebSocket with buffers of 1 KiB, as somebody writes a chat with it: a task for each
//! connection, which feeds what waits and flushes once. No token is checked.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use futures_util::SinkExt as _;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::client::PATH;
use crate::protocol::{self, Command};

const BUFFER: usize = 1024;

type Subscribers = Arc<Mutex<Vec<UnboundedSender<Utf8Bytes>>>>;

pub(crate) fn serve(port: u16) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let app = Router::new()
            .route(PATH, get(upgrade))
            .with_state(Subscribers::default());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await;
        let listener = listener
            .unwrap()
            .tap_io(|stream| stream.set_nodelay(true).unwrap());
        axum::serve(listener, app).await.unwrap();
    });
    ExitCode::SUCCESS
}

async fn upgrade(State(subscribers): State<Subscribers>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        // A connection that breaks off is no concern of the others.
        .on_upgrade(|socket| async move { run(socket, subscribers).await.unwrap_or_default() })
}

async fn run(mut socket: WebSocket, subscribers: Subscribers) -> Result<(), axum::Error> {
    let (sender, mut waiting) = unbounded_channel();
    let mut sender = Some(sender);
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            message = socket.recv() => {
                let Some(Ok(message)) = message else { return Ok(()) };
                let Message::Text(text) = message else { continue };
                for line in text.lines() {
                    let Some((id, command)) = protocol::read(line) else { return Ok(()) };
                    match &command {
                        Command::Connect { .. } => {}
                        Command::Subscribe => subscribers.lock().unwrap().extend(sender.take()),
                        Command::Publish { data } => publish(data, &subscribers),
                    }
                    let reply = protocol::reply(id, &command);
                    socket.feed(Message::Text(reply.into())).await?;
                }
                socket.flush().await?;
            }
            1.. = waiting.recv_many(&mut batch, 64) => {
                for text in batch.drain(..) {
                    socket.feed(Message::Text(text)).await?;
                }
                socket.flush().await?;
            }
        }
    }
}

fn publish(data: &str, subscribers: &Subscribers) {
    let text = Utf8Bytes::from(protocol::push(data));
    // A subscriber whose connection has ended is gone.
    let mut subscribers = subscribers.lock().unwrap();
    subscribers.retain(|subscriber| subscriber.send(text.clone()).is_ok());
}
