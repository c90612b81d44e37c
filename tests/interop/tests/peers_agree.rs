//! Compares the peers with each other. If these tests fail, it is not our fault.

use countersign_interop::{ALGORITHMS, Algorithm, Key, Peer, flipped, openssl_is_here};
use serde_json::json;

#[test]
fn peers_accept_each_others_tokens_and_refuse_changed_ones() {
    if !openssl_is_here() {
        return;
    }
    let (mut signers, mut verifiers) = (Peer::all(), Peer::all());
    let claims = json!({ "sub": "42", "info": { "name": "Ünï" } });
    for algorithm in ALGORITHMS {
        let (key, other) = (Key::generate(algorithm), Key::generate(algorithm));
        for signer in &mut signers {
            let token = signer.sign(algorithm, &key, &claims).unwrap();
            for verifier in &mut verifiers {
                let way = format!("{} {} → {}", algorithm.name, signer.name(), verifier.name());
                assert_eq!(
                    verifier.verify(algorithm, &key, &token).as_ref(),
                    Ok(&claims),
                    "{way}"
                );
                assert!(verifier.verify(algorithm, &other, &token).is_err(), "{way}");
                for bad in flipped(&token) {
                    assert!(verifier.verify(algorithm, &key, &bad).is_err(), "{way}");
                }
            }
        }
    }
}

/// Algorithms that a peer lacks, with the reason. A row that is no longer true fails.
const LACKING: [(&str, &str, &str); 1] = [(
    "pyjwt",
    "Ed25519",
    "PyJWT knows EdDSA only by its older name (RFC 9864 came later)",
)];

#[test]
fn a_missing_feature_of_a_peer_is_still_missing() {
    if !openssl_is_here() {
        return;
    }
    for mut peer in Peer::all() {
        let here = peer.name();
        for (name, alg, reason) in LACKING.iter().filter(|(name, ..)| *name == here) {
            let eddsa = ALGORITHMS
                .into_iter()
                .find(|algorithm| algorithm.name == "EdDSA")
                .unwrap();
            let algorithm = Algorithm { name: alg, ..eddsa };
            let token = peer.sign(
                algorithm,
                &Key::generate(algorithm),
                &json!({ "sub": "42" }),
            );
            assert!(
                token.is_err(),
                "{name} has {alg} now; remove the row {reason:?}"
            );
        }
    }
}
