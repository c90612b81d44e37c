//! Fetches a URL as a server fetches keys, and shows what came of it.
//!
//! `cargo run -p countersign-fetch --example get -- https://id.example/jwks.json`

use std::error::Error;
use std::time::{Duration, Instant};

use countersign_fetch::{EndpointUrl, HttpFetch, HttpOptions, Request};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("give a URL")?;
    let endpoint = EndpointUrl::new(&url, false)?;
    let transport = HttpFetch::new(&HttpOptions::default())?;
    let request = Request::new(&endpoint, Duration::from_secs(3), 512 * 1024);
    let began_at = Instant::now();
    let answer = request.send(&transport)?;
    println!("{} bytes in {:?}", answer.body().len(), began_at.elapsed());
    for name in ["age", "cache-control", "etag"] {
        for value in answer.header(name) {
            println!("{name}: {value:?}");
        }
    }
    Ok(())
}
