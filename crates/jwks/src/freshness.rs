//! How long an answer says that it is good for (RFC 9111).

use core::time::Duration;

use countersign_fetch::{Response, seconds};

use crate::settings::Settings;

/// How long a set from this answer is fresh, counted from its request.
///
/// `Cache-Control` shortens the time to live, and lengthens it only as far as the settings
/// say. The time that a cache on the way held the answer (`Age`, RFC 9111 section 4.2.3) is
/// subtracted. The least life is always left: with less, there would be no time to refresh
/// ahead, and callers would wait again and again.
pub(crate) fn lifetime(response: &Response, settings: &Settings) -> Duration {
    let life = match max_age(response) {
        None => settings.time_to_live,
        Some(life) => life.min(settings.longest_life()),
    };
    life.saturating_sub(age(response))
        .max(settings.least_life())
}

/// How long ago the answer left the endpoint, as the caches on the way tell.
fn age(response: &Response) -> Duration {
    response
        .header("age")
        .map(|value| seconds(value).unwrap_or_default())
        .max()
        .unwrap_or_default()
}

/// The least `max-age` that the answer names.
///
/// A value that is not a number counts as zero: an answer with invalid freshness is stale
/// (RFC 9111 section 4.2.1). `no-store` and `no-cache` are ignored: identity providers send
/// them with every answer, and mean the browser.
fn max_age(response: &Response) -> Option<Duration> {
    response
        .header("cache-control")
        .flat_map(|value| value.split(','))
        .filter_map(directive)
        .min()
}

fn directive(directive: &str) -> Option<Duration> {
    let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
    name.trim()
        .eq_ignore_ascii_case("max-age")
        .then(|| seconds(value.trim().trim_matches('"')).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j10_max_age_shortens_the_hour_and_never_lengthens_it_unasked() {
        let hour = 3600;
        let least = 60;
        for (header, unasked, asked) in [
            ("max-age=600", 600, 600),
            ("Max-Age = \"600\"", 600, 600),
            ("public, max-age=600, must-revalidate", 600, 600),
            ("max-age=600, max-age=60", 60, 60),
            ("max-age=7200", hour, 7200),
            ("max-age=9223372036854775808", hour, 86_400),
            ("max-age=99999999999999999999999999", hour, 86_400),
            ("max-age=0", least, least),
            ("max-age=-1", least, least),
            ("max-age=-9223372036854775808", least, least),
            ("max-age=soon", least, least),
            ("max-age=", least, least),
            ("max-age", least, least),
            ("max-age=1e9", least, least),
            ("no-store", hour, hour),
            ("no-cache", hour, hour),
            ("public", hour, hour),
            ("s-maxage=5", hour, hour),
            ("", hour, hour),
            (",,=,", hour, hour),
        ] {
            let response = Response::new(200, "").with_header("Cache-Control", header);
            let mut settings = Settings::default();
            let life = |settings: &Settings| lifetime(&response, settings).as_secs();
            assert_eq!(life(&settings), unasked, "{header:?}");
            settings.cache_control_may_lengthen_to = Some(Duration::from_secs(86_400));
            assert_eq!(life(&settings), asked, "{header:?}");
        }
    }

    #[test]
    fn what_a_cache_on_the_way_has_used_up_is_not_used_again() {
        for (control, age, left) in [
            ("max-age=600", "0", 600),
            ("max-age=600", "100", 500),
            ("max-age=600", "600", 60),
            ("max-age=600", "18446744073709551616", 60),
            ("max-age=600", "-5", 600),
            // However long the cache may keep it, the hour counts from the endpoint.
            ("max-age=604800", "518400", 60),
            ("max-age=604800", "600", 3000),
            ("", "600", 3000),
            ("", "518400", 60),
            ("no-cache", "600", 3000),
        ] {
            let response = Response::new(200, "")
                .with_header("Age", age)
                .with_header("Cache-Control", control);
            let life = lifetime(&response, &Settings::default());
            assert_eq!(life.as_secs(), left, "{control:?}, Age: {age}");
        }
    }
}
