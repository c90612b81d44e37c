//! HTTP and HTTPS servers on loopback with the faults that a test needs.
#![allow(dead_code, clippy::unwrap_used)] // each test file uses its own part

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// The server's answer on a connection after the request was read. It may write as long as the
/// client reads.
pub(crate) type Behaviour = dyn Fn(&mut dyn Write) -> std::io::Result<()> + Send + Sync;

/// A server that runs until the test ends. It counts requests and the bytes that it sends.
pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    requests: Arc<Mutex<Vec<String>>>,
    sent: Arc<AtomicUsize>,
}

impl Server {
    /// Answers every request with these bytes, and closes.
    pub(crate) fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::behaving(move |out| out.write_all(&bytes))
    }

    pub(crate) fn behaving(
        behaviour: impl Fn(&mut dyn Write) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::start(None, Arc::new(behaviour))
    }

    pub(crate) fn tls(config: rustls::ServerConfig, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(
            Some(Arc::new(config)),
            Arc::new(move |out: &mut dyn Write| out.write_all(&bytes)),
        )
    }

    fn start(tls: Option<Arc<rustls::ServerConfig>>, behaviour: Arc<Behaviour>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let requests = Arc::new(Mutex::new(Vec::new()));
        let sent = Arc::new(AtomicUsize::new(0));
        let (log, count) = (requests.clone(), sent.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, behaviour) = (tls.clone(), behaviour.clone());
                let (log, count) = (log.clone(), count.clone());
                thread::spawn(move || {
                    // A client that closes the connection is expected in these tests.
                    let _ = serve(stream, tls, &behaviour, &log, &count);
                });
            }
        });
        Self {
            address,
            scheme,
            requests,
            sent,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}/jwks.json", self.scheme, self.address)
    }

    /// The same server under another name for the loopback address.
    pub(crate) fn url_at(&self, host: &str) -> String {
        format!("{}://{host}:{}/jwks.json", self.scheme, self.address.port())
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The heads of all requests.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The bytes of all answers that were sent.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
}

fn serve(
    stream: TcpStream,
    tls: Option<Arc<rustls::ServerConfig>>,
    behaviour: &Arc<Behaviour>,
    log: &Mutex<Vec<String>>,
    count: &AtomicUsize,
) -> std::io::Result<()> {
    let closing = stream.try_clone()?;
    match tls {
        None => talk(stream, behaviour, log, count)?,
        Some(config) => {
            let connection = rustls::ServerConnection::new(config).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream);
            talk(&mut stream, behaviour, log, count)?;
            stream.conn.send_close_notify();
            stream.flush()?;
        }
    }
    closing.shutdown(Shutdown::Write)
}

fn talk(
    mut stream: impl Read + Write,
    behaviour: &Arc<Behaviour>,
    log: &Mutex<Vec<String>>,
    count: &AtomicUsize,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.extend(byte);
    }
    log.lock().unwrap().push(String::from_utf8(head).unwrap());
    behaviour(&mut Counting { stream, count })
}

struct Counting<'c, W> {
    stream: W,
    count: &'c AtomicUsize,
}

impl<W: Write> Write for Counting<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.stream.write(bytes)?;
        self.count.fetch_add(written, Ordering::SeqCst);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

/// A whole answer with these headers (each with its line end) and this body.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
