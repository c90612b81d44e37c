//! The suites of the layers above the backends.

use crate::cases::{self, keys, token};
use crate::report::Report;

/// All suites by name, in the order of the report.
pub(crate) const ALL: &[(&str, fn() -> Report)] = &[
    ("vectors", crate::vectors),
    ("rfc", crate::rfc::suite),
    ("keys", keys::suite),
    ("jws", jws),
    ("claims", claims),
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
