//! The one test that an author of an algorithm owes.
#![allow(missing_docs)]

#[test]
fn every_algorithm_conforms() {
    let provider = countersign_third_party_algorithm::provider();
    let expected = ["ES256K", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"];
    let report = countersign_conformance::backend("third party", &provider, &expected);
    println!("{report}");
    report.assert_clean();
    assert!(report.skipped().is_empty(), "{:?}", report.skipped());
}
