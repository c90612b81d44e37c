//! Writes the payloads of a connection token, a subscription token and any other JWT:
//! `cargo run -p countersign-new-claims --example write`

use countersign_claims::ClaimsError;
use countersign_new_claims::{NewConnection, NewSubscription, NewTokenClaims};
use countersign_time::UnixTime;

fn main() -> Result<(), ClaimsError> {
    let exp = UnixTime::from_secs(1_700_000_600);
    let connection = NewConnection::new("42").exp(exp).channel("news").finish()?;
    let subscription = NewSubscription::new("42", "$news").exp(exp).finish()?;
    let token = NewTokenClaims::new()
        .user("42")
        .exp(exp)
        .claims_json(r#"{"tenant":"acme","roles":["admin"]}"#)
        .finish()?;
    for payload in [connection, subscription, token] {
        println!("{payload}");
    }
    // `exp` has its own method, so it can't be added as a claim of your own.
    let refused = NewTokenClaims::new().claim_json("exp", "1").finish();
    println!(
        "{}",
        refused.map_or_else(|error| error.to_string(), |_| "accepted".into())
    );
    Ok(())
}
