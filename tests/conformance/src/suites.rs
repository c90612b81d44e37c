//! The suites of the layers above the backends.

use crate::cases::{self, jwks, keys, token};
use crate::centrifugo;
use crate::report::Report;

/// A suite and its name.
type Suite = (&'static str, fn() -> Report);

/// All suites, in the order of the report.
pub(crate) const ALL: &[Suite] = &[
    ("vectors", crate::vectors),
    ("rfc", crate::rfc::suite),
    ("keys", keys::suite),
    ("jws", jws),
    ("claims", claims),
    ("jwks", jwks::suite),
    ("centrifugo", centrifugo::suite),
    #[cfg(feature = "peers")]
    ("differential", crate::differential::libraries),
    #[cfg(feature = "peers")]
    ("peers", crate::differential::peers),
];

fn jws() -> Report {
    tokens("jws", include_str!("../data/jws.txt"))
}

fn claims() -> Report {
    tokens("claims", include_str!("../data/claims.txt"))
}

fn tokens(suite: &str, file: &str) -> Report {
    let names = [&cases::COMMON[..], &token::NAMES].concat();
    cases::run(suite, file, &names, token::run)
}
