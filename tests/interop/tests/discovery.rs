//! Tokens and keys of a real OpenID Connect provider: discovery, algorithms, rotation.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use countersign::config::{Config, Format};
use countersign::{Authenticator, Code, now};
use countersign_interop::{OidcProvider, Program};

const ALGORITHMS: [&str; 6] = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"];

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);

fn configuration(issuer: &str) -> String {
    format!(
        r#"{{"client": {{"token": {{
            "jwks_issuer": "{issuer}", "audience": "{}", "typ": "at+jwt",
            "jwks_cooldown": "1s", "jwks_attempt_timeout": "10s", "jwks_total_deadline": "30s"
        }}}}}}"#,
        OidcProvider::AUDIENCE
    )
}

#[test]
fn the_program_accepts_tokens_of_each_algorithm_of_a_provider_that_it_knows_by_issuer() {
    let Some(program) = Program::find() else {
        return;
    };
    let Some(mut provider) = OidcProvider::start(&ALGORITHMS) else {
        return;
    };
    let issuer = provider.issuer().to_owned();
    for algorithm in ALGORITHMS {
        let token = provider.token(algorithm);
        let said = program.check_token(&configuration(&issuer), &token);
        let said = said.unwrap_or_else(|no| panic!("{algorithm}: {no:?}"));
        assert!(said.contains(OidcProvider::USER), "{algorithm}: {said}");
        // Another text for the same place is another issuer, to the document and to the token.
        let other = configuration(&format!("{issuer}/"));
        let refused = program.check_token(&other, &token).unwrap_err();
        assert!(refused.0.contains(&issuer), "{refused:?}");
    }
}

fn verdict(authenticator: &Authenticator, token: &str) -> Result<(), Code> {
    let accepted = authenticator.connection(token, now());
    accepted.map(drop).map_err(|error| error.code())
}

/// Shows a token until it is accepted; before that, its key may be newer than the keys held.
fn accepted_soon(authenticator: &Authenticator, token: &str) {
    let began_at = Instant::now();
    while let Err(code) = verdict(authenticator, token) {
        assert_eq!(code, Code::KeysUnavailable);
        assert!(began_at.elapsed() < LONG, "not accepted in time");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn keys_rotate_while_tokens_are_in_use() {
    let Some(mut provider) = OidcProvider::start(&["ES256"]) else {
        return;
    };
    let text = configuration(provider.issuer());
    let config = Config::from_text(&text, Format::Json, []).unwrap();
    let setup = config.setup().build().unwrap();
    let authenticator = Authenticator::new(setup.ignore_warnings().rules);
    let first = provider.token("ES256");
    assert_eq!(verdict(&authenticator, &first), Ok(()));

    let done = AtomicBool::new(false);
    let shown = AtomicUsize::new(0);
    thread::scope(|scope| {
        // The first token is in use all the time, and nobody who shows it notices anything.
        let using = scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                assert_eq!(verdict(&authenticator, &first), Ok(()));
                shown.fetch_add(1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(1));
            }
        });
        for _ in 0..2 {
            provider.rotate(true);
            let token = provider.token("ES256");
            accepted_soon(&authenticator, &token);
        }
        done.store(true, Ordering::SeqCst);
        using.join().unwrap();
    });
    assert!(shown.load(Ordering::SeqCst) > 0);

    // Once its key is published no more, the first token needs a successor.
    provider.rotate(false);
    let last = provider.token("ES256");
    accepted_soon(&authenticator, &last);
    assert_eq!(verdict(&authenticator, &first), Err(Code::UnknownKey));
    assert_eq!(verdict(&authenticator, &last), Ok(()));
}
