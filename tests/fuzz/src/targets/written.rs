//! Payloads that this library writes: it can read them again, and a text of the application can't
//! add a claim.

use arbitrary::{Arbitrary, Unstructured};
use countersign::UnixTime;
use countersign::claims::{ConnectionClaims, DecodeOptions, SubscriptionClaims};
use countersign::new_claims::{NewConnection, NewSubscribeOptions, NewSubscription};

use super::assert_shows_well;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "written",
    about: "written claims are read again with the same meaning, for any texts",
    run,
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    user: &'a str,
    channel: &'a str,
    client: Option<&'a str>,
    issuer: Option<&'a str>,
    audiences: [Option<&'a str>; 2],
    info: Option<&'a str>,
    info_bytes: Option<&'a [u8]>,
    meta: Option<&'a str>,
    more: Option<(&'a str, &'a str)>,
    exp: Option<i64>,
    is_subscription: bool,
}

fn run(data: &[u8]) {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(data)) else {
        return;
    };
    if input.is_subscription {
        subscription(&input);
    } else {
        connection(&input);
    }
}

fn connection(input: &Input<'_>) {
    let options = input
        .info_bytes
        .iter()
        .fold(NewSubscribeOptions::default(), |options, bytes| {
            options.info_bytes(bytes)
        });
    let mut new = NewConnection::new(input.user).sub(input.channel, options);
    for aud in input.audiences.iter().flatten() {
        new = new.aud(*aud);
    }
    new = match input.exp {
        Some(exp) => new.exp(UnixTime::from_secs(exp)),
        None => new,
    };
    if let Some(issuer) = input.issuer {
        new = new.iss(issuer);
    }
    if let Some(info) = input.info {
        new = new.info_json(info);
    }
    if let Some(meta) = input.meta {
        new = new.meta_json(meta);
    }
    if let Some((name, json)) = input.more {
        new = new.claim_json(name, json);
    }
    match new.finish() {
        Ok(payload) => {
            let options = DecodeOptions::default();
            let claims = ConnectionClaims::decode(payload.as_bytes(), &options)
                .unwrap_or_else(|error| panic!("{payload}: {error}"));
            assert_eq!(claims.registered.user_id(), input.user);
            assert_eq!(claims.registered.iss.as_deref(), input.issuer);
            let exp = input.exp.map(UnixTime::from_secs);
            assert_eq!(claims.registered.exp, exp);
            assert_eq!(claims.channels.len(), 1);
            let options = claims.channel(input.channel).expect("the channel");
            // No bytes count as no info, as in Centrifugo.
            let info = input.info_bytes.filter(|bytes| !bytes.is_empty());
            assert_eq!(options.info.map(|info| info.to_vec()).as_deref(), info);
        }
        Err(error) => assert_shows_well(&error),
    }
}

fn subscription(input: &Input<'_>) {
    let mut new = NewSubscription::new(input.user, input.channel);
    if let Some(client) = input.client {
        new = new.client(client);
    }
    if let Some(bytes) = input.info_bytes {
        new = new.info_bytes(bytes);
    }
    if let Some(data) = input.meta {
        new = new.data_json(data);
    }
    if let Some((name, json)) = input.more {
        new = new.claim_json(name, json);
    }
    match new.finish() {
        Ok(payload) => {
            let options = DecodeOptions::default();
            let claims = SubscriptionClaims::decode(payload.as_bytes(), &options)
                .unwrap_or_else(|error| panic!("{payload}: {error}"));
            assert_eq!(claims.registered.user_id(), input.user);
            assert_eq!(claims.channel, input.channel);
        }
        Err(error) => assert_shows_well(&error),
    }
}
