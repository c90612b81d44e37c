//! Tokens that are refused: an attacker's token must never cost more than a good one.

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

/// A wrong signature of every algorithm, beside a good one.
pub(crate) fn late(report: &mut Report, rounds: usize) {
    let mut worst: f64 = 0.0;
    for name in ALGORITHMS {
        let authenticator = ours::holding(default_provider(), name);
        let good = tokens::token(name);
        // The first character of the signature: canonical base64url, and another signature.
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
        let group = Group::measure(title, contestants, rounds);
        worst = worst.max(
            group
                .ratio("wrong signature", "accepted")
                .unwrap_or(f64::NAN),
        );
        report.groups.push(group);
    }
    let what = "a wrong signature against a good token, the worst of 13 algorithms";
    report.goals.push(Goal::at_most(what, 1.05, Some(worst)));
}
