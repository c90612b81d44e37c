//! Errors of a configuration say where the fault is, what was found and what is expected.

use crate::common;

use common::{SECRET, json, quoted, variables};
use countersign::config::{Config, Format};

#[test]
fn the_error_about_an_unknown_option_names_the_closest_option() {
    for (text, option, nearest) in [
        (
            r#"{"token_hmac_secret":"x"}"#,
            "token_hmac_secret",
            "token_hmac_secret_key",
        ),
        (
            r#"{"token_hmac_secret_kye":"x"}"#,
            "token_hmac_secret_kye",
            "token_hmac_secret_key",
        ),
        (
            r#"{"client":{"token":{"audiance":"x"}}}"#,
            "client.token.audiance",
            "client.token.audience",
        ),
        (
            r#"{"client":{"token":{"trusted_issuers":[{"isuer":"x"}]}}}"#,
            "client.token.trusted_issuers[0].isuer",
            "client.token.trusted_issuers[0].issuer",
        ),
        (
            r#"{"client":{"tokens":{"audience":"x"}}}"#,
            "client.tokens",
            "`client.token`",
        ),
        (
            r#"{"client":{"subscription_tokens":{}}}"#,
            "client.subscription_tokens",
            "`client.subscription_token`",
        ),
        (r#"{"clent":{}}"#, "clent", "`client`"),
        (
            r#"{"token_jwks_endpoint":"x"}"#,
            "token_jwks_endpoint",
            "`token_jwks_public_endpoint`",
        ),
    ] {
        let error = json(text).unwrap_err();
        assert_eq!(error.option_name(), Some(option));
        let sentence = error.to_string();
        assert!(
            sentence.contains("no such option") && sentence.contains(nearest),
            "{sentence}"
        );
    }
    let error = Config::from_environment([("COUNTERSIGN_TOKEN_AUDIANCE".into(), "x".into())]);
    let sentence = error.unwrap_err().to_string();
    assert!(
        sentence.contains("`COUNTERSIGN_TOKEN_AUDIENCE`"),
        "{sentence}"
    );
}

/// The hint must name an option that is read: a user who follows it to an ignored one has set
/// nothing.
#[test]
fn the_suggested_option_would_have_an_effect() {
    for (name, nearest) in [
        ("hmac_secret_key", "token_hmac_secret_key"),
        ("hmac_secret", "token_hmac_secret_key"),
        ("token_secret", "token_hmac_secret_key"),
        ("token_hmac", "token_hmac_secret_key"),
        ("issuer", "token_issuer"),
        ("token_aud", "token_audience"),
        ("jwks_url", "token_jwks_public_endpoint"),
        ("token_jwks_url", "token_jwks_public_endpoint"),
        ("token-hmac-secret-key", "token_hmac_secret_key"),
        ("COUNTERSIGN_TOKEN_HMAC_SECRET_KEY", "token_hmac_secret_key"),
        ("subscription_token_audiance", "subscription_token_audience"),
        ("client_insecur", "client_insecure"),
    ] {
        let error = json(&format!(r#"{{"{name}":"x"}}"#)).unwrap_err();
        let expected = format!("`{name}`: there is no such option; the nearest is `{nearest}`");
        assert_eq!(error.to_string(), expected);
    }
}

/// Without a key, the error says where the options that were found belong.
#[test]
fn options_in_an_unused_table_are_named_with_their_right_place() {
    let found = |text: &str| {
        let config = json(text).unwrap();
        config.setup().build().unwrap_err().to_string()
    };
    for (text, path, wanted) in [
        (
            r#"{"chat":{"client":{"token":{"hmac_secret_key":"x"}}}}"#,
            "chat.client.token.hmac_secret_key",
            "client.token.hmac_secret_key",
        ),
        (
            r#"{"Chat":{"Token_Jwks_Public_Endpoint":"x"}}"#,
            "Chat.Token_Jwks_Public_Endpoint",
            "Token_Jwks_Public_Endpoint",
        ),
        (
            r#"{"chat":{"auth":{"rsa_public_key":"x"}}}"#,
            "chat.auth.rsa_public_key",
            "client.token.rsa_public_key",
        ),
    ] {
        let expected = format!(
            "`client.token`: found no key; `{path}` is not read there, it belongs at `{wanted}`"
        );
        assert_eq!(found(text), expected, "{text}");
    }
    let options = r#"{"audience":"1","issuer":"2","typ":"3","name":"4","leeway":"5"}"#;
    let many = found(&format!(r#"{{"chat":{{"client":{{"token":{options}}}}}}}"#));
    assert!(many.ends_with("; 2 more options look misplaced"), "{many}");
    // Other programs have these names too.
    let others = found(r#"{"database":{"name":"x","typ":"y","client":{"insecure":true}}}"#);
    assert!(
        others.contains("found no key; give hmac_secret_key"),
        "{others}"
    );
}

#[test]
fn an_error_names_the_option_as_it_was_given() {
    let flat = |name: &str, value: &str| {
        let text = format!(r#"{{"token_hmac_secret_key":"{SECRET}","token_{name}":{value}}}"#);
        json(&text).unwrap().setup().build().unwrap_err()
    };
    for (name, value) in [
        ("leeway", r#""10m""#),
        ("max_age", "0"),
        ("algorithms", r#"["none"]"#),
        ("rsa_public_key", r#""no key""#),
        ("user_id_claim", r#""channel""#),
        ("user_id_claim", r#""exp""#),
    ] {
        let error = flat(name, value);
        assert_eq!(
            error.option_name(),
            Some(&*format!("token_{name}")),
            "{error}"
        );
    }
    let variable = "COUNTERSIGN_TOKEN_RSA_PUBLIC_KEY";
    let config = Config::from_environment(variables(&[(variable, "no key")]));
    let error = config.unwrap().setup().build().unwrap_err();
    assert_eq!(error.option_name(), Some(variable));
    let issuers = r#"{"token_trusted_issuers":[{"issuer":"a","rsa_public_key":"no key"}]}"#;
    let error = json(issuers).unwrap().setup().build().unwrap_err();
    assert_eq!(
        error.option_name(),
        Some("token_trusted_issuers[0].rsa_public_key")
    );
}

#[test]
fn an_error_names_the_faulty_option_of_an_endpoint() {
    let https = r#","token_jwks_public_endpoint":"https://id.example/keys""#;
    let key = format!(r#","token_hmac_secret_key":"{SECRET}""#);
    for (option, value, with) in [
        ("jwks_cooldown", "0", https),
        ("jwks_time_to_live", "0", https),
        ("jwks_retries", "11", https),
        ("jwks_key_limit", "0", https),
        ("jwks_total_deadline", r#""500ms""#, https),
        ("jwks_ca_file", r#""absent.pem""#, https),
        ("jwks_client_certificate_file", r#""absent.pem""#, https),
        ("jwks_client_key_file", r#""absent.pem""#, https),
        ("jwks_proxy", r#""no proxy""#, https),
        ("jwks_user_agent", r#""\n""#, https),
        ("jwks_public_endpoint", r#""ftp://id.example/""#, ""),
        // At once, and not when a token first needs the endpoint.
        ("jwks_total_deadline", r#""500ms""#, key.as_str()),
    ] {
        let config = json(&format!(r#"{{"token_{option}":{value}{with}}}"#)).unwrap();
        let error = config.setup().on_demand().build().unwrap_err();
        assert_eq!(
            error.option_name(),
            Some(&*format!("token_{option}")),
            "{error}"
        );
    }
    let plain = r#"{"token_jwks_public_endpoint":"http://id.example/"}"#;
    let error = json(plain)
        .unwrap()
        .setup()
        .on_demand()
        .build()
        .unwrap_err();
    let option = "the option `jwks_allow_plain_http`";
    assert!(error.to_string().contains(option), "{error}");
}

#[test]
fn an_error_names_the_options_that_contradict_each_other() {
    let text = r#"{"client":{"token":{"jwks_public_endpoint":"https://id.example/",
        "jwks_time_to_live":"40s"}}}"#;
    let error = json(text).unwrap().setup().on_demand().build();
    let error = error.unwrap_err().to_string();
    for name in [
        "`jwks_time_to_live`",
        "`jwks_cooldown`",
        "`jwks_total_deadline`",
    ] {
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_missing_option_is_named_in_the_spelling_of_the_given_ones() {
    let https = "https://id.example/keys";
    let warning = |config: Config| {
        let setup = config.setup().on_demand().build().unwrap();
        setup.warnings().join(" ")
    };
    for (text, missing) in [
        (r#"{"token_jwks_public_endpoint":"U"}"#, "`token_audience`"),
        (
            r#"{"client":{"token":{"jwks_public_endpoint":"U"}}}"#,
            "`client.token.audience`",
        ),
    ] {
        let warning = warning(json(&text.replace('U', https)).unwrap());
        assert!(warning.contains(missing), "{warning}");
    }
    let environment = variables(&[("COUNTERSIGN_TOKEN_JWKS_PUBLIC_ENDPOINT", https)]);
    let warning = warning(Config::from_environment(environment).unwrap());
    assert!(
        warning.contains("`COUNTERSIGN_TOKEN_AUDIENCE`"),
        "{warning}"
    );
}

#[test]
fn the_error_about_an_expression_says_what_is_wrong_and_where() {
    for (regex, expected) in [
        ("(", "unclosed group (at character 1)"),
        ("ab[z-a]", "at character 4"),
        (
            r"(a)\\1",
            "backreferences are not supported (at character 4)",
        ),
        ("(a{1000}){1000}", "compiles to more than 10 MiB"),
        ("(?x)a#", "a comment that does not end"),
    ] {
        let text =
            format!(r#"{{"token_hmac_secret_key":"{SECRET}","token_audience_regex":"{regex}"}}"#);
        let error = json(&text).unwrap().setup().build().unwrap_err();
        assert!(error.to_string().contains(expected), "{regex}: {error}");
    }
}

#[test]
fn a_date_of_toml_is_called_a_date() {
    let text = "token_hmac_previous_secret_key_valid_until = 2027-01-01T00:00:00Z";
    let error = Config::from_text(text, Format::Toml, []).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("found a date; expected whole seconds"),
        "{error}"
    );
}

#[test]
fn the_error_about_a_format_has_the_place_of_the_fault() {
    for (text, format, place) in [
        ("{\n  \"a\": x}", Format::Json, "JSON at line 2, column 8"),
        ("a = 1\nb = = 2", Format::Toml, "TOML at line 2, column 5;"),
        ("a: 1\nb: [", Format::Yaml, "YAML at line 2, column 4;"),
    ] {
        let error = Config::from_text(text, format, []).unwrap_err().to_string();
        let sentence = format!("found no valid {place}");
        assert!(error.starts_with(&sentence), "{error}");
    }
    for cut in ["{", "{\"a\": \"x", "{\"a\":\n"] {
        let error = Config::from_text(cut, Format::Json, []).unwrap_err();
        assert!(error.to_string().contains("ends too early"), "{error}");
    }
}

#[test]
fn one_option_given_twice_is_an_error() {
    for (text, format) in [
        (
            r#"{"token_audience":"a","token_audience":"a"}"#,
            Format::Json,
        ),
        (
            r#"{"token_audience":"a","client":{"token":{"audience":"a"}}}"#,
            Format::Json,
        ),
        (r#"{"client":{"token":{}},"client":{}}"#, Format::Json),
        (
            r#"{"client.token.audience":"a","client":{"token":{"audience":"a"}}}"#,
            Format::Json,
        ),
        (
            r#"{"secret":"a","token_hmac_secret_key":"a"}"#,
            Format::Json,
        ),
        (
            r#"{"token_trusted_issuers":[{"issuer":"a","issuer":"b"}]}"#,
            Format::Json,
        ),
        (
            "token_audience = \"a\"\ntoken_audience = \"a\"\n",
            Format::Toml,
        ),
        (
            "token_audience = \"a\"\n[client.token]\naudience = \"a\"\n",
            Format::Toml,
        ),
        ("token_audience: a\ntoken_audience: a\n", Format::Yaml),
        (
            "token_audience: a\nclient:\n  token:\n    audience: a\n",
            Format::Yaml,
        ),
    ] {
        assert!(Config::from_text(text, format, []).is_err(), "{text}");
    }
    let both = [
        "COUNTERSIGN_TOKEN_AUDIENCE",
        "COUNTERSIGN_CLIENT_TOKEN_AUDIENCE",
    ];
    assert!(Config::from_environment(both.map(|name| (name.into(), "a".into()))).is_err());
    let twice = r#"[{"issuer":"a","audience":"a","audience":"b"}]"#;
    let error =
        Config::from_environment([("COUNTERSIGN_TOKEN_TRUSTED_ISSUERS".into(), twice.into())]);
    assert_eq!(
        error.unwrap_err().to_string(),
        "`COUNTERSIGN_TOKEN_TRUSTED_ISSUERS`: `audience`: found this name twice; names must be unique"
    );
}

#[test]
fn the_error_about_a_wrong_type_says_what_is_expected() {
    for (text, option, expected) in [
        (
            r#"{"token_hmac_secret_key":12345}"#,
            "token_hmac_secret_key",
            "found a number; a secret is text, so write it in quotes",
        ),
        (r#"{"token_leeway":"soon"}"#, "token_leeway", "a duration"),
        (r#"{"token_leeway":-1}"#, "token_leeway", "a duration"),
        (r#"{"token_leeway":1.5}"#, "token_leeway", "a duration"),
        (
            r#"{"token_require_exp":"true"}"#,
            "token_require_exp",
            "found a string; expected true or false",
        ),
        (
            r#"{"token_algorithms":"ES256"}"#,
            "token_algorithms",
            "a list of strings",
        ),
        (
            r#"{"token_algorithms":["ES256",1]}"#,
            "token_algorithms",
            "a list of strings",
        ),
        (
            r#"{"token_algorithms":["ES256",""]}"#,
            "token_algorithms",
            "a list of strings",
        ),
        (
            r#"{"token_audience":{}}"#,
            "token_audience",
            "found a table; expected a string",
        ),
        (
            r#"{"token_trusted_issuers":"[{\"issuer\":\"a\"}]"}"#,
            "token_trusted_issuers",
            "found a string; expected a list of tables",
        ),
        (
            r#"{"token_trusted_issuers":{}}"#,
            "token_trusted_issuers",
            "a list of tables",
        ),
        (
            r#"{"token_trusted_issuers":[1]}"#,
            "token_trusted_issuers",
            "a list of tables",
        ),
        (
            r#"{"token_hmac_previous_secret_key_valid_until":"2030-01-01"}"#,
            "token_hmac_previous_secret_key_valid_until",
            "seconds since 1970",
        ),
        // In a file a number is not text; in a variable everything is text.
        (
            r#"{"token_hmac_previous_secret_key_valid_until":"5"}"#,
            "token_hmac_previous_secret_key_valid_until",
            "found a string; expected whole seconds",
        ),
        (
            r#"{"token_jwks_retries":"3"}"#,
            "token_jwks_retries",
            "found a string; expected a whole number",
        ),
        (
            r#"{"client":{"token_size_limit":0}}"#,
            "client.token_size_limit",
            "every token would be refused",
        ),
        (r#"{"client":[]}"#, "client", "a table of options"),
        (
            r#"{"client":{"token":"x"}}"#,
            "client.token",
            "a table of options",
        ),
        (
            r#"{"client":{"subscription_token":{"enabled":1}}}"#,
            "client.subscription_token.enabled",
            "true or false",
        ),
    ] {
        let error = json(text).unwrap_err();
        assert_eq!(error.option_name(), Some(option), "{text}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    for text in ["[]", "1", "\"x\"", "true"] {
        assert!(json(text).is_err(), "{text}");
    }
    let text = quoted("x\ny");
    assert_eq!(
        json(&format!(r#"{{"token_audience":{text}}}"#))
            .unwrap()
            .token
            .audience
            .unwrap(),
        "x\ny"
    );
}

#[test]
fn the_extension_of_a_file_says_its_format() {
    let folder = std::env::temp_dir().join(format!("countersign-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in [
        ("c.json", r#"{"token_audience":"a"}"#),
        ("c.toml", "token_audience = \"a\""),
        ("c.yaml", "token_audience: a"),
        ("c.yml", "token_audience: a"),
        ("C.JSON", r#"{"token_audience":"a"}"#),
    ] {
        let path = folder.join(file);
        std::fs::write(&path, text).unwrap();
        assert_eq!(
            Config::load(&path, []).unwrap().token.audience.as_deref(),
            Some("a"),
            "{file}"
        );
    }
    for (file, bytes, expected) in [
        (
            "c.ini",
            &b"x"[..],
            "found the extension \"ini\"; the name must end in",
        ),
        ("c", b"x", "found no extension; the name must end in .json,"),
        ("empty.json", b"", "found an empty text"),
        ("space.json", b" \r\n", "found an empty text"),
        ("bytes.json", b"{\"token_audience\":\"\xff\"}", "not UTF-8"),
    ] {
        let path = folder.join(file);
        std::fs::write(&path, bytes).unwrap();
        let sentence = Config::load(&path, []).unwrap_err().to_string();
        assert!(
            sentence.contains(expected) && sentence.contains(file),
            "{sentence}"
        );
    }
    let sentence = Config::load(folder.join("absent.json"), [])
        .unwrap_err()
        .to_string();
    assert!(
        sentence.contains("no such file") && sentence.contains("genconfig"),
        "{sentence}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
