//! The chain of causes of every error of the facade: each text occurs once.

use crate::common;

use std::error::Error as StdError;
use std::time::Duration;

use common::{SECRET, hs256, json, now, secret, signed, trusting};
use countersign::claims::ClaimsError;
use countersign::fetch::SettingsError;
use countersign::signature::SigningError;
use countersign::{
    Authenticator, Authority, BuildError, Error, GenerateError, IssueError, Issuer, Key, Trust,
    UserPrefix, generate_rsa_key,
};

/// The texts of an error and of all its causes.
fn texts(error: &dyn StdError) -> Vec<String> {
    let mut texts = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        texts.push(error.to_string());
        next = error.source();
    }
    texts
}

#[track_caller]
fn assert_told_once(error: &dyn StdError) {
    let texts = texts(error);
    assert!(texts.len() < 5, "{texts:?}");
    for (at, text) in texts.iter().enumerate() {
        assert!(!text.is_empty(), "{texts:?}");
        for later in texts.iter().skip(at.saturating_add(1)) {
            assert!(!text.contains(later.as_str()), "{texts:?}");
        }
    }
}

/// The text of the cause is part of the error's text.
#[track_caller]
fn assert_shows(error: &dyn StdError, cause: &dyn StdError) {
    assert!(error.to_string().contains(&cause.to_string()), "{error}");
    assert_told_once(error);
}

#[test]
fn errors_of_verification() {
    let auth = trusting(&[&secret()]);
    let header = r#"{"alg":"HS256"}"#;
    for token in [
        String::new(),
        "a.b".into(),
        "!.e30.AAAA".into(),
        // A header that is not valid JSON.
        "e30x.e30.AAAA".into(),
        "eyJhbGciOg.e30.AAAA".into(),
        signed(&secret(), "HS256", r#"{"alg":"HS256","cty":"JWT"}"#, "{}"),
        signed(&secret(), "HS256", r#"{"alg":"HS384"}"#, "{}"),
        signed(&secret(), "HS256", header, r#"{"exp":1}"#),
        signed(&secret(), "HS256", header, r#"{"exp":"#),
        signed(&secret(), "HS256", header, r#"{"aud":1}"#),
        signed(&Key::secret([7; 64]).unwrap(), "HS256", header, "{}"),
    ] {
        assert_told_once(&auth.connection(&token, now()).unwrap_err());
    }
    assert_told_once(&auth.without_token().unwrap_err());
    assert_told_once(&Error::KeysUnavailable {
        reason: "the endpoint answered 500".into(),
        retry_after: Some(Duration::from_secs(1)),
    });

    let malformed = auth.connection(&hs256("{"), now()).unwrap_err();
    let Error::Claims(claims @ ClaimsError::Malformed(cause)) = &malformed else {
        panic!("{malformed}");
    };
    assert_shows(&malformed, claims);
    assert_shows(&malformed, cause);
    let unread = auth.connection("a", now()).unwrap_err();
    let Error::Token(cause) = &unread else {
        panic!("{unread}");
    };
    assert_shows(&unread, cause);

    let accepted = auth.connection(&hs256(r#"{"sub":"42"}"#), now()).unwrap();
    assert_told_once(&accepted.claims::<Vec<u8>>().unwrap_err());
}

#[test]
fn errors_of_builders() {
    let key = || Authority::builder().key(secret());
    for error in [
        Authority::builder().build().unwrap_err(),
        key().name("").build().unwrap_err(),
        key().leeway(Duration::from_secs(1000)).build().unwrap_err(),
        key().jwks("https://id.example/").build().unwrap_err(),
        Authenticator::builder()
            .issuer(key().build().unwrap())
            .build()
            .unwrap_err(),
        Issuer::builder().build().unwrap_err(),
    ] {
        assert_told_once(&error);
    }
    let twice = Trust::builder()
        .issuer("a", key().name("same").build().unwrap())
        .issuer("b", key().name("same").build().unwrap());
    assert_told_once(&twice.build().unwrap_err());

    let private = common::pair("ES256").0;
    let refused = Authority::builder().key(private).build().unwrap_err();
    let BuildError::Key(cause) = &refused else {
        panic!("{refused}");
    };
    assert_shows(&refused, cause);
    let refused = Authority::builder()
        .jwks("ftp://id.example/")
        .build()
        .unwrap_err();
    let BuildError::Jwks(cause) = &refused else {
        panic!("{refused}");
    };
    assert_shows(&refused, cause);
    let cause = UserPrefix::new("a:").unwrap_err();
    assert_shows(&BuildError::from(cause.clone()), &cause);
    let cause = SettingsError::new("found no host");
    assert_shows(&BuildError::from(cause.clone()), &cause);

    let weak = generate_rsa_key("RS256", 1).unwrap_err();
    assert_told_once(&weak);
    let cause = Key::secret("").unwrap_err();
    assert_shows(&GenerateError::Rejected(cause.clone()), &cause);
}

#[test]
fn errors_of_issuing() {
    let server = Authority::builder()
        .key(secret())
        .audience("chat")
        .require_exp();
    let issuer = Issuer::builder()
        .key(secret())
        .accepted_by(&server.build().unwrap());
    let issuer = issuer.build().unwrap();
    let refused = issuer.connection("42").sign().unwrap_err();
    let IssueError::Refused { error: cause, .. } = &refused else {
        panic!("{refused}");
    };
    assert_shows(&refused, cause);
    let unread = issuer.connection("a\u{7}").sign().unwrap_err();
    let IssueError::Claims(cause) = &unread else {
        panic!("{unread}");
    };
    assert_shows(&unread, cause);
    assert_told_once(&issuer.connection("42").claims(&[1]).unwrap_err());
    assert_shows(
        &IssueError::Signing(SigningError::new()),
        &SigningError::new(),
    );
}

#[test]
fn errors_of_a_configuration() {
    for text in [
        "{",
        r#"{"token_hmac_secret": "secret"}"#,
        r#"{"token_hmac_secret_key": 1}"#,
    ] {
        assert_told_once(&json(text).unwrap_err());
    }
    for more in [
        r#""audience_regex": "(""#,
        r#""user_prefix": "a:""#,
        r#""rsa_public_key": "no key""#,
        r#""leeway": "1h""#,
    ] {
        let text =
            format!(r#"{{"client": {{"token": {{"hmac_secret_key": "{SECRET}", {more}}}}}}}"#);
        let refused = json(&text).and_then(|config| config.setup().build().map(drop));
        assert_told_once(&refused.unwrap_err());
    }
}
