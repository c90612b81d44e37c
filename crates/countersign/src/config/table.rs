//! Every option, in one table: its names, what it is for, where its value goes.

use super::nearest::{nearest, no_such};
use super::setting::Setting;
use super::{Config, ConfigError, TokenConfig};

/// An option of `client.token`, `client.subscription_token` and each trusted issuer.
pub(super) struct TokenOption {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    set: fn(&mut TokenConfig, &Setting) -> Result<(), ConfigError>,
}

impl TokenOption {
    /// Sets it, and remembers by which name it was given.
    pub(super) fn apply(
        &self,
        token: &mut TokenConfig,
        setting: &Setting,
    ) -> Result<(), ConfigError> {
        token.given.0.insert(self.name, setting.name.clone());
        (self.set)(token, setting)
    }
}

pub(super) const TOKEN_OPTIONS: &[TokenOption] = &[
    TokenOption {
        name: "hmac_secret_key",
        help: "HMAC secret, its bytes taken literally (HS256, HS384, HS512)",
        set: |token, value| value.secret().map(|it| token.hmac_secret_key = Some(it)),
    },
    TokenOption {
        name: "hmac_previous_secret_key",
        help: "the HMAC secret before the last rotation",
        set: |token, value| {
            value
                .secret()
                .map(|it| token.hmac_previous_secret_key = Some(it))
        },
    },
    TokenOption {
        name: "hmac_previous_secret_key_valid_until",
        help: "until when the previous secret is accepted, seconds since 1970; 0: no limit",
        set: |token, value| {
            value
                .time()
                .map(|it| token.hmac_previous_secret_key_valid_until = it)
        },
    },
    TokenOption {
        name: "rsa_public_key",
        help: "RSA public key, PEM or JWK (RS256 to RS512, PS256 to PS512)",
        set: |token, value| value.text().map(|it| token.rsa_public_key = Some(it)),
    },
    TokenOption {
        name: "ecdsa_public_key",
        help: "ECDSA public key, PEM or JWK (ES256, ES384, ES512)",
        set: |token, value| value.text().map(|it| token.ecdsa_public_key = Some(it)),
    },
    TokenOption {
        name: "eddsa_public_key",
        help: "Ed25519 public key, PEM or JWK (EdDSA)",
        set: |token, value| value.text().map(|it| token.eddsa_public_key = Some(it)),
    },
    TokenOption {
        name: "jwks_public_endpoint",
        help: "where the issuer publishes its keys; static keys are then not consulted",
        set: |token, value| value.text().map(|it| token.jwks_public_endpoint = Some(it)),
    },
    TokenOption {
        name: "jwks_time_to_live",
        help: "how long a fetched set is fresh; 1h by default, at least twice jwks_cooldown and twice jwks_total_deadline",
        set: |token, value| {
            value
                .duration()
                .map(|it| token.jwks.settings.time_to_live = it)
        },
    },
    TokenOption {
        name: "jwks_stale_if_error",
        help: "how long past that the last good set is used while the endpoint fails; 1h",
        set: |token, value| {
            value
                .duration()
                .map(|it| token.jwks.settings.stale_if_error = it)
        },
    },
    TokenOption {
        name: "jwks_refresh_ahead",
        help: "how long before its end a set is fetched anew; 5m",
        set: |token, value| {
            value
                .duration()
                .map(|it| token.jwks.settings.refresh_ahead = it)
        },
    },
    TokenOption {
        name: "jwks_cooldown",
        help: "the time after a fetch in which an unknown `kid` makes no other; 30s",
        set: |token, value| value.duration().map(|it| token.jwks.settings.cooldown = it),
    },
    TokenOption {
        name: "jwks_attempt_timeout",
        help: "the time of one attempt; 1s",
        set: |token, value| {
            value
                .duration()
                .map(|it| token.jwks.settings.attempt_timeout = it)
        },
    },
    TokenOption {
        name: "jwks_total_deadline",
        help: "the time of one fetch with all its attempts; 3s",
        set: |token, value| {
            value
                .duration()
                .map(|it| token.jwks.settings.total_deadline = it)
        },
    },
    TokenOption {
        name: "jwks_retries",
        help: "attempts after one that failed, never after a 4xx; 1",
        set: |token, value| value.count().map(|it| token.jwks.settings.retries = it),
    },
    TokenOption {
        name: "jwks_body_limit",
        help: "the largest body in bytes; 524288",
        set: |token, value| value.size().map(|it| token.jwks.settings.body_limit = it),
    },
    TokenOption {
        name: "jwks_key_limit",
        help: "the most keys in a set; 100",
        set: |token, value| value.size().map(|it| token.jwks.settings.key_limit = it),
    },
    TokenOption {
        name: "jwks_waiter_limit",
        help: "how many may wait for one fetch; 1024",
        set: |token, value| value.size().map(|it| token.jwks.settings.waiter_limit = it),
    },
    TokenOption {
        name: "jwks_cache_control_may_lengthen_to",
        help: "up to where `Cache-Control: max-age` may lengthen the time to live; not at all",
        set: |token, value| {
            value
                .duration()
                .map(|it| token.jwks.settings.cache_control_may_lengthen_to = Some(it))
        },
    },
    TokenOption {
        name: "jwks_allow_missing_kid",
        help: "accept a token without `kid` if the set has exactly one usable key; off",
        set: |token, value| {
            value
                .flag()
                .map(|it| token.jwks.settings.allow_missing_kid = it)
        },
    },
    TokenOption {
        name: "jwks_allow_plain_http",
        help: "allow http: for hosts other than loopback; off",
        set: |token, value| {
            value
                .flag()
                .map(|it| token.jwks.settings.allow_plain_http = it)
        },
    },
    TokenOption {
        name: "jwks_ca_file",
        help: "a PEM file of the certificates to trust instead of the system's",
        set: |token, value| value.text().map(|it| token.jwks.ca_file = Some(it)),
    },
    TokenOption {
        name: "jwks_client_certificate_file",
        help: "a PEM file of the certificate chain to show",
        set: |token, value| {
            value
                .text()
                .map(|it| token.jwks.client_certificate_file = Some(it))
        },
    },
    TokenOption {
        name: "jwks_client_key_file",
        help: "a PEM file of that certificate's private key",
        set: |token, value| value.text().map(|it| token.jwks.client_key_file = Some(it)),
    },
    TokenOption {
        name: "jwks_proxy",
        help: "the URL of a proxy, or `environment`; none",
        set: |token, value| value.secret().map(|it| token.jwks.proxy = Some(it)),
    },
    TokenOption {
        name: "jwks_user_agent",
        help: "the `User-Agent`",
        set: |token, value| value.text().map(|it| token.jwks.user_agent = Some(it)),
    },
    TokenOption {
        name: "jwks_public_addresses_only",
        help: "refuse hosts that resolve to private or special addresses; off",
        set: |token, value| value.flag().map(|it| token.jwks.public_addresses_only = it),
    },
    TokenOption {
        name: "jwks_last_known_good_file",
        help: "a file that keeps the last good set over restarts; none",
        set: |token, value| {
            value
                .text()
                .map(|it| token.jwks.last_known_good_file = Some(it))
        },
    },
    TokenOption {
        name: "audience",
        help: "an element of `aud` is exactly this",
        set: |token, value| value.text().map(|it| token.audience = Some(it)),
    },
    TokenOption {
        name: "audience_regex",
        help: "a regular expression that matches an element of `aud` as a whole",
        set: |token, value| value.text().map(|it| token.audience_regex = Some(it)),
    },
    TokenOption {
        name: "issuer",
        help: "`iss` is exactly this",
        set: |token, value| value.text().map(|it| token.issuer = Some(it)),
    },
    TokenOption {
        name: "issuer_regex",
        help: "a regular expression that matches `iss` as a whole",
        set: |token, value| value.text().map(|it| token.issuer_regex = Some(it)),
    },
    TokenOption {
        name: "user_id_claim",
        help: "another claim than `sub` to read the user from",
        set: |token, value| value.text().map(|it| token.user_id_claim = Some(it)),
    },
    TokenOption {
        name: "algorithms",
        help: "the algorithms accepted; all that fit a key by default",
        set: |token, value| value.texts().map(|it| token.algorithms = it),
    },
    TokenOption {
        name: "leeway",
        help: "how far clocks may disagree; 0 by default",
        set: |token, value| value.duration().map(|it| token.leeway = it),
    },
    TokenOption {
        name: "require_exp",
        help: "refuse tokens without `exp`; off by default",
        set: |token, value| value.flag().map(|it| token.require_exp = it),
    },
    TokenOption {
        name: "max_age",
        help: "how old a token may be by its `iat`, which is then required",
        set: |token, value| value.duration().map(|it| token.max_age = Some(it)),
    },
    TokenOption {
        name: "typ",
        help: "the media type that the header's `typ` must name",
        set: |token, value| value.text().map(|it| token.typ = Some(it)),
    },
    TokenOption {
        name: "trusted_issuers",
        help: "more issuers: a list of tables with `issuer` and the options of this section",
        set: trusted_issuers,
    },
];

/// What is read before it is known whether subscription tokens have a section of their own.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) config: Config,
    pub(super) subscription_token: TokenConfig,
    pub(super) separate: bool,
}

/// An option of `client` itself.
pub(super) struct ClientOption {
    /// The name in v6, then the flat ones of v2 to v5.
    pub(super) names: &'static [&'static str],
    pub(super) help: &'static str,
    pub(super) set: fn(&mut Draft, &Setting) -> Result<(), ConfigError>,
}

pub(super) const CLIENT_OPTIONS: &[ClientOption] = &[
    ClientOption {
        names: &[
            "client.allow_anonymous_connect_without_token",
            "allow_anonymous_connect_without_token",
            "client_anonymous",
        ],
        help: "accept a connection without a token as the user \"\"; off by default",
        set: |draft, value| {
            value
                .flag()
                .map(|it| draft.config.allow_anonymous_connect_without_token = it)
        },
    },
    ClientOption {
        names: &[
            "client.disallow_anonymous_connection_tokens",
            "disallow_anonymous_connection_tokens",
        ],
        help: "refuse a connection token with an empty user; off by default",
        set: |draft, value| {
            value
                .flag()
                .map(|it| draft.config.disallow_anonymous_connection_tokens = it)
        },
    },
    ClientOption {
        names: &["client.token_size_limit"],
        help: "the longest token that is read, in bytes; 16384 by default",
        set: |draft, value| match value.size()? {
            0 => Err(value.fault("found 0, by which every token would be refused")),
            bytes => {
                draft.config.token_size_limit = Some(bytes);
                Ok(())
            }
        },
    },
    ClientOption {
        names: &[
            "client.subscription_token.enabled",
            "separate_subscription_token_config",
            "subscription_token_enabled",
        ],
        help: "verify subscription tokens by `client.subscription_token`, which inherits nothing",
        set: |draft, value| value.flag().map(|it| draft.separate = it),
    },
];

/// Options of Centrifugo that switch a check off, and what to do instead.
pub(super) const REFUSED: &[(&[&str], &str)] = &[
    (
        &["client.insecure", "client_insecure"],
        "there is no mode without authentication; \
         for anonymous users set client.allow_anonymous_connect_without_token",
    ),
    (
        &[
            "client.insecure_skip_token_signature_verify",
            "client_insecure_skip_token_signature_verify",
        ],
        "a signature is always verified; look into a token with `countersign inspect`",
    ),
    (
        &["client.user_id_http_header", "client_user_id_http_header"],
        "a user comes from a signed token alone",
    ),
    (
        &["skip_user_check_in_subscription_token"],
        "a subscription token is for the user whom it names",
    ),
    (
        &[
            "client.token.insecure_skip_jwks_endpoint_safety_check",
            "client.subscription_token.insecure_skip_jwks_endpoint_safety_check",
        ],
        "a group used in the endpoint's template must be an alternation of fixed strings",
    ),
];

fn trusted_issuers(token: &mut TokenConfig, value: &Setting) -> Result<(), ConfigError> {
    token.trusted_issuers = Vec::new();
    for (index, table) in value.tables()?.into_iter().enumerate() {
        let mut issuer = TokenConfig::default();
        let path = format!("{}[{index}]", value.name);
        for (name, value) in table {
            let setting = Setting {
                name: format!("{path}.{name}"),
                value,
                from_environment: false,
            };
            let options = || {
                TOKEN_OPTIONS
                    .iter()
                    .filter(|option| option.name != "trusted_issuers")
            };
            match options().find(|option| option.name == name) {
                Some(option) => option.apply(&mut issuer, &setting)?,
                None => {
                    let names = options().map(|option| format!("{path}.{}", option.name));
                    return Err(no_such(&setting.name, &nearest(&setting.name, names).0));
                }
            }
        }
        if issuer.issuer.is_none() {
            return Err(ConfigError::option(
                format!("{path}.issuer"),
                "a trusted issuer is named by its exact `iss`; give it",
            ));
        }
        token.trusted_issuers.push(issuer);
    }
    Ok(())
}
