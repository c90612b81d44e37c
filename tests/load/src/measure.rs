//! The measurements.

use std::io;
use std::process::Command;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use countersign::config::{Config, Format};
use tokio::sync::Notify;
use tokio::task::{JoinSet, LocalSet};

use crate::client::Client;
use crate::protocol::{self, SECRET};
use crate::server::{CORES, Kind, Programs, Server};

const IDLE: usize = 10_000;
/// How many connections are made at once.
const AT_ONCE: usize = 32;
const SUBSCRIBERS: usize = 1_000;
/// How many frames are published for one figure.
const FRAMES: usize = 100;
/// Before it is measured, a server does so many connections and frames of the same work.
const WARM_UP: (usize, usize) = (500, 20);
/// After this time without all deliveries the measurement has failed.
const LONGEST: Duration = Duration::from_secs(60);
/// How long a server may take for what it does after the work, such as letting memory go.
const CALM: Duration = Duration::from_millis(500);

/// What a server costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Costs {
    /// Nanoseconds.
    pub(crate) accept: f64,
    /// Bytes.
    pub(crate) hold: f64,
    /// Nanoseconds.
    pub(crate) deliver_one: f64,
    /// Nanoseconds.
    pub(crate) deliver_sixteen: f64,
}

impl Costs {
    fn least(self, other: Self) -> Self {
        Self {
            accept: self.accept.min(other.accept),
            hold: self.hold.min(other.hold),
            deliver_one: self.deliver_one.min(other.deliver_one),
            deliver_sixteen: self.deliver_sixteen.min(other.deliver_sixteen),
        }
    }
}

/// The least that each server took in any round. A server that is not here has no row.
pub(crate) fn all(programs: &Programs, rounds: usize) -> Result<Vec<(Kind, Costs)>, String> {
    let id = std::process::id().to_string();
    let mut pin = Command::new("taskset");
    pin.args(["--all-tasks", "--cpu-list", "--pid", CORES[1], &id]);
    if !pin.output().is_ok_and(|output| output.status.success()) {
        return Err("expected Linux with `taskset` and two cores: the servers run on one of them, the load on the other".into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let mut rows: Vec<(Kind, Costs)> = Vec::new();
    for _ in 0..rounds {
        for kind in Kind::ALL {
            let one = LocalSet::new().block_on(&runtime, once(kind, programs));
            let Some(costs) = one.map_err(|error| format!("{}: {error}", kind.name()))? else {
                continue;
            };
            match rows.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, least)) => *least = least.least(costs),
                None => rows.push((kind, costs)),
            }
        }
    }
    Ok(rows)
}

async fn once(kind: Kind, programs: &Programs) -> io::Result<Option<Costs>> {
    let Some(server) = Server::start(kind, programs) else {
        return Ok(None);
    };
    drop(open(&server, WARM_UP.0).await?);
    tokio::time::sleep(CALM).await;
    let (time, memory) = (server.processor_time(), server.memory());
    let idle = open(&server, IDLE).await?;
    let accept = nanoseconds(server.processor_time() - time) / IDLE as f64;
    tokio::time::sleep(CALM).await;
    let hold = server.memory().saturating_sub(memory) as f64 / IDLE as f64;
    drop(idle);
    drop(server);

    let Some(server) = Server::start(kind, programs) else {
        return Ok(None);
    };
    let audience = Audience::of(&server).await?;
    Ok(Some(Costs {
        accept,
        hold,
        deliver_one: audience.deliver(&server, 1).await?,
        deliver_sixteen: audience.deliver(&server, 16).await?,
    }))
}

/// So many connections, each with a token of its own.
async fn open(server: &Server, count: usize) -> io::Result<Vec<Client>> {
    let text = format!(r#"{{"token_hmac_secret_key": "{SECRET}"}}"#);
    let config = Config::from_text(&text, Format::Json, []).unwrap();
    let issuer = config.connection_issuer().unwrap();
    let mut clients = Vec::with_capacity(count);
    let mut opening = JoinSet::new();
    for number in 0..count {
        let token = issuer
            .connection(&number.to_string())
            .expires_in(Duration::from_secs(3600))
            .sign()
            .unwrap();
        let address = server.address;
        opening.spawn_local(async move { Client::open(address, &token).await });
        if opening.len() >= AT_ONCE
            && let Some(client) = opening.join_next().await
        {
            clients.push(client.unwrap()?);
        }
    }
    while let Some(client) = opening.join_next().await {
        clients.push(client.unwrap()?);
    }
    Ok(clients)
}

/// Subscribers that count what they get, and a publisher.
struct Audience {
    publisher: tokio::sync::Mutex<Client>,
    received: Rc<AtomicUsize>,
    all: Rc<Notify>,
}

impl Audience {
    async fn of(server: &Server) -> io::Result<Self> {
        let publisher = open(server, 1).await?.remove(0);
        let (received, all) = (Rc::new(AtomicUsize::new(0)), Rc::new(Notify::new()));
        for mut client in open(server, SUBSCRIBERS).await? {
            client.subscribe().await?;
            let (received, all) = (received.clone(), all.clone());
            tokio::task::spawn_local(async move {
                while let Ok(count) = client.publications().await {
                    let before = received.fetch_add(count, Ordering::Relaxed);
                    if (before + count).is_multiple_of(SUBSCRIBERS) {
                        all.notify_one();
                    }
                }
            });
        }
        Ok(Self {
            publisher: publisher.into(),
            received,
            all,
        })
    }

    /// The time for one delivery, in nanoseconds, where so many publications are in a frame.
    async fn deliver(&self, server: &Server, batch: usize) -> io::Result<f64> {
        self.frames(batch, WARM_UP.1).await?;
        let before = server.processor_time();
        self.frames(batch, FRAMES).await?;
        let time = server.processor_time() - before;
        Ok(nanoseconds(time) / (FRAMES * batch * SUBSCRIBERS) as f64)
    }

    /// Publishes so many frames, the next when all subscribers have the last.
    async fn frames(&self, batch: usize, count: usize) -> io::Result<()> {
        let frame = protocol::frame(protocol::publish(batch).as_bytes(), true);
        let mut publisher = self.publisher.lock().await;
        for _ in 0..count {
            self.received.store(0, Ordering::Relaxed);
            publisher.publish(&frame, batch).await?;
            while self.received.load(Ordering::Relaxed) < batch * SUBSCRIBERS {
                let all = tokio::time::timeout(LONGEST, self.all.notified());
                all.await.map_err(|_| io::ErrorKind::TimedOut)?;
            }
        }
        Ok(())
    }
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_nanos() as f64
}
