//! Signs and reads claims of one's own, in a token of any kind.
//!
//! `cargo run -p countersign --example own_claims`

use std::time::Duration;

use countersign::{Authenticator, Issuer, Key, now};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Mine {
    tenant: String,
    roles: Vec<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::secret("a secret that backend and server share")?;
    let issuer = Issuer::builder().key(key.clone()).aud("api").build()?;
    let mine = Mine {
        tenant: "acme".into(),
        roles: vec!["admin".into()],
    };
    let token = issuer
        .token("42")
        .claims(&mine)?
        .expires_in(Duration::from_secs(600))
        .sign()?;

    // `token` accepts any JWT. `connection` and `subscription` give own claims in the same way.
    let auth = Authenticator::builder().key(key).audience("api").build()?;
    let accepted = auth.token(&token, now())?;
    assert_eq!(accepted.user(), "42");
    assert_eq!(accepted.claims::<Mine>()?, mine);
    println!("{} of {}: {:?}", accepted.user(), mine.tenant, mine.roles);
    Ok(())
}
