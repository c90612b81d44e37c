//! Sets of algorithms.

use countersign_signature::Provider;

#[test]
fn h2_a_provider_for_published_keys_has_no_algorithm_that_takes_a_secret() {
    for provider in [
        countersign_ring::provider(),
        countersign_rustcrypto::provider(),
        countersign_aws_lc::provider(),
    ] {
        let all = provider.iter().count();
        let published = provider.for_key_pairs();
        assert_eq!(published.iter().count(), all - 3);
        for alg in ["HS256", "HS384", "HS512"] {
            assert!(published.get(alg).is_none(), "{alg}");
        }
        assert!(published.get("RS256").is_some());
    }
}

#[test]
fn a_later_algorithm_replaces_an_earlier_one_of_its_name() {
    let ring = countersign_ring::provider();
    let both = Provider::new(ring.iter().chain(countersign_rustcrypto::provider().iter()));
    assert_eq!(both.iter().count(), 13);
    let shown = format!("{:?}", both.get("ES256").unwrap());
    let rustcrypto = format!("{:?}", countersign_rustcrypto::ES256);
    assert_eq!(shown, rustcrypto);
}
