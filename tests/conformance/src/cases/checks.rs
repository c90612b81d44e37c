//! Cases with more than one token: the `check` lines of records.

use core::time::Duration;
use std::thread;

use countersign::config::{Config, Format};
use countersign::fetch::testing::ScriptedFetch;
use countersign::fetch::{Response, UrlTemplate};
use countersign::jwks::testing::ManualClock;
use countersign::jwks::{Jwks, Lookup};
use countersign::{Advice, Authenticator, Code, UnixTime};
use countersign_signature::Provider;

use super::token::NOW;
use super::{Verdict, parts, signature};
use crate::encoding::base64url;
use crate::judge::HOLDS;

type Check = Result<(), String>;

/// Runs a check by its name.
pub(crate) fn run(name: &str, provider: &Provider) -> Verdict {
    let done = match name {
        "reload" => reload(provider),
        "reload while in use" => reload_while_in_use(provider),
        "judged anew" => judged_anew(provider),
        "tenants" => tenants(provider),
        "traversal" => traversal(),
        "one fetch" => one_fetch(provider),
        "cooldown" => cooldown(provider),
        "herd" => herd(provider),
        "sliding" => sliding(provider),
        "endpoint" => endpoint(provider),
        "advice" => return advice(),
        other => panic!("no check is called {other:?}"),
    };
    match done {
        Ok(()) => Verdict::refuse(HOLDS, &"it holds"),
        Err(why) => Verdict::refuse("it does not hold", &why),
    }
}

fn hold(it: bool, what: &str) -> Check {
    if it { Ok(()) } else { Err(what.into()) }
}

fn by_secret(secret: &str) -> String {
    token(secret, r#"{"sub":"42"}"#)
}

fn token(secret: &str, payload: &str) -> String {
    let header = base64url(br#"{"alg":"HS256"}"#);
    let input = format!("{header}.{}", base64url(payload.as_bytes()));
    let made = signature::sign("hs as HS256", Some(secret.as_bytes()), input.as_bytes());
    format!("{input}.{}", base64url(&made))
}

fn rules(previous: &str, provider: &Provider) -> countersign::Rules {
    let text = format!(
        r#"{{"token_hmac_secret_key":"new-secret","token_hmac_previous_secret_key":"{previous}"}}"#
    );
    let config = Config::from_text(&text, Format::Json, []).expect("a configuration");
    config
        .setup()
        .provider(provider.clone())
        .build()
        .expect("rules")
        .ignore_warnings()
        .rules
}

fn reload(provider: &Provider) -> Check {
    let authenticator = Authenticator::new(rules("old-secret", provider));
    let is_good = |secret: &str| {
        authenticator
            .connection(&by_secret(secret), UnixTime::from_secs(NOW))
            .is_ok()
    };
    hold(is_good("old-secret"), "the old secret before the reload")?;
    authenticator.reload(rules("other-secret", provider));
    hold(!is_good("old-secret"), "the old secret is still in force")?;
    hold(is_good("other-secret"), "the other secret is not in force")
}

fn reload_while_in_use(provider: &Provider) -> Check {
    let authenticator = Authenticator::new(rules("a-secret", provider));
    let connection = by_secret("new-secret");
    let subscription = token("new-secret", r#"{"sub":"42","channel":"news"}"#);
    let now = UnixTime::from_secs(NOW);
    let both_good = || {
        authenticator.connection(&connection, now).is_ok()
            && authenticator.subscription(&subscription, now).is_ok()
    };
    let all_good = thread::scope(|scope| {
        let readers = [(); 4].map(|()| scope.spawn(|| (0..300).all(|_| both_good())));
        for round in 0..30 {
            authenticator.reload(rules(&format!("a-secret-{round}"), provider));
        }
        readers
            .into_iter()
            .all(|reader| reader.join().is_ok_and(|good| good))
    });
    hold(all_good, "a token was refused during a reload")
}

/// One authenticator and one token: each verdict is computed again, and none is cached.
fn judged_anew(provider: &Provider) -> Check {
    let authenticator = Authenticator::new(rules("old-secret", provider));
    let token = token(
        "old-secret",
        &format!(r#"{{"sub":"42","exp":{}}}"#, NOW + 60),
    );
    let code = |now: i64| {
        let found = authenticator.connection(&token, UnixTime::from_secs(now));
        found.err().map(|error| error.code().as_str())
    };
    hold(code(NOW).is_none(), "a good token")?;
    hold(code(NOW + 60) == Some("expired"), "the same, expired")?;
    hold(code(NOW).is_none(), "the same, before that again")?;
    authenticator.reload(rules("other-secret", provider));
    hold(code(NOW) == Some("signature"), "its secret is gone")
}

fn document(key: &str, kid: &str) -> String {
    let jwk = parts::key(key, false).with_kid(kid).public_jwk();
    format!(r#"{{"keys":[{}]}}"#, jwk.expect("a JWK"))
}

fn client(provider: &Provider) -> (Jwks, ScriptedFetch, ManualClock) {
    let script = ScriptedFetch::new();
    let clock = ManualClock::at(Duration::from_secs(NOW.unsigned_abs()));
    let client = Jwks::builder("https://keys.example/jwks.json", provider.clone())
        .fetch(script.clone())
        .clock(clock.clone())
        .on_demand()
        .build()
        .expect("a client");
    (client, script, clock)
}

/// Whether the found key verifies a signature of the fixed key with this name.
fn verifies(found: &Lookup, key: &str) -> bool {
    let Lookup::Found(keys) = found else {
        return false;
    };
    let made = signature::sign(&format!("{key} as RS256"), None, b"x");
    keys.for_alg("RS256")
        .is_some_and(|verifier| verifier.verify(b"x", &made).is_ok())
}

fn tenants(provider: &Provider) -> Check {
    let script = ScriptedFetch::new();
    script.then(Response::new(200, document("rsa", "same")));
    script.then(Response::new(200, document("rsa3", "same")));
    let endpoints = Jwks::builder(
        "https://keys.example/{{tenant}}/jwks.json",
        provider.clone(),
    )
    .fetch(script.clone())
    .on_demand()
    .build_each(8)
    .map_err(|error| error.to_string())?;
    let resolve = |tenant: &str| {
        let client = endpoints.get(|_| Some(tenant)).expect("an endpoint");
        client.resolve(Some("same"))
    };
    hold(verifies(&resolve("a"), "rsa"), "a's own key")?;
    hold(script.requests() == 1, "one request, to a")?;
    let of_b = resolve("b");
    hold(!verifies(&of_b, "rsa"), "a's key is good for b")?;
    hold(verifies(&of_b, "rsa3"), "b's own key")?;
    hold(script.requests() == 2, "one more request, to b")?;
    hold(verifies(&resolve("a"), "rsa"), "a's own key again")?;
    hold(script.requests() == 2, "no further request")
}

fn traversal() -> Check {
    let template = |url| UrlTemplate::new(url, false).map_err(|error| error.to_string());
    let path = template("https://keys.example/tenants/{{tenant}}/jwks.json")?;
    let host = template("https://{{tenant}}.keys.example/jwks.json")?;
    for value in [
        "../../etc",
        "..",
        ".",
        "",
        "a/b",
        "a%2e%2e",
        "a?b",
        "a#b",
        "a\\b",
        "a\r\nb",
        "a@b",
        "a:b",
        "%2e%2e",
        "%2E%2E%2F",
        "ä",
        " ",
    ] {
        for template in [&path, &host] {
            hold(template.endpoint(|_| Some(value)).is_err(), value)?;
        }
    }
    for template in [path, host] {
        hold(template.endpoint(|_| Some("acme")).is_ok(), "acme")?;
    }
    Ok(())
}

fn one_fetch(provider: &Provider) -> Check {
    let (client, script, _) = client(provider);
    script.then(Response::new(200, document("rsa", "a")));
    for _ in 0..10 {
        hold(verifies(&client.resolve(Some("a")), "rsa"), "the key")?;
    }
    hold(script.requests() == 1, "one request for ten tokens")
}

fn cooldown(provider: &Provider) -> Check {
    let (client, script, clock) = client(provider);
    script.otherwise(Response::new(200, document("rsa", "a")));
    hold(verifies(&client.resolve(Some("a")), "rsa"), "the key")?;
    clock.advance(Duration::from_secs(60));
    for kid in 0..1000 {
        let found = client.resolve(Some(&format!("unknown-{kid}")));
        // The first token was shown before its fetch began, so its `kid` is certainly unknown.
        let is_right = match kid {
            0 => matches!(found, Lookup::UnknownKey),
            _ => matches!(found, Lookup::Unavailable(_)),
        };
        hold(is_right, "an unknown kid")?;
    }
    hold(
        script.requests() == 2,
        "one request for a thousand unknown kids",
    )
}

fn herd(provider: &Provider) -> Check {
    let (client, script, _) = client(provider);
    script.otherwise(Response::new(200, document("rsa", "a")));
    script.hold();
    let all_found = thread::scope(|scope| {
        let all = [(); 32].map(|()| scope.spawn(|| client.resolve(Some("a"))));
        script.wait_for(1);
        script.release();
        all.into_iter()
            .all(|one| one.join().is_ok_and(|found| verifies(&found, "rsa")))
    });
    hold(all_found, "a look-up did not find the key")?;
    hold(script.requests() == 1, "one request for all")
}

/// No redirect is followed, no request is repeated for ever, and no huge body is read.
fn endpoint(provider: &Provider) -> Check {
    let body = document("rsa", "a");
    let huge = body.clone() + &" ".repeat(512 << 10);
    for (status, body, requests) in [
        (200, &body, 1),
        (302, &body, 1),
        (404, &body, 1),
        (500, &body, 2),
        (200, &huge, 1),
    ] {
        let (client, script, _) = client(provider);
        script.otherwise(Response::new(status, body.as_str()));
        let found = client.resolve(Some("a"));
        let is_good = status == 200 && body.len() < 512 << 10;
        let what = format!("{status}, {} bytes", body.len());
        hold(verifies(&found, "rsa") == is_good, &what)?;
        hold(script.requests() == requests, &what)?;
    }
    Ok(())
}

fn sliding(provider: &Provider) -> Check {
    let (client, script, clock) = client(provider);
    script.then(Response::new(200, document("rsa", "a")));
    script.otherwise(Response::new(200, document("rsa3", "b")));
    let until = client.settings().time_to_live;
    let mut passed = Duration::ZERO;
    while passed < until {
        let _ = client.resolve(Some("a"));
        clock.advance(Duration::from_secs(60));
        passed += Duration::from_secs(60);
    }
    let found = client.resolve(Some("a"));
    hold(!verifies(&found, "rsa"), "a removed key is still trusted")
}

fn advice() -> Verdict {
    let told = |advice| {
        let codes = Code::ALL.iter().filter(|code| code.advice() == advice);
        codes.map(|code| code.as_str()).collect::<Vec<_>>()
    };
    let again = told(Advice::TryAgain);
    let new = told(Advice::GetNewToken);
    if again == ["keys_unavailable", "not_yet_valid"] && new == ["unknown_key", "expired"] {
        Verdict::refuse("try again", &"two codes are \"try again\"")
    } else {
        Verdict::refuse("another advice", &format!("{again:?}, {new:?}"))
    }
}
