//! Cases of the key set client: steps with a scripted transport and a manual clock.
//!
//! The `do` lines run from top to bottom. They set what the endpoint answers from now on
//! (`publish BODY`, `cached CACHE-CONTROL BODY`, `typed CONTENT-TYPE BODY`, `status CODE BODY`,
//! `later CODE RETRY-AFTER BODY`, `fail`) or only at the next request (`once BODY`, `panic`), or
//! they do something (`advance SECONDS`, `resolve KID`, `lookup KID`, `flood COUNT`, `drive`,
//! `refresh`), and after ` => ` they give the expected result: `found KEY`, `unknown`, `kid
//! required`, `unavailable`, `pending`; `requests` is the number of requests; `used` and
//! `skipped` are the numbers of such keys in the set. `set` lines change settings.

use core::time::Duration;

use countersign::fetch::testing::ScriptedFetch;
use countersign::fetch::{FetchErrorKind, Response};
use countersign::jwks::testing::ManualClock;
use countersign::jwks::{Jwks, Lookup, Settings};
use countersign_signature::Provider;

use super::text::{Values, expand_text};
use super::token::NOW;
use super::{Verdict, checks, parts, signature};
use crate::records::Record;
use crate::report::Report;

/// The suite.
pub(crate) fn suite() -> Report {
    let names = [&super::COMMON[..], &["do", "set", "url", "check"]].concat();
    super::run("jwks", include_str!("../../data/jwks.txt"), &names, run)
}

struct Bench {
    client: Jwks,
    script: ScriptedFetch,
    clock: ManualClock,
}

fn run(record: &Record, values: &Values, provider: &Provider) -> Verdict {
    if let Some(check) = record.get("check") {
        return checks::run(check, provider);
    }
    let script = ScriptedFetch::new();
    let clock = ManualClock::at(Duration::from_secs(NOW.unsigned_abs()));
    let mut settings = Settings::default();
    for line in record.all("set") {
        set(&mut settings, &expand_text(line, values));
    }
    let url = record
        .get("url")
        .unwrap_or("https://keys.example/jwks.json");
    let client = Jwks::builder(expand_text(url, values), provider.clone())
        .settings(settings)
        .fetch(script.clone())
        .clock(clock.clone())
        .on_demand()
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => return Verdict::refuse("settings", &error),
    };
    let bench = Bench {
        client,
        script,
        clock,
    };
    for line in record.all("do") {
        let line = expand_text(line, values);
        let (act, wanted) = line.split_once(" => ").unwrap_or((line.as_str(), ""));
        let found = bench.act(act, wanted);
        if found != wanted {
            let why = format!("{act:?} gave {found:?} and not {wanted:?}");
            return Verdict::refuse("another course", &why);
        }
    }
    Verdict::accept("every step went as written")
}

fn set(settings: &mut Settings, line: &str) {
    let (name, value) = line.split_once(' ').unwrap_or((line, "on"));
    let seconds = || Duration::from_secs(value.parse().expect("seconds"));
    match name {
        "time_to_live" => settings.time_to_live = seconds(),
        "stale_if_error" => settings.stale_if_error = seconds(),
        "cooldown" => settings.cooldown = seconds(),
        "may_lengthen_to" => settings.cache_control_may_lengthen_to = Some(seconds()),
        "key_limit" => settings.key_limit = value.parse().expect("a number"),
        "retries" => settings.retries = value.parse().expect("a number"),
        "allow_missing_kid" => settings.allow_missing_kid = true,
        "allow_plain_http" => settings.allow_plain_http = true,
        other => panic!("no setting {other:?}"),
    }
}

impl Bench {
    fn act(&self, act: &str, wanted: &str) -> String {
        let (verb, object) = act.split_once(' ').unwrap_or((act, ""));
        match verb {
            "publish" => self.script.otherwise(Response::new(200, object)),
            "once" => self.script.then(Response::new(200, object)),
            "cached" => {
                let (control, body) = object.split_once(' ').expect("a value and a body");
                let answer = Response::new(200, body);
                let control = control.replace('_', " ");
                self.script
                    .otherwise(answer.with_header("cache-control", control));
            }
            "later" => {
                let (status, rest) = object.split_once(' ').expect("a status and more");
                let (seconds, body) = rest.split_once(' ').expect("seconds and a body");
                let answer = Response::new(status.parse().expect("a status"), body);
                self.script
                    .otherwise(answer.with_header("retry-after", seconds));
            }
            "typed" => {
                let (kind, body) = object.split_once(' ').expect("a type and a body");
                let answer = Response::new(200, body);
                self.script
                    .otherwise(answer.with_header("content-type", kind));
            }
            "status" => {
                let (status, body) = object.split_once(' ').expect("a status and a body");
                let status = status.parse().expect("a status");
                self.script.otherwise(Response::new(status, body));
            }
            "fail" => self.script.otherwise_fail(FetchErrorKind::Connection),
            "panic" => self.script.then_panic(),
            "advance" => {
                let seconds = object.parse().expect("seconds");
                self.clock.advance(Duration::from_secs(seconds));
            }
            "drive" => {
                let _ = self.client.drive();
            }
            "refresh" => return self.client.refresh().map_or("failed", |()| "done").into(),
            "requests" => return self.script.requests().to_string(),
            "used" | "skipped" => {
                let report = self.client.report();
                let count = report.map_or(0, |it| match verb {
                    "used" => it.used(),
                    _ => it.skipped(),
                });
                return count.to_string();
            }
            "flood" => return self.flood(object),
            "resolve" => return word(&self.client.resolve(kid(object)), wanted),
            "lookup" => return word(&self.client.lookup(kid(object)), wanted),
            other => panic!("no step {other:?}"),
        }
        String::new()
    }

    /// Looks up the keys of this number of tokens, each with a `kid` that no key has.
    fn flood(&self, count: &str) -> String {
        let count: usize = count.parse().expect("a number");
        let unknown = (0..count).filter(|at| {
            let name = format!("nobody-{at}");
            let found = self.client.resolve_for(Some(&name), name.as_bytes());
            matches!(found, Lookup::UnknownKey)
        });
        format!("{} unknown", unknown.count())
    }
}

/// `-` stands for a token without `kid`.
fn kid(word: &str) -> Option<&str> {
    (word != "-").then_some(word)
}

fn word(found: &Lookup, wanted: &str) -> String {
    match found {
        Lookup::Found(keys) => {
            let wanted = wanted.strip_prefix("found ").unwrap_or("rsa");
            let alg = match wanted {
                "p256" => "ES256",
                "p384" => "ES384",
                "p521" => "ES512",
                "ed" => "EdDSA",
                _ => "RS256",
            };
            let made = signature::sign(&format!("{wanted} as {alg}"), None, b"x");
            let verifies = keys
                .for_alg(alg)
                .is_some_and(|verifier| verifier.verify(b"x", &made).is_ok());
            if verifies && parts::KEYS.contains(&wanted) {
                format!("found {wanted}")
            } else {
                "found another".into()
            }
        }
        Lookup::Pending(_) => "pending".into(),
        Lookup::UnknownKey => "unknown".into(),
        Lookup::KidRequired => "kid required".into(),
        Lookup::Unavailable(_) => "unavailable".into(),
    }
}
