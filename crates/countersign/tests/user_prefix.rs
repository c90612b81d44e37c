//! Prefixes that keep the users of several authorities apart.

use countersign::config::{Config, Format};
use countersign::{
    Authenticator, Authority, BuildError, Code, Issuer, Key, Rules, Trust, TrustBuilder, UnixTime,
    UserPrefix, UserPrefixError,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const TENANTS: &str = r"https://(?P<tenant>[a-z]+)\.example";

fn key(name: &str) -> Key {
    Key::secret(format!("the secret of {name}, of 32 bytes and more").as_bytes()).unwrap()
}

fn authority(name: &str, prefix: Option<UserPrefix>) -> Authority {
    let mut builder = Authority::builder().name(name).key(key(name));
    if let Some(prefix) = prefix {
        builder = builder.user_prefix(prefix);
    }
    builder.build().unwrap()
}

fn text(prefix: &str) -> Option<UserPrefix> {
    Some(UserPrefix::new(prefix).unwrap())
}

fn groups(prefix: &str, issuers: &str) -> Option<UserPrefix> {
    Some(UserPrefix::with_groups(prefix, Some(issuers), None).unwrap())
}

fn two(first: Option<UserPrefix>, second: Option<UserPrefix>) -> TrustBuilder {
    Trust::builder()
        .issuer("a", authority("a", first))
        .issuer("b", authority("b", second))
}

#[test]
fn it_is_added_to_every_kind_of_token_and_not_to_the_empty_user() {
    let auth = Authenticator::builder().key(key("a"));
    let auth = auth.user_prefix(text("acme-").unwrap()).build().unwrap();
    let issuer = Issuer::builder().key(key("a")).build().unwrap();
    let connection = issuer.connection("42").sign().unwrap();
    let connection = auth.connection(&connection, NOW).unwrap();
    assert_eq!(connection.user(), "acme-42");
    assert_eq!(connection.identity().user(), "acme-42");
    let subscription = issuer.subscription("42", "$news").sign().unwrap();
    let subscription = auth.subscription(&subscription, NOW).unwrap();
    assert_eq!(subscription.user(), "acme-42");
    let request = subscription.check_request("$news", &connection.identity(), "c1");
    assert!(request.is_ok());
    let token = issuer.token("42").sign().unwrap();
    assert_eq!(auth.token(&token, NOW).unwrap().user(), "acme-42");
    let mut scratch = countersign::Scratch::default();
    let borrowed = auth.token_in(&token, NOW, &mut scratch).unwrap();
    assert_eq!(borrowed.user(), "acme-42");
    let anonymous = issuer.connection("").sign().unwrap();
    assert_eq!(auth.connection(&anonymous, NOW).unwrap().user(), "");
}

#[test]
fn no_prefix_may_begin_another_one() {
    for (first, second) in [
        (text("a"), text("a")),
        (text("a"), text("ab")),
        (text("ab"), text("a")),
        (text("acme."), groups("{{tenant}}.", TENANTS)),
        (text("acme.x-"), groups("{{tenant}}.", TENANTS)),
        (
            groups("x{{tenant}}.", TENANTS),
            groups("{{tenant}}.", TENANTS),
        ),
        (text("one-"), groups("{{t}}-", "(?P<t>one|two)")),
    ] {
        let error = two(first.clone(), second.clone()).build().unwrap_err();
        let found = BuildError::UserPrefixesOverlap {
            first: "a".into(),
            second: "b".into(),
        };
        let either = BuildError::UserPrefixesOverlap {
            first: "b".into(),
            second: "a".into(),
        };
        assert!(
            error == found || error == either,
            "{first:?} {second:?}: {error}"
        );
    }
    for (first, second) in [
        (text("a-"), text("b-")),
        (text("a-"), None),
        (text("ACME."), groups("{{tenant}}.", TENANTS)),
        (text("acme-"), groups("{{tenant}}.", TENANTS)),
        (text("three-"), groups("{{t}}-", "(?P<t>one|two)")),
    ] {
        assert!(two(first, second).build().is_ok());
    }
    // Two values of the same prefix may not begin each other either.
    let error = two(groups("{{t}}", "(?P<t>a|ab)"), None).build();
    assert!(error.unwrap_err().to_string().contains("each other"));
    assert!(two(groups("{{t}}-", "(?P<t>a|ab)"), None).build().is_ok());
}

#[test]
fn a_prefix_that_is_ambiguous_or_has_a_meaning_in_channels_is_refused() {
    for prefix in ["a:", "a#", "a,b", "a\n"] {
        let error = UserPrefix::new(prefix).unwrap_err();
        assert!(
            matches!(error, UserPrefixError::Character { .. }),
            "{error}"
        );
    }
    assert_eq!(UserPrefix::new("").unwrap_err(), UserPrefixError::Empty);
    let refused = |prefix: &str, issuers: &str| {
        UserPrefix::with_groups(prefix, Some(issuers), None).unwrap_err()
    };
    for (prefix, issuers, expected) in [
        ("{{t}}", "(?P<t>[a-z]+)", "not clear where"),
        ("{{t}}x", "(?P<t>[a-z]+)", "not clear where"),
        ("{{t}}{{t}}-", "(?P<t>[a-z]+)", "not clear where"),
        ("{{t}}-", "(?P<t>[a-z:]+)", "can match ':'"),
        ("{{t}}-", "(?P<t>.+)", "can match ':'"),
        ("{{u}}-", "(?P<t>[a-z]+)", "\"u\""),
        ("{{t-", "(?P<t>[a-z]+)", "placeholder"),
        ("{{t}}", "(?P<t>a?)", "empty prefix"),
        ("{{t}}-", "(?P<t>(", "issuer_regex"),
    ] {
        let error = refused(prefix, issuers).to_string();
        assert!(error.contains(expected), "{prefix} {issuers}: {error}");
    }
}

#[test]
fn an_authority_without_a_prefix_gets_no_user_of_another() {
    let trust = two(groups("{{tenant}}.", r"(?P<tenant>[a-z]{3})"), None);
    let auth = Authenticator::new(Rules::new(trust.build().unwrap()));
    let connect = |user: &str| {
        let issuer = Issuer::builder().key(key("b")).iss("b").build().unwrap();
        let token = issuer.connection(user).sign().unwrap();
        let result = auth.connection(&token, NOW);
        result
            .map(|it| it.user().to_owned())
            .map_err(|it| it.code())
    };
    for user in ["abc.", "abc.42", "xyz.abc.1"] {
        assert_eq!(connect(user), Err(Code::Issuer), "{user}");
    }
    for user in ["abc", "ab.42", "abcd.42", "ABC.42", "-abc.42", ""] {
        assert_eq!(connect(user), Ok(user.into()));
    }
}

#[test]
fn groups_are_filled_from_verified_claims() {
    let text = format!(
        r#"{{"client":{{"token":{{
            "hmac_secret_key":"the secret of a, of 32 bytes and more",
            "issuer_regex":{},
            "user_prefix":"{{{{tenant}}}}."}}}}}}"#,
        serde_json::to_string(TENANTS).unwrap()
    );
    let config = Config::from_text(&text, Format::Json, []).unwrap();
    let auth = Authenticator::new(config.setup().build().unwrap().ignore_warnings().rules);
    let identity = |iss: &str, user: &str| {
        let issuer = Issuer::builder().key(key("a")).iss(iss).build().unwrap();
        let token = issuer.connection(user).sign().unwrap();
        auth.connection(&token, NOW).map(|it| it.identity())
    };
    let acme = identity("https://acme.example", "42").unwrap();
    assert_eq!(acme.user(), "acme.42");
    assert_eq!(acme.iss(), Some("https://acme.example"));
    assert_eq!(
        identity("https://other.example", "42").unwrap().user(),
        "other.42"
    );
    let error = identity("https://acme.example.evil", "42").unwrap_err();
    assert_eq!(error.code(), Code::Issuer);
}

#[test]
fn a_name_occurs_once_and_has_one_prefix() {
    let named = |name: &str| authority(name, None);
    let twice = Trust::builder()
        .issuer("a", named("x"))
        .issuer("b", named("x"));
    assert_eq!(
        twice.build().unwrap_err(),
        BuildError::NameTwice { name: "x".into() }
    );
    let plain = || Authority::builder().key(key("a")).build().unwrap();
    let missing = Trust::builder().issuer("a", plain()).issuer("a", plain());
    assert_eq!(
        missing.build().unwrap_err(),
        BuildError::NameMissing { issuer: "a".into() }
    );
    let default = Trust::builder()
        .any_issuer(plain())
        .issuer("default", plain());
    assert!(matches!(default.build(), Err(BuildError::NameTwice { .. })));

    // In both sections, the same name is the same authority.
    let rules = || Rules::new(authority("x", text("x-")));
    assert!(rules().subscriptions(authority("x", text("x-"))).is_ok());
    let error = rules()
        .subscriptions(authority("x", text("y-")))
        .unwrap_err();
    assert_eq!(error, BuildError::UserPrefixDiffers { name: "x".into() });
    assert!(rules().subscriptions(authority("y", text("x-"))).is_err());
}
