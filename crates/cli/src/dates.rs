//! Times and durations in words.

use std::time::{Duration, SystemTime};

use countersign::UnixTime;

/// The last second whose year has four digits.
const LAST: i64 = 253_402_300_799;

/// The longest lifetime in seconds, as in Centrifugo.
const LONGEST: u64 = i64::MAX.unsigned_abs();

/// A time as date and distance: `2027-01-15 08:00:00 UTC, in 3 days 2 h`.
pub(crate) fn in_words(time: UnixTime, now: UnixTime) -> String {
    let date = match date(time) {
        Some(date) => date,
        None if time < UnixTime::EPOCH => return "before the year 1970".into(),
        None => return "after the year 9999".into(),
    };
    if time > now {
        format!("{date}, in {}", span(time.saturating_duration_since(now)))
    } else {
        format!("{date}, {} ago", span(now.saturating_duration_since(time)))
    }
}

fn date(time: UnixTime) -> Option<String> {
    let seconds = u64::try_from(time.as_secs()).ok()?;
    if time.as_secs() > LAST {
        return None;
    }
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    let text = humantime::format_rfc3339_seconds(time).to_string();
    Some(text.replace('T', " ").replace('Z', " UTC"))
}

/// The two largest units: `3 days 2 h`.
fn span(duration: Duration) -> String {
    const UNITS: [(u64, &str, &str); 5] = [
        (31_556_952, "year", "years"),
        (86_400, "day", "days"),
        (3600, "h", "h"),
        (60, "min", "min"),
        (1, "s", "s"),
    ];
    let mut left = duration.as_secs();
    let mut parts = Vec::new();
    for (unit, one, several) in UNITS {
        let count = left.checked_div(unit).unwrap_or_default();
        left = left.checked_rem(unit).unwrap_or_default();
        match count {
            0 if parts.is_empty() => {}
            // Show only neighbouring units: nobody needs the seconds in "1 day 5 s".
            0 => break,
            count => parts.push(format!(
                "{count} {}",
                if count == 1 { one } else { several }
            )),
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() {
        return "less than 1 s".into();
    }
    parts.join(" ")
}

/// A duration as Go writes it: `168h0m0s`.
pub(crate) fn go_style(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// Reads a lifetime: seconds, or a text such as `10m`. Only `-1` means no expiry, so that a typing
/// mistake can't make a token that never expires.
pub(crate) fn lifetime(text: &str) -> Result<Option<Duration>, String> {
    if text == "-1" {
        return Ok(None);
    }
    let lifetime = match text.parse::<i128>() {
        // Clamp to `u64::MAX`, which is refused below.
        Ok(seconds) if seconds > 0 => {
            Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))
        }
        Ok(_) => Duration::ZERO,
        Err(_) => humantime::parse_duration(text)
            .map_err(|_| "expected seconds, or a text such as 10m, 12h or 7d")?,
    };
    if lifetime.is_zero() {
        return Err("expected more than zero; -1 alone means no expiry".into());
    }
    if lifetime.as_secs() > LONGEST {
        return Err(format!(
            "expected at most {LONGEST} seconds; -1 means no expiry"
        ));
    }
    Ok(Some(lifetime))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use countersign::UnixTime;

    use super::{go_style, in_words, lifetime};

    #[test]
    fn times_are_shown_as_date_and_distance() {
        let now = UnixTime::from_secs(1_800_000_000);
        for (secs, expected) in [
            (
                1_800_000_000 + 266_400,
                "2027-01-18 10:00:00 UTC, in 3 days 2 h",
            ),
            (1_800_000_000 - 12, "2027-01-15 07:59:48 UTC, 12 s ago"),
            (1_800_000_000, "2027-01-15 08:00:00 UTC, less than 1 s ago"),
            (0, "1970-01-01 00:00:00 UTC, 57 years 14 days ago"),
            (-1, "before the year 1970"),
            (
                253_402_300_799,
                "9999-12-31 23:59:59 UTC, in 7972 years 350 days",
            ),
            (253_402_300_800, "after the year 9999"),
            (i64::MAX, "after the year 9999"),
            (i64::MIN, "before the year 1970"),
        ] {
            assert_eq!(in_words(UnixTime::from_secs(secs), now), expected);
        }
    }

    #[test]
    fn durations_are_written_as_go_writes_them() {
        for (seconds, expected) in [
            (604_800, "168h0m0s"),
            (3600, "1h0m0s"),
            (90, "1m30s"),
            (5, "5s"),
        ] {
            assert_eq!(go_style(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn a_lifetime_is_seconds_or_a_text_with_units() {
        assert_eq!(lifetime("600"), Ok(Some(Duration::from_secs(600))));
        assert_eq!(lifetime("10m"), Ok(Some(Duration::from_secs(600))));
        assert_eq!(lifetime("-1"), Ok(None));
        for never in [
            "0",
            "-0",
            "-2",
            "-5",
            "-01",
            "-9223372036854775808",
            "0s",
            "0d",
        ] {
            assert!(
                lifetime(never).unwrap_err().contains("-1 alone means"),
                "{never}"
            );
        }
        let long = Duration::from_secs(5_000_000_000);
        assert_eq!(lifetime("5000000000"), Ok(Some(long)));
        assert!(lifetime("9223372036854775807").is_ok());
        for too_long in ["9223372036854775808", "99999999999999999999"] {
            let error = lifetime(too_long).unwrap_err();
            assert!(error.contains("at most 9223372036854775807 seconds"));
        }
        for wrong in ["", "x", "1e3", "1.5", "-1h"] {
            assert!(lifetime(wrong).is_err(), "{wrong}");
        }
    }
}
