//! Every algorithm: this project over each backend, only the primitives, and jsonwebtoken.

use countersign::signature::{AlgorithmName, Provider};
use countersign::{Scratch, default_provider, fastest_provider};
use countersign_test_backends::ALGORITHMS;

use super::hs256::parts;
use crate::measure::Contestant;
use crate::ours;
use crate::peers::go::{CRISTALHQ, GOLANG_JWT, Go};
use crate::peers::jsonwebtoken::{Over, Verifier};
use crate::peers::raw;
use crate::report::{Goal, Group, Report};
use crate::tokens;

const DEFAULT: &str = "Countersign, default provider";
const OVER_RUSTCRYPTO: &str = "Countersign over RustCrypto";
const OVER_RING: &str = "Countersign over *ring*";
const OVER_AWS_LC: &str = "Countersign over aws-lc-rs";
const PEER_AWS_LC: &str = "jsonwebtoken over aws-lc-rs";
const PEER_RUSTCRYPTO: &str = "jsonwebtoken over RustCrypto";

/// How many times the other rounds to run. A goal of 1 µs is about the difference of two long times,
/// up to 390 µs with ES512, so it needs more rounds.
fn more_rounds(name: AlgorithmName) -> usize {
    match name.as_str() {
        "ES512" => 8,
        "RS256" | "ES256" | "EdDSA" => 4,
        _ => 1,
    }
}

pub(crate) fn verification(report: &mut Report, rounds: usize, go: Option<&Go>) {
    for name in ALGORITHMS {
        let group = Group::measure(
            format!("{name}, verification over each library"),
            contestants(name, go),
            rounds.saturating_mul(more_rounds(name)),
        );
        goals(report, name, &group);
        report.groups.push(group);
    }
}

fn contestants(name: AlgorithmName, go: Option<&Go>) -> Vec<Contestant<'_>> {
    let token = tokens::token(name);
    let ours = |label: String, provider: Provider| {
        let authenticator = ours::holding(provider, name);
        let (token, mut scratch) = (token.clone(), Scratch::default());
        Contestant::new(label, move || {
            let accepted = authenticator.connection_in(&token, tokens::now(), &mut scratch);
            accepted.unwrap().decoded().channels.len()
        })
    };
    let (input, signature) = parts(&token);
    let alone = |label: &str, check: raw::Check| {
        let (input, signature) = (input.clone(), signature.clone());
        Contestant::new(label, move || assert!(check(&input, &signature)))
    };
    let mut contestants = vec![
        ours(fastest(name), fastest_provider()),
        ours(DEFAULT.into(), default_provider()),
    ];
    // Each library beside its primitive, because some goals are about their difference.
    for (label, provider, alone_label, check) in [
        (
            OVER_AWS_LC,
            countersign_aws_lc::provider(),
            raw::AWS_LC,
            raw::aws_lc(name),
        ),
        (
            OVER_RING,
            countersign_ring::provider(),
            raw::RING,
            raw::ring(name),
        ),
        (
            OVER_RUSTCRYPTO,
            countersign_rustcrypto::provider(),
            raw::RUSTCRYPTO,
            raw::rustcrypto(name),
        ),
    ] {
        if provider.get(name.as_str()).is_some() {
            contestants.push(ours(label.into(), provider));
        }
        contestants.extend(check.map(|check| alone(alone_label, check)));
    }
    for (label, over) in [
        (PEER_AWS_LC, Over::AwsLc),
        (PEER_RUSTCRYPTO, Over::RustCrypto),
    ] {
        if let Some(peer) = Verifier::new(over, name) {
            let token = token.clone();
            contestants.push(Contestant::new(label, move || peer.verify(&token)));
        }
    }
    if let Some(go) = go.filter(|_| name == AlgorithmName::ES384) {
        contestants.push(go.contestant(CRISTALHQ, "cristalhq", "ES384"));
        contestants.push(go.contestant(GOLANG_JWT, "golang-jwt", "ES384"));
    }
    contestants
}

/// The contestant over [`fastest_provider`], with the library that it takes for this algorithm.
/// `cargo xtask bench` reads the library from this text.
fn fastest(name: AlgorithmName) -> String {
    let taken = fastest_provider().get(name.as_str()).unwrap();
    let (library, _) = [
        ("*ring*", countersign_ring::provider()),
        ("RustCrypto", countersign_rustcrypto::provider()),
        ("aws-lc-rs", countersign_aws_lc::provider()),
    ]
    .into_iter()
    .find(|(_, provider)| {
        let offered = provider.get(name.as_str());
        offered.is_some_and(|offered| core::ptr::eq(offered, taken))
    })
    .unwrap();
    format!("Countersign, fastest provider ({library})")
}

fn goals(report: &mut Report, name: AlgorithmName, group: &Group) {
    let fastest = fastest(name);
    if matches!(name.as_str(), "RS256" | "ES256" | "EdDSA") {
        for (over, alone) in [(OVER_RING, raw::RING), (OVER_AWS_LC, raw::AWS_LC)] {
            let what = format!("{name}: {over} more than {alone}");
            let goal = Goal::at_most(what, 1.0, group.more(over, alone));
            report.goals.push(goal.in_units("µs"));
        }
    }
    if name == AlgorithmName::ES512 {
        let what = format!("ES512: {fastest} more than {}", raw::AWS_LC);
        let goal = Goal::at_most(what, 1.0, group.more(&fastest, raw::AWS_LC));
        report.goals.push(goal.in_units("µs"));
    } else {
        let what = format!("{name}: {fastest} against {PEER_AWS_LC}");
        report.goals.push(Goal::at_most(
            what,
            1.02,
            group.ratio(&fastest, PEER_AWS_LC),
        ));
    }
}
