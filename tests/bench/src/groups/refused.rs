//! Tokens that are refused: an attacker's token must never cost more than a good one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::config::{Config, Format};
use countersign::signature::AlgorithmName;
use countersign::{Authenticator, Key, Scratch, default_provider};
use countersign_test_backends::ALGORITHMS;

use crate::floor::Floor;
use crate::measure::Contestant;
use crate::ours;
use crate::report::{Goal, Group, Report};
use crate::tokens;

const HS256: AlgorithmName = AlgorithmName::HS256;
const FLOOR: &str = "floor of a good HS256 token";

/// Refused before any cryptography, with static keys.
pub(crate) fn early(report: &mut Report, rounds: usize) {
    let good = tokens::token(HS256);
    let key = Key::secret(tokens::secret()).unwrap().with_kid("known");
    let authenticator = ours::authenticator(ours::keyring(default_provider(), &key));
    let tokens = [
        (
            "over the size limit",
            format!("{good}{}", "A".repeat(20_000)),
        ),
        ("bad base64", good.replacen('.', "=.", 1)),
        (
            "unknown alg",
            tokens::token_with(HS256, r#"{"alg":"XS256","typ":"JWT"}"#),
        ),
        (
            "unknown kid",
            tokens::token_with(HS256, r#"{"alg":"HS256","typ":"JWT","kid":"1"}"#),
        ),
    ];
    let mut floor = Floor::new(&tokens::secret());
    let mut contestants = vec![Contestant::new(FLOOR, || {
        floor.verify(&good).unwrap().sub.len()
    })];
    for (name, token) in &tokens {
        contestants.push(refusal(name, &authenticator, token));
    }
    let group = Group::measure("Refused before any cryptography", contestants, rounds);
    for (name, _) in &tokens {
        let what = format!("a refused token ({name}) against the floor");
        report
            .goals
            .push(Goal::at_most(what, 0.25, group.ratio(name, FLOOR)));
    }
    report.groups.push(group);
}

fn refusal<'a>(name: &str, authenticator: &'a Authenticator, token: &'a str) -> Contestant<'a> {
    let mut scratch = Scratch::default();
    Contestant::new(name, move || {
        let verdict = authenticator.connection_in(token, tokens::now(), &mut scratch);
        verdict.map(drop).unwrap_err()
    })
}

/// A wrong signature of every algorithm, compared with a good one.
pub(crate) fn late(report: &mut Report, rounds: usize) {
    let mut worst: f64 = 0.0;
    for name in ALGORITHMS {
        let authenticator = ours::holding(default_provider(), name);
        let good = tokens::token(name);
        // Change the first character of the signature. It stays canonical base64url, but is
        // another signature.
        let at = good.rfind('.').unwrap() + 1;
        let other = if good[at..].starts_with('A') {
            "B"
        } else {
            "A"
        };
        let wrong = format!("{}{other}{}", &good[..at], &good[at + 1..]);
        let mut scratch = Scratch::default();
        let contestants = vec![
            Contestant::new("accepted", || {
                let accepted = authenticator.connection_in(&good, tokens::now(), &mut scratch);
                accepted.unwrap().decoded().channels.len()
            }),
            refusal("wrong signature", &authenticator, &wrong),
        ];
        let title = format!("{name}, a wrong signature");
        // The goal is about the worst of many ratios, so each must be exact.
        let group = Group::measure(title, contestants, rounds.saturating_mul(2));
        worst = worst.max(
            group
                .ratio_in_rounds("wrong signature", "accepted")
                .unwrap_or(f64::NAN),
        );
        report.groups.push(group);
    }
    let what = "a wrong signature against a good token, the worst of 13 algorithms";
    report.goals.push(Goal::at_most(what, 1.05, Some(worst)));
}

/// Tokens of one issuer that has 300 entries, told apart by `aud`: how many there are must not
/// matter, since `aud` is read before the signature.
pub(crate) fn many_entries(report: &mut Report, rounds: usize) {
    const ENTRIES: usize = 300;
    let one = entries(1, 0);
    let servers = [
        ("300 exact audiences", entries(ENTRIES, 0)),
        ("299 exact audiences and a pattern", entries(ENTRIES - 1, 1)),
    ];
    // Tokens of 16 KiB: as many elements as are taken, long and alike; and more than that.
    let fill = |count: usize, element: &str| {
        let aud = vec![format!("\"{element}\""); count].join(",");
        format!(r#"{{"iss":"{ISS}","aud":[{aud}],"sub":"42"}}"#)
    };
    let long = format!("chat-{}", "a".repeat(110));
    // They fail the pattern at one late character. The short ones have the length of an audience.
    let almost = |length: usize| format!("chat-{}A-000", "a".repeat(length));
    let forged = |payload: &str| {
        let header = r#"{"alg":"HS256","typ":"JWT"}"#;
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!(
            "{}.{}.{}",
            encode(header),
            encode(payload),
            encode(&"A".repeat(32))
        )
    };
    let tokens = [
        ("100 long elements", forged(&fill(100, &long))),
        (
            "100 long elements that almost fit",
            forged(&fill(100, &almost(105))),
        ),
        (
            "100 short elements that almost fit",
            forged(&fill(100, &almost(0))),
        ),
        ("100 short elements", forged(&fill(100, "chat-a"))),
        ("3000 elements", forged(&fill(3000, "a"))),
    ];
    for (what, token) in &tokens {
        let mut contestants = vec![refusal("1 entry", &one, token)];
        for (name, server) in &servers {
            contestants.push(refusal(name, server, token));
        }
        let title = format!("A forged token of one of many entries, {what}");
        let group = Group::measure(title, contestants, rounds);
        for (name, _) in &servers {
            let goal = format!("{what}, {name}, against one entry");
            report
                .goals
                .push(Goal::at_most(goal, 2.0, group.ratio(name, "1 entry")));
        }
        report.groups.push(group);
    }
}

const ISS: &str = "https://id.example";

/// A server that trusts so many entries of one issuer.
fn entries(exact: usize, patterns: usize) -> Authenticator {
    let patterns = (0..patterns).map(|at| format!(r#""audience_regex": "chat-[a-z]+-{at:03}""#));
    let exact = (0..exact).map(|at| format!(r#""audience": "chat-x-{at:03}""#));
    let entries = patterns.chain(exact).enumerate().map(|(at, audience)| {
        let secret = "a secret of an entry, of at least 32 bytes";
        format!(
            r#"{{"name": "{at}", "issuer": "{ISS}", "hmac_secret_key": "{secret}", {audience}}}"#
        )
    });
    let entries = entries.collect::<Vec<_>>().join(",");
    let text = format!(r#"{{"client": {{"token": {{"trusted_issuers": [{entries}]}}}}}}"#);
    let config = Config::from_text(&text, Format::Json, []).unwrap();
    Authenticator::new(config.setup().build().unwrap().ignore_warnings().rules)
}
