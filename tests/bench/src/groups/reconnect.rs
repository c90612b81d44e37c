//! A token that was verified before, with the optional memory of `countersign-reconnect`.

use countersign::signature::{AlgorithmName, Verifier};
use countersign_reconnect::RememberingVerifier;
use countersign_test_backends::keys;

use super::hs256::parts;
use crate::measure::Contestant;
use crate::report::{Goal, Group, Report};
use crate::tokens;

const VERIFIED: &str = "verified each time";
const REMEMBERED: &str = "remembered";

pub(crate) fn second_look(report: &mut Report, rounds: usize) {
    for name in [AlgorithmName::ES256, AlgorithmName::RS256] {
        let algorithm = countersign_ring::provider().get(name.as_str()).unwrap();
        let plain = algorithm.verifier(&keys::verifying(name)).unwrap();
        let remembering = RememberingVerifier::new(plain.clone());
        let (input, signature) = parts(&tokens::token(name));
        let contestants = vec![
            Contestant::new(VERIFIED, || plain.verify(&input, &signature).unwrap()),
            Contestant::new(REMEMBERED, || {
                remembering.verify(&input, &signature).unwrap();
            }),
        ];
        let title = format!("{name}, the signature of a token on a second look");
        let group = Group::measure(title, contestants, rounds);
        let what = format!("{name}: verified each time against remembered");
        report.goals.push(Goal::at_least(
            what,
            15.0,
            group.ratio(VERIFIED, REMEMBERED),
        ));
        report.groups.push(group);
    }
}
