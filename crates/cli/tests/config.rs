//! The sources of a configuration, `genconfig` and `checkconfig`.

use crate::support;

use support::{Place, SECRET};

const OTHER: &str = "another secret that is a bit longer than thirty-two bytes";

#[test]
fn genconfig_gentoken_and_checktoken_work_together_in_every_format() {
    for name in ["config.json", "c.toml", "c.yaml", "c.yml"] {
        let place = Place::new();
        let said = place.run(&["genconfig", "-c", name]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
        let token = place.token(&["-u", "42", "-c", name]);
        let said = place.run(&["checktoken", "-c", name, &token]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{name}: {said:?}");
        let said = place.run(&["checkconfig", "-c", name]);
        assert!(said.out.starts_with(&format!("{name}: valid")), "{said:?}");
        assert!(
            said.out
                .contains("a secret of 688 bits: HS256, HS384, HS512"),
            "{said:?}"
        );
    }
}

#[test]
fn genconfig_never_overwrites_and_makes_another_secret_each_time() {
    let place = Place::new();
    assert_eq!(place.run(&["genconfig"]).code, 0);
    let first = place.read("config.json");
    let said = place.run(&["genconfig"]);
    assert_eq!(said.code, 2);
    assert_eq!(
        said.err,
        "error: output config file already exists: config.json\n"
    );
    assert_eq!(place.read("config.json"), first);
    place.run(&["genconfig", "-c", "other.json"]);
    assert_ne!(place.read("other.json"), first);
    let said = place.run(&["genconfig", "-c", "config.ini"]);
    assert_eq!(said.code, 2);
    assert!(
        said.err
            .contains("supported extensions: json, toml, yaml, yml"),
        "{said:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_with_a_secret_is_readable_only_by_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    place.run(&["genconfig"]);
    place.run(&["genkey", "EdDSA", "--out", "k"]);
    for file in ["config.json", "k.key"] {
        let metadata = std::fs::metadata(place.path().join(file)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "{file}");
    }
}

#[test]
fn names_of_v2_and_of_v6_work_in_every_format() {
    for (name, text) in [
        (
            "a.json",
            format!(r#"{{"token_hmac_secret_key":"{SECRET}"}}"#),
        ),
        (
            "b.json",
            format!(r#"{{"client":{{"token":{{"hmac_secret_key":"{SECRET}"}}}}}}"#),
        ),
        ("a.toml", format!("token_hmac_secret_key = \"{SECRET}\"\n")),
        (
            "b.toml",
            format!("[client.token]\nhmac_secret_key = \"{SECRET}\"\n"),
        ),
        ("a.yaml", format!("token_hmac_secret_key: \"{SECRET}\"\n")),
        (
            "b.yml",
            format!("client:\n  token:\n    hmac_secret_key: \"{SECRET}\"\n"),
        ),
    ] {
        let place = Place::new();
        place.write(name, text);
        let token = place.signed(r#"{"sub":"42"}"#);
        let said = place.run(&["checktoken", "-c", name, &token]);
        assert_eq!(said.code, 0, "{name}: {said:?}");
    }
}

#[test]
fn subscription_tokens_follow_a_section_of_their_own_when_it_is_enabled() {
    let place = Place::new();
    let config = serde_json::json!({"client": {
        "token": {"hmac_secret_key": SECRET},
        "subscription_token": {"enabled": true, "hmac_secret_key": OTHER},
    }});
    place.write("config.json", config.to_string());
    let said = place.run(&["gensubtoken", "-q", "-u", "42", "-s", "news"]);
    assert_eq!(place.run(&["checksubtoken", said.out.trim_end()]).code, 0);
    let under_the_other = place.signed(r#"{"sub":"42","channel":"news"}"#);
    assert_eq!(
        place.run(&["checksubtoken", &under_the_other]).refusal(),
        "signature"
    );
    let said = place.run(&["checkconfig"]);
    assert_eq!(said.out.matches("a secret of ").count(), 2, "{said:?}");
}

#[test]
fn the_environment_wins_over_the_file_and_works_alone() {
    let variable = [("COUNTERSIGN_TOKEN_HMAC_SECRET_KEY", SECRET)];
    let place = Place::new();
    let token = place.signed(r#"{"sub":"42"}"#);
    let check = ["checktoken", token.as_str()];
    assert_eq!(place.run_with(&check, b"", &variable).code, 0);
    place.write(
        "config.json",
        format!(r#"{{"token_hmac_secret_key":"{OTHER}"}}"#),
    );
    assert_eq!(place.run(&check).refusal(), "signature");
    assert_eq!(place.run_with(&check, b"", &variable).code, 0);

    let said = place.run_with(&check, b"", &[("COUNTERSIGN_TOKEN_HMAC_SECRET_KY", "x")]);
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("`COUNTERSIGN_TOKEN_HMAC_SECRET_KEY`"),
        "{said:?}"
    );
}

/// Many programs have a config.json.
#[test]
fn the_file_of_another_program_can_be_ignored() {
    const HINT: &str = "another program's";
    let place = Place::new();
    place.run(&["genkey", "ES256", "--out", "k"]);
    let token = place.signed(r#"{"sub":"42"}"#);
    let inspect = ["inspect", token.as_str()];
    let sign = ["gentoken", "-q", "-u", "42", "--key", "k.key"];
    // The second file contains only known options.
    for foreign in [r#"{"database": {"host": "db"}}"#, r#"{"port": 3000}"#] {
        place.write("config.json", foreign);
        let said = place.run(&inspect);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(
            said.err.contains(HINT) && said.err.contains("-c none"),
            "{said:?}"
        );
        for command in [&inspect[..], &sign] {
            let said = place.run(&[command, &["-c", "none"]].concat());
            assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
            let said = place.run(&[&["-c", "none"], command].concat());
            assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
        }
        let said = place.run(&[&inspect[..], &["-c", "none"]].concat());
        assert!(said.out.contains("not verified"), "{said:?}");
    }
    // Without a configuration, nothing is verified.
    for command in [&["checktoken", &token][..], &["checkconfig"], &["gentoken"]] {
        let said = place.run(&[command, &["-c", "none"]].concat());
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
        assert!(said.err.contains("-c none names no file"), "{said:?}");
    }
    // The environment without a file is a configuration, too.
    let check = ["checktoken", &token, "-c", "none"];
    let secret = |text| [("COUNTERSIGN_TOKEN_HMAC_SECRET_KEY", text)];
    assert_eq!(place.run_with(&check, b"", &secret(SECRET)).code, 0);
    let said = place.run_with(&check, b"", &secret(OTHER));
    assert_eq!(said.refusal(), "signature");
}

#[test]
fn the_hint_about_another_program_is_given_only_if_it_may_help() {
    const HINT: &str = "another program's";
    let place = Place::configured(r#", "token_audiance": "me""#);
    assert!(!place.run(&["checkconfig"]).err.contains(HINT));
    assert!(place.run(&["inspect", "x"]).err.contains(HINT));
    assert!(
        !place
            .run(&["inspect", "-c", "config.json", "x"])
            .err
            .contains(HINT)
    );
    let variable = [("COUNTERSIGN_TOKEN_LEEWAY", "1s")];
    let said = place.run_with(&["checktoken", "x"], b"", &variable);
    assert!(said.err.contains(HINT), "{said:?}");

    let place = Place::configured("");
    let typo = [("COUNTERSIGN_TOKEN_AUDIANCE", "me")];
    let said = place.run_with(&["inspect", "x"], b"", &typo);
    assert_eq!(said.code, 2);
    assert!(!said.err.contains(HINT), "{said:?}");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf8_is_an_error_if_it_is_ours() {
    use std::os::unix::ffi::OsStrExt as _;

    let place = Place::configured("");
    let bytes = std::ffi::OsStr::from_bytes(b"\xff");
    for (name, code) in [("COUNTERSIGN_TOKEN_AUDIENCE", 2), ("SOMETHING_ELSE", 0)] {
        let output = place
            .command()
            .arg("checkconfig")
            .env(name, bytes)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}");
    }
}

/// Kubernetes sets them in every pod next to a service named "countersign".
#[test]
fn variables_of_a_service_are_no_configuration() {
    let place = Place::new();
    let variables = [
        ("COUNTERSIGN_SERVICE_HOST", "10.0.0.1"),
        ("COUNTERSIGN_PORT", "tcp://10.0.0.1:80"),
    ];
    let token = place.signed(r#"{"sub":"42"}"#);
    let said = place.run_with(&["inspect", &token], b"", &variables);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
    let said = place.run_with(&["checktoken", &token], b"", &variables);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("found no configuration"), "{said:?}");
}

#[test]
fn durations_are_shown_as_they_are() {
    let place = Place::configured(r#", "token_leeway": "1500ms", "token_max_age": "90s""#);
    let said = place.run(&["checkconfig"]);
    assert!(
        said.out.contains("clocks differ by at most 1s 500ms"),
        "{said:?}"
    );
    assert!(said.out.contains("`iat` is at most 1m 30s ago"), "{said:?}");
}

#[test]
fn an_unknown_option_is_an_error_that_names_the_closest_option() {
    let place = Place::configured(r#", "token_audiance": "me""#);
    for arguments in [
        &["checkconfig"][..],
        &["checktoken", "x"],
        &["gentoken"],
        &["inspect", "x"],
    ] {
        let said = place.run(arguments);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains("`token_audience`"), "{said:?}");
    }
    let json = &place.run(&["checkconfig", "--json"]).json()[0];
    assert_eq!(json["valid"], false);
    assert!(
        json["message"]
            .as_str()
            .unwrap()
            .contains("`token_audience`")
    );
}

#[test]
fn option_names_of_other_programs_lead_to_ours() {
    for (name, ours) in [
        ("jwt_secret", "token_hmac_secret_key"),
        ("JWT_SECRET", "token_hmac_secret_key"),
        ("jwt_audience", "token_audience"),
        ("jwt_public_key", "token_rsa_public_key"),
        ("jwks_url", "token_jwks_public_endpoint"),
        ("jwks_uri", "token_jwks_public_endpoint"),
    ] {
        let place = Place::configured(&format!(r#", "{name}": "x""#));
        let said = place.run(&["checkconfig"]);
        let nearest = format!("the nearest is `{ours}`");
        assert!(said.err.contains(&nearest), "{name}: {said:?}");
    }
}

#[test]
fn options_that_do_not_concern_tokens_are_listed() {
    let place = Place::configured(r#", "admin": true, "namespaces": []"#);
    let said = place.run(&["checkconfig", "--strict"]);
    assert!(said.out.contains("admin, namespaces"), "{said:?}");
    let json = &place.run(&["checkconfig", "--json"]).json()[0];
    assert_eq!(
        json["left_alone"],
        serde_json::json!(["admin", "namespaces"])
    );
}

/// Centrifugo's documentation writes keys like this.
#[test]
fn a_pem_with_line_breaks_as_two_characters_works() {
    let place = Place::new();
    place.run(&["genkey", "RS256", "--out", "k"]);
    let pem = place.read("k.pub").replace('\n', "\\n");
    let token = place
        .pipe(r#"{"sub":"42"}"#, &["jws", "sign", "--key", "k.key"])
        .out;
    let as_json = serde_json::json!({ "token_rsa_public_key": pem });
    place.write("a.json", as_json.to_string());
    place.write("a.toml", format!("token_rsa_public_key = '{pem}'\n"));
    place.write("a.yaml", format!("token_rsa_public_key: '{pem}'\n"));
    for config in ["a.json", "a.toml", "a.yaml"] {
        let said = place.pipe(&token, &["checktoken", "-c", config, "-"]);
        assert_eq!(said.code, 0, "{config}: {said:?}");
    }
    let variable = [("COUNTERSIGN_TOKEN_RSA_PUBLIC_KEY", pem.as_str())];
    let said = place.run_with(&["checktoken", "-"], token.as_bytes(), &variable);
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn a_faulty_configuration_ends_with_2_and_the_error_shows_no_secret() {
    for text in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"token_hmac_secret_key": ""}"#,
        r#"{"token_hmac_secret_key": 42}"#,
        r#"{"token_hmac_secret_key": "a", "token_hmac_secret_key": "b"}"#,
        r#"{"token_hmac_secret_key": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== me"}"#,
        r#"{"token_rsa_public_key": "not a key"}"#,
        r#"{"token_hmac_secret_key": "a", "token_audience": "a", "token_audience_regex": "b"}"#,
        r#"{"token_hmac_secret_key": "a", "client_insecure": true}"#,
    ] {
        let place = Place::new();
        place.write("config.json", text);
        for arguments in [&["checkconfig"][..], &["checktoken", "x"]] {
            let said = place.run(arguments);
            assert_eq!((said.code, said.out.as_str()), (2, ""), "{text}: {said:?}");
            assert!(said.err.starts_with("error: "), "{text}: {said:?}");
        }
    }
}

#[test]
fn a_missing_configuration_is_reported() {
    let place = Place::new();
    for arguments in [&["checkconfig"][..], &["checktoken", "x"], &["gentoken"]] {
        let said = place.run(arguments);
        assert_eq!(said.code, 2);
        assert!(said.err.contains("genconfig"), "{said:?}");
    }
    let said = place.run(&["checkconfig", "-c", "absent.json"]);
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("absent.json: there is no such file"),
        "{said:?}"
    );
    assert_eq!(place.run(&["inspect", "-c", "absent.json", "x"]).code, 2);
}
