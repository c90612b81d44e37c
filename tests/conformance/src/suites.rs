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

    /// Rows that no record is for, or not for all of it: the file and the test that is.
    const ELSEWHERE: [(&str, &str, &str); 21] = [
        ("B10", "tests/backends/tests/rsa.rs", "b10_padding_of_pkcs1"),
        ("B11", "tests/backends/tests/rsa.rs", "b11_pss_with_other"),
        (
            "B13",
            "tests/backends/tests/timing.rs",
            "b13_tags_are_compared",
        ),
        (
            "C10",
            "tests/backends/tests/keys.rs",
            "c10_debug_of_a_bound",
        ),
        (
            "C10",
            "crates/countersign/tests/redaction.rs",
            "c10_no_debug_shows",
        ),
        ("D4", "crates/jwks/tests/events.rs", "d4_"),
        ("E3", "crates/jws/tests/allocation.rs", "e3_"),
        ("F11", "crates/claims/tests/json.rs", "f11_"),
        ("G19", "crates/countersign/tests/issuers.rs", "g19_"),
        ("H9", "crates/jwks/tests/documents.rs", "h9_"),
        (
            "I1",
            "crates/countersign/tests/endpoints.rs",
            "i1_templates",
        ),
        ("I5", "crates/jwks/tests/http.rs", "i5_a_body_over_the_cap"),
        ("I6", "crates/jwks/tests/http.rs", "i6_slow_bytes"),
        ("I7", "crates/jwks/tests/http.rs", "i7_a_compressed_body"),
        ("I9", "crates/jwks/tests/tls.rs", "i9_a_certificate_for"),
        ("I10", "crates/jwks/tests/http.rs", "i10_a_proxy_is_used"),
        ("I11", "crates/jwks/tests/http.rs", "i11_private_addresses"),
        ("J2", "crates/jwks/tests/cache.rs", "j2_a_hundred_thousand"),
        ("J6", "crates/jwks/tests/cache.rs", "j6_a_thousand_threads"),
        (
            "J13",
            "crates/countersign/tests/order.rs",
            "j13_the_first_fault",
        ),
        ("J14", "crates/jwks/tests/cache.rs", "j14_waiting_callers"),
    ];

    const FILES: [&str; 4] = [
        include_str!("../data/keys.txt"),
        include_str!("../data/jws.txt"),
        include_str!("../data/claims.txt"),
        include_str!("../data/jwks.txt"),
    ];

    #[test]
    fn every_row_of_the_list_has_a_case_or_a_test_elsewhere() {
        let rows: BTreeSet<String> = FILES
            .iter()
            .flat_map(|file| records::read(file))
            .map(|record| record.need("row").to_owned())
            .chain(ELSEWHERE.map(|(row, ..)| row.to_owned()))
            .collect();
        let list: BTreeSet<String> = ROWS
            .into_iter()
            .flat_map(|(letter, count)| (1..=count).map(move |row| format!("{letter}{row}")))
            .collect();
        assert_eq!(rows, list);
    }

    #[test]
    fn every_test_elsewhere_is_there() {
        for (row, file, test) in ELSEWHERE {
            let path = format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(text.contains(&format!("fn {test}")), "{row}: {file} {test}");
            assert!(
                test.to_uppercase().starts_with(&format!("{row}_")),
                "{row}: {test}"
            );
        }
    }

    #[test]
    fn no_case_is_without_a_reason() {
        for file in FILES {
            for record in records::read(file) {
                assert!(!record.need("reason").is_empty());
            }
        }
    }
}
