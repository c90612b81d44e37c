//! The whole authenticator, with a signature that is always valid.

use core::fmt::Debug;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::sync::LazyLock;

use arbitrary::{Arbitrary, Unstructured};
use countersign::claims::{Expectation, Policy};
use countersign::{
    Attempt, Authenticator, Authority, Code, Error, Explanation, Key, Keyring, Outcome, Rules,
    Scratch, Step, Trust, UnixTime,
};

use super::assert_shows_well;
use crate::{Target, accept};

/// The target.
pub const TARGET: Target = Target {
    name: "authenticator",
    about: "all methods agree, no token is of both kinds, and accepted tokens fit the policy",
    run,
};

/// A header and a payload, and the time at which they are checked.
#[derive(Arbitrary, Debug)]
struct Input<'a> {
    now: u32,
    which: u8,
    header: Header<'a>,
    payload: &'a [u8],
}

#[derive(Arbitrary, Debug)]
enum Header<'a> {
    Plain,
    Kid,
    Any(&'a [u8]),
}

fn keyring() -> Keyring {
    let key = Key::secret([7; 32]).unwrap();
    Keyring::new(accept::provider())
        .with(&key.clone().with_kid("1"))
        .unwrap()
        .with(&key)
        .unwrap()
}

/// A lax one, a strict one, and one with several issuers.
static AUTHENTICATORS: LazyLock<[Authenticator; 3]> = LazyLock::new(|| {
    let mut strict = Policy::default();
    strict.audience = Expectation::Exact("a".into());
    strict.issuer = Expectation::Exact("i".into());
    strict.require_exp = true;
    strict.allow_anonymous = false;
    let one = || Authority::builder().keyring(keyring());
    let plain = || one().build().unwrap();
    let several = Trust::builder()
        .issuer("i", plain())
        .issuer("j", one().typ("JWT").build().unwrap())
        .build()
        .unwrap();
    [
        Rules::new(plain()),
        Rules::new(one().policy(strict).build().unwrap()),
        Rules::new(several),
    ]
    .map(Authenticator::new)
});

fn run(data: &[u8]) {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    let header: &[u8] = match input.header {
        Header::Plain => br#"{"alg":"HS256"}"#,
        Header::Kid => br#"{"alg":"HS256","kid":"1"}"#,
        Header::Any(bytes) => bytes,
    };
    let token = accept::token(header, input.payload);
    let now = UnixTime::from_secs(i64::from(input.now));
    let authenticator = &AUTHENTICATORS[usize::from(input.which % 3)];

    let connection = authenticator.connection(&token, now);
    let subscription = authenticator.subscription(&token, now);
    assert!(
        connection.is_err() || subscription.is_err(),
        "of both kinds"
    );

    agree(
        &connection,
        authenticator.try_connection(&token, now),
        &at_once(authenticator.connection_async(&token, now)),
        &authenticator.explain_connection(&token, now),
    );
    agree(
        &subscription,
        authenticator.try_subscription(&token, now),
        &at_once(authenticator.subscription_async(&token, now)),
        &authenticator.explain_subscription(&token, now),
    );
    let mut scratch = Scratch::default();
    match (
        &connection,
        authenticator.connection_in(&token, now, &mut scratch),
    ) {
        (Ok(owned), Ok(borrowed)) => {
            assert_eq!(owned.user(), borrowed.decoded().registered.user_id());
            assert_eq!(owned.channels().len(), borrowed.decoded().channels.len());
        }
        (owned, borrowed) => assert_eq!(owned.as_ref().err(), borrowed.err().as_ref()),
    }
    match (
        &subscription,
        authenticator.subscription_in(&token, now, &mut scratch),
    ) {
        (Ok(owned), Ok(borrowed)) => {
            assert_eq!(owned.user(), borrowed.decoded().registered.user_id());
            assert_eq!(owned.channel(), borrowed.decoded().channel);
        }
        (owned, borrowed) => assert_eq!(owned.as_ref().err(), borrowed.err().as_ref()),
    }

    // With one flipped bit in the signature, no token is accepted, and one that was accepted is
    // reported as forged.
    let forged = accept::forged(header, input.payload);
    for (is_good, forged) in [
        (
            connection.is_ok(),
            authenticator.connection(&forged, now).err(),
        ),
        (
            subscription.is_ok(),
            authenticator.subscription(&forged, now).err(),
        ),
    ] {
        let code = forged.expect("a forged token is refused").code();
        assert!(!is_good || code == Code::Signature, "{code:?}");
    }
    if let Err(error) = &connection {
        assert_shows_well(error);
    }
    if connection.is_ok() && input.which % 3 == 1 {
        let claims: serde_json::Value = serde_json::from_slice(input.payload).expect("JSON");
        assert_eq!(claims["iss"], "i");
        assert!(claims["exp"].is_number() && claims["sub"] != "");
    }
    if let Err(error) = &subscription {
        assert_shows_well(error);
    }
}

/// Every owned method gives the result of the first, and a trace fails at no more than one step.
fn agree<T: Debug + PartialEq>(
    first: &Result<T, Error>,
    tried: Result<Attempt<T>, Error>,
    awaited: &Result<T, Error>,
    explained: &Explanation<T>,
) {
    let tried = tried.map(|attempt| match attempt {
        Attempt::Done(done) => done,
        Attempt::Pending(_) => panic!("there is nothing to wait for"),
    });
    assert_eq!(tried, *first);
    assert_eq!(awaited, first);
    assert_eq!(explained.result, *first);
    let has_failed = |step: &&Step| matches!(step.outcome, Outcome::Failed(_));
    let failed = explained.steps.iter().filter(has_failed).count();
    assert_eq!(failed, usize::from(first.is_err()));
}

/// The result of a future that has nothing to wait for.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(ready) => ready,
        Poll::Pending => panic!("there is nothing to wait for"),
    }
}
