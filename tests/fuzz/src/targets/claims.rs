//! Payloads of connection and subscription tokens: no payload is of both kinds, and any that is
//! decoded can be checked and displayed.

use countersign::UnixTime;
use countersign::claims::{
    Bytes, ConnectionClaims, DecodeOptions, Expectation, Policy, Registered, SubscriptionClaims,
};

use super::assert_shows_well;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "claims",
    about: "no payload is of both kinds; decoded claims can be checked at any time, and \
     serde_json reads the same",
    run,
};

fn run(data: &[u8]) {
    let options = DecodeOptions::default();
    let connection = ConnectionClaims::decode(data, &options);
    let subscription = SubscriptionClaims::decode(data, &options);
    assert!(
        connection.is_err() || subscription.is_err(),
        "of both kinds"
    );
    match &connection {
        Ok(claims) => {
            registered(&claims.registered, data);
            shown(&claims.info);
            shown(&claims.meta);
            let mut channels = 0;
            for (name, options) in claims.channels.iter() {
                assert!(!name.is_empty() && !name.chars().any(char::is_control));
                assert_eq!(claims.channel(&name), Some(options.clone()));
                shown(&options.info);
                shown(&options.data);
                channels += 1;
            }
            assert_eq!(channels, claims.channels.len());
            let mut each = claims.channels.iter();
            claims.channels.for_each(|name, options| {
                assert_eq!(each.next(), Some((name, options.unwrap_or_default())));
            });
            assert_eq!(each.next(), None);
            let _ = (claims.expires(), format!("{claims:?}"));
        }
        Err(error) => assert_shows_well(error),
    }
    match &subscription {
        Ok(claims) => {
            registered(&claims.registered, data);
            shown(&claims.options.info);
            shown(&claims.options.data);
            let client = claims.client.as_deref().unwrap_or("");
            let user = claims.registered.user_id();
            assert!(claims.scope().check(&claims.channel, user, client).is_ok());
            assert!(claims.scope().check("another\u{0}", user, client).is_err());
            let _ = (claims.expires(), format!("{claims:?}"));
        }
        Err(error) => assert_shows_well(error),
    }
}

fn registered(claims: &Registered<'_>, data: &[u8]) {
    let other: serde_json::Value =
        serde_json::from_slice(data).expect("the lax reader must accept it");
    let text = |name| other.get(name).and_then(serde_json::Value::as_str);
    assert_eq!(claims.user.as_deref(), text("sub"));
    assert_eq!(claims.iss.as_deref(), text("iss"));
    assert_eq!(claims.jti.as_deref(), text("jti"));
    for (read, name) in [
        (claims.exp, "exp"),
        (claims.nbf, "nbf"),
        (claims.iat, "iat"),
    ] {
        assert_eq!(read.is_some(), other.get(name).is_some(), "{name}");
    }
    let mut strict = Policy::default();
    strict.audience = Expectation::Exact("a".into());
    strict.issuer = Expectation::Exact("a".into());
    strict.require_exp = true;
    strict.max_age = Some(core::time::Duration::from_secs(60));
    strict.allow_anonymous = false;
    let times = [0, 1, 1_700_000_000].map(UnixTime::from_secs);
    for now in [UnixTime::MIN, UnixTime::MAX].into_iter().chain(times) {
        let verdict = Policy::default().judge(claims, now, |_, _| ());
        let expired = claims.exp.is_some_and(|exp| exp <= now);
        let early = claims.nbf.is_some_and(|nbf| nbf > now);
        assert_eq!(verdict.is_ok(), !expired && !early);
        if strict.judge(claims, now, |_, _| ()).is_ok() {
            assert!(verdict.is_ok(), "the lax reader must accept it");
        }
        for check in countersign::claims::Check::ALL.iter().copied() {
            assert_shows_well(&strict.compared(check, claims, now));
        }
    }
}

fn shown(bytes: &Option<Bytes<'_>>) {
    if let Some(bytes) = bytes {
        let mut out = Vec::new();
        bytes.append_to(&mut out);
        assert_eq!(out, bytes.to_vec());
    }
}
