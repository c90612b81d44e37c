//! An issuer that is made from a configuration never makes a token that this configuration refuses:
//! it adds the claim, or names the missing one.

use crate::common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::{P256_PUBLIC, P384_PRIVATE, SECRET, json, now, quoted};
use countersign::config::Config;
use countersign::{Authenticator, Code, IssueError, Issuer, Key};

const OTHER: &str = "another secret of the tests, that is long enough for HS256";

/// A random number generator with a fixed seed.
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[usize::try_from(self.roll(choices.len() as u64)).unwrap()]
    }

    /// One of the choices, or most often none.
    fn rarely<'t>(&mut self, choices: &[&'t str]) -> Option<&'t str> {
        (self.roll(4) == 0).then(|| self.pick(choices))
    }
}

/// The options of one section or entry, besides its secret and its issuer.
fn options(dice: &mut Dice) -> String {
    let all = [
        &[r#""audience": "chat""#, r#""audience_regex": "chat-.*""#][..],
        &[r#""require_exp": true"#],
        &[r#""max_age": "1h""#],
        &[r#""leeway": "5s""#],
        &[r#""typ": "at+jwt""#],
        &[r#""user_id_claim": "uid""#, r#""user_id_claim": "sub""#],
        &[r#""algorithms": ["HS512", "ES256"]"#],
    ];
    let given = all.iter().filter_map(|choices| dice.rarely(choices));
    given.map(|option| format!(", {option}")).collect()
}

fn section(dice: &mut Dice) -> String {
    let own = options(dice);
    let issuer = dice.rarely(&[r#", "issuer": "home""#]).unwrap_or_default();
    let prefix = dice
        .rarely(&[r#", "user_prefix": "home-""#])
        .unwrap_or_default();
    let mut entries = Vec::new();
    for name in ["t1", "t2"] {
        if dice.roll(3) == 0 {
            let own = options(dice);
            let prefix = dice
                .rarely(&[&format!(r#", "user_prefix": "{name}-""#)])
                .map(String::from);
            let prefix = prefix.unwrap_or_default();
            entries.push(format!(
                r#"{{"issuer": "https://{name}", "hmac_secret_key": "{OTHER}"{own}{prefix}}}"#
            ));
        }
    }
    format!(
        r#"{{"enabled": true, "hmac_secret_key": "{SECRET}"{own}{issuer}{prefix},
            "trusted_issuers": [{}]}}"#,
        entries.join(",")
    )
}

/// A configuration that a server accepts, and that server.
struct Configured {
    text: String,
    config: Config,
    server: Authenticator,
    /// The section for connection tokens, and that for subscription tokens.
    sections: [String; 2],
}

fn configuration(dice: &mut Dice) -> Configured {
    loop {
        let connections = section(dice).replace(r#""enabled": true, "#, "");
        let mut client = vec![format!(r#""token": {connections}"#)];
        let mut sections = [connections.clone(), connections];
        if dice.roll(3) == 0 {
            sections[1] = section(dice);
            client.push(format!(r#""subscription_token": {}"#, sections[1]));
        }
        for choices in [
            &[r#""token_size_limit": 300"#, r#""token_size_limit": 20000"#][..],
            &[r#""token_channel_limit": 2"#],
            &[r#""disallow_anonymous_connection_tokens": true"#],
        ] {
            client.extend(dice.rarely(choices).map(String::from));
        }
        let channel = dice.rarely(&[r#", "channel": {"max_length": 10}"#]);
        let text = format!(
            r#"{{"client": {{{}}}{}}}"#,
            client.join(","),
            channel.unwrap_or_default()
        );
        let config = json(&text).unwrap();
        // Some combinations are refused, such as a restriction that some entries lack.
        if let Ok(setup) = config.setup().build() {
            return Configured {
                server: Authenticator::new(setup.ignore_warnings().rules),
                text,
                config,
                sections,
            };
        }
    }
}

/// The secret of the entry that `iss` selects. If a key comes from the user, only the user can know
/// whether it is the right one.
fn own_secret(section: &str, iss: Option<&str>) -> &'static str {
    let listed = iss.map(|iss| format!(r#""issuer": "{iss}", "hmac"#));
    match listed {
        Some(listed) if section.contains(&listed) => OTHER,
        Some(_) | None => SECRET,
    }
}

#[test]
fn a_configuration_accepts_the_tokens_of_its_own_issuer() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..500 {
        let Configured {
            text,
            config,
            server,
            sections,
        } = configuration(&mut dice);
        let mut builder = Issuer::builder();
        let iss = dice.rarely(&["home", "https://t1", "https://t2", "stranger"]);
        if let Some(iss) = iss {
            builder = builder.iss(iss);
        }
        if let Some(aud) = dice.rarely(&["chat", "chat-1", "mail"]) {
            builder = builder.aud(aud);
        }
        if let Some(typ) = dice.rarely(&["at+jwt", "other"]) {
            builder = builder.typ(typ);
        }
        let is_subscription = dice.roll(3) == 0;
        let configure = if is_subscription {
            Config::configure_subscription_issuer
        } else {
            Config::configure_connection_issuer
        };
        let kind = if is_subscription { 1 } else { dice.roll(4) };
        if dice.roll(4) == 0 {
            let secret = own_secret(&sections[usize::from(kind == 1)], iss);
            builder = builder.key(Key::secret(secret.as_bytes()).unwrap());
        }
        let issuer = configure(&config, builder).unwrap_or_else(|error| panic!("{text}: {error}"));

        let long = "u".repeat(200);
        let user = dice.pick(&["42", "42", "42", "", "t1-42", "home-42", "a\u{7}b", &long]);
        let lifetime = [None, Some(0), Some(60), Some(60), Some(7200)][dice.roll(5) as usize];
        let channel = dice.pick(&["news", "news", "a channel of some length", ""]);
        let (signed, code) = match kind {
            0 | 3 => {
                let mut token = issuer.connection(user).issued_at(now());
                for at in 0..dice.roll(4) {
                    token = token.channel(format!("{channel}{at}"));
                }
                if let Some(seconds) = lifetime {
                    token = token.expires_in(Duration::from_secs(seconds));
                }
                let signed = token.sign();
                let code = signed
                    .as_ref()
                    .ok()
                    .map(|it| server.connection(it, now()).err());
                (signed, code)
            }
            1 => {
                let mut token = issuer.subscription(user, channel).issued_at(now());
                if let Some(seconds) = lifetime {
                    token = token.expires_in(Duration::from_secs(seconds));
                }
                let signed = token.sign();
                let code = signed
                    .as_ref()
                    .ok()
                    .map(|it| server.subscription(it, now()).err());
                (signed, code)
            }
            _ => {
                let mut token = issuer.token(user).issued_at(now());
                if let Some(seconds) = lifetime {
                    token = token.expires_in(Duration::from_secs(seconds));
                }
                let signed = token.sign();
                let code = signed.as_ref().ok().map(|it| server.token(it, now()).err());
                (signed, code)
            }
        };
        let outcome = match (signed, code) {
            (Ok(_), Some(None)) => "accepted".to_owned(),
            (Ok(token), Some(Some(error))) => panic!("{text}\n{token}\n{error}"),
            (Err(IssueError::Refused { error, .. }), _) => error.code().to_string(),
            (Err(IssueError::TooLong { .. }), _) => "too long".to_owned(),
            (Err(IssueError::Claims(_)), _) => "never read".to_owned(),
            other => panic!("{text}: {other:?}"),
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    // Check that each choice occurred, and that not everything was refused.
    for (outcome, least) in [
        ("accepted", 100),
        ("too long", 3),
        ("never read", 10),
        ("expired", 3),
        ("audience", 3),
        ("issuer", 3),
        ("signature", 3),
        ("claims", 3),
        ("wrong_kind", 3),
        ("anonymous", 1),
    ] {
        let found = outcomes.get(outcome).copied().unwrap_or_default();
        assert!(found >= least, "{outcome}: {outcomes:?}");
    }
}

/// The result of signing: the text of the error if no token is made.
fn signed(issuer: &Issuer, user: &str) -> Result<String, String> {
    let token = issuer.connection(user).issued_at(now());
    token.sign().map_err(|error| error.to_string())
}

#[test]
fn a_user_with_the_prefix_of_another_authority_gets_no_token() {
    let text = format!(
        r#"{{"client": {{"token": {{"hmac_secret_key": "{SECRET}", "trusted_issuers": [
            {{"issuer": "https://t1", "hmac_secret_key": "{OTHER}", "user_prefix": "t1-"}}]}}}}}}"#
    );
    let issuer = json(&text).unwrap().connection_issuer().unwrap();
    assert!(signed(&issuer, "42").is_ok());
    let error = signed(&issuer, "t1-42").unwrap_err();
    assert!(
        error.contains("authority \"default\"") && error.contains("`user_prefix`"),
        "{error}"
    );
    // The prefix may be that of an authority in the other section.
    let text = format!(
        r#"{{"client": {{"token": {{"hmac_secret_key": "{SECRET}"}},
            "subscription_token": {{"enabled": true, "hmac_secret_key": "{OTHER}", "name": "s",
                "user_prefix": "s-"}}}}}}"#
    );
    let issuer = json(&text).unwrap().connection_issuer().unwrap();
    assert!(signed(&issuer, "s-42").is_err());
}

#[test]
fn no_token_is_made_with_an_iss_that_selects_other_keys() {
    let text = format!(
        r#"{{"client": {{"token": {{"hmac_secret_key": "{SECRET}", "trusted_issuers": [
            {{"issuer": "https://t1", "hmac_secret_key": "{OTHER}", "audience": "chat",
              "typ": "at+jwt"}}]}}}}}}"#
    );
    let config = json(&text).unwrap();
    let of_t1 = || Issuer::builder().iss("https://t1");
    let error = signed(&config.configure_connection_issuer(of_t1()).unwrap(), "42").unwrap_err();
    assert_eq!(
        error,
        "the server would refuse this token of the authority \"https://t1\": the signature does \
         not match"
    );
    // With the key of that authority, it adds the claims that the authority expects.
    let own = of_t1().key(Key::secret(OTHER.as_bytes()).unwrap());
    let token = signed(&config.configure_connection_issuer(own).unwrap(), "42").unwrap();
    let server = config.setup().build().unwrap().ignore_warnings().rules;
    let connection = Authenticator::new(server)
        .connection(&token, now())
        .unwrap();
    assert_eq!(connection.authority(), "https://t1");
    assert_eq!(connection.aud().collect::<Vec<_>>(), ["chat"]);
}

#[test]
fn a_given_key_need_not_be_configured_but_its_algorithm_must_be_allowed() {
    let with = |algorithms: &str| {
        let text = format!(
            r#"{{"client": {{"token": {{"ecdsa_public_key": {}{algorithms}}}}}}}"#,
            quoted(P256_PUBLIC)
        );
        let builder = Issuer::builder().key(Key::from_pem(P384_PRIVATE).unwrap());
        let config = json(&text).unwrap();
        signed(&config.configure_connection_issuer(builder).unwrap(), "42")
    };
    assert!(with("").is_ok());
    assert!(with(r#", "algorithms": ["ES256", "ES384"]"#).is_ok());
    let error = with(r#", "algorithms": ["ES256"]"#).unwrap_err();
    assert!(error.contains("\"ES384\""), "{error}");
}

#[test]
fn a_token_for_published_keys_has_a_kid_and_is_not_signed_by_a_secret() {
    let config = |more: &str| {
        let url = "https://id.example/keys";
        json(&format!(
            r#"{{"client": {{"token": {{"jwks_public_endpoint": "{url}"{more}}}}}}}"#
        ))
    };
    let with = |key: Key, more: &str| {
        let builder = Issuer::builder().key(key);
        let config = config(more).unwrap();
        signed(&config.configure_connection_issuer(builder).unwrap(), "42")
    };
    let key = || countersign::generate_key("ES256").unwrap();
    let error = with(key(), "").unwrap_err();
    assert!(error.contains("`kid`"), "{error}");
    assert!(with(key().with_kid("2026"), "").is_ok());
    assert!(with(key(), r#", "jwks_allow_missing_kid": true"#).is_ok());
    let secret = Key::secret(SECRET.as_bytes()).unwrap().with_kid("2026");
    let error = with(secret, "").unwrap_err();
    assert!(error.contains("\"HS256\""), "{error}");
    let error = with(key().with_kid("2026"), r#", "algorithms": ["RS256"]"#).unwrap_err();
    assert!(error.contains("\"ES256\""), "{error}");
}

#[test]
fn a_subscription_token_is_not_signed_by_the_secret_of_connections() {
    let text = format!(
        r#"{{"client": {{"token": {{"hmac_secret_key": "{SECRET}"}},
            "subscription_token": {{"enabled": true, "hmac_secret_key": "{OTHER}"}}}}}}"#
    );
    let config = json(&text).unwrap();
    let issuer = config.connection_issuer().unwrap();
    let refused = issuer.subscription("42", "news").sign().unwrap_err();
    let IssueError::Refused { error, .. } = refused else {
        panic!("{refused}");
    };
    assert_eq!(error.code(), Code::Signature);
    let issuer = config.subscription_issuer().unwrap();
    assert!(issuer.subscription("42", "news").sign().is_ok());
}
