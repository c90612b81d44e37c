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
    ("centrifugo-6", centrifugo::running::suite),
    #[cfg(feature = "server")]
    ("protocol", crate::protocol::suite),
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
        ('G', 23),
        ('H', 13),
        ('I', 12),
        ('J', 14),
    ];

    /// Rows that no record covers, or not completely: the file and the test that covers them. The
    /// name of the test begins with the row.
    const ELSEWHERE: [(&str, &str); 21] = [
        (
            "tests/backends/tests/rsa.rs",
            "b10_padding_of_pkcs1_that_is_not_exact_is_refused",
        ),
        (
            "tests/backends/tests/rsa.rs",
            "b11_pss_with_other_parameters_is_refused",
        ),
        (
            "tests/backends/tests/timing.rs",
            "b13_tags_are_compared_by_the_library_and_never_with_an_operator",
        ),
        (
            "tests/backends/tests/keys.rs",
            "c10_debug_of_a_bound_key_shows_no_secret",
        ),
        (
            "crates/countersign/tests/redaction.rs",
            "c10_no_debug_shows_a_secret_or_a_private_key",
        ),
        (
            "crates/jwks/tests/events.rs",
            "d4_a_kid_of_a_token_is_escaped_and_below_the_usual_level",
        ),
        (
            "crates/jws/tests/allocation.rs",
            "e3_e9_a_token_over_the_limit_or_full_of_dots_allocates_nothing",
        ),
        (
            "crates/claims/tests/json.rs",
            "f11_very_many_members_are_read_in_reasonable_time",
        ),
        (
            "crates/countersign/tests/issuers.rs",
            "g19_unverified_claims_only_select_an_entry",
        ),
        (
            "crates/jwks/tests/documents.rs",
            "h9_keys_and_bytes_are_limited",
        ),
        (
            "crates/countersign/tests/endpoints.rs",
            "i1_templates_that_a_token_could_steer_are_refused_when_configured",
        ),
        (
            "crates/fetch/tests/http.rs",
            "i5_a_body_over_the_limit_is_not_read_to_its_end",
        ),
        (
            "crates/fetch/tests/http.rs",
            "i6_slow_bytes_end_at_the_deadline",
        ),
        (
            "crates/fetch/tests/http.rs",
            "i7_a_compressed_body_is_refused_unread",
        ),
        (
            "crates/fetch/tests/tls.rs",
            "i9_a_certificate_of_another_host_expired_or_untrusted_is_refused",
        ),
        (
            "crates/fetch/tests/proxy.rs",
            "i10_a_proxy_is_used_when_it_is_set_and_shows_no_credentials",
        ),
        (
            "crates/fetch/tests/http.rs",
            "i11_private_addresses_are_refused_if_only_public_ones_are_allowed",
        ),
        (
            "crates/jwks/tests/cache.rs",
            "j2_a_hundred_thousand_unknown_kids_leave_nothing_behind",
        ),
        (
            "crates/jwks/tests/cache.rs",
            "j6_a_thousand_threads_asking_at_once_make_one_request",
        ),
        (
            "crates/countersign/tests/order.rs",
            "j13_the_first_fault_is_reported_whatever_else_is_wrong",
        ),
        (
            "crates/jwks/tests/cache.rs",
            "j14_waiting_callers_are_bounded_in_number_while_the_endpoint_hangs",
        ),
    ];

    const FILES: [&str; 4] = [
        include_str!("../data/keys.txt"),
        include_str!("../data/jws.txt"),
        include_str!("../data/claims.txt"),
        include_str!("../data/jwks.txt"),
    ];

    #[test]
    fn every_row_of_the_list_has_a_case_or_a_named_test() {
        let rows: BTreeSet<String> = FILES
            .iter()
            .flat_map(|file| records::read(file))
            .map(|record| record.need("row").to_owned())
            .chain(ELSEWHERE.map(|(_, test)| row(test)))
            .collect();
        let list: BTreeSet<String> = ROWS
            .into_iter()
            .flat_map(|(letter, count)| (1..=count).map(move |row| format!("{letter}{row}")))
            .collect();
        assert_eq!(rows, list);
    }

    fn row(test: &str) -> String {
        let row = test.split('_').next().unwrap_or_default();
        row.to_uppercase()
    }

    #[test]
    fn every_named_test_exists() {
        for (file, test) in ELSEWHERE {
            let path = format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let is_there = text.contains(&format!("\n#[test]\nfn {test}() {{\n"));
            assert!(is_there, "{file} has no test {test}");
        }
    }

    #[test]
    fn every_case_has_a_reason() {
        for file in FILES {
            for record in records::read(file) {
                assert!(!record.need("reason").is_empty());
            }
        }
    }
}
