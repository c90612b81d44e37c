//! Logs the results of a fetch.

use core::time::Duration;

use countersign_fetch::EndpointUrl;

use crate::settings::Settings;
use crate::state::State;

/// Logs the changes that a fetch has made.
pub(crate) fn outcome(endpoint: &EndpointUrl, state: &State, settings: &Settings, now: Duration) {
    let Some(held) = state.held() else { return };
    let age = now.saturating_sub(held.fetched_at);
    let report = held.set.report();
    match state.error() {
        None => {
            tracing::info!(%endpoint, used = report.used(), skipped = report.skipped(), life = ?held.life, "JWKS fetched");
            for key in report.keys() {
                if let Some(reason) = key.skipped() {
                    tracing::info!(%endpoint, kid = ?key.kid(), reason, "key skipped");
                }
                if key.is_private() {
                    tracing::warn!(%endpoint, kid = ?key.kid(), "the endpoint publishes a private key: replace it, because everyone who reads it can sign");
                }
            }
        }
        Some(_) if held.is_fresh(now) => {}
        Some(error) if state.usable(now, settings).is_some() => {
            tracing::warn!(%endpoint, %error, age = ?age, "stale keys in use until the endpoint answers or the stale limit is reached");
        }
        Some(error) => {
            tracing::warn!(%endpoint, %error, age = ?age, "no usable keys are held: tokens are refused until the endpoint answers");
        }
    }
}
