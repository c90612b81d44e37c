//! One authenticator for all threads, reloaded while it is in use (row J12).

use crate::common;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use common::*;
use countersign::claims::{Expectation, Policy};
use countersign::{Authenticator, Code, Connection, Error, Issuer, Key, Rules, Subscription};

#[test]
fn shared_types_are_send_and_sync() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Authenticator>();
    shared::<Rules>();
    shared::<Issuer>();
    shared::<Connection>();
    shared::<Subscription>();
    shared::<Error>();
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
