//! The parts of every accepted token, and claims of the application's own.

use std::time::Duration;

use countersign::claims::Pattern;
use countersign::{
    Advice, Authenticator, Authority, Code, Error, IssueError, Issuer, Key, Scratch, UnixTime,
};
use serde::{Deserialize, Serialize};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Mine {
    tenant: String,
    roles: Vec<String>,
}

fn mine() -> Mine {
    Mine {
        tenant: "acme".into(),
        roles: vec!["admin".into(), "owner".into()],
    }
}

fn key() -> Key {
    Key::secret(b"a secret of the tests, of 32 bytes and more").unwrap()
}

fn issuer() -> Issuer {
    let builder = Issuer::builder().key(key()).iss("https://id.example");
    builder.aud("chat").build().unwrap()
}

fn auth() -> Authenticator {
    let builder = Authenticator::builder().key(key()).audience("chat");
    builder.leeway(Duration::from_secs(5)).build().unwrap()
}

#[test]
fn every_kind_of_token_gives_its_payload_its_custom_claims_and_its_authority() {
    let issuer = issuer();
    let (auth, lifetime) = (auth(), Duration::from_secs(60));
    let ends = NOW.saturating_add(lifetime);
    let until = ends.saturating_add(Duration::from_secs(5));

    macro_rules! check {
        ($new:expr, $verify:ident, $verify_in:ident, $try:ident, $explain:ident) => {
            let token = $new.issued_at(NOW).expires_in(lifetime).claims(&mine());
            let token = token.unwrap().sign().unwrap();
            let accepted = auth.$verify(&token, NOW).unwrap();
            assert_eq!(accepted.claims::<Mine>().unwrap(), mine());
            assert!(accepted.payload().starts_with(br#"{"sub":"42""#));
            assert_eq!((accepted.user(), accepted.authority()), ("42", "default"));
            assert_eq!(accepted.iss(), Some("https://id.example"));
            assert_eq!(accepted.aud().collect::<Vec<_>>(), ["chat"]);
            assert_eq!(accepted.expires(), Some(ends));
            assert_eq!(accepted.valid_until(), Some(until));

            let mut scratch = Scratch::default();
            let borrowed = auth.$verify_in(&token, NOW, &mut scratch).unwrap();
            assert_eq!(borrowed.payload(), accepted.payload());
            assert_eq!(borrowed.claims::<Mine>().unwrap(), mine());
            assert_eq!(borrowed.identity(), accepted.identity());
            assert_eq!(borrowed.valid_until(), Some(until));

            let attempt = auth.$try(&token, NOW).unwrap();
            assert!(matches!(attempt, countersign::Attempt::Done(it) if it == accepted));
            let explained = auth.$explain(&token, NOW);
            assert_eq!(explained.result.unwrap(), accepted);
            let told = |what: &str| explained.steps.iter().any(|it| it.detail.contains(what));
            assert!(told("\"default\"") && told("https://id.example") && told("chat"));
        };
    }
    check!(
        issuer.connection("42"),
        connection,
        connection_in,
        try_connection,
        explain_connection
    );
    check!(
        issuer.subscription("42", "$news"),
        subscription,
        subscription_in,
        try_subscription,
        explain_subscription
    );
    check!(
        issuer.token("42"),
        token,
        token_in,
        try_token,
        explain_token
    );
}

#[test]
fn any_jwt_may_have_a_channel_with_another_meaning() {
    let (issuer, auth) = (issuer(), auth());
    let token = issuer.token("42").issued_at(NOW);
    let token = token.claim("channel", &[1, 2]).unwrap();
    let token = token.expires_in(Duration::from_secs(60)).sign().unwrap();
    assert_eq!(auth.token(&token, NOW).unwrap().user(), "42");
    assert_eq!(
        auth.connection(&token, NOW).unwrap_err().code(),
        Code::WrongKind
    );
    let late = NOW.saturating_add(Duration::from_secs(65));
    assert_eq!(auth.token(&token, late).unwrap_err().code(), Code::Expired);

    let other = Issuer::builder().key(key()).aud("mail").build().unwrap();
    let token = other.token("42").sign().unwrap();
    assert_eq!(auth.token(&token, NOW).unwrap_err().code(), Code::Audience);
}

#[test]
fn claims_that_do_not_fit_a_type_are_named_but_their_values_are_not_shown() {
    let auth = auth();
    let issuer = issuer();
    let told = |claims: &str| {
        let claims: serde_json::Value = serde_json::from_str(claims).unwrap();
        let token = issuer.connection("42").claims(&claims).unwrap().sign();
        let accepted = auth.connection(&token.unwrap(), NOW).unwrap();
        let error = accepted.claims::<Mine>().unwrap_err();
        (error.claim().map(String::from), error.to_string())
    };
    for (claims, claim, sentence) in [
        (
            r#"{"tenant":7,"roles":[]}"#,
            Some("tenant"),
            "the claim `tenant`: found an integer; a string is expected",
        ),
        (
            r#"{"tenant":"acme","roles":["x",true]}"#,
            Some("roles"),
            "the claim `roles`: found a boolean; a string is expected",
        ),
        (
            r#"{"tenant":"acme","roles":"hush, expected nothing"}"#,
            Some("roles"),
            "the claim `roles`: found a string; a sequence is expected",
        ),
        (r#"{"roles":[]}"#, None, "missing field `tenant`"),
    ] {
        let found = told(claims);
        assert_eq!(found, (claim.map(String::from), sentence.into()));
    }
}

#[test]
fn claims_that_do_not_fit_a_type_have_a_code_and_advice() {
    fn tenant(auth: &Authenticator, token: &str) -> Result<String, Error> {
        let mine: Mine = auth.token(token, NOW)?.claims()?;
        Ok(mine.tenant)
    }
    let (auth, issuer) = (auth(), issuer());
    let token = issuer.token("42").claims(&mine()).unwrap().sign().unwrap();
    assert_eq!(tenant(&auth, &token).as_deref(), Ok("acme"));

    let token = issuer.token("42").claim("tenant", "acme").unwrap();
    let error = tenant(&auth, &token.sign().unwrap()).unwrap_err();
    let told = (error.code(), error.advice(), error.retry_after());
    assert_eq!(told, (Code::Claims, Advice::GiveUp, None));
    assert_eq!(error.to_string(), "missing field `roles`");

    let error = tenant(&auth, "no token").unwrap_err();
    assert_eq!(error.code(), Code::Malformed);
}

#[test]
fn a_name_that_the_builder_sets_or_that_is_given_twice_is_an_error() {
    let issuer = issuer();
    let new = || issuer.connection("42");
    for token in [
        new().claim("exp", &1),
        new().claim("iss", "me"),
        new().claim("channels", &["a"]),
        new().claim("a", &1).unwrap().claim("a", &2),
        new()
            .claim("a", &1)
            .unwrap()
            .claims(&serde_json::json!({"a": 1})),
    ] {
        let signed = token.unwrap().sign();
        assert!(matches!(signed, Err(IssueError::Claims(_))), "{signed:?}");
    }
    assert!(matches!(new().claims(&[1]), Err(IssueError::NotAnObject)));
}

#[test]
fn the_same_user_of_two_authorities_is_two_users() {
    let other_key = Key::secret(b"another secret of 32 bytes and more").unwrap();
    let authority = |iss: &str, key: Key| Authority::builder().issuer(iss).key(key);
    let auth = Authenticator::builder()
        .issuer(authority("https://a", key()).build().unwrap())
        .issuer(authority("https://b", other_key.clone()).build().unwrap())
        .build()
        .unwrap();
    let token = |key: Key, iss: &str| {
        let issuer = Issuer::builder().key(key).iss(iss).build().unwrap();
        issuer.connection("42").sign().unwrap()
    };
    let a = auth.connection(&token(key(), "https://a"), NOW).unwrap();
    let b = auth
        .connection(&token(other_key, "https://b"), NOW)
        .unwrap();
    assert_eq!((a.user(), b.user()), ("42", "42"));
    assert_ne!(a.identity(), b.identity());
    assert_eq!(a.identity().authority(), "https://a");
    // The authority already distinguishes the users.
    assert_eq!(a.identity().iss(), None);
    assert!(b.check_identity(&a.identity()).is_err());
}

#[test]
fn iss_separates_users_if_one_authority_accepts_several_issuers() {
    let pattern = Pattern::new("https://.*", |iss| iss.starts_with("https://"));
    let auth = Authenticator::builder().key(key()).issuer_pattern(pattern);
    let auth = auth.build().unwrap();
    let identity = |iss: &str| {
        let issuer = Issuer::builder().key(key()).iss(iss).build().unwrap();
        let token = issuer.connection("42").sign().unwrap();
        auth.connection(&token, NOW).unwrap().identity()
    };
    assert_ne!(identity("https://a"), identity("https://b"));
    assert_eq!(identity("https://a"), identity("https://a"));
    assert_eq!(identity("https://a").iss(), Some("https://a"));
}

#[test]
fn an_issuer_of_a_configuration_makes_no_token_that_it_refuses() {
    let authority = || {
        Authority::builder()
            .key(key())
            .audience("chat")
            .issuer("id")
    };
    let strict = authority()
        .require_exp()
        .max_age(Duration::from_secs(600))
        .refuse_anonymous()
        .typ("at+jwt")
        .user_id_claim("uid")
        .build()
        .unwrap();
    let issuer = Issuer::builder().key(key()).accepted_by(&strict);
    let issuer = issuer.build().unwrap();
    let auth = Authenticator::new(countersign::Rules::new(strict));

    let error = issuer.connection("42").issued_at(NOW).sign().unwrap_err();
    assert!(error.to_string().contains("found no `exp`"), "{error}");
    let anonymous = issuer.connection("").expires_in(Duration::from_secs(60));
    assert!(matches!(anonymous.sign(), Err(IssueError::Refused { .. })));

    let token = issuer.connection("42").issued_at(NOW);
    let token = token.expires_in(Duration::from_secs(60)).sign().unwrap();
    assert_eq!(auth.connection(&token, NOW).unwrap().user(), "42");
}

#[test]
fn a_code_has_a_status_and_says_when_to_try_again() {
    for code in Code::ALL {
        let expected = if *code == Code::KeysUnavailable {
            503
        } else {
            401
        };
        assert_eq!(code.http_status(), expected, "{code}");
    }
    assert_eq!(Code::UnknownKey.advice(), Advice::GetNewToken);
    let issuer = issuer();
    let early = issuer.connection("42").with(|claims| {
        let from = NOW.saturating_add(Duration::from_secs(30));
        claims.nbf(from)
    });
    let error = auth().connection(&early.sign().unwrap(), NOW).unwrap_err();
    // Minus the leeway.
    assert_eq!(error.retry_after(), Some(Duration::from_secs(25)));
    assert_eq!(Error::NoToken.retry_after(), None);
    let unavailable = Error::KeysUnavailable {
        reason: "no answer".into(),
        retry_after: Some(Duration::from_secs(9)),
    };
    assert_eq!(unavailable.retry_after(), Some(Duration::from_secs(9)));
}
