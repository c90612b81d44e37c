//! Connection tokens as application backends make them, checked by `countersign checktoken`.

use std::time::{SystemTime, UNIX_EPOCH};

use countersign_interop::{ALGORITHMS, Key, Peer, Program, openssl_is_here};
use serde_json::json;

const CONFIG: &str = r#"{"token_hmac_secret_key":"secret"}"#;

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

#[test]
fn the_documentations_three_examples_are_accepted_from_every_peer() {
    let Some(program) = Program::find() else {
        return;
    };
    for mut peer in Peer::all() {
        for claims in [
            json!({ "sub": "42" }),
            json!({ "sub": "42", "exp": now() + 3600 }),
            json!({ "sub": "42", "info": { "name": "Alexander Emelin" } }),
        ] {
            let token = peer
                .sign(ALGORITHMS[0], &Key::secret(b"secret"), &claims)
                .unwrap();
            let said = program.check_token(CONFIG, &token);
            let said = said.unwrap_or_else(|no| panic!("{} {claims}: {no:?}", peer.name()));
            assert!(said.contains("42"), "{} {claims}: {said}", peer.name());
        }
    }
}

#[test]
fn a_peers_token_is_refused_when_expired_forged_or_tampered_with() {
    let Some(program) = Program::find() else {
        return;
    };
    for mut peer in Peer::all() {
        let hs256 = ALGORITHMS[0];
        let secret = Key::secret(b"secret");
        let expired = peer
            .sign(hs256, &secret, &json!({ "sub": "42", "exp": now() - 60 }))
            .unwrap();
        let refused = program.check_token(CONFIG, &expired).unwrap_err();
        assert!(refused.0.contains("expired"), "{refused:?}");

        let forged = peer
            .sign(hs256, &Key::secret(b"Secret"), &json!({ "sub": "42" }))
            .unwrap();
        let refused = program.check_token(CONFIG, &forged).unwrap_err();
        assert!(refused.0.contains("signature"), "{refused:?}");

        let good = peer.sign(hs256, &secret, &json!({ "sub": "42" })).unwrap();
        for bad in countersign_interop::flipped(&good) {
            assert!(program.check_token(CONFIG, &bad).is_err());
        }
    }
}

#[test]
fn tokens_of_gentoken_verify_at_every_peer() {
    let Some(program) = Program::find() else {
        return;
    };
    for mut peer in Peer::all() {
        let mut claims = |flags: &[&str]| {
            let token = program.generate_token(CONFIG, flags).unwrap();
            peer.verify(ALGORITHMS[0], &Key::secret(b"secret"), &token)
                .unwrap()
        };
        assert_eq!(claims(&[])["sub"], "42");
        let exp = claims(&["-t", "600"])["exp"].as_u64().unwrap();
        assert!((now() + 590..=now() + 600).contains(&exp), "{exp}");
    }
}

/// The config has the public key as PEM. Only the backend has the private key.
#[test]
fn tokens_under_public_keys_are_accepted_from_every_peer() {
    if !openssl_is_here() {
        return;
    }
    let Some(program) = Program::find() else {
        return;
    };
    let options = [
        ("RS256", "token_rsa_public_key"),
        ("ES256", "token_ecdsa_public_key"),
    ];
    for (alg, option) in options {
        let algorithm = ALGORITHMS.into_iter().find(|one| one.name == alg).unwrap();
        let key = Key::generate(algorithm);
        let Key::Pair { public, .. } = &key else {
            panic!("{alg} has key pairs")
        };
        for mut peer in Peer::all() {
            let token = peer.sign(algorithm, &key, &json!({ "sub": "42" })).unwrap();
            // As PEM, and in the one-line form of the documentation.
            for pem in [public.clone(), public.replace('\n', "\\n")] {
                let config = json!({ option: pem }).to_string();
                let said = program.check_token(&config, &token);
                assert!(said.is_ok(), "{alg} {}: {said:?}", peer.name());
            }
        }
    }
}
