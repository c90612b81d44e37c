//! Files that occur in practice: from the commercial edition, from other programs, with options in
//! another case, and with keys in files of their own.

use crate::common;

use std::path::{Path, PathBuf};

use common::*;
use countersign::Authenticator;
use countersign::config::{Config, Format};

const PAYLOAD: &str = r#"{"sub":"42"}"#;

/// A folder that is removed at the end of the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("countersign-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn options_of_other_programs_are_ignored_and_listed() {
    let text = format!(
        r#"{{"client":{{"token":{{"hmac_secret_key":"{SECRET}"}},
             "rate_limit":{{"client_command":{{"enabled":true}}}}}},
            "channel":{{"namespaces":[],"cache_empty_proxy":true}},
            "database":{{"enabled":true}},"push_notifications":{{"enabled":true}},
            "token_revoke":{{"enabled":true}},"1":2}}"#
    );
    let config = json(&text).unwrap();
    for name in [
        "client.rate_limit",
        "channel.namespaces",
        "channel.cache_empty_proxy",
        "database",
        "push_notifications",
        "token_revoke",
        "1",
    ] {
        assert!(config.left_alone().iter().any(|it| it == name), "{name}");
    }
    assert!(config.unknown().iter().any(|it| it == "database"));
    assert!(!config.unknown().iter().any(|it| it == "channel.namespaces"));
    let authenticator = configured(&text);
    assert_eq!(connect(&authenticator, &hs256(PAYLOAD)), Ok("42".into()));
}

#[test]
fn an_unknown_option_in_a_token_section_is_always_an_error() {
    for (text, option) in [
        (
            r#"{"client":{"token":{"colour":"x"}}}"#,
            "client.token.colour",
        ),
        (
            r#"{"client":{"subscription_token":{"zz":1}}}"#,
            "client.subscription_token.zz",
        ),
        // The flat spelling of the same sections.
        (r#"{"token_colour":"x"}"#, "token_colour"),
        (r#"{"Subscription_Token_zz":1}"#, "Subscription_Token_zz"),
        (
            r#"{"token_trusted_issuers":[{"issuer":"i","colour":"x"}]}"#,
            "token_trusted_issuers[0].colour",
        ),
    ] {
        let error = json(text).unwrap_err();
        assert_eq!(error.option_name(), Some(option));
        assert!(
            error
                .to_string()
                .ends_with("docs/configuration.md lists all options"),
            "{error}"
        );
    }
}

#[test]
fn option_names_are_taken_in_any_case() {
    for (text, format) in [
        (r#"{"Token_HMAC_Secret_Key":"s3cret"}"#, Format::Json),
        (
            r#"{"CLIENT":{"Token":{"Hmac_Secret_Key":"s3cret"}}}"#,
            Format::Json,
        ),
        (
            "[Client.TOKEN]\nHMAC_SECRET_KEY = \"s3cret\"\n",
            Format::Toml,
        ),
    ] {
        let config = Config::from_text(text, format, []).unwrap();
        assert_eq!(config.token.hmac_secret_key.unwrap().expose(), b"s3cret");
    }
    let entry = r#"{"token_trusted_issuers":[{"ISSUER":"i","Audience":"a"}]}"#;
    let config = json(entry).unwrap();
    assert_eq!(
        config
            .token
            .trusted_issuers
            .first()
            .unwrap()
            .audience
            .as_deref(),
        Some("a")
    );
    for twice in [
        r#"{"token_audience":"a","Token_Audience":"a"}"#,
        r#"{"client":{},"Client":{}}"#,
        r#"{"client":{"token":{"audience":"a","AUDIENCE":"a"}}}"#,
        r#"{"token_trusted_issuers":[{"issuer":"i","Issuer":"i"}]}"#,
    ] {
        assert!(json(twice).is_err(), "{twice}");
    }
    // This also applies to switches of checks.
    assert!(json(r#"{"Client_Insecure":true}"#).is_err());
}

#[test]
fn every_message_has_the_name_of_the_file() {
    let folder = Folder::new("named");
    for text in [
        r#"{"token_audiance":"x"}"#,
        "{",
        "[]",
        r#"{"token_leeway":true}"#,
        r#"{"token_audience":"a","token_audience":"b"}"#,
    ] {
        let path = folder.write("server.json", text);
        let error = Config::load(&path, []).unwrap_err();
        assert!(
            error.to_string().starts_with(&format!("{path}: ")),
            "{error}"
        );
        assert_eq!(error.file(), Some(&*path));
    }
    let path = folder.write(
        "server.json",
        r#"{"token_hmac_secret_key":"short","token_leeway":999}"#,
    );
    let config = Config::load(&path, []).unwrap();
    let error = config.setup().build().unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("{path}: `token_leeway`")),
        "{error}"
    );

    let path = folder.write("server.json", r#"{"token_hmac_secret_key":"short"}"#);
    let checked = Config::load(&path, []).unwrap().setup().build().unwrap();
    let warning = checked.warnings().concat();
    assert!(
        warning.starts_with(&format!("{path}: `token_hmac_secret_key`")),
        "{warning}"
    );

    // An error of a variable names no file.
    let variable = variables(&[("COUNTERSIGN_TOKEN_LEEWAY", "999")]);
    let error = Config::load(&path, variable)
        .unwrap()
        .setup()
        .build()
        .unwrap_err();
    assert_eq!(error.file(), None);
}

#[test]
fn the_error_about_a_number_as_a_secret_says_to_quote_it() {
    for text in [r#"{"token_hmac_secret_key":12345}"#, r#"{"secret":1.5}"#] {
        let error = json(text).unwrap_err().to_string();
        assert!(error.contains("write it in quotes"), "{error}");
        assert!(!error.contains("12345"), "{error}");
    }
}

#[test]
fn keys_are_read_from_files_of_their_own() {
    let folder = Folder::new("keys");
    let with = |option: &str, path: &str| {
        json(&format!(r#"{{"token_{option}":{}}}"#, quoted(path))).unwrap()
    };
    let authenticator = |config: &Config| {
        Authenticator::new(config.setup().build().unwrap().ignore_warnings().rules)
    };
    // One final line break is not part of the secret, but a second one is.
    for (ending, accepted) in [("", true), ("\n", true), ("\r\n", true), ("\n\n", false)] {
        let path = folder.write("secret", format!("{SECRET}{ending}"));
        let config = with("hmac_secret_key_file", &path);
        let outcome = connect(&authenticator(&config), &hs256(PAYLOAD));
        assert_eq!(outcome.is_ok(), accepted, "{ending:?}");
        let warned = config.setup().build().unwrap().warnings().concat();
        assert_eq!(warned.contains("line break"), !accepted, "{warned}");
    }
    for (option, pem, alg) in [
        ("rsa_public_key_file", RSA_PUBLIC, "RS256"),
        ("ecdsa_public_key_file", P256_PUBLIC, "ES256"),
        ("eddsa_public_key_file", ED25519_PUBLIC, "EdDSA"),
    ] {
        let path = folder.write("key.pem", pem);
        let token = signed(&pair(alg).0, alg, &format!(r#"{{"alg":"{alg}"}}"#), PAYLOAD);
        let outcome = connect(&authenticator(&with(option, &path)), &token);
        assert_eq!(outcome, Ok("42".into()), "{option}");
    }
    let secret = folder.write("secret", SECRET);
    let config = Config::from_environment(variables(&[(
        "COUNTERSIGN_TOKEN_HMAC_SECRET_KEY_FILE",
        &secret,
    )]));
    let config = config.unwrap();
    assert_eq!(
        connect(&authenticator(&config), &hs256(PAYLOAD)),
        Ok("42".into())
    );
    let entry = format!(
        r#"{{"token_trusted_issuers":[{{"issuer":"i","hmac_secret_key_file":{}}}]}}"#,
        quoted(&secret)
    );
    let token = hs256(r#"{"sub":"42","iss":"i"}"#);
    assert_eq!(connect(&configured(&entry), &token), Ok("42".into()));
}

#[test]
fn a_key_file_that_cannot_be_used_is_an_error_without_its_path() {
    let folder = Folder::new("faulty-keys");
    let empty = folder.write("empty", "\n");
    let long = folder.write("long", "x".repeat(70_000));
    let absent = folder.0.join("absent").to_str().unwrap().to_owned();
    let here = folder.0.to_str().unwrap().to_owned();
    for (path, expected) in [
        (&empty, "empty file"),
        (&long, "more than 65536 bytes"),
        (&absent, "no file of this name"),
        (&here, "not a regular file"),
    ] {
        let text = format!(r#"{{"token_hmac_secret_key_file":{}}}"#, quoted(path));
        let error = json(&text).unwrap_err();
        assert_eq!(error.option_name(), Some("token_hmac_secret_key_file"));
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.to_string().contains(path.as_str()), "{error}");
    }
    let key = folder.write("key", "no key at all");
    let text = format!(r#"{{"token_rsa_public_key_file":{}}}"#, quoted(&key));
    let error = json(&text).unwrap().setup().build().unwrap_err();
    assert_eq!(error.option_name(), Some("token_rsa_public_key_file"));
    assert!(Path::new(&key).exists());
}

#[test]
fn a_key_and_its_file_together_are_an_error_in_any_layers() {
    let folder = Folder::new("both");
    let path = folder.write("secret", SECRET);
    let both = format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_hmac_secret_key_file":{}}}"#,
        quoted(&path)
    );
    let entry = format!(
        r#"{{"token_trusted_issuers":[{{"issuer":"i","hmac_secret_key":"{SECRET}","hmac_secret_key_file":{}}}]}}"#,
        quoted(&path)
    );
    for text in [both, entry] {
        let error = json(&text).unwrap_err().to_string();
        assert!(error.contains("give one of them"), "{error}");
    }
    let file = format!(r#"{{"token_hmac_secret_key":"{SECRET}"}}"#);
    let variable = variables(&[("COUNTERSIGN_TOKEN_HMAC_SECRET_KEY_FILE", &path)]);
    assert!(Config::from_text(&file, Format::Json, variable).is_err());
    // An empty value counts as not given.
    let empty = format!(
        r#"{{"token_hmac_secret_key":"","token_hmac_secret_key_file":{}}}"#,
        quoted(&path)
    );
    assert_eq!(
        connect(&configured(&empty), &hs256(PAYLOAD)),
        Ok("42".into())
    );
}

#[test]
fn a_key_may_be_a_jwk_as_a_table() {
    let jwk = pair("ES256").1.public_jwk().unwrap();
    let token = signed(&pair("ES256").0, "ES256", r#"{"alg":"ES256"}"#, PAYLOAD);
    for text in [
        format!(r#"{{"token_ecdsa_public_key":{jwk}}}"#),
        format!(r#"{{"client":{{"token":{{"ecdsa_public_key":{jwk}}}}}}}"#),
    ] {
        assert_eq!(connect(&configured(&text), &token), Ok("42".into()));
    }
    let oct = secret().to_jwk().unwrap();
    let authenticator = configured(&format!(r#"{{"token_hmac_secret_key":{oct}}}"#));
    assert_eq!(connect(&authenticator, &hs256(PAYLOAD)), Ok("42".into()));
    for (option, key) in [
        ("rsa_public_key", &jwk),
        ("hmac_secret_key", &jwk),
        ("rsa_public_key", &oct),
    ] {
        let config = json(&format!(r#"{{"token_{option}":{key}}}"#)).unwrap();
        assert!(config.setup().build().is_err(), "{option}");
    }
}

#[test]
fn a_secret_with_a_line_break_or_in_quotes_gives_a_warning() {
    for (value, expected) in [
        (format!("{SECRET}\n"), "a line break at"),
        (format!("{SECRET}\r\n"), "a line break at"),
        (format!("\"{SECRET}\""), "quotes around"),
        (format!("'{SECRET}'"), "quotes around"),
    ] {
        let variable = variables(&[("COUNTERSIGN_TOKEN_HMAC_SECRET_KEY", &value)]);
        let file = format!(r#"{{"token_hmac_secret_key":{}}}"#, quoted(&value));
        for config in [Config::from_environment(variable), json(&file)] {
            let warnings = config.unwrap().setup().build().unwrap().warnings().concat();
            assert!(warnings.contains(expected), "{warnings}");
            assert!(!warnings.contains(SECRET));
        }
    }
}

#[test]
fn a_pem_with_the_label_of_another_form_loads_with_a_warning() {
    let mislabelled = RSA_PUBLIC.replace("PUBLIC KEY", "RSA PUBLIC KEY");
    let text = format!(r#"{{"token_rsa_public_key":{}}}"#, quoted(&mislabelled));
    let (setup, warnings) = json(&text).unwrap().setup().build().unwrap().into_parts();
    assert!(warnings.concat().contains("RSA PUBLIC KEY"), "{warnings:?}");
    let token = signed(&pair("RS256").0, "RS256", r#"{"alg":"RS256"}"#, PAYLOAD);
    let outcome = connect(&Authenticator::new(setup.rules), &token);
    assert_eq!(outcome, Ok("42".into()));
}

#[test]
fn an_endpoint_without_an_audience_gives_a_warning() {
    for (options, warned) in [
        ("", true),
        (r#","token_issuer":"i""#, true),
        (r#","token_audience":"chat""#, false),
        (r#","token_audience_regex":"chat-.*""#, false),
    ] {
        let text =
            format!(r#"{{"token_jwks_public_endpoint":"https://id.example/keys"{options}}}"#);
        let checked = json(&text).unwrap().setup().on_demand().build().unwrap();
        let warnings = checked.warnings().concat();
        assert_eq!(
            warnings.contains("ID tokens"),
            warned,
            "{options}: {warnings}"
        );
    }
}

#[test]
fn only_algorithms_for_secrets_beside_an_endpoint_are_refused() {
    let with = |algorithms: &str| {
        let text = format!(
            r#"{{"token_jwks_public_endpoint":"https://id.example/keys","token_algorithms":{algorithms}}}"#
        );
        json(&text).unwrap().setup().on_demand().build()
    };
    for secrets in [r#"["HS256"]"#, r#"["HS384","HS512"]"#] {
        let error = with(secrets).unwrap_err();
        assert_eq!(error.option_name(), Some("token_algorithms"), "{error}");
    }
    assert!(with(r#"["HS256","RS256"]"#).is_ok());
}

#[test]
fn a_restriction_that_would_not_apply_to_trusted_issuers_is_refused() {
    let with = |section: &str, entry: &str| {
        let text = format!(
            r#"{{"token_hmac_secret_key":"{SECRET}",{section},"token_trusted_issuers":[
                {{"issuer":"a","hmac_secret_key":"{SECRET}",{section_of_entry}}},
                {{"issuer":"b","hmac_secret_key":"{SECRET}"{entry}}}]}}"#,
            section_of_entry = section.replace("token_", ""),
        );
        json(&text).unwrap().setup().build()
    };
    for (section, lacking, own) in [
        (r#""token_audience":"x""#, "", r#","audience_regex":"y""#),
        (
            r#""token_require_exp":true"#,
            r#","audience":"x""#,
            r#","require_exp":false"#,
        ),
        (
            r#""token_algorithms":["HS256"]"#,
            "",
            r#","algorithms":["HS512"]"#,
        ),
        (r#""token_max_age":"1h""#, "", r#","max_age":"2h""#),
        (r#""token_typ":"at+jwt""#, "", r#","typ":"at+jwt""#),
    ] {
        let error = with(section, lacking).unwrap_err().to_string();
        assert!(error.contains("`token_trusted_issuers[1]`"), "{error}");
        assert!(!error.contains("`token_trusted_issuers[0]`"), "{error}");
        let checked = with(section, own);
        assert!(checked.is_ok(), "{section}: {checked:?}");
    }
}

#[test]
fn the_limits_that_a_token_can_meet_are_options() {
    let with = |option: &str| {
        configured(&format!(
            r#"{{"token_hmac_secret_key":"{SECRET}",{option}}}"#
        ))
    };
    let channels = |count: usize| {
        let names: Vec<String> = (0..count).map(|it| format!("c{it}")).collect();
        hs256(&format!(r#"{{"sub":"42","channels":{names:?}}}"#))
    };
    let long = hs256(&format!(
        r#"{{"sub":"42","channels":["{}"]}}"#,
        "c".repeat(300)
    ));
    let plain = with(r#""port":1"#);
    assert!(connect(&plain, &channels(1000)).is_ok() && connect(&plain, &channels(1001)).is_err());
    assert!(connect(&plain, &long).is_err());
    assert!(
        connect(
            &with(r#""client":{"token_channel_limit":1001}"#),
            &channels(1001)
        )
        .is_ok()
    );
    for option in [
        r#""channel_max_length":300"#,
        r#""channel":{"max_length":300}"#,
    ] {
        assert!(connect(&with(option), &long).is_ok(), "{option}");
    }
    assert!(json(r#"{"channel_max_lenght":300}"#).is_err());
    assert!(json(r#"{"channel":{"max_length":0}}"#).is_err());
}
