//! Trusts several issuers, each with its own keys.
//!
//! `cargo run -p countersign --example issuers`

use countersign::{Authenticator, Authority, Issuer, Key, now};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let acme = Key::secret("the secret of acme, at least 32 bytes")?;
    let globex = Key::secret("the secret of globex, at least 32 bytes")?;
    let auth = Authenticator::builder()
        .issuer(
            Authority::builder()
                .issuer("https://acme.example")
                .key(acme.clone())
                .build()?,
        )
        .issuer(
            Authority::builder()
                .issuer("https://globex.example")
                .key(globex.clone())
                .build()?,
        )
        .build()?;

    // Both have a user 42. These are two users.
    let acme = Issuer::builder()
        .key(acme)
        .iss("https://acme.example")
        .build()?;
    let globex = Issuer::builder()
        .key(globex)
        .iss("https://globex.example")
        .build()?;
    let first = auth.connection(&acme.connection("42").sign()?, now())?;
    let second = auth.connection(&globex.connection("42").sign()?, now())?;
    assert_eq!(first.user(), second.user());
    assert_ne!(first.identity(), second.identity());
    println!("{:?} and {:?}", first.identity(), second.identity());
    Ok(())
}
