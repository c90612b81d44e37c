//! How long a response is fresh (RFC 9111).

use core::time::Duration;

use countersign_fetch::{FetchError, FetchErrorKind, Response, seconds};

use crate::settings::Settings;

/// How long a set from this answer is fresh, counted from its request.
///
/// `Cache-Control` shortens the time to live, and lengthens it only as far as the settings say.
/// The time that a cache on the way held the answer (`Age`, RFC 9111 section 4.2.3) is
/// subtracted. The result is at least the least life, as far as the longest life allows: with
/// less, there would be no time to refresh ahead.
///
/// # Errors
///
/// An answer that is as old as the longest life would prolong the trust in a removed key.
pub(crate) fn lifetime(response: &Response, settings: &Settings) -> Result<Duration, FetchError> {
    let (age, longest) = (age(response), settings.longest_life());
    let accepted = settings.accept_age_up_to.unwrap_or_default();
    if age >= longest && age > accepted {
        return Err(FetchError::new(
            FetchErrorKind::TooOld,
            format!(
                "found an answer that a cache has held for {} s (`Age`), and keys may be {} s \
                 old; have the cache revalidate, or allow it by the option \
                 `jwks_accept_age_up_to`",
                age.as_secs(),
                longest.as_secs()
            ),
        ));
    }
    let life = match max_age(response) {
        None => settings.time_to_live,
        Some(life) => life.min(longest),
    };
    let least = if age <= accepted {
        settings.least_life()
    } else {
        settings.least_life().min(longest.saturating_sub(age))
    };
    Ok(life.saturating_sub(age).max(least))
}

/// How long ago the response left the endpoint, according to the caches on the way.
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
    fn j10_max_age_shortens_the_hour_and_lengthens_it_only_if_configured() {
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
            let life = |settings: &Settings| lifetime(&response, settings).unwrap().as_secs();
            assert_eq!(life(&settings), unasked, "{header:?}");
            settings.cache_control_may_lengthen_to = Some(Duration::from_secs(86_400));
            assert_eq!(life(&settings), asked, "{header:?}");
        }
    }

    #[test]
    fn the_age_in_a_cache_is_subtracted() {
        for (control, age, left) in [
            ("max-age=600", "0", 600),
            ("max-age=600", "100", 500),
            ("max-age=600", "600", 60),
            ("max-age=600", "-5", 600),
            // However long the cache may keep it, the hour counts from the endpoint.
            ("max-age=604800", "3599", 1),
            ("", "3550", 50),
            ("max-age=604800", "600", 3000),
            ("", "600", 3000),
            ("no-cache", "600", 3000),
        ] {
            let response = Response::new(200, "")
                .with_header("Age", age)
                .with_header("Cache-Control", control);
            let life = lifetime(&response, &Settings::default()).unwrap();
            assert_eq!(life.as_secs(), left, "{control:?}, Age: {age}");
        }
    }

    #[test]
    fn j3_an_answer_as_old_as_the_longest_life_is_refused_and_names_the_option() {
        let mut settings = Settings::default();
        let life = |age: &str, settings: &Settings| {
            let response = Response::new(200, "").with_header("Age", age);
            lifetime(&response, settings).map(|life| life.as_secs())
        };
        for age in ["3600", "518400", "18446744073709551616"] {
            let error = life(age, &settings).unwrap_err();
            assert_eq!(error.kind(), FetchErrorKind::TooOld);
            let said = error.to_string();
            assert!(said.contains("`Age`") && said.contains("`jwks_accept_age_up_to`"));
        }
        let bound = settings.removed_key_trusted_at_most();
        settings.accept_age_up_to = Some(Duration::from_secs(518_400));
        assert_eq!(life("518400", &settings), Ok(60));
        assert!(life("518401", &settings).is_err());
        let longer = settings.removed_key_trusted_at_most();
        assert_eq!((longer - bound).as_secs(), 518_400 + 60 - 3600);
    }
}
