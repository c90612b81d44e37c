//! `gentoken`, `gensubtoken`, `checktoken` and `checksubtoken`.

use crate::support;

use std::time::{SystemTime, UNIX_EPOCH};

use support::{Place, now, without_numbers};

#[test]
fn the_output_has_the_texts_of_centrifugo_around_tokens() {
    let place = Place::configured("");
    let said = place.run(&["gentoken", "-u", "42"]);
    let (head, token) = said.out.trim_end().split_once('\n').unwrap();
    assert_eq!(
        head,
        r#"HMAC SHA-256 JWT for user "42" with expiration TTL 168h0m0s:"#
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));

    let said = place.run(&["checktoken", token]);
    let (head, payload) = said.out.trim_end().split_once('\n').unwrap();
    assert_eq!((said.code, head), (0, "valid token for user 42"));
    assert!(payload.starts_with(r#"payload: {"sub":"42","#), "{payload}");

    let said = place.run(&["gensubtoken", "-u", "42", "-s", "$news", "-t", "90"]);
    let (head, token) = said.out.trim_end().split_once('\n').unwrap();
    assert_eq!(
        head,
        r#"HMAC SHA-256 JWT for user "42" and channel "$news" with expiration TTL 1m30s:"#
    );
    let said = place.run(&["checksubtoken", token]);
    let head = said.out.lines().next().unwrap();
    assert_eq!(
        head,
        r#"valid subscription token for user "42" and channel "$news""#
    );

    let said = place.run(&["gentoken"]);
    assert!(
        said.out
            .starts_with("HMAC SHA-256 JWT for anonymous user with "),
        "{said:?}"
    );
    let said = place.run(&["checktoken", said.out.lines().last().unwrap()]);
    assert!(
        said.out.starts_with("valid token for anonymous user\n"),
        "{said:?}"
    );
}

#[test]
fn only_a_lifetime_of_minus_one_makes_a_token_without_expiration() {
    let place = Place::configured("");
    let said = place.run(&["gentoken", "-u", "42", "-t", "-1"]);
    let (head, token) = said.out.trim_end().split_once('\n').unwrap();
    assert_eq!(
        head,
        r#"HMAC SHA-256 JWT for user "42" without expiration:"#
    );
    let said = place.run(&["--json", "checktoken", token]);
    assert!(said.json()[0]["expires"].is_null(), "{said:?}");
    for ttl in ["0", "-5", "-600", "0s"] {
        for command in [&["gentoken"][..], &["gensubtoken", "-s", "news"]] {
            let said = place.run(&[command, &["-u", "42", "-t", ttl]].concat());
            assert_eq!((said.code, said.out.as_str()), (2, ""), "{ttl}");
            assert!(said.err.contains("-1 alone means no expiry"), "{said:?}");
        }
    }
    for (ttl, seconds) in [("600", 600), ("10m", 600)] {
        let token = place.token(&["-u", "42", "-t", ttl]);
        let expires = place.run(&["--json", "checktoken", &token]).json()[0]["expires"].as_u64();
        assert!((now() + seconds - 10..=now() + seconds).contains(&expires.unwrap()));
    }
    assert_eq!(place.run(&["gentoken", "-t", "soon"]).code, 2);
}

#[test]
fn with_quiet_only_the_token_is_printed() {
    let place = Place::new();
    place.write("config.json", r#"{"token_hmac_secret_key":"secret"}"#);
    let said = place.run(&["gentoken", "-q", "-u", "42"]);
    assert_eq!(said.out.lines().count(), 1);
    assert_eq!(said.out.trim_end().split('.').count(), 3);
    assert_eq!(said.err, "");
}

#[test]
fn long_flags_are_those_of_centrifugo() {
    let place = Place::configured("");
    let config = [
        "--config",
        "config.json",
        "--quiet",
        "--user",
        "42",
        "--ttl",
        "60",
    ];
    assert_eq!(place.run(&[&["gentoken"], &config[..]].concat()).code, 0);
    let more = ["gensubtoken", "--channel", "news"];
    assert_eq!(place.run(&[&more[..], &config[..]].concat()).code, 0);
}

/// PowerShell writes one before what it saves.
#[test]
fn a_byte_order_mark_before_the_first_token_is_ignored() {
    let place = Place::configured("");
    let token = place.token(&["-u", "42"]);
    for input in [
        format!("\u{feff}{token}\r\n"),
        format!("\u{feff}\n{token}\n"),
    ] {
        let said = place.pipe(input, &["checktoken", "-"]);
        assert_eq!(said.code, 0, "{said:?}");
    }
    let said = place.pipe(format!("{token}\n\u{feff}{token}\n"), &["checktoken", "-"]);
    assert_eq!(said.refusal(), "malformed");
}

#[test]
fn k5_a_short_secret_works_with_a_warning_that_says_how_many_bits_it_has() {
    let place = Place::new();
    place.write("config.json", r#"{"token_hmac_secret_key":"secret"}"#);
    let token = place.token(&["-u", "42"]);
    for arguments in [&["gentoken"][..], &["checktoken", &token], &["checkconfig"]] {
        let said = place.run(arguments);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.err.starts_with("warning: "), "{said:?}");
        assert!(said.err.contains("48 bits"), "{said:?}");
    }
    // A refusal is still one line, its code first.
    assert_eq!(place.run(&["checktoken", "x"]).refusal(), "malformed");
    let said = place.run(&["--json", "checktoken", &token]);
    assert_eq!(said.err, "");
    let warning = said.json()[0]["warnings"][0].as_str().unwrap().to_owned();
    assert!(warning.contains("48 bits"), "{warning}");
}

/// Every sentence that a user may read. None shows the token or the expected keys.
#[test]
fn k2_each_refusal_is_one_line_with_its_code_and_no_part_of_the_token() {
    let place =
        Place::configured(r#", "audience": "me""#.replace("audience", "token_audience").as_str());
    let of = |payload: &str| place.signed(payload);
    let tampered = {
        let token = of(r#"{"sub":"42","aud":"me"}"#);
        let (input, signature) = token.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { "B" } else { "A" };
        format!("{input}.{other}{}", &signature[1..])
    };
    for (token, expected) in [
        (
            "abc".to_owned(),
            "malformed: found N part separated by dots; a token has three",
        ),
        (
            // {"alg":"none"}
            "eyJhbGciOiJub25lIn0.e30.".to_owned(),
            "algorithm: header: found an unsigned token (`alg` is `none`); a token is signed",
        ),
        (
            // {"alg":"RS256"}
            "eyJhbGciOiJSUzI1NiJ9.e30.AAAA".to_owned(),
            "algorithm: found the algorithm \"RSN\"; no configured key is for it",
        ),
        (tampered, "signature: the signature does not match"),
        (
            of(r#"{"sub":"42","aud":"me","exp":1}"#),
            "expired: the token expired N s ago (`exp` is N, now is N); get a new token",
        ),
        (
            of(r#"{"sub":"42","aud":"me","nbf":9999999999}"#),
            "not_yet_valid: the token becomes valid in N s (`nbf` is N, now is N); \
             try again then, and compare the clocks of issuer and server",
        ),
        (
            of(r#"{"sub":"42","aud":"you"}"#),
            "audience: the token is for the audience \"you\", and this server expects \"me\"",
        ),
        (
            of(r#"{"sub":"42","aud":"me","channel":"news"}"#),
            "wrong_kind: found a subscription token (it has a `channel` claim) where a connection \
             token is expected; connect with a token that has no `channel`",
        ),
        (
            of(r#"{"sub":42,"aud":"me"}"#),
            "claims: found a number as `sub`, which must be a string, in quotes; \
             correct it where tokens are issued",
        ),
        (
            of(r#"{"sub":"42","aud":"me","Exp":1}"#),
            "claims: found the claim `Exp`, which differs from `exp` only in letter case; \
             write `exp` where tokens are issued",
        ),
    ] {
        let said = place.run(&["checktoken", &token]);
        let code = said.refusal();
        assert_eq!(without_numbers(said.err.trim_end()), expected);
        assert_eq!(said.out, "", "{expected}");
        let said = place.run(&["checktoken", "--json", &token]);
        assert_eq!(said.refusal(), code);
        assert_eq!(said.json()[0]["code"], code);
    }
}

#[test]
fn json_output_says_what_was_accepted_and_what_was_refused() {
    let place = Place::configured("");
    let flags = [
        "-u",
        "42",
        "--info",
        r#"{"n":12345678901234567890}"#,
        "--channel",
        "news",
    ];
    let said = place.run(&["checktoken", "--json", &place.token(&flags)]);
    let json = &said.json()[0];
    assert_eq!(json["accepted"], true);
    assert_eq!(json["kind"], "connection");
    assert_eq!(json["user"], "42");
    assert_eq!(json["channels"], serde_json::json!(["news"]));
    assert_eq!(json["payload"]["sub"], "42");
    // As it was signed: no number is rounded.
    assert!(
        said.out.contains(r#""info":{"n":12345678901234567890}"#),
        "{said:?}"
    );

    let said = place.run(&["checktoken", "--json", &place.signed(r#"{"exp":1}"#)]);
    let json = &said.json()[0];
    assert_eq!(json["accepted"], false);
    assert_eq!(json["code"], "expired");
    assert_eq!(json["advice"], "get a new token");
    assert_eq!(json["fault"], "client");

    let said = place.run(&[
        "gensubtoken",
        "--json",
        "-u",
        "42",
        "-s",
        "news",
        "-t",
        "-1",
    ]);
    let json = &said.json()[0];
    assert_eq!(json["channel"], "news");
    assert!(json["ttl"].is_null());
    let said = place.run(&["checksubtoken", "--json", json["token"].as_str().unwrap()]);
    assert_eq!(said.json()[0]["channel"], "news");
    assert_eq!(said.json()[0]["kind"], "subscription");
}

#[test]
fn a_dash_reads_one_token_a_line() {
    let place = Place::configured("");
    let (one, two) = (place.token(&["-u", "1"]), place.token(&["-u", "2"]));
    let said = place.pipe(format!("{one}\r\n\n  \n{two}"), &["checktoken", "-"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let users: Vec<_> = said
        .out
        .lines()
        .filter(|line| line.starts_with("valid"))
        .collect();
    assert_eq!(users, ["valid token for user 1", "valid token for user 2"]);

    let said = place.pipe(format!("{one}\nabc\n{two}\n"), &["checktoken", "-"]);
    assert_eq!(said.refusal(), "malformed");
    assert!(said.err.ends_with("(line 2)\n"), "{said:?}");
    assert!(said.out.contains("user 2"), "{said:?}");

    let said = place.pipe(format!("{one}\nabc\n"), &["checktoken", "-", "--json"]);
    let lines: Vec<_> = said.json().iter().map(|it| it["line"].as_u64()).collect();
    assert_eq!(lines, [Some(1), Some(2)]);
}

#[test]
fn nothing_on_standard_input_is_refused() {
    let place = Place::configured("");
    for input in ["", "\n", " \r\n\n"] {
        assert_eq!(
            place.pipe(input, &["checktoken", "-"]).refusal(),
            "malformed"
        );
    }
}

#[test]
fn input_that_cannot_be_a_token_is_refused_and_the_next_line_is_read() {
    let place = Place::configured("");
    let good = place.token(&["-u", "42"]);
    for bad in [
        b"\xff\xfe".to_vec(),
        vec![b'a'; 3 * 1024 * 1024],
        vec![0],
        vec![b'.'; 100_000],
    ] {
        let input = [&bad[..], b"\n", good.as_bytes()].concat();
        let said = place.pipe(input, &["checktoken", "-"]);
        assert_eq!(said.refusal(), "malformed");
        assert!(said.err.len() < 200, "{}", said.err);
        assert!(said.out.starts_with("valid token for user 42"), "{said:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf8_is_refused_as_malformed() {
    use std::os::unix::ffi::OsStrExt as _;

    let place = Place::configured("");
    let argument = std::ffi::OsStr::from_bytes(b"\xffabc");
    let output = place
        .command()
        .arg("checktoken")
        .arg(argument)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.starts_with(b"malformed: "));
}

#[test]
fn characters_that_control_a_terminal_are_escaped() {
    let place = Place::configured("");
    let token = place.signed("{\"sub\":\"42\",\"info\":\"\u{202e}\u{85}\"}");
    let said = place.run(&["checktoken", &token]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains(r"\u202e\u0085"), "{said:?}");
    let said = place.run(&["checktoken", "--json", &token]);
    assert_eq!(said.json()[0]["payload"]["info"], "\u{202e}\u{85}");
    assert!(!said.out.contains(['\u{202e}', '\u{85}']), "{said:?}");
    // Line breaks between the claims do not break the line of the payload.
    let said = place.run(&["checktoken", &place.signed("{\n\t\"sub\": \"42\"\r\n}")]);
    assert_eq!(
        said.out,
        "valid token for user 42\npayload: {  \"sub\": \"42\"  }\nauthority: \"default\"\n"
    );
}

#[test]
fn gentoken_signs_with_a_given_key() {
    let place = Place::new();
    assert_eq!(place.run(&["genkey", "ES256", "--out", "k"]).code, 0);
    let config = serde_json::json!({
        "token_ecdsa_public_key": place.read("k.pub"),
        "token_issuer": "backend",
    });
    place.write("config.json", config.to_string());
    let said = place.run(&["gentoken", "-u", "42"]);
    assert_eq!(said.code, 2, "there is no secret: {said:?}");
    let said = place.run(&["gentoken", "-u", "42", "--key", "k.key", "--kid", "1"]);
    assert!(
        said.out.starts_with("ES256 JWT for user \"42\""),
        "{said:?}"
    );
    let said = place.run(&["checktoken", said.out.lines().last().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains(r#""iss":"backend""#), "{said:?}");
}

/// Whoever signs, the configuration decides which claims a server requires.
#[test]
fn a_given_key_makes_no_token_that_the_configuration_refuses() {
    let info = format!("{:?}", "a".repeat(20_000));
    for (limit, info, code) in [
        (65536, info.as_str(), 0),
        (1024, r#""a""#, 0),
        (1024, info.as_str(), 2),
    ] {
        let place = Place::new();
        place.run(&["genkey", "ES256", "--out", "k"]);
        let section = serde_json::json!({
            "ecdsa_public_key": place.read("k.pub"),
            "issuer": "backend",
            "audience": "chat",
            "user_id_claim": "uid",
            "typ": "at+jwt",
        });
        let config =
            serde_json::json!({ "client": { "token": section, "token_size_limit": limit } });
        place.write("config.json", config.to_string());
        let flags = ["-q", "-u", "42", "--key", "k.key", "--info", info];
        for (make, check) in [
            (&["gentoken"][..], "checktoken"),
            (&["gensubtoken", "-s", "news"], "checksubtoken"),
        ] {
            let said = place.run(&[make, &flags].concat());
            assert_eq!(said.code, code, "{limit}: {}", said.err);
            if code == 0 {
                let said = place.pipe(&said.out, &[check, "-"]);
                assert_eq!(said.code, 0, "{limit}: {}", said.err);
            } else {
                assert!(said.err.contains("at most 1024"), "{}", said.err);
            }
        }
    }
}

#[test]
fn claims_that_a_server_would_refuse_are_not_signed() {
    let place = Place::configured("");
    for arguments in [
        &["gentoken", "--info", "{"][..],
        &["gentoken", "--info", "1,\"exp\":2"],
        &["gentoken", "-u", "a\nb"],
        &["gensubtoken", "-s", ""],
        &["gensubtoken"],
    ] {
        let said = place.run(arguments);
        assert_eq!(
            (said.code, said.out.as_str()),
            (2, ""),
            "{arguments:?}: {said:?}"
        );
    }
}

#[test]
fn a_token_may_have_an_issuer_and_audience_that_expressions_match() {
    let place = Place::configured(
        r#", "token_issuer_regex": "https://[a-z]+", "token_audience_regex": "chat-[0-9]+""#,
    );
    // A token that the configuration would refuse is not made: the error names the missing claim.
    for (given, missing) in [
        (&["gentoken", "-u", "42"][..], "`iss`"),
        (&["gentoken", "-u", "42", "--iss", "https://id"], "`aud`"),
        (
            &["gentoken", "--iss", "http://id", "--aud", "chat-7"],
            "issuer",
        ),
    ] {
        let said = place.run(given);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
        assert!(said.err.contains(missing), "{said:?}");
    }
    let token = place.token(&["-u", "42", "--iss", "https://id", "--aud", "chat-7"]);
    let said = place.run(&["--json", "checktoken", &token]);
    let record: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(record["authority"], "default");
    assert_eq!(record["iss"], "https://id");
    assert_eq!(record["aud"], serde_json::json!(["chat-7"]));
    let said = place.run(&["checktoken", &token]);
    assert!(
        said.out
            .contains("authority: \"default\", iss: \"https://id\", aud: \"chat-7\""),
        "{said:?}"
    );
}

#[test]
fn in_json_output_bytes_that_are_not_text_are_base64() {
    let place = Place::configured("");
    place.write("key.secret", support::SECRET);
    let sign = |payload: &str| {
        let said = place.pipe(payload, &["jws", "sign", "--secret-file", "key.secret"]);
        assert_eq!(said.code, 0, "{said:?}");
        said.out.trim().to_owned()
    };
    for (b64info, member, value) in [("AAH/", "b64info", "AAH/"), ("aGk=", "info", "hi")] {
        let token = sign(&format!(r#"{{"sub":"42","b64info":"{b64info}"}}"#));
        let said = place.run(&["--json", "checktoken", &token]);
        let record: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(record[member], value, "{said:?}");
    }
}

#[test]
fn a_time_in_milliseconds_is_accepted_with_a_warning() {
    let place = Place::configured("");
    let token = place.signed(r#"{"sub":"42","exp":4102444800000}"#);
    let said = place.run(&["checktoken", &token]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.starts_with("warning: "), "{said:?}");
    assert!(said.err.contains("milliseconds"), "{said:?}");
    let said = place.run(&["--json", "checktoken", &token]);
    let warning = said.json()[0]["warnings"][0].as_str().unwrap().to_owned();
    assert!(warning.contains("`exp`"), "{warning}");
    let said = place.run(&["inspect", &token]);
    assert!(said.out.contains("looks like milliseconds"), "{said:?}");

    let token = place.signed(r#"{"sub":"42","exp":4102444800}"#);
    assert_eq!(place.run(&["checktoken", &token]).err, "");
}

#[test]
fn g4_a_not_before_of_this_very_moment_with_microseconds_is_accepted() {
    let place = Place::configured("");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let nbf = format!("{}.{:06}", now.as_secs(), now.subsec_micros());
    let token = place.signed(format!(r#"{{"sub":"42","nbf":{nbf}}}"#));
    let said = place.run(&["checktoken", &token]);
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn a_user_id_claim_may_be_an_integer() {
    let place = Place::configured(r#", "token_user_id_claim": "uid""#);
    let token = place.signed(r#"{"sub":"x","uid":77}"#);
    let said = place.run(&["checktoken", &token]);
    assert!(
        said.out.starts_with("valid token for user 77\n"),
        "{said:?}"
    );
}

#[test]
fn g22_g23_tokens_that_would_allow_more_than_meant_are_refused() {
    let place = Place::configured("");
    for (command, payload, right) in [
        ("checktoken", r#"{"Sub":"42","Exp":1}"#, "`sub`"),
        (
            "checktoken",
            r#"{"sub":"42","exp":4102444800,"EXP":1}"#,
            "`exp`",
        ),
        ("checksubtoken", r#"{"channel":"$c1"}"#, "`client`"),
    ] {
        let said = place.run(&[command, &place.signed(payload)]);
        assert_eq!(said.refusal(), "claims", "{said:?}");
        assert!(said.err.contains(right), "{said:?}");
    }
}

#[test]
fn the_client_of_a_subscription_token_is_shown() {
    let place = Place::configured("");
    for (payload, who) in [
        (r#"{"channel":"$a","client":"c1"}"#, r#"client "c1""#),
        (
            r#"{"channel":"$a","client":"c1","sub":""}"#,
            r#"anonymous user, client "c1""#,
        ),
        (
            r#"{"channel":"$a","client":"c1","sub":"42"}"#,
            r#"user "42", client "c1""#,
        ),
        (r#"{"channel":"$a","sub":"42"}"#, r#"user "42""#),
        (r#"{"channel":"$a","sub":""}"#, "anonymous user"),
    ] {
        let said = place.run(&["checksubtoken", &place.signed(payload)]);
        let expected = format!("valid subscription token for {who} and channel \"$a\"\n");
        assert!(said.out.starts_with(&expected), "{said:?}");
    }
}

#[test]
fn e9_the_error_about_a_long_token_names_the_option_for_the_limit() {
    let place = Place::configured("");
    let channels: Vec<String> = (0..1001).map(|number| format!("\"c{number}\"")).collect();
    for (payload, option) in [
        (
            format!(r#"{{"sub":"42","info":"{}"}}"#, "a".repeat(20_000)),
            "`client.token_size_limit`",
        ),
        (
            format!(r#"{{"sub":"42","channels":[{}]}}"#, channels.join(",")),
            "`client.token_channel_limit`",
        ),
        (
            format!(r#"{{"sub":"42","channels":["{}"]}}"#, "a".repeat(256)),
            "`channel.max_length`",
        ),
    ] {
        let token = place.signed(payload);
        let said = place.pipe(&token, &["checktoken", "-"]);
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.err.contains(option), "{said:?}");
    }
    // No option raises this limit.
    let audiences = vec!["\"a\""; 101].join(",");
    let token = place.signed(format!(r#"{{"sub":"42","aud":[{audiences}]}}"#));
    let said = place.pipe(&token, &["checktoken", "-"]);
    assert!(said.err.contains("`aud`; write 100 at most"), "{said:?}");
    assert!(!said.err.contains("raise"), "{said:?}");
}

#[test]
fn version_prints_the_version() {
    let place = Place::new();
    let said = place.run(&["version"]);
    assert_eq!(
        said.out,
        format!("countersign {}\n", env!("CARGO_PKG_VERSION"))
    );
    let said = place.run(&["--json", "version"]);
    assert_eq!(said.json()[0]["version"], env!("CARGO_PKG_VERSION"));
}
