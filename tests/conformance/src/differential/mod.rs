//! Checks the same tokens with every backend, which must all give the same code, and with other
//! libraries. If another library decides differently, `data/deviations.txt` says why.

mod corpus;
mod libraries;
mod peers;

use std::collections::BTreeMap;
use std::env;

use countersign::{Authenticator, Authority, Keyring, Rules, UnixTime};
use countersign_signature::Provider;

use self::corpus::{ALGORITHMS, Mutant, corpus};
use crate::cases::{parts, providers, signature, token};
use crate::judge::{ACCEPT, Judge, REFUSE};
use crate::report::Report;

const SUITE: &str = "differential";

/// The names of the other libraries.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let libraries = libraries::LIBRARIES.into_iter().map(|(name, _)| name);
    libraries.chain(peers::PEERS.iter().map(|peer| peer.name))
}

/// The part that needs only Rust.
pub(crate) fn libraries() -> Report {
    let corpus = corpus();
    let [(_, default), others @ ..] = providers();
    let ours = codes(&default, &corpus);
    let mut report = Report::default();
    for (name, provider) in others {
        let mut judge = Judge::new(SUITE, name);
        for ((mutant, ours), theirs) in corpus.iter().zip(&ours).zip(codes(&provider, &corpus)) {
            judge.case(&mutant.name, ours, &theirs, || mutant.token.clone());
        }
        report.merge(judge.finish());
    }
    for (name, ask) in libraries::LIBRARIES {
        let answers = corpus.iter().map(|mutant| ask(mutant.alg, &mutant.token));
        report.merge(compare(name, &corpus, &ours, answers));
    }
    report
}

/// The part that runs other programs, if they are installed. `cargo xtask test interop` names the
/// ones that it installed in `COUNTERSIGN_INTEROP`: these must answer.
pub(crate) fn peers() -> Report {
    let corpus = corpus();
    let [(_, default), ..] = providers();
    let ours = codes(&default, &corpus);
    let mut report = Report::default();
    for peer in &peers::PEERS {
        match peer.ask(&corpus) {
            Some(Ok(answers)) => {
                let answers = answers.into_iter().map(Some);
                report.merge(compare(peer.name, &corpus, &ours, answers));
            }
            Some(Err(reason)) => {
                let told = format!("{SUITE}, {}: {reason}", peer.name);
                report.surprises.push(told);
            }
            None => {
                let promised = env::var("COUNTERSIGN_INTEROP").unwrap_or_default();
                let is_promised = promised.split(',').any(|name| name == peer.name);
                let told = if is_promised {
                    &mut report.surprises
                } else {
                    &mut report.skipped
                };
                told.push(format!(
                    "{SUITE}, {}: it is not installed; `cargo xtask test interop` installs it",
                    peer.name
                ));
            }
        }
    }
    report
}

fn compare(
    library: &str,
    corpus: &[Mutant],
    ours: &[String],
    theirs: impl Iterator<Item = Option<bool>>,
) -> Report {
    let mut judge = Judge::new(SUITE, library);
    for ((mutant, ours), theirs) in corpus.iter().zip(ours).zip(theirs) {
        let Some(theirs) = theirs else {
            continue;
        };
        let word = |accepted: bool| if accepted { ACCEPT } else { REFUSE };
        let expected = word(ours == ACCEPT);
        judge.case(&mutant.name, expected, word(theirs), || {
            format!("here {ours}; {}", mutant.token)
        });
    }
    judge.finish()
}

/// The code of each token, or `accept`.
fn codes(provider: &Provider, corpus: &[Mutant]) -> Vec<String> {
    let authenticators: BTreeMap<&str, Authenticator> = ALGORITHMS
        .into_iter()
        .map(|alg| {
            let key = parts::key(signature::own_key(alg), false).with_algorithm(alg);
            let ring = Keyring::new(provider.clone()).with(&key).expect("a key");
            let rules = Rules::new(Authority::new(ring));
            (alg, Authenticator::new(rules))
        })
        .collect();
    let now = UnixTime::from_secs(token::NOW);
    let code = |mutant: &Mutant| match authenticators[mutant.alg].connection(&mutant.token, now) {
        Ok(_) => ACCEPT.to_owned(),
        Err(error) => error.code().as_str().to_owned(),
    };
    corpus.iter().map(code).collect()
}
