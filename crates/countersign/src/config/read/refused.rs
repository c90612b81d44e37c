//! Options of Centrifugo that switch a check off. They are refused unless they are off.

use super::setting::Setting;
use crate::config::error::ConfigError;

/// The names of each, and what to do instead.
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
        "users come from signed tokens only",
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

/// An error unless the option is switched off itself.
pub(super) fn refuse(setting: &Setting, instead: &str) -> Result<(), ConfigError> {
    if setting.value.is_empty() || matches!(setting.flag(), Ok(false)) {
        Ok(())
    } else {
        Err(setting.fault(format!("this option is refused: {instead}")))
    }
}
