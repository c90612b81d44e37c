//! The whole program: the demo, help, exit status, colours, pipes.

use crate::support;

use std::process::Stdio;

use support::Place;

#[test]
fn the_demo_really_does_what_it_says_and_leaves_no_file_behind() {
    let place = Place::new();
    let said = place.run(&["demo"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for part in [
        "accepted",
        "user      42",
        "news, chat",
        "code      signature",
        "code      expired",
        "get a new token",
    ] {
        assert!(said.out.contains(part), "{part}: {said:?}");
    }
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    // The token is real: its claims are those that the demo tells.
    let token = said
        .out
        .lines()
        .find(|line| line.starts_with("eyJ"))
        .unwrap();
    let json = &place.run(&["inspect", "--json", token]).json()[0];
    assert_eq!(json["claims"]["sub"], "42");
    assert_eq!(json["header"]["alg"], "ES256");
    // Two demos never have the same key.
    assert!(!place.run(&["demo"]).out.contains(token));
}

#[test]
fn the_demo_has_json_output() {
    let json = &Place::new().run(&["demo", "--json"]).json()[0];
    assert_eq!(json["accepted"]["accepted"], true);
    assert_eq!(json["forged"]["code"], "signature");
    assert_eq!(json["expired"]["code"], "expired");
}

#[test]
fn wrong_usage_ends_with_2_and_shows_no_token_in_the_wrong_place() {
    let place = Place::configured("");
    let token = place.token(&["-u", "42"]);
    for arguments in [
        &[][..],
        &["checktokn"],
        &["checktoken"],
        &["checktoken", "--jsn", "x"],
        &["checktoken", "x", &token],
        &[&token],
        &["gentoken", "--ttl", &token],
        &["gentoken", &format!("--ttl={token}")],
        &["gentoken", &format!("-t{token}")],
        &["gentoken", &format!("--tll={token}")],
        &["demo", &token],
        &["demo", "-c", "config.json"],
        &["jws"],
    ] {
        let said = place.run(arguments);
        assert_eq!(
            (said.code, said.out.as_str()),
            (2, ""),
            "{arguments:?}: {said:?}"
        );
        assert!(!said.err.is_empty());
        assert!(!said.err.contains(&token), "{arguments:?}: {said:?}");
    }
}

#[test]
fn c10_a_key_in_the_place_of_its_path_is_not_shown() {
    let place = Place::configured("");
    for format in ["pem", "jwk"] {
        let made = place.run(&["genkey", "ES512", "--format", format]).out;
        let private = match format {
            "pem" => made.split_inclusive("-----END PRIVATE KEY-----").next(),
            _ => made.lines().next(),
        };
        let private = private.unwrap();
        // A line of PEM, or the end of the JWK.
        let telling = &private[private.len() / 2..][..20];
        for arguments in [
            &["gentoken", "--key", private][..],
            &["gentoken", &format!("--key={private}")],
            &["jws", "sign", &format!("--key={private}")],
            &["jws", "sign", &format!("--secret-file={private}")],
            &["gentoken", "--ttl", private],
        ] {
            let said = place.run(arguments);
            assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
            assert!(!said.err.contains(telling), "{arguments:?}: {said:?}");
        }
    }
}

/// The mark of hidden text must be there, so that an error without any detail fails the test.
#[test]
fn no_error_shows_a_token_or_a_secret_in_a_wrong_place() {
    let place = Place::configured("");
    let token = place.token(&["-u", "42"]);
    let jwk = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8"}"#;
    let config = r#"{"token_hmac_secret_key":"mysecret"}"#;
    let genkey = ["genkey", "EdDSA", "--format", "jwk", "--kid", "a"];
    place.run(&[&genkey[..], &["--out", "k"]].concat());
    for arguments in [
        &["inspect", "-c", &token, &token][..],
        &["checkconfig", "-c", config],
        &["checkconfig", "-c", &token],
        &["genconfig", "-c", &format!("none/{jwk}")],
        &["jwks", &token],
        &["jwks", jwk],
        &["gentoken", "--key", &token],
        &["gentoken", &format!("--key={token}")],
        &["gentoken", "--key", "k.key", "--alg", &token],
        &["jws", "verify", "--key", &token, "x"],
        &["jws", "sign", "--key", "k.key", "--kid", &token],
        &["jws", "sign", "--key", "k.key", "--alg", &token],
        &["genkey", jwk],
        &["genkey", &token],
    ] {
        let said = place.pipe("x", arguments);
        let mut errors = said.err.clone();
        if arguments[0] == "checkconfig" {
            errors += &place.run(&[arguments, &["--json"]].concat()).out;
        }
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
        for secret in [&token[..20], "AyM1SysPpb", "mysecret"] {
            assert!(!errors.contains(secret), "{arguments:?}: {errors}");
        }
        if !arguments[1..].iter().any(|it| it.starts_with("none/")) {
            assert!(errors.contains("[not shown]"), "{arguments:?}: {errors}");
        }
    }
}

#[test]
fn a_secret_in_base64_is_not_taken_for_a_path() {
    let place = Place::new();
    let secret = "q83v/EjRWeJ2oJw8vVnR1ma0yT5sXhU7bKcLd3fGiPk=";
    for arguments in [
        &["gentoken", "-u", "42", "--key", secret][..],
        &["gentoken", &format!("--key={secret}")],
        &["gentoken", "-c", secret],
        &["checkconfig", "-c", secret],
        &["jws", "sign", "--key", secret],
        &["jws", "sign", "--secret-file", secret],
        &["jwks", secret],
        &["genkey", secret],
    ] {
        let said = place.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
        assert!(!said.err.contains("EjRWeJ2"), "{arguments:?}: {said:?}");
    }
    // A user who gives a path sees which one.
    let said = place.run(&["jws", "sign", "--key", "keys/private/of-production"]);
    assert_eq!(
        said.err,
        "error: keys/private/of-production: there is no such file\n"
    );
}

#[test]
fn a_secret_of_any_length_in_the_place_of_its_file_is_not_shown() {
    let place = Place::new();
    for command in ["sign", "verify"] {
        let mut arguments = vec!["jws", command, "--secret-file", "mysecret"];
        if command == "verify" {
            arguments.push("x");
        }
        let said = place.run(&arguments);
        assert_eq!(said.code, 2);
        assert_eq!(
            said.err,
            "error: --secret-file: there is no such file; it takes the path of a file, not the \
             secret\n"
        );
    }
}

#[test]
fn flags_take_their_values_as_in_centrifugo() {
    let place = Place::configured("");
    for (arguments, claim, value) in [
        (&["gentoken", "-u", "-5"][..], "sub", "-5"),
        (&["gensubtoken", "-u", "1", "-s", "-x"], "channel", "-x"),
        (&["gentoken", "--quiet=false", "-u", "42"], "sub", "42"),
        (&["gentoken", "--quiet", "-u", "42"], "sub", "42"),
        (&["gentoken", "-qu", "42"], "sub", "42"),
        (&["gentoken", "-u", "42", "-t", "5000000000"], "sub", "42"),
        (
            &["gentoken", "-u", "42", "-t", "9223372036854775807"],
            "sub",
            "42",
        ),
    ] {
        let said = place.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {said:?}");
        let quiet = arguments.iter().any(|it| ["--quiet", "-qu"].contains(it));
        assert_eq!(
            said.out.lines().count() == 1,
            quiet,
            "{arguments:?}: {said:?}"
        );
        let token = said.out.lines().last().unwrap();
        let json = &place.run(&["inspect", "--json", token]).json()[0];
        assert_eq!(json["claims"][claim], value, "{arguments:?}");
    }
    for flag in ["--strict", "--strict=true", "--strict=false", "-s"] {
        assert_eq!(place.run(&["checkconfig", flag]).code, 0, "{flag}");
    }
}

#[test]
fn help_shows_examples_and_names_every_command() {
    let place = Place::new();
    let said = place.run(&["--help"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for command in [
        "gentoken",
        "gensubtoken",
        "checktoken",
        "checksubtoken",
        "inspect",
        "genkey",
        "genconfig",
        "checkconfig",
        "jws",
        "demo",
    ] {
        assert!(said.out.contains(&format!("\n  {command} ")), "{command}");
        let said = place.run(&[command, "--help"]);
        assert_eq!(said.code, 0, "{command}");
        let example = format!("countersign {command} ");
        assert!(
            command == "demo" || said.out.contains(example.trim_end()),
            "{}",
            said.out
        );
    }
    let said = place.run(&["--version"]);
    assert_eq!(
        said.out,
        format!("countersign {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn global_flags_stand_before_or_behind_the_command() {
    let place = Place::new();
    place.run(&["genconfig", "-c", "c.toml"]);
    for arguments in [
        ["-c", "c.toml", "--json", "gentoken"],
        ["gentoken", "--json", "--config", "c.toml"],
    ] {
        assert_eq!(place.run(&arguments).json().len(), 1);
    }
}

#[test]
fn there_is_no_colour_where_there_is_no_terminal() {
    let place = Place::configured("");
    let token = place.signed(r#"{"exp":1}"#);
    for arguments in [
        &["inspect", &token][..],
        &["demo"],
        &["checkconfig"],
        &["--help"],
        &["x"],
    ] {
        let said = place.run(arguments);
        assert!(
            !said.out.contains('\u{1b}') && !said.err.contains('\u{1b}'),
            "{said:?}"
        );
    }
}

#[test]
fn a_closed_output_causes_no_panic() {
    let place = Place::configured("");
    let token = place.token(&["-u", "42"]);
    let input = place.write("tokens", format!("{token}\n").repeat(5000));
    for arguments in [
        &["checktoken", "-"][..],
        &["inspect", "--json", "-"],
        &["demo"],
        &["--help"],
    ] {
        let mut child = place
            .command()
            .args(arguments)
            .stdin(std::fs::File::open(&input).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!err.contains("panicked"), "{arguments:?}: {err}");
        assert!(
            output.status.code().is_some_and(|code| code <= 2),
            "{arguments:?}"
        );
    }
}
