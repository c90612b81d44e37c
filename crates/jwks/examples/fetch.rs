//! Fetches a key set as a server would, and shows which keys the server would use.
//!
//! Run it with `cargo run -p countersign-jwks --example fetch -- URL`. Without a URL, the example
//! fetches from a server of its own on loopback.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use countersign_jwks::{Jwks, Lookup};

/// The keys of RFC 8037 appendix A.2 and RFC 7517 appendix A.1, and one that can't be used.
const KEYS: &str = r#"{"keys":[
    {"kty":"OKP","crv":"Ed25519","kid":"2026","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    {"kty":"EC","crv":"P-256","use":"enc","kid":"1",
     "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
     "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"},
    {"kty":"EC","crv":"BP-256","kid":"odd"}
]}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let url = match std::env::args().nth(1) {
        Some(url) => url,
        None => serve()?,
    };
    let jwks = Jwks::builder(url, countersign_ring::provider())
        .on_demand()
        .build()?;
    jwks.refresh()?;

    println!("{}", jwks.endpoint());
    for key in jwks.report().iter().flat_map(|report| report.keys()) {
        let algorithms: Vec<_> = key.algorithms().iter().map(|name| name.as_str()).collect();
        println!(
            "  kid {:?}, {} {}: {}",
            key.kid().unwrap_or_default(),
            key.kty().unwrap_or("?"),
            key.size().unwrap_or_default(),
            key.skipped()
                .map_or_else(|| algorithms.join(" "), |why| format!("skipped, {why}")),
        );
    }
    println!(
        "a removed key is trusted for at most {:?}",
        jwks.settings().removed_key_trusted_at_most()
    );

    // A server does this for each token.
    match jwks.resolve(Some("2026")) {
        Lookup::Found(keys) => {
            let verifier = keys.for_alg("EdDSA").ok_or("no EdDSA key")?;
            println!(
                "kid \"2026\": found, {:?}",
                verifier.verify(b"message", b"no signature")
            );
        }
        other => println!("kid \"2026\": {other:?}"),
    }
    println!("{:?}", jwks.counters());
    Ok(())
}

/// Answers one request on loopback.
fn serve() -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/jwks.json", listener.local_addr()?);
    thread::spawn(move || {
        if let Ok((mut stream, _)) = listener.accept() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{KEYS}",
                KEYS.len()
            );
        }
    });
    Ok(url)
}
