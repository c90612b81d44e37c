//! Fetches a URL as a server fetches keys, and shows the result.
//!
//! `cargo run -p countersign-fetch --example get -- https://id.example/jwks.json`; without a URL,
//! the example fetches from a server of its own on loopback.

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use countersign_fetch::{EndpointUrl, HttpFetch, HttpOptions, Request};

fn main() -> Result<(), Box<dyn Error>> {
    let url = match std::env::args().nth(1) {
        Some(url) => url,
        None => serve()?,
    };
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

/// Answers one request on loopback.
fn serve() -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/jwks.json", listener.local_addr()?);
    std::thread::spawn(move || {
        if let Ok((mut client, _)) = listener.accept() {
            let _ = client.read(&mut [0; 4096]);
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"1\"\r\nContent-Length: 11";
            let _ = write!(client, "{head}\r\n\r\n{{\"keys\":[]}}");
        }
    });
    Ok(url)
}
