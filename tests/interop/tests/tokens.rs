//! Tokens of every algorithm, both ways between our program and each peer.

use countersign_interop::{
    ALGORITHMS, Algorithm, Key, KeyKind, Peer, Program, flipped, openssl_is_here,
};
use serde_json::{Value, json};

/// Our program and the peers, or `None` if there is nothing to run.
fn both_sides() -> Option<(Program, Vec<Peer>)> {
    openssl_is_here()
        .then(Program::find)?
        .map(|program| (program, Peer::all()))
}

fn claims() -> Value {
    json!({ "sub": "42", "info": { "name": "Ünï", "level": 7, "tags": ["a", null, 0.5] } })
}

#[test]
fn tokens_of_peers_verify_here_and_only_with_the_right_key() {
    let Some((program, mut peers)) = both_sides() else {
        return;
    };
    for algorithm in ALGORITHMS {
        let (key, other) = (Key::generate(algorithm), Key::generate(algorithm));
        for peer in &mut peers {
            let way = format!("{} from {}", algorithm.name, peer.name());
            let token = peer.sign(algorithm, &key, &claims()).unwrap();
            let payload = program
                .verify(algorithm, &key, &token)
                .unwrap_or_else(|no| panic!("{way}: {no:?}"));
            assert_eq!(
                serde_json::from_str::<Value>(&payload).unwrap(),
                claims(),
                "{way}"
            );
            assert!(
                program.verify(algorithm, &other, &token).is_err(),
                "{way}, wrong key"
            );
            for bad in flipped(&token) {
                assert!(
                    program.verify(algorithm, &key, &bad).is_err(),
                    "{way}, flipped bit"
                );
            }
        }
    }
}

#[test]
fn our_tokens_verify_at_peers_and_only_with_the_right_key() {
    let Some((program, mut peers)) = both_sides() else {
        return;
    };
    for algorithm in ALGORITHMS {
        let (key, other) = (Key::generate(algorithm), Key::generate(algorithm));
        let token = program
            .sign(algorithm, &key, &claims().to_string())
            .unwrap();
        for peer in &mut peers {
            let way = format!("{} at {}", algorithm.name, peer.name());
            assert_eq!(peer.verify(algorithm, &key, &token), Ok(claims()), "{way}");
            assert!(
                peer.verify(algorithm, &other, &token).is_err(),
                "{way}, wrong key"
            );
            for bad in flipped(&token) {
                assert!(
                    peer.verify(algorithm, &key, &bad).is_err(),
                    "{way}, flipped bit"
                );
            }
        }
    }
}

/// RFC 9864 gives EdDSA with Ed25519 a second name. jose writes it on request.
#[test]
fn a13_tokens_that_call_eddsa_ed25519_verify_here() {
    let Some((program, peers)) = both_sides() else {
        return;
    };
    let algorithm = Algorithm {
        name: "Ed25519",
        key: KeyKind::Ed25519,
    };
    let key = Key::generate(algorithm);
    for mut jose in peers.into_iter().filter(|peer| peer.name() == "jose") {
        let token = jose.sign(algorithm, &key, &claims()).unwrap();
        let payload = program.verify(algorithm, &key, &token).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&payload).unwrap(), claims());
    }
}
