//! Judges the claims of a token at several times, check by check:
//! `cargo run -p countersign-claims --example judge`

use core::time::Duration;

use countersign_claims::{ClaimsError, ConnectionClaims, DecodeOptions, Expectation, Policy};
use countersign_time::UnixTime;

fn main() -> Result<(), ClaimsError> {
    let noon = UnixTime::from_secs(1_700_000_000);
    let payload = r#"{"sub":"42","aud":"chat","nbf":1700000000,"exp":1700000600}"#;
    println!("{payload}");

    let claims = ConnectionClaims::decode(payload.as_bytes(), &DecodeOptions::default())?;
    let mut policy = Policy::default();
    policy.audience = Expectation::Exact("chat".into());
    policy.leeway = Duration::from_secs(5);
    for seconds in [0, 300, 620] {
        let now = noon
            .saturating_sub(Duration::from_secs(10))
            .saturating_add(Duration::from_secs(seconds));
        println!("\nat {now}:");
        let verdict = policy.judge(&claims.registered, now, |check, outcome| {
            let mark = if outcome.is_ok() { "ok" } else { "no" };
            let compared = policy.compared(check, &claims.registered, now);
            println!("  {mark}  {check:<10} {compared}");
        });
        match verdict {
            Ok(()) => println!("  accepted: user {}", claims.registered.user_id()),
            Err(error) => println!("  {}: {error}", error.kind().code()),
        }
    }
    Ok(())
}
