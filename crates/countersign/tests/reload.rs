//! One authenticator for all threads, reloaded while it is in use (row J12).

use crate::common;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use common::*;
use countersign::claims::{Expectation, Policy};
use countersign::{
    Authenticator, Code, Connection, Error, Issuer, Key, Rules, Scratch, Subscription,
};

#[test]
fn shared_types_are_send_and_sync() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Authenticator>();
    shared::<Rules>();
    shared::<Issuer>();
    shared::<Connection>();
    shared::<Subscription>();
    shared::<Error>();
    shared::<Scratch>();
}

#[test]
fn j12_a_verification_uses_one_set_of_rules_from_start_to_end() {
    const READERS: usize = 4;
    const ROUNDS: usize = 1_500;
    let secrets =
        ["first", "second", "third"].map(|name| format!("the {name} secret, of 32 bytes and more"));
    // Each set of rules has its own secret and audience. With a mixture of two sets, a token with
    // the audience of the other set would be accepted, or one of the same set refused.
    let rules = |set: usize| {
        let secret = Key::secret(secrets[set].as_bytes()).unwrap();
        let mut policy = Policy::default();
        policy.audience = Expectation::Exact(set.to_string());
        let builder = Authenticator::builder().key(secret).policy(policy);
        builder.rules().unwrap()
    };
    let token = |set: usize, audience: usize, more: &str| {
        hmac(
            secrets[set].as_bytes(),
            "HS256",
            &format!(r#"{{"sub":"42","aud":"{audience}"{more}}}"#),
        )
    };
    let honest: Vec<String> = (0..3).map(|set| token(set, set, "")).collect();
    let mixed: Vec<String> = (0..3).map(|set| token(set, (set + 1) % 3, "")).collect();
    let subscriptions: Vec<String> = (0..3)
        .map(|set| token(set, set, r#","channel":"c""#))
        .collect();

    let authenticator = Authenticator::new(rules(0));
    let (accepted, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                let (authenticator, accepted) = (&authenticator, &accepted);
                let (honest, mixed, subscriptions) = (&honest, &mixed, &subscriptions);
                scope.spawn(move || {
                    let mut scratch = Scratch::default();
                    for round in 0..ROUNDS {
                        let set = (reader + round) % 3;
                        match connect(authenticator, &honest[set]) {
                            Ok(_) => drop(accepted.fetch_add(1, Ordering::Relaxed)),
                            outcome => assert_eq!(outcome, Err(Code::Signature)),
                        }
                        match subscribe(authenticator, &subscriptions[set]) {
                            Ok(channel) => assert_eq!(channel, "c"),
                            outcome => assert_eq!(outcome, Err(Code::Signature)),
                        }
                        let outcome = connect(authenticator, &mixed[set]);
                        assert!(matches!(outcome, Err(Code::Signature | Code::Audience)));
                        let outcome = connect_in(authenticator, &mixed[set], &mut scratch);
                        assert!(matches!(outcome, Err(Code::Signature | Code::Audience)));
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            for set in (0..3).cycle().take_while(|_| !done.load(Ordering::Relaxed)) {
                authenticator.reload(rules(set));
            }
        });
        let ends: Vec<_> = readers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        done.store(true, Ordering::Relaxed);
        assert!(ends.iter().all(Result::is_ok));
    });
    assert!(accepted.into_inner() > 0);
    authenticator.reload(rules(2));
    assert_eq!(connect(&authenticator, &honest[2]), Ok("42".into()));
    assert_eq!(connect(&authenticator, &honest[0]), Err(Code::Signature));
}

/// The user that the borrowing method accepts.
fn connect_in(
    authenticator: &Authenticator,
    token: &str,
    scratch: &mut Scratch,
) -> Result<String, Code> {
    let accepted = authenticator.connection_in(token, now(), scratch);
    let accepted = accepted.map_err(|error| error.code())?;
    Ok(accepted.user().into())
}

#[test]
fn a_scratch_uses_the_rules_of_the_authenticator_that_it_is_given_to() {
    let secrets = [
        "the one secret, of 32 bytes .....",
        "the other secret, of 32 bytes ...",
    ];
    let rules = |secret: &str| {
        let secret = Key::secret(secret.as_bytes()).unwrap();
        Authenticator::builder().key(secret).rules().unwrap()
    };
    let tokens = secrets.map(|secret| hmac(secret.as_bytes(), "HS256", r#"{"sub":"42"}"#));
    let [one, other] = secrets.map(|secret| Authenticator::new(rules(secret)));
    let mut scratch = Scratch::default();
    for _ in 0..3 {
        for (authenticator, accepted, refused) in [(&one, 0, 1), (&other, 1, 0)] {
            let outcome = connect_in(authenticator, &tokens[accepted], &mut scratch);
            assert_eq!(outcome, Ok("42".into()));
            let outcome = connect_in(authenticator, &tokens[refused], &mut scratch);
            assert_eq!(outcome, Err(Code::Signature));
        }
    }

    // A reload takes effect at once, also in a copy.
    let mut copy = scratch.clone();
    other.reload(rules(secrets[0]));
    for scratch in [&mut scratch, &mut copy] {
        assert_eq!(
            connect_in(&other, &tokens[1], scratch),
            Err(Code::Signature)
        );
        assert_eq!(connect_in(&other, &tokens[0], scratch), Ok("42".into()));
    }

    // A new authenticator may take the memory of one that was dropped.
    drop((one, other));
    for (place, secret) in secrets.iter().cycle().take(20).enumerate() {
        let next = Authenticator::new(rules(secret));
        let place = place % 2;
        assert_eq!(
            connect_in(&next, &tokens[place], &mut scratch),
            Ok("42".into())
        );
        let outcome = connect_in(&next, &tokens[1 - place], &mut scratch);
        assert_eq!(outcome, Err(Code::Signature));
    }
}
