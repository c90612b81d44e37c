//! A key server on loopback, and helpers to verify tokens with its keys.
#![allow(dead_code, unreachable_pub)] // each test binary uses its part

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};

use countersign::config::{Config, Format};
use countersign::{Authenticator, Issuer, Key, generate_key};

/// A server that answers each path with a body or a failure, and counts requests.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    bodies: Mutex<BTreeMap<String, String>>,
    requests: Mutex<Vec<String>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let serving = shared.clone();
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.stop.load(Ordering::SeqCst) {
                    return;
                }
                serving.answer(stream.unwrap());
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    pub fn publish(&self, path: &str, keys: &[&Key]) {
        let keys: Vec<String> = keys.iter().map(|key| key.public_jwk().unwrap()).collect();
        let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        self.publish_text(path, &set);
    }

    pub fn publish_text(&self, path: &str, text: &str) {
        let mut bodies = self.shared.bodies.lock().unwrap();
        bodies.insert(path.into(), text.into());
    }

    /// Becomes an issuer at this path, with its keys below it. Returns the issuer.
    pub fn publish_issuer(&self, path: &str, keys: &[&Key]) -> String {
        let issuer = self.url(path);
        let base = path.strip_suffix('/').unwrap_or(path);
        let set = format!("{base}/set");
        let document = format!(r#"{{"issuer":"{issuer}","jwks_uri":"{}"}}"#, self.url(&set));
        self.publish_text(
            &format!("{base}/.well-known/openid-configuration"),
            &document,
        );
        self.publish(&set, keys);
        issuer
    }

    /// From now on, answers no path.
    pub fn fail(&self) {
        self.shared.bodies.lock().unwrap().clear();
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn requests(&self, path: &str) -> usize {
        let requests = self.shared.requests.lock().unwrap();
        requests.iter().filter(|found| *found == path).count()
    }

    pub fn all_requests(&self) -> usize {
        self.shared.requests.lock().unwrap().len()
    }
}

impl Shared {
    fn answer(&self, mut stream: TcpStream) {
        let mut lines = BufReader::new(&stream).lines();
        let Some(Ok(first)) = lines.next() else {
            return;
        };
        while lines
            .next()
            .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
        {}
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let body = self.bodies.lock().unwrap().get(&path).cloned();
        self.requests.lock().unwrap().push(path);
        let (status, body) = body.map_or(("500 No", String::new()), |body| ("200 OK", body));
        let length = body.len();
        let _ = write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().unwrap().join();
    }
}

pub fn key(alg: &str, kid: &str) -> Key {
    generate_key(alg).unwrap().with_kid(kid)
}

pub fn issuer(key: &Key) -> Issuer {
    Issuer::builder().key(key.clone()).build().unwrap()
}

/// A token of user 42 with this `iss`.
pub fn token_of(key: &Key, iss: &str) -> String {
    let issuer = issuer(key);
    let token = issuer.connection("42");
    token.with(|claims| claims.iss(iss)).sign().unwrap()
}

pub fn config(text: &str) -> Config {
    Config::from_text(text, Format::Json, []).unwrap()
}

/// Uses no threads, so that requests can be counted.
pub fn on_demand(text: &str) -> Authenticator {
    Authenticator::new(
        config(text)
            .setup()
            .on_demand()
            .build()
            .unwrap()
            .ignore_warnings()
            .rules,
    )
}

/// The smallest possible runtime: this thread sleeps until it is woken.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
