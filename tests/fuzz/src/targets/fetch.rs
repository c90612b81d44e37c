//! Whole fetches over a socket: the input is what a server on loopback sends. The first byte says
//! how it is cut into pieces, and whether the request is conditional.

use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use countersign_fetch::{EndpointUrl, HttpFetch, HttpOptions, Request};

use super::assert_shows_well;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "fetch",
    about: "whatever a server sends, a fetch ends in time, within its limit, and says what is wrong",
    run,
};

const LIMIT: usize = 4096;
const TIMEOUT: Duration = Duration::from_secs(2);
/// What a loaded machine adds.
const SLACK: Duration = Duration::from_secs(20);

/// The server, and what it sends to the next who asks.
static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

static TRANSPORT: LazyLock<HttpFetch> =
    LazyLock::new(|| HttpFetch::new(&HttpOptions::default()).unwrap());

struct Server {
    endpoint: EndpointUrl,
    /// Held while one input runs.
    turn: Mutex<()>,
}

static SENT: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let pieces = std::mem::take(&mut *SENT.lock().unwrap());
                // A client that hangs up is what this is about.
                let _ = serve(stream, &pieces);
            }
        });
        Self {
            endpoint: EndpointUrl::new(&url, false).unwrap(),
            turn: Mutex::new(()),
        }
    }
}

fn serve(mut stream: TcpStream, pieces: &[Vec<u8>]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_nodelay(true)?;
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
    for piece in pieces {
        stream.write_all(piece)?;
    }
    stream.shutdown(Shutdown::Write)?;
    // Until the other side has read what it wants.
    while stream.read(&mut buffer)? > 0 {}
    Ok(())
}

fn run(data: &[u8]) {
    let Some((&first, answer)) = data.split_first() else {
        return;
    };
    let server = &*SERVER;
    let _turn = server.turn.lock().unwrap_or_else(PoisonError::into_inner);
    let size = usize::from(first >> 1) + 1;
    *SENT.lock().unwrap() = answer.chunks(size).take(256).map(Vec::from).collect();
    let etag = (first & 1 == 1).then_some("\"a\"");
    let request = Request::new(&server.endpoint, TIMEOUT, LIMIT).if_none_match(etag);
    let began_at = Instant::now();
    let fetched = request.send(&*TRANSPORT);
    assert!(began_at.elapsed() < TIMEOUT + SLACK, "too late");
    match fetched {
        Err(error) => assert_shows_well(&error),
        Ok(response) => {
            assert!(response.body().len() <= LIMIT, "too large");
            match response.status() {
                200 => {}
                304 => assert!(etag.is_some(), "304 unasked"),
                other => panic!("{other} was accepted"),
            }
        }
    }
}
