//! The counters in the Prometheus text format.
//!
//! Version 0.0.4 of the format: a `# HELP` and a `# TYPE` line for each metric, then a line for
//! each sample. In the values of labels, `\`, `"` and line feeds are escaped. The names of metrics
//! and labels are fixed, so they need no escapes.

use core::fmt::{self, Write as _};
#[cfg(feature = "jwks")]
use std::collections::BTreeMap;

#[cfg(feature = "jwks")]
use countersign_jwks::JwksCounters;

use crate::code::Code;
use crate::counters::Counters;
#[cfg(feature = "jwks")]
use crate::counters::EndpointCounters;

/// The `Content-Type` of the text of [`Counters::to_prometheus`].
pub const PROMETHEUS_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

impl Counters {
    /// All numbers in the Prometheus text format, to be sent as
    /// [`PROMETHEUS_CONTENT_TYPE`], alone or after the lines of other metrics.
    ///
    /// | metric | type | labels |
    /// |---|---|---|
    /// | `countersign_verifications_total` | counter | `kind`, `authority` (empty if the token led to none), `code` (`accepted`, or why it was refused) |
    /// | `countersign_jwks_fetches_total` | counter | `endpoint`, `result` |
    /// | `countersign_jwks_unknown_kids_total` | counter | `endpoint` |
    /// | `countersign_jwks_cooldown_hits_total` | counter | `endpoint` |
    /// | `countersign_jwks_stale_hits_total` | counter | `endpoint` |
    /// | `countersign_jwks_keys` | gauge | `endpoint`, `state` (`used` or `skipped`) |
    /// | `countersign_jwks_age_seconds` | gauge | `endpoint` |
    /// | `countersign_jwks_waiters` | gauge | `endpoint` |
    ///
    /// If two clients have the same URL and different options, they share its samples: numbers are
    /// added, and the age is that of the older keys.
    ///
    /// ```
    /// use countersign::{Authenticator, Issuer, Key, now};
    ///
    /// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
    /// let issuer = Issuer::builder().key(key.clone()).build()?;
    /// let auth = Authenticator::builder().key(key).build()?;
    /// auth.connection(&issuer.connection("42").sign()?, now())?;
    ///
    /// let text = auth.counters().to_prometheus();
    /// let line = r#"countersign_verifications_total{kind="connection",authority="default",code="accepted"} 1"#;
    /// assert!(text.lines().any(|it| it == line));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_prometheus(&self) -> String {
        let mut text = Text::default();
        text.metric(
            "countersign_verifications_total",
            "counter",
            "Verifications of tokens, by their results.",
            self.verifications.iter().map(|it| {
                let labels = [
                    ("kind", it.kind.as_str()),
                    ("authority", it.authority.as_deref().unwrap_or_default()),
                    ("code", it.code.map_or("accepted", Code::as_str)),
                ];
                (Labels::new(labels), it.count.to_string())
            }),
        );
        #[cfg(feature = "jwks")]
        text.endpoints(&self.endpoints);
        text.0
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    /// One metric, if it has any samples.
    fn metric(
        &mut self,
        name: &str,
        kind: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Labels, String)>,
    ) {
        let mut is_first = true;
        for (labels, value) in samples {
            if is_first {
                self.line(format_args!("# HELP {name} {help}"));
                self.line(format_args!("# TYPE {name} {kind}"));
                is_first = false;
            }
            self.line(format_args!("{name}{labels} {value}"));
        }
    }

    fn line(&mut self, line: fmt::Arguments<'_>) {
        // Writing into a string never fails.
        let _ = writeln!(self.0, "{line}");
    }
}

#[cfg(feature = "jwks")]
type Count = fn(&JwksCounters) -> u64;

#[cfg(feature = "jwks")]
impl Text {
    fn endpoints(&mut self, endpoints: &[EndpointCounters]) {
        let endpoints = by_url(endpoints);
        let fetches = endpoints.iter().flat_map(|(url, it)| {
            let results = it.fetches.iter();
            results.map(|(result, count)| {
                let labels = [("endpoint", *url), ("result", *result)];
                (Labels::new(labels), count.to_string())
            })
        });
        self.metric(
            "countersign_jwks_fetches_total",
            "counter",
            "Requests to the key endpoint, by their results.",
            fetches,
        );
        let counts: [(&str, &str, Count); 3] = [
            (
                "countersign_jwks_unknown_kids_total",
                "Look-ups of a key that the published set lacks.",
                |it| it.unknown_kids,
            ),
            (
                "countersign_jwks_cooldown_hits_total",
                "Look-ups that failed at once, shortly after a fetch.",
                |it| it.cooldown_hits,
            ),
            (
                "countersign_jwks_stale_hits_total",
                "Look-ups answered by old keys while the endpoint fails.",
                |it| it.stale_hits,
            ),
        ];
        for (name, help, count) in counts {
            let samples = endpoints.iter();
            let samples = samples.map(|(url, it)| (of_endpoint(url), count(it).to_string()));
            self.metric(name, "counter", help, samples);
        }
        let keys = endpoints.iter().flat_map(|(url, it)| {
            [("used", it.keys_used), ("skipped", it.keys_skipped)].map(|(state, count)| {
                let labels = [("endpoint", *url), ("state", state)];
                (Labels::new(labels), count.to_string())
            })
        });
        self.metric(
            "countersign_jwks_keys",
            "gauge",
            "Keys of the published set.",
            keys,
        );
        let ages = endpoints.iter().filter_map(|(url, it)| {
            let age = it.age?.as_secs_f64().to_string();
            Some((of_endpoint(url), age))
        });
        self.metric(
            "countersign_jwks_age_seconds",
            "gauge",
            "How long ago the keys were fetched.",
            ages,
        );
        let waiters = endpoints.iter();
        let waiters = waiters.map(|(url, it)| (of_endpoint(url), it.waiters.to_string()));
        self.metric(
            "countersign_jwks_waiters",
            "gauge",
            "Callers that wait for keys.",
            waiters,
        );
    }
}

#[cfg(feature = "jwks")]
fn of_endpoint(url: &str) -> Labels {
    Labels::new([("endpoint", url)])
}

/// The counters of each URL: no two samples may have the same labels.
#[cfg(feature = "jwks")]
fn by_url(endpoints: &[EndpointCounters]) -> BTreeMap<&str, JwksCounters> {
    let mut by_url: BTreeMap<&str, JwksCounters> = BTreeMap::new();
    for EndpointCounters { endpoint, counters } in endpoints {
        match by_url.get_mut(endpoint.as_str()) {
            Some(sum) => add(sum, counters),
            None => {
                by_url.insert(endpoint, counters.clone());
            }
        }
    }
    by_url
}

#[cfg(feature = "jwks")]
fn add(sum: &mut JwksCounters, more: &JwksCounters) {
    for (result, count) in &more.fetches {
        match sum.fetches.iter_mut().find(|(known, _)| known == result) {
            Some((_, known)) => *known = known.saturating_add(*count),
            None => sum.fetches.push((*result, *count)),
        }
    }
    sum.age = sum.age.max(more.age);
    sum.keys_used = sum.keys_used.saturating_add(more.keys_used);
    sum.keys_skipped = sum.keys_skipped.saturating_add(more.keys_skipped);
    sum.unknown_kids = sum.unknown_kids.saturating_add(more.unknown_kids);
    sum.cooldown_hits = sum.cooldown_hits.saturating_add(more.cooldown_hits);
    sum.stale_hits = sum.stale_hits.saturating_add(more.stale_hits);
    sum.waiters = sum.waiters.saturating_add(more.waiters);
}

/// `{name="value",…}`
struct Labels(String);

impl Labels {
    fn new<'l>(labels: impl IntoIterator<Item = (&'l str, &'l str)>) -> Self {
        let mut text = String::from("{");
        for (index, (name, value)) in labels.into_iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(name);
            text.push_str("=\"");
            for character in value.chars() {
                match character {
                    '\\' => text.push_str("\\\\"),
                    '"' => text.push_str("\\\""),
                    '\n' => text.push_str("\\n"),
                    other => text.push(other),
                }
            }
            text.push('"');
        }
        text.push('}');
        Self(text)
    }
}

impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_labels_are_escaped() {
        let labels = Labels::new([("a", "C:\\dir \"x\"\nnew"), ("b", "é")]);
        let expected = r#"{a="C:\\dir \"x\"\nnew",b="é"}"#;
        assert_eq!(labels.to_string(), expected);
    }
}
