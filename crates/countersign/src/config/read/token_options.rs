//! The options of `client.token`, `client.subscription_token` and each trusted issuer: each row has
//! the name of an option, the place and type of its value, and its description.

use super::token_option::Place::{
    Count, Custom, Duration, Flag, KeyFile, KeyValue, MaybeDuration, Secret, Size, Text, Texts,
    Time,
};
use super::token_option::{TokenOption, check, key, option, restriction};
use super::trusted_issuers::trusted_issuers;

pub(super) const TOKEN_OPTIONS: &[TokenOption] = &[
    key(
        "hmac_secret_key",
        KeyValue(|it| &mut it.hmac_secret_key),
        "HMAC secret (HS256, HS384, HS512): text, its bytes taken literally, or a JWK as a table",
    ),
    key(
        "hmac_secret_key_file",
        KeyFile(|it| &mut it.hmac_secret_key),
        "a file that holds `hmac_secret_key`, with or without one final line break",
    ),
    key(
        "hmac_previous_secret_key",
        KeyValue(|it| &mut it.hmac_previous_secret_key),
        "the HMAC secret before the last rotation",
    ),
    key(
        "hmac_previous_secret_key_file",
        KeyFile(|it| &mut it.hmac_previous_secret_key),
        "a file that holds `hmac_previous_secret_key`, with or without one final line break",
    ),
    option(
        "hmac_previous_secret_key_valid_until",
        Time(|it| &mut it.hmac_previous_secret_key_valid_until),
        "until when the previous secret is accepted, seconds since 1970; 0: no limit",
    ),
    key(
        "rsa_public_key",
        KeyValue(|it| &mut it.rsa_public_key),
        "RSA public key, PEM or JWK (RS256 to RS512, PS256 to PS512)",
    ),
    key(
        "rsa_public_key_file",
        KeyFile(|it| &mut it.rsa_public_key),
        "a file that holds `rsa_public_key`, with or without one final line break",
    ),
    key(
        "ecdsa_public_key",
        KeyValue(|it| &mut it.ecdsa_public_key),
        "ECDSA public key, PEM or JWK (ES256, ES384, ES512)",
    ),
    key(
        "ecdsa_public_key_file",
        KeyFile(|it| &mut it.ecdsa_public_key),
        "a file that holds `ecdsa_public_key`, with or without one final line break",
    ),
    key(
        "eddsa_public_key",
        KeyValue(|it| &mut it.eddsa_public_key),
        "Ed25519 public key, PEM or JWK (EdDSA)",
    ),
    key(
        "eddsa_public_key_file",
        KeyFile(|it| &mut it.eddsa_public_key),
        "a file that holds `eddsa_public_key`, with or without one final line break",
    ),
    key(
        "jwks_public_endpoint",
        Text(|it| &mut it.jwks_public_endpoint),
        "where the issuer publishes its keys; static keys are then not consulted",
    ),
    key(
        "jwks_issuer",
        Text(|it| &mut it.jwks_issuer),
        "an OpenID Connect issuer, instead of `jwks_public_endpoint`: its `/.well-known/openid-configuration` says where its keys are, and `iss` must be exactly this",
    ),
    option(
        "jwks_time_to_live",
        Duration(|it| &mut it.jwks.settings.time_to_live),
        "how long a fetched set is fresh; 1h by default, at least twice each of jwks_cooldown, jwks_unknown_key_cooldown and jwks_total_deadline",
    ),
    option(
        "jwks_stale_if_error",
        Duration(|it| &mut it.jwks.settings.stale_if_error),
        "how long past that the last good set is used while the endpoint fails; 1h",
    ),
    option(
        "jwks_refresh_ahead",
        Duration(|it| &mut it.jwks.settings.refresh_ahead),
        "how long before its end a set is fetched anew; 5m",
    ),
    option(
        "jwks_cooldown",
        Duration(|it| &mut it.jwks.settings.cooldown),
        "the time after a failed fetch before the next one; while no keys are held, 1s, 2s, 4s and so on up to this; 30s",
    ),
    option(
        "jwks_unknown_key_cooldown",
        MaybeDuration(|it| &mut it.jwks.settings.unknown_key_cooldown),
        "the time after a good fetch in which an unknown `kid` causes no other; as jwks_cooldown",
    ),
    option(
        "jwks_accept_age_up_to",
        MaybeDuration(|it| &mut it.jwks.settings.accept_age_up_to),
        "accept an answer of a cache up to this `Age`, even if it is as old as the time to live; removed keys are then trusted longer; not accepted",
    ),
    option(
        "jwks_idle_after",
        Duration(|it| &mut it.jwks.settings.idle_after),
        "how long keys are fetched ahead after the last token; then the last set is only kept until the next token; 2h",
    ),
    option(
        "jwks_attempt_timeout",
        Duration(|it| &mut it.jwks.settings.attempt_timeout),
        "the time for one request; 1s",
    ),
    option(
        "jwks_total_deadline",
        Duration(|it| &mut it.jwks.settings.total_deadline),
        "the time for one fetch with all its attempts; 3s",
    ),
    option(
        "jwks_retries",
        Count(|it| &mut it.jwks.settings.retries),
        "how often a failed request is repeated, never after a 4xx; 1",
    ),
    option(
        "jwks_body_limit",
        Size(|it| &mut it.jwks.settings.body_limit),
        "the largest body in bytes; 524288",
    ),
    option(
        "jwks_key_limit",
        Size(|it| &mut it.jwks.settings.key_limit),
        "the most keys in a set; 100",
    ),
    option(
        "jwks_waiter_limit",
        Size(|it| &mut it.jwks.settings.waiter_limit),
        "how many callers may wait for one fetch; 1024",
    ),
    option(
        "jwks_cache_control_may_lengthen_to",
        MaybeDuration(|it| &mut it.jwks.settings.cache_control_may_lengthen_to),
        "the limit up to which `Cache-Control: max-age` may lengthen the time to live; never lengthened",
    ),
    option(
        "jwks_allow_missing_kid",
        Flag(|it| &mut it.jwks.settings.allow_missing_kid),
        "accept a token without `kid` if the set has exactly one usable key; off",
    ),
    option(
        "jwks_allow_plain_http",
        Flag(|it| &mut it.jwks.settings.allow_plain_http),
        "allow http: for hosts other than loopback; off",
    ),
    check(
        "jwks_ca_file",
        Text(|it| &mut it.jwks.ca_file),
        "a PEM file of the certificates to trust instead of the system's",
    ),
    check(
        "jwks_client_certificate_file",
        Text(|it| &mut it.jwks.client_certificate_file),
        "a PEM file of the client's certificate chain",
    ),
    check(
        "jwks_client_key_file",
        Text(|it| &mut it.jwks.client_key_file),
        "a PEM file of that certificate's private key",
    ),
    option(
        "jwks_proxy",
        Secret(|it| &mut it.jwks.proxy),
        "the URL of a proxy, or `environment`; none",
    ),
    option(
        "jwks_user_agent",
        Text(|it| &mut it.jwks.user_agent),
        "the `User-Agent`",
    ),
    check(
        "jwks_public_addresses_only",
        Flag(|it| &mut it.jwks.public_addresses_only),
        "refuse hosts that resolve to private or special addresses; off",
    ),
    option(
        "jwks_last_known_good_file",
        Text(|it| &mut it.jwks.last_known_good_file),
        "a file that keeps the last good set over restarts; outside Unix its owner is not checked, so use a folder that nobody else can write to; none",
    ),
    restriction(
        "audience",
        Text(|it| &mut it.audience),
        "an element of `aud` is exactly this",
    ),
    restriction(
        "audience_regex",
        Text(|it| &mut it.audience_regex),
        "a regular expression that matches an element of `aud` as a whole",
    ),
    restriction("issuer", Text(|it| &mut it.issuer), "`iss` is exactly this"),
    restriction(
        "issuer_regex",
        Text(|it| &mut it.issuer_regex),
        "a regular expression that matches `iss` as a whole",
    ),
    option(
        "user_id_claim",
        Text(|it| &mut it.user_id_claim),
        "another claim than `sub` to read the user from",
    ),
    restriction(
        "algorithms",
        Texts(|it| &mut it.algorithms),
        "the algorithms accepted; all that fit a key by default",
    ),
    option(
        "leeway",
        Duration(|it| &mut it.leeway),
        "how far clocks may differ; 0 by default",
    ),
    check(
        "require_exp",
        Flag(|it| &mut it.require_exp),
        "refuse tokens without `exp`; off by default",
    ),
    check(
        "max_age",
        MaybeDuration(|it| &mut it.max_age),
        "how old a token may be by its `iat`, which is then required",
    ),
    restriction(
        "typ",
        Text(|it| &mut it.typ),
        "the media type that the header's `typ` must name",
    ),
    check(
        "name",
        Text(|it| &mut it.name),
        "the name of this authority, the first part of its users' identity; see above",
    ),
    check(
        "user_prefix",
        Text(|it| &mut it.user_prefix),
        "text that is put before each user, so that users of several issuers have different names; none",
    ),
    key(
        "trusted_issuers",
        Custom(|it, list| {
            it.trusted_issuers = trusted_issuers(list, TOKEN_OPTIONS)?;
            Ok(())
        }),
        "more issuers: a list of tables with `issuer` and the options of this section",
    ),
];

/// Whether a section has an option of this name.
pub(in crate::config) fn is_token_option(name: &str) -> bool {
    TOKEN_OPTIONS.iter().any(|option| option.name == name)
}
