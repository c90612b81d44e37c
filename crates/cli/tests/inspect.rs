//! `inspect`: the parts of a token that it shows, and the check that fails.

use crate::support;

use support::Place;

#[test]
fn without_a_configuration_a_token_is_shown_and_nothing_is_verified() {
    let place = Place::new();
    let token = place.signed(r#"{"sub":"42","exp":1,"info":{"n":12345678901234567890}}"#);
    let said = place.run(&["inspect", &token]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for part in [
        r#""alg": "HS256""#,
        r#""sub": "42""#,
        "12345678901234567890",
        "exp: 1970-01-01 00:00:01 UTC, ",
        "32 bytes",
        "not verified",
    ] {
        assert!(said.out.contains(part), "{part}: {said:?}");
    }
    for part in token.split('.') {
        assert!(!said.out.contains(part), "{said:?}");
    }
}

#[test]
fn with_a_configuration_each_check_is_shown_and_the_one_that_fails() {
    let place = Place::configured("");
    let said = place.run(&["inspect", &place.token(&["-u", "42"])]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(said.out.matches("\n  passed ").count(), 13, "{said:?}");
    assert!(said.out.ends_with("\naccepted\n"), "{said:?}");

    let said = place.run(&["inspect", &place.signed(r#"{"sub":"42","exp":1}"#)]);
    assert_eq!(said.refusal(), "expired");
    let rows: Vec<Vec<&str>> = said
        .out
        .lines()
        .skip_while(|line| !line.starts_with("Checks"))
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert!(
        rows.iter()
            .any(|row| row.starts_with(&["passed", "signature"])),
        "{said:?}"
    );
    assert!(
        rows.iter()
            .any(|row| row.starts_with(&["failed", "expiry"])),
        "{said:?}"
    );
    assert!(
        rows.iter().any(|row| row == &["not", "reached", "user"]),
        "{said:?}"
    );
    assert!(
        said.out
            .ends_with("refused: expired; a client should get a new token\n")
    );
}

#[test]
fn a_channel_makes_it_a_subscription_token_unless_told_otherwise() {
    let place = Place::configured("");
    let token = place
        .run(&["gensubtoken", "-q", "-u", "42", "-s", "news"])
        .out;
    let said = place.pipe(&token, &["inspect", "-"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("as a subscription token"), "{said:?}");
    let said = place.run(&["inspect", "--sub", &place.token(&["-u", "42"])]);
    assert_eq!(said.refusal(), "wrong_kind");
}

#[test]
fn the_readable_parts_of_a_broken_token_are_shown() {
    let place = Place::new();
    for (token, code, shown) in [
        // {"alg":"none"}
        (
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9.",
            0,
            r#""alg": "none""#,
        ),
        // {"alg":"HS256","crit":["a"]}
        (
            "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiYSJdfQ.eyJzdWIiOiI0MiJ9.AAAA",
            0,
            r#""crit""#,
        ),
        ("!!!.eyJzdWIiOiI0MiJ9.AAAA", 1, r#""sub": "42""#),
        ("eyJhbGciOiJub25lIn0.!!!.AAAA", 1, r#""alg": "none""#),
        (
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9.!!!",
            1,
            r#""sub": "42""#,
        ),
        ("eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9", 1, r#""sub": "42""#),
        // The header is not JSON.
        ("AAAA.eyJzdWIiOiI0MiJ9.AAAA", 1, r#""sub": "42""#),
        ("", 1, "cannot be decoded"),
        ("abc", 1, "cannot be decoded"),
    ] {
        let said = place.run(&["inspect", token]);
        assert_eq!(said.code, code, "{token}: {said:?}");
        assert!(said.out.contains(shown), "{token}: {said:?}");
        if code == 1 {
            said.refusal();
        } else {
            assert!(said.out.contains("refused with any key"), "{said:?}");
        }
        let json = &place.run(&["inspect", "--json", token]).json()[0];
        assert_eq!(json["verified"], false, "{json}");
    }
}

#[test]
fn dates_of_any_size_and_type_are_shown() {
    let place = Place::new();
    for (value, expected) in [
        ("1800000000", "exp: 2027-01-15 08:00:00 UTC, "),
        ("1800000000.75", "exp: 2027-01-15 08:00:00 UTC, "),
        ("0", "exp: 1970-01-01 00:00:00 UTC, "),
        ("-1", "exp: before the year 1970"),
        ("253402300800", "exp: after the year 9999"),
        ("9223372036854775807", "exp: after the year 9999"),
        ("9223372036854775808", "exp: out of range"),
        ("-1e300", "exp: out of range"),
        ("1e400", "exp: out of range"),
        ("\"1800000000\"", "exp: not a number"),
        ("null", "exp: not a number"),
    ] {
        let token = place.signed(format!(r#"{{"exp":{value}}}"#));
        let said = place.run(&["inspect", &token]);
        assert_eq!(said.code, 0, "{value}: {said:?}");
        assert!(said.out.contains(expected), "{value}: {said:?}");
    }
    for (value, expected) in [
        ("0", "expire_at: 0, the subscription never expires"),
        ("-5", "expire_at: -5, the subscription never expires"),
        ("1800000000", "expire_at: 2027-01-15 08:00:00 UTC, "),
        ("1800000000.75", "expire_at: not a whole number"),
        ("-1e3", "expire_at: not a whole number"),
        ("9223372036854775808", "expire_at: not a whole number"),
    ] {
        let token = place.signed(format!(r#"{{"expire_at":{value}}}"#));
        let said = place.run(&["inspect", &token]);
        assert!(said.out.contains(expected), "{value}: {said:?}");
        // The result must be that of the library.
        let is_refused = said.out.contains("refused with any key");
        assert_eq!(is_refused, expected.contains("not a"), "{said:?}");
    }
}

/// Users inspect exactly such tokens: a faulty claim must not hide the others.
#[test]
fn a_faulty_claim_hides_neither_the_dates_nor_the_kind() {
    let place = Place::configured("");
    for odd in [
        r#""nbf":1e400"#,
        r#""info":1e999"#,
        r#""info":"\ud800""#,
        &format!(r#""info":{}{}"#, "[".repeat(200), "]".repeat(200)),
    ] {
        let token = place.signed(format!(
            r#"{{"sub":"1","channel":"news","exp":1800000000,"iat":"x","expire_at":0,{odd}}}"#
        ));
        let said = place.run(&["inspect", &token]);
        for part in [
            "exp: 2027-01-15 08:00:00 UTC",
            "iat: not a number",
            "expire_at: 0, the subscription never expires",
            "Checks, as a subscription token",
        ] {
            assert!(said.out.contains(part), "{odd}: {part}: {said:?}");
        }
        let is_date = odd.starts_with(r#""nbf"#);
        assert_eq!(
            said.out
                .contains("nbf: out of range, so the token is refused"),
            is_date
        );
    }
}

#[test]
fn faults_that_every_server_refuses_are_shown_without_a_configuration() {
    let place = Place::new();
    for (payload, problem) in [
        ("[]", "not valid JSON"),
        ("hello", "not valid JSON"),
        (r#"{"sub":"a","sub":"b"}"#, "\"sub\" twice"),
        (r#"{"exp":"x"}"#, "`exp`"),
        (r#"{"sub":1}"#, "`sub`"),
        (r#"{"sub":"1","channel":""}"#, "`channel`"),
    ] {
        let token = place.signed(payload);
        let said = place.run(&["inspect", &token]);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.contains("refused with any key: "), "{said:?}");
        let json = &place.run(&["inspect", "--json", &token]).json()[0];
        assert!(
            json["problem"].as_str().unwrap().contains(problem),
            "{json}"
        );
        assert_eq!(json["accepted"], serde_json::Value::Null);
    }
    let sound = place.signed(r#"{"sub":"1","exp":1}"#);
    let json = &place.run(&["inspect", "--json", &sound]).json()[0];
    assert_eq!(json["problem"], serde_json::Value::Null);
    // A JWE has five parts.
    let said = place.run(&["inspect", &format!("{sound}.AAAA.AAAA")]);
    assert_eq!(said.refusal(), "malformed");
}

/// Each server has its own limit on the length of a token.
#[test]
fn a_long_token_is_refused_by_the_default_and_not_by_a_server_that_reads_it() {
    let long = "a".repeat(20_000);
    let place = Place::new();
    let token = place.signed(format!(r#"{{"sub":"42","info":"{long}"}}"#));
    let said = place.run(&["inspect", &token]);
    assert_eq!(said.code, 0, "{}", said.err);
    let problem = format!(
        "refused by default: found a token of {} bytes; at most 16384 are read",
        token.len()
    );
    assert!(said.out.contains(&problem), "{}", said.out);
    // A fault for which every server refuses the token comes first.
    let bad = place.signed(format!(r#"{{"sub":42,"info":"{long}"}}"#));
    let json = &place.run(&["inspect", "--json", &bad]).json()[0];
    assert!(json["problem"].as_str().unwrap().contains("`sub`"));

    place.write(
        "config.json",
        support::config(r#", "client": {"token_size_limit": 65536}"#),
    );
    let said = place.run(&["inspect", &token]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.ends_with("\naccepted\n"), "{}", said.out);
    assert!(!said.out.contains("refused"), "{}", said.out);
}

#[test]
fn a_signature_by_the_secret_with_a_line_break_is_recognised() {
    let token_by = |secret: String| {
        let place = Place::new();
        place.write(
            "config.json",
            serde_json::json!({"token_hmac_secret_key": secret}).to_string(),
        );
        place.token(&["-u", "42"])
    };
    let place = Place::configured("");
    for (end, behind) in [("\n", true), ("\r\n", true), ("x", false), ("\n\n", false)] {
        let token = token_by(format!("{}{end}", support::SECRET));
        let said = place.run(&["inspect", &token]);
        assert_eq!(said.refusal(), "signature");
        let hint = "\nhint: the signature fits the configured secret with a line break after it";
        assert_eq!(said.out.contains(hint), behind, "{end:?}: {}", said.out);
        let json = &place.run(&["--json", "inspect", &token]).json()[0];
        assert_eq!(json.get("hint").is_some(), behind, "{end:?}: {json}");
    }

    // The other way round: the line break is in the configuration.
    let token = token_by(support::SECRET.into());
    let secret = format!("{}\n", support::SECRET);
    let config = serde_json::json!({"token_hmac_secret_key": secret});
    place.write("config.json", config.to_string());
    let said = place.run(&["inspect", &token]);
    let hint = "\nhint: the signature fits the configured secret without the white space";
    assert!(said.out.contains(hint), "{}", said.out);
}

#[test]
fn a_short_secret_gives_a_warning_and_no_error() {
    let place = Place::new();
    place.write("config.json", r#"{"token_hmac_secret_key":"secret"}"#);
    let token = place.token(&["-u", "42"]);
    let said = place.run(&["inspect", &token]);
    assert_eq!(said.code, 0);
    assert!(
        said.err.starts_with("warning: ") && said.err.contains("48 bits"),
        "{said:?}"
    );
    let said = place.run(&["inspect", "--json", &token]);
    assert_eq!(said.err, "");
    assert!(
        said.json()[0]["warnings"][0]
            .as_str()
            .unwrap()
            .contains("48 bits")
    );
    assert_eq!(place.run(&["inspect", "x"]).refusal(), "malformed");
}

#[test]
fn payloads_that_are_not_claims_are_shown_without_acting_on_the_terminal() {
    let place = Place::new();
    for (payload, shown) in [
        ("", "nothing"),
        ("\u{1b}[2Jtext", "not JSON: \\u{1b}[2Jtext"),
        ("[1,[]]", "[\n    1,\n    []\n  ]"),
        ("\"\u{202e}\"", "\\u202e"),
    ] {
        let said = place.run(&["inspect", &place.signed(payload)]);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.contains(shown), "{payload:?}: {said:?}");
        assert!(!said.out.contains('\u{1b}') && !said.out.contains('\u{202e}'));
    }
    // Nested deeper than anyone reads.
    let said = place.run(&[
        "inspect",
        &place.signed("[".repeat(5000) + &"]".repeat(5000)),
    ]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.len() < 2_000_000);
}

#[test]
fn json_holds_the_parts_and_the_steps() {
    let place = Place::configured("");
    let token = place.signed(r#"{"sub":"42","exp":1}"#);
    let json = &place.run(&["--json", "inspect", &token]).json()[0];
    assert_eq!(json["header"]["alg"], "HS256");
    assert_eq!(json["claims"]["sub"], "42");
    assert_eq!(json["signature_bytes"], 32);
    assert_eq!(json["verified"], true);
    assert_eq!(json["accepted"], false);
    assert_eq!(json["code"], "expired");
    let steps = json["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 13);
    let expiry = steps.iter().find(|step| step["stage"] == "expiry").unwrap();
    assert_eq!(expiry["outcome"], "failed");
    assert_eq!(expiry["code"], "expired");
}

#[test]
fn several_tokens_are_inspected_in_turn() {
    let place = Place::configured("");
    let (good, bad) = (place.token(&["-u", "42"]), place.signed(r#"{"exp":1}"#));
    let said = place.pipe(format!("{good}\n{bad}\n\n"), &["inspect", "-"]);
    assert_eq!(said.refusal(), "expired");
    assert_eq!(said.out.matches("Header\n").count(), 2);
    let said = place.pipe(format!("{good}\n{bad}\n"), &["inspect", "--json", "-"]);
    assert_eq!(said.json().len(), 2);
}
