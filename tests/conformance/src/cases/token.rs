//! Cases of one token: how it is made, what checks it, and the result.

use core::time::Duration;
use std::ffi::OsString;

use countersign::config::{Config, Format};
use countersign::fetch::Response;
use countersign::fetch::testing::ScriptedFetch;
use countersign::jwks::Jwks;
use countersign::jwks::testing::ManualClock;
use countersign::{
    Authenticator, Authority, Connection, Error, Identity, KeySource, Keyring, Rules, Subscription,
    UnixTime,
};
use countersign_signature::Provider;

use super::keys::word;
use super::text::{Values, expand, expand_text};
use super::{Verdict, checks, parts, signature};
use crate::encoding::base64url;
use crate::records::Record;

/// The time at which tokens are checked, unless the case says otherwise.
pub(crate) const NOW: i64 = 1_700_000_000;

/// The names that a record of a token may have, besides [`super::COMMON`].
pub(crate) const NAMES: [&str; 24] = [
    "alg",
    "header",
    "payload",
    "sign",
    "secret",
    "signature",
    "token",
    "keys",
    "config",
    "environment",
    "jwks",
    "allow",
    "kind",
    "now",
    "request",
    "user",
    "gives",
    "limit",
    "typ",
    "check",
    "only",
    "status",
    "requests",
    "warns",
];

/// Makes the token, checks it, and returns the verdict.
pub(crate) fn run(record: &Record, values: &Values, provider: &Provider) -> Verdict {
    if let Some(check) = record.get("check") {
        return checks::run(check, provider);
    }
    if record.get("only") == Some("configuration") {
        return configured(record, values);
    }
    let token = make(record, values);
    let script = ScriptedFetch::new();
    let authenticator = match authenticator(record, values, provider, &script) {
        Ok(authenticator) => authenticator,
        Err(verdict) => return verdict,
    };
    let now = record.get("now").map_or(NOW, |now| {
        expand_text(now, values)
            .parse()
            .expect("a number of seconds")
    });
    let now = UnixTime::from_secs(now);
    let kind = record.get("kind").map(|kind| expand_text(kind, values));
    let shown = if kind.as_deref() == Some("subscription") {
        authenticator.subscription(&token, now).and_then(|it| {
            if let Some(request) = record.get("request") {
                let request = expand_text(request, values);
                let [channel, user, client] = words(&request);
                it.check_request(channel, &identity(it.authority(), user), client)?;
            }
            Ok(show_subscription(&it))
        })
    } else {
        authenticator.connection(&token, now).and_then(|it| {
            if let Some(user) = record.get("user") {
                it.check_identity(&identity(it.authority(), &expand_text(user, values)))?;
            }
            Ok(show_connection(&it))
        })
    };
    if let Some(wanted) = record.get("requests") {
        let made = script.requests();
        if made.to_string() != wanted {
            return Verdict::refuse("another number of requests", &made);
        }
    }
    verdict(record, values, shown)
}

/// Whether a configuration is valid. No key is fetched.
fn configured(record: &Record, values: &Values) -> Verdict {
    let text = expand_text(record.need("config"), values);
    let setup = Config::from_text(&text, Format::Json, environment(record, values))
        .and_then(|it| it.setup().on_demand().build());
    match setup {
        Ok(_) => Verdict::accept("it holds"),
        Err(error) => Verdict::refuse("configuration", &error),
    }
}

/// The environment variables of a record: `NAME=VALUE`.
pub(crate) fn environment(record: &Record, values: &Values) -> Vec<(OsString, OsString)> {
    let mut variables = Vec::new();
    for variable in record.all("environment") {
        let variable = expand_text(variable, values);
        let (name, value) = variable.split_once('=').expect("NAME=VALUE");
        variables.push((name.into(), value.into()));
    }
    variables
}

fn verdict(record: &Record, values: &Values, shown: Result<String, Error>) -> Verdict {
    match shown {
        Err(error) => Verdict::refuse(error.code().as_str(), &error),
        Ok(shown) => {
            let gives = record.get("gives").map(|gives| expand_text(gives, values));
            let all = gives.as_deref().unwrap_or_default().split("; ");
            match all
                .filter(|part| !part.is_empty())
                .find(|part| !shown.split("; ").any(|found| found == *part))
            {
                Some(missing) => Verdict::refuse(
                    "another result",
                    &format!("{missing:?} is not in {shown:?}"),
                ),
                None => Verdict::accept(shown),
            }
        }
    }
}

fn words(text: &str) -> [&str; 3] {
    let mut words = text.split(' ');
    [(); 3].map(|()| words.next().unwrap_or_default().trim_matches('-'))
}

/// The token that a record describes.
pub(crate) fn make(record: &Record, values: &Values) -> String {
    let mut values = values.clone();
    let alg = record.get("alg").unwrap_or("HS256");
    values.entry("alg".into()).or_insert_with(|| alg.into());
    let key = first_key(record, &values);
    values.entry("key".into()).or_insert(key);

    let header = record
        .get("header")
        .unwrap_or(r#"{"alg":"${alg}","typ":"JWT"}"#);
    let payload = record.get("payload").unwrap_or(r#"{"sub":"42"}"#);
    let header = base64url(&expand(header, &values));
    let payload = base64url(&expand(payload, &values));
    let input = format!("{header}.{payload}");

    let how = expand_text(record.get("sign").unwrap_or("${key} as ${alg}"), &values);
    let secret = record.get("secret").map(|text| expand(text, &values));
    let bends = expand_text(record.get("signature").unwrap_or("good"), &values);
    let made = if how == "nothing" {
        Vec::new()
    } else {
        signature::sign(&how, secret.as_deref(), input.as_bytes())
    };
    let signer = how.split(' ').next().unwrap_or_default();
    let made = signature::bend(&bends, made, signer);

    for (name, part) in [("h", header), ("p", payload), ("s", base64url(&made))] {
        // Only define a spelling if it differs, so that no case uses the canonical spelling by
        // mistake.
        for (spelling, other) in [
            ("loose", loose(&part, 0b1111)),
            ("bit", loose(&part, 1)),
            ("standard", part.replace('-', "+").replace('_', "/")),
        ] {
            if other != part {
                values.insert(format!("{name}.{spelling}"), other);
            }
        }
        values.insert(name.into(), part);
    }
    expand_text(record.get("token").unwrap_or("${h}.${p}.${s}"), &values)
}

/// Another spelling of the same bytes: it sets these unused bits of the last character. If the
/// last character has no unused bits, the part stays the same.
fn loose(part: &str, bits: usize) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let spare = match part.len() % 4 {
        2 => 0b1111,
        3 => 0b11,
        _ => 0,
    };
    let Some((rest, last)) = part.split_at_checked(part.len().saturating_sub(1)) else {
        return part.to_owned();
    };
    match ALPHABET.find(last) {
        Some(digit) if !last.is_empty() => {
            let other = ALPHABET.as_bytes()[digit | spare & bits];
            format!("{rest}{}", char::from(other))
        }
        _ => part.to_owned(),
    }
}

fn first_key(record: &Record, values: &Values) -> String {
    let keys = record.get("keys").unwrap_or("hs");
    let keys = expand_text(keys, values);
    let first = keys.split(' ').next().unwrap_or_default();
    first
        .split([':', '#'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn authenticator(
    record: &Record,
    values: &Values,
    provider: &Provider,
    script: &ScriptedFetch,
) -> Result<Authenticator, Verdict> {
    let provider = match record.get("allow") {
        None => provider.clone(),
        Some(allowed) => {
            let allowed = expand_text(allowed, values);
            provider.clone().only(|algorithm| {
                allowed
                    .split(' ')
                    .any(|alg| algorithm.name().is_spelled(alg))
            })
        }
    };
    if let Some(config) = record.get("config") {
        let text = expand_text(config, values);
        let setup = Config::from_text(&text, Format::Json, environment(record, values))
            .and_then(|config| config.setup().provider(provider.clone()).build())
            .map_err(|error| Verdict::refuse("configuration", &error))?;
        if let Some(about) = record.get("warns")
            && !setup.warnings().iter().any(|it| it.contains(about))
        {
            let warnings = setup.warnings().join("; ");
            return Err(Verdict::refuse("another warning", &warnings));
        }
        return Ok(Authenticator::new(setup.ignore_warnings().rules));
    }
    let keys = match record.get("jwks") {
        Some(document) => {
            let status = record.get("status").unwrap_or("200");
            let status = status.parse().expect("a status");
            script.otherwise(Response::new(status, expand(document, values)));
            published(script, provider)
        }
        None => known(record, values, provider)?,
    };
    let mut authority = Authority::builder().keys(keys);
    if let Some(typ) = record.get("typ") {
        authority = authority.typ(expand_text(typ, values));
    }
    let authority = authority.build().expect("keys were given");
    let mut rules = Rules::new(authority);
    if let Some(limit) = record.get("limit") {
        let limit = expand_text(limit, values);
        rules = rules.token_limit(limit.parse().expect("a number of bytes"));
    }
    Ok(Authenticator::new(rules))
}

/// The user of the connection that a request or a refresh is about.
fn identity(authority: &str, user: &str) -> Identity {
    Identity::new(authority, None, user)
}

/// The keys that `keys` names: `NAME`, `NAME:ALG` for a key limited to an algorithm, `NAME#KID`.
fn known(record: &Record, values: &Values, provider: Provider) -> Result<KeySource, Verdict> {
    let mut ring = Keyring::new(provider);
    let names = expand_text(record.get("keys").unwrap_or("hs"), values);
    for name in names.split(' ') {
        let (name, kid) = match name.split_once('#') {
            Some((name, kid)) => (name, Some(kid)),
            None => (name, None),
        };
        let (name, alg) = match name.split_once(':') {
            Some((name, alg)) => (name, Some(alg)),
            None => (name, None),
        };
        let name = match (name, alg) {
            ("own", Some(alg)) => signature::own_key(alg),
            (name, _) => name,
        };
        let mut key = parts::key(name, false);
        if let Some(alg) = alg {
            key = key.with_algorithm(alg);
        }
        if let Some(kid) = kid {
            key = key.with_kid(kid);
        }
        ring = ring
            .with(&key)
            .map_err(|error| Verdict::refuse(word(&error), &error))?;
    }
    Ok(ring.into())
}

/// The keys of a document that an endpoint publishes and never changes.
fn published(script: &ScriptedFetch, provider: Provider) -> KeySource {
    let clock = ManualClock::at(Duration::from_secs(NOW.unsigned_abs()));
    let client = Jwks::builder("https://keys.example/jwks.json", provider)
        .fetch(script.clone())
        .clock(clock)
        .on_demand()
        .build()
        .expect("a client");
    client.into()
}

fn text(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(
        || "none".into(),
        |bytes| String::from_utf8_lossy(bytes).into_owned(),
    )
}

fn moment(moment: Option<UnixTime>) -> String {
    moment.map_or_else(|| "never".into(), |moment| moment.to_string())
}

fn show_connection(it: &Connection) -> String {
    let channels: Vec<&str> = it.channels().map(|it| it.name).collect();
    format!(
        "user={}; expires={}; info={}; meta={}; channels={}",
        it.user(),
        moment(it.expires()),
        text(it.info()),
        text(it.meta()),
        channels.join(" "),
    )
}

fn show_subscription(it: &Subscription) -> String {
    format!(
        "user={}; client={}; channel={}; expires={}; info={}",
        it.user(),
        it.client().unwrap_or("none"),
        it.channel(),
        moment(it.expires()),
        text(it.info()),
    )
}
