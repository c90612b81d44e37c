//! Exchanges the keys while the server runs.
//!
//! `cargo run -p countersign --example reload`

use countersign::{Authenticator, Issuer, Key, now};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let old = Key::secret("the secret of last year, 32 bytes or more")?;
    let new = Key::secret("the secret of this year, 32 bytes or more")?;
    let auth = Authenticator::builder().key(old.clone()).build()?;
    let token = Issuer::builder()
        .key(old.clone())
        .build()?
        .connection("42")
        .sign()?;
    auth.connection(&token, now())?;

    // Both secrets are accepted while tokens under the old one are still in use.
    auth.reload(Authenticator::builder().key(new.clone()).key(old).rules()?);
    auth.connection(&token, now())?;

    // Afterwards the new one alone. Other threads may verify meanwhile.
    auth.reload(Authenticator::builder().key(new).rules()?);
    let refused = auth.connection(&token, now()).map(|_| "accepted");
    println!("the old token: {refused:?}");
    assert!(refused.is_err());
    Ok(())
}
