//! Takes the keys from an endpoint, as identity providers publish them.
//!
//! `cargo run -p countersign --example jwks`

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use countersign::{Authenticator, Issuer, Key, KeySet, generate_key, now};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The identity provider signs by a private key and publishes the public one.
    let key = generate_key("ES256")?.with_kid("2026");
    let issuer = Issuer::builder()
        .key(key.clone())
        .iss("https://id.example")
        .aud("chat")
        .build()?;
    let url = publish(key)?;

    // A thread fetches the keys and keeps them fresh.
    let auth = Authenticator::builder()
        .jwks(url)
        .audience("chat")
        .build()?;
    let token = issuer.connection("42").sign()?;
    let connection = auth.connection(&token, now())?;
    println!("user {:?}, by {:?}", connection.user(), connection.iss());
    Ok(())
}

/// Serves the public half of a key on loopback, and gives its URL.
fn publish(key: Key) -> Result<String, Box<dyn std::error::Error>> {
    let body = KeySet::from_iter([key]).to_public_json()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/jwks.json", listener.local_addr()?);
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let _ = client.read(&mut [0; 4096]);
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}");
            let _ = write!(client, "{head}\r\n\r\n{body}");
        }
    });
    Ok(url)
}
