//! The server's side: from a configuration to connections and subscriptions.
//!
//! `cargo run -p countersign --example authenticate`

use std::error::Error;
use std::time::Duration;

use countersign::config::{Config, Format};
use countersign::{Advice, Authenticator, UnixTime, now};

const CONFIG: &str = r#"
[client.token]
hmac_secret_key = "a secret that backend and server share"
audience = "chat"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    // The environment wins over the file: COUNTERSIGN_TOKEN_AUDIENCE, for one.
    let config = Config::from_text(CONFIG, Format::Toml, std::env::vars_os())?;
    let warn = |warning: &str| println!("warning: {warning}");
    let setup = config.setup().build()?.report(warn);
    let authenticator = Authenticator::new(setup.rules);

    // A client connects with a token that the backend gave it.
    let backend = config.connection_issuer()?;
    let minutes = Duration::from_secs(600);
    let token = backend
        .connection("42")
        .channel("news")
        .expires_in(minutes)
        .sign()?;
    let connection = authenticator.connection(&token, now())?;
    println!("connected: {connection:?}");

    // Later it shows a new one, which must be for the same user.
    let renewed = backend.connection("42").expires_in(minutes).sign()?;
    authenticator
        .connection(&renewed, now())?
        .check_identity(&connection.identity())?;

    // It subscribes with a token for one channel.
    let token = config
        .subscription_issuer()?
        .subscription("42", "$team")
        .sign()?;
    let subscription = authenticator.subscription(&token, now())?;
    subscription.check_request("$team", &connection.identity(), "id of the connection")?;
    println!("subscribed: {subscription:?}");

    // A refusal has a code, and advice for the client.
    let expired = backend
        .connection("42")
        .issued_at(UnixTime::EPOCH)
        .expires_in(minutes)
        .sign()?;
    for token in [expired.as_str(), "no token"] {
        let Err(error) = authenticator.connection(token, now()) else {
            continue;
        };
        let advice = match error.advice() {
            Advice::GetNewToken => "the client asks the backend for a new one",
            Advice::TryAgain => "the client comes back with the same one",
            Advice::GiveUp => "the client stays away",
        };
        println!("refused: {}: {error}; {advice}", error.code());
    }

    // Why, step by step; for operators, not for clients.
    for step in authenticator.explain_connection(&expired, now()).steps {
        println!("{:>10}  {:?}  {}", step.stage, step.outcome, step.detail);
    }

    // The secret is rotated while connections come in.
    let rotated = CONFIG.replace("a secret that", "another secret that");
    let rotated = Config::from_text(&rotated, Format::Toml, [])?;
    authenticator.reload(rotated.setup().build()?.report(warn).rules);
    assert!(authenticator.connection(&renewed, now()).is_err());
    Ok(())
}
