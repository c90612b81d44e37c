//! Verifies a token in five lines.
//!
//! `cargo run -p countersign --example verify`

use countersign::{Authenticator, Issuer, Key, now};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = "a secret that backend and server share";
    // The backend signs a token, and the client shows it to the server.
    let issuer = Issuer::builder()
        .key(Key::secret(secret)?)
        .aud("chat")
        .build()?;
    let token = issuer.connection("42").channel("news").sign()?;

    let auth = Authenticator::builder()
        .key(Key::secret(secret)?)
        .audience("chat")
        .build()?;
    match auth.connection(&token, now()) {
        Ok(connection) => println!("user {:?} connects", connection.user()),
        Err(error) => println!(
            "{}: {error}; the client should {:?}",
            error.code(),
            error.advice()
        ),
    }
    Ok(())
}
