//! Keys and users in the forms that occur in practice: keys in place of a secret, keys in quotes,
//! users that are numbers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::common;

use common::*;
use countersign::config::{Config, Format};

fn hexadecimal_der() -> String {
    let base64: String = P256_PUBLIC
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let der = STANDARD.decode(base64).unwrap();
    der.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    let units = ['\u{feff}'].into_iter().chain(text.chars());
    let text: String = units.collect();
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a4_a_public_key_is_not_a_secret_in_any_form_and_place() {
    for (name, form, found) in [
        ("hexadecimal", hexadecimal_der().into_bytes(), "hexadecimal"),
        (
            "quoted",
            format!("'{P256_PUBLIC}'").into_bytes(),
            "a key in PEM",
        ),
        ("utf16", utf16(P256_PUBLIC), "UTF-16"),
        (
            "base64",
            STANDARD.encode(P256_PUBLIC).into_bytes(),
            "base64",
        ),
    ] {
        let file = format!("countersign-form-{name}-{}", std::process::id());
        let file = std::env::temp_dir().join(file);
        std::fs::write(&file, &form).unwrap();
        let path = quoted(file.to_str().unwrap());
        let mut configs = vec![
            json(&format!(r#"{{"token_hmac_secret_key_file":{path}}}"#)),
            json(&format!(
                r#"{{"token_hmac_secret_key":"x","token_hmac_previous_secret_key_file":{path}}}"#
            )),
        ];
        // A configuration can only contain text.
        if let Ok(text) = String::from_utf8(form) {
            configs.push(json(&format!(
                r#"{{"token_hmac_secret_key":{}}}"#,
                quoted(&text)
            )));
            let variable = variables(&[("CENTRIFUGO_TOKEN_HMAC_SECRET_KEY", &text)]);
            configs.push(Config::from_environment(variable));
        }
        for config in configs {
            let error = config.unwrap().setup().build().unwrap_err().to_string();
            assert!(error.contains(found), "{name}: {error}");
            assert!(!error.contains("MFkw"), "{name}: {error}");
        }
        std::fs::remove_file(file).unwrap();
    }
}

#[test]
fn a_public_key_loads_in_quotes_and_on_one_line() {
    let one_line = P256_PUBLIC.trim_end().replace('\n', "\\n");
    let one_word = P256_PUBLIC.trim_end().replace('\n', " ");
    for text in [
        format!("\"{P256_PUBLIC}\""),
        format!("'{P256_PUBLIC}'"),
        one_line.clone(),
        format!("\"{one_line}\""),
        one_word,
    ] {
        let config = json(&format!(
            r#"{{"token_ecdsa_public_key":{}}}"#,
            quoted(&text)
        ));
        let setup = config.unwrap().setup().build();
        assert!(setup.is_ok(), "{text}: {}", setup.unwrap_err());
        let variable = variables(&[("COUNTERSIGN_TOKEN_ECDSA_PUBLIC_KEY", &text)]);
        let setup = Config::from_environment(variable).unwrap();
        assert!(setup.setup().build().is_ok(), "{text}");
    }
}

#[test]
fn a_user_that_is_an_integer_is_its_decimal_digits() {
    let authenticator = configured(&format!(
        r#"{{"token_hmac_secret_key":"{SECRET}","token_user_id_claim":"uid"}}"#
    ));
    for (uid, user) in [
        ("77", Ok("77")),
        ("-1", Ok("-1")),
        ("0", Ok("0")),
        ("18446744073709551615", Ok("18446744073709551615")),
        ("\"077\"", Ok("077")),
        ("1.5", Err(())),
        ("1e3", Err(())),
        ("true", Err(())),
        ("null", Err(())),
    ] {
        let token = hs256(&format!(r#"{{"uid":{uid}}}"#));
        let found = connect(&authenticator, &token).map_err(|_| ());
        assert_eq!(found, user.map(String::from), "{uid}");
    }
}

#[test]
fn a_file_without_options_of_ours_and_the_environment_alone_are_configurations() {
    let variable = || variables(&[("CENTRIFUGO_TOKEN_HMAC_SECRET_KEY", SECRET)]);
    for config in [
        Config::from_environment(variable()),
        Config::from_text("{}", Format::Json, variable()),
    ] {
        let config = config.unwrap();
        assert_eq!(
            config.token.hmac_secret_key.as_ref().unwrap().expose(),
            SECRET.as_bytes()
        );
        assert!(config.setup().build().is_ok());
    }
}
