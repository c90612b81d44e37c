//! Looks keys up in async code: at once if the key is held, else after awaiting the background
//! thread, with a limit on the wait.
//!
//! Run it with `cargo run -p countersign-jwks --example tokio`.

use std::error::Error;
use std::time::Duration;

use countersign_fetch::{Fetch, FetchError, Request, Response};
use countersign_jwks::{Jwks, Lookup};
use countersign_published_keys::KidKeys;

/// The key of RFC 8037 appendix A.2.
const KEYS: &str = r#"{"keys":[
    {"kty":"OKP","crv":"Ed25519","kid":"2026","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
]}"#;

/// A slow endpoint, so that there is something to wait for.
#[derive(Debug)]
struct Slow;

impl Fetch for Slow {
    fn fetch(&self, _: &Request<'_>) -> Result<Response, FetchError> {
        std::thread::sleep(Duration::from_millis(100));
        Ok(Response::new(200, KEYS))
    }
}

/// The answer for a token with this `kid`.
async fn keys(jwks: &Jwks, kid: &str) -> Result<KidKeys, String> {
    let waiting = async {
        loop {
            match jwks.lookup(Some(kid)) {
                // The usual case: no wait, no lock, no allocation.
                Lookup::Found(keys) => return Ok(keys),
                // The task sleeps without blocking a thread.
                Lookup::Pending(pending) => pending.await.map_err(|error| error.to_string())?,
                Lookup::UnknownKey | Lookup::KidRequired => return Err("unknown_key".into()),
                Lookup::Unavailable(error) => return Err(format!("keys_unavailable: {error}")),
            }
        }
    };
    let limit = jwks.settings().total_deadline;
    tokio::time::timeout(limit, waiting)
        .await
        .unwrap_or_else(|_| Err("keys_unavailable: timeout".into()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let jwks = Jwks::builder("https://keys.example/", countersign_ring::provider())
        .fetch(Slow)
        .build()?;

    // A thousand connections arrive before the first answer: one request serves them all.
    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let jwks = jwks.clone();
            tokio::spawn(async move { keys(&jwks, "2026").await.is_ok() })
        })
        .collect();
    let mut found = Vec::new();
    for task in tasks {
        found.push(task.await?);
    }
    println!(
        "every task found its key: {}",
        found.iter().all(|found| *found)
    );
    println!("kid \"1999\": {:?}", keys(&jwks, "1999").await.err());

    // Without a background thread, the same wait on a thread where blocking is allowed:
    let handle = jwks.clone();
    let found = tokio::task::spawn_blocking(move || handle.resolve(Some("2026"))).await?;
    println!("resolved: {}", matches!(found, Lookup::Found(_)));
    println!("{:?}", jwks.counters());
    Ok(())
}
