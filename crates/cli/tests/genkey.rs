//! `genkey`: the keys that it makes, and the arguments that it refuses.

use crate::support;

use support::Place;

#[test]
fn genkey_warns_of_a_key_that_this_program_cannot_sign_with() {
    let place = Place::new();
    let said = place.run(&["genkey", "RS256", "--bits", "2056", "--out", "odd"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.err.starts_with(
            "warning: this program cannot sign with this key: found an RSA private key"
        ),
        "{said:?}"
    );
    let said = place.run(&["genkey", "RS256", "--out", "even"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn a_jwk_of_genkey_has_alg_and_kid() {
    let place = Place::new();
    let said = place.run(&["genkey", "ES384", "--format", "jwk", "--kid", "2027"]);
    for (jwk, is_private) in said.json().iter().zip([true, false]) {
        assert_eq!(jwk["kid"], "2027");
        assert_eq!(jwk["alg"], "ES384");
        assert_eq!(jwk.get("d").is_some(), is_private);
    }
    let json = &place.run(&["genkey", "EdDSA", "--json"]).json()[0];
    assert!(
        json["private"]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN PRIVATE KEY-----")
    );
    assert!(
        json["public"]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN PUBLIC KEY-----")
    );
}

#[test]
fn a_secret_of_genkey_works_in_a_configuration() {
    let place = Place::new();
    let secret = place.run(&["genkey", "HS256"]).out;
    let config = serde_json::json!({ "token_hmac_secret_key": secret.trim_end() });
    place.write("config.json", config.to_string());
    let token = place.token(&["-u", "42"]);
    let said = place.run(&["checktoken", &token]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn genkey_refuses_what_makes_no_sense() {
    let place = Place::new();
    place.write("taken.pub", "");
    for arguments in [
        &["genkey", "none"][..],
        &["genkey", "es256"],
        &["genkey", "RS256", "--bits", "1024"],
        &["genkey", "ES256", "--bits", "3072"],
        &["genkey", "ES256", "--kid", "1"],
        &["genkey", "ES256", "--out", "taken"],
        &["genkey", "ES256", "-c", "config.json"],
    ] {
        let said = place.run(arguments);
        assert_eq!(
            (said.code, said.out.as_str()),
            (2, ""),
            "{arguments:?}: {said:?}"
        );
    }
    let json = place
        .run(&["genkey", "RS256", "--bits", "3072", "--format", "jwk"])
        .json();
    // 3072 bits are 384 bytes, 512 characters of base64url.
    assert_eq!(json[1]["n"].as_str().unwrap().len(), 512);
}

#[test]
fn genkey_writes_both_keys_of_a_pair_or_none() {
    let place = Place::new();
    place.write("pair.pub", "of another pair");
    for _ in 0..2 {
        let said = place.run(&["genkey", "ES256", "--out", "pair"]);
        assert_eq!(said.code, 2);
        assert!(
            said.err.contains("pair.pub: there is such a file already"),
            "{said:?}"
        );
        assert!(!place.path().join("pair.key").exists());
    }
    assert_eq!(place.read("pair.pub"), "of another pair");
    std::fs::remove_file(place.path().join("pair.pub")).unwrap();
    assert_eq!(place.run(&["genkey", "ES256", "--out", "pair"]).code, 0);
}

#[test]
fn the_error_about_a_missing_folder_says_to_create_it() {
    let place = Place::new();
    for arguments in [
        &["genkey", "ES256", "--out", "none/x"][..],
        &["genconfig", "-c", "none/x.json"],
    ] {
        let said = place.run(arguments);
        assert_eq!(
            (said.code, said.err.as_str()),
            (2, "error: none: there is no such folder; make it first\n")
        );
    }
}
