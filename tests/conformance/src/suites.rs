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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::records;

    /// How many rows each letter of the list of attacks has.
    const ROWS: [(char, usize); 10] = [
        ('A', 17),
        ('B', 13),
        ('C', 12),
        ('D', 14),
        ('E', 11),
        ('F', 13),
        ('G', 21),
        ('H', 13),
        ('I', 12),
        ('J', 14),
    ];

    /// Rows that no record is for, and where they are tested.
    const ELSEWHERE: [(&str, &str); 12] = [
        ("B10", "the vectors of PKCS#1 v1.5"),
        ("B11", "the vectors of PSS"),
        ("B13", "tests/timing"),
        ("C10", "the contract; tests/redaction.rs of the facade"),
        ("I5", "tests/http.rs of the key set client"),
        ("I6", "tests/http.rs of the key set client"),
        ("I7", "tests/http.rs of the key set client"),
        ("I9", "tests/tls.rs of the key set client"),
        ("I10", "tests/http.rs of the key set client"),
        ("I11", "tests/http.rs of the key set client"),
        ("J2", "tests/allocation.rs of the key set client"),
        ("J14", "tests/background.rs of the key set client"),
    ];

    #[test]
    fn every_row_of_the_list_has_a_case_or_a_test_elsewhere() {
        let files = [
            include_str!("../data/keys.txt"),
            include_str!("../data/jws.txt"),
            include_str!("../data/claims.txt"),
            include_str!("../data/jwks.txt"),
        ];
        let rows: BTreeSet<String> = files
            .iter()
            .flat_map(|file| records::read(file))
            .map(|record| record.need("row").to_owned())
            .collect();
        for (letter, count) in ROWS {
            for number in 1..=count {
                let row = format!("{letter}{number}");
                let elsewhere = ELSEWHERE.iter().any(|(known, _)| *known == row);
                assert!(rows.contains(&row) != elsewhere, "{row}");
            }
        }
    }

    #[test]
    fn no_case_is_without_a_reason() {
        for file in [
            include_str!("../data/keys.txt"),
            include_str!("../data/jws.txt"),
            include_str!("../data/claims.txt"),
            include_str!("../data/jwks.txt"),
        ] {
            for record in records::read(file) {
                assert!(!record.need("reason").is_empty());
            }
        }
    }
}
