//! The backend's side: a key is made, tokens are signed with it, and the server gets
//! its public half.
//!
//! `cargo run -p countersign --example issue`

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use countersign::new_claims::NewSubscribeOptions;
use countersign::{Authenticator, Issuer, generate_key, now, thumbprint};

fn main() -> Result<(), Box<dyn Error>> {
    let key = generate_key("EdDSA")?;
    let name = thumbprint(&key)?;
    let key = key.with_kid(name);
    let issuer = Issuer::builder().key(key.clone()).iss("backend").build()?;

    let token = issuer
        .connection("42")
        .expires_in(Duration::from_secs(600))
        .info(&BTreeMap::from([("name", "Alexander")]))?
        .with(|claims| {
            claims.sub(
                "news",
                NewSubscribeOptions::default().data_json(r#"{"unread":3}"#),
            )
        })
        .sign()?;
    println!("for the client: {token}");
    println!("for the server: {}", key.public_jwk()?);

    let server = Authenticator::builder().key(key.into_public()?).build()?;
    let connection = server.connection(&token, now())?;
    assert_eq!(connection.user(), "42");
    for channel in connection.channels() {
        println!(
            "on its first channel, {}: {:?}",
            channel.name,
            channel.options.data.map(str::from_utf8)
        );
    }
    Ok(())
}
