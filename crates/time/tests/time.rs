//! Times: rows G3, G4 and G18 of docs/attacks.md.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs
)]

use core::time::Duration;

use countersign_time::UnixTime;

fn read(number: &str) -> Option<(i64, u32)> {
    UnixTime::from_numeric_date(number).map(|time| (time.as_secs(), time.subsec_nanos()))
}

#[test]
fn g3_integers_are_exact_to_the_ends_of_64_bits() {
    for (number, secs) in [
        ("0", 0),
        ("-0", 0),
        ("1", 1),
        ("-1", -1),
        ("1588351704", 1_588_351_704),
        ("9007199254740993", 9_007_199_254_740_993),
        ("1000000000000000000", 1_000_000_000_000_000_000),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
        ("1e18", 1_000_000_000_000_000_000),
        ("1E+3", 1000),
        ("1.5e1", 15),
        ("150e-1", 15),
        ("0.00015e5", 15),
        ("0e999999999999999999999", 0),
        ("0.000", 0),
    ] {
        assert_eq!(read(number), Some((secs, 0)), "{number}");
    }
}

#[test]
fn g3_fractions_are_kept_to_the_nanosecond() {
    for (number, secs, nanos) in [
        ("4102444800.9", 4_102_444_800, 900_000_000),
        ("0.000000001", 0, 1),
        ("0.0000000019", 0, 1),
        ("1e-9", 0, 1),
        ("1e-10", 0, 0),
        ("1e-400", 0, 0),
        ("-0.25", -1, 750_000_000),
        ("-1.5", -2, 500_000_000),
        ("1234567890.123456789123", 1_234_567_890, 123_456_789),
        ("9223372036854775807.999999999", i64::MAX, 999_999_999),
    ] {
        assert_eq!(read(number), Some((secs, nanos)), "{number}");
    }
    let zeros = format!("0.{}1", "0".repeat(1 << 20));
    assert_eq!(read(&zeros), Some((0, 0)));
    let shifted = format!("0.{}1e{}", "0".repeat(1 << 10), (1 << 10) + 1);
    assert_eq!(read(&shifted), Some((1, 0)));
}

#[test]
fn g3_a_number_over_64_bits_is_not_a_time() {
    let digits = "1".repeat(1 << 20);
    for number in [
        "9223372036854775808",
        "-9223372036854775809",
        "-9223372036854775808.5",
        "99999999999999999999",
        "1e19",
        "1e308",
        "-1e308",
        "1e400",
        "1e99999999999999999999",
        &digits,
    ] {
        assert_eq!(read(number), None, "{number:.40}");
    }
}

#[test]
fn text_that_is_not_a_json_number_is_not_a_time() {
    for text in [
        "", "-", "+1", "01", "-01", ".5", "1.", "1e", "1e+", "1e1.5", "0x10", " 1", "1 ", "1_000",
        "NaN", "inf", "--1", "1.2.3", "1e1e1", "\u{0661}", "null",
    ] {
        assert_eq!(read(text), None, "{text:?}");
    }
}

#[test]
fn g18_arithmetic_saturates_at_both_ends() {
    let second = Duration::from_secs(1);
    for huge in [
        Duration::MAX,
        Duration::from_secs(u64::MAX),
        Duration::from_secs(1 << 63),
    ] {
        assert_eq!(UnixTime::from_secs(1).saturating_add(huge), UnixTime::MAX);
        assert_eq!(UnixTime::from_secs(-2).saturating_sub(huge), UnixTime::MIN);
    }
    assert_eq!(
        UnixTime::MAX.saturating_add(Duration::from_nanos(1)),
        UnixTime::MAX
    );
    assert_eq!(
        UnixTime::MIN.saturating_sub(Duration::from_nanos(1)),
        UnixTime::MIN
    );
    assert_eq!(UnixTime::new(i64::MAX, u32::MAX), UnixTime::MAX);
    assert_eq!(
        UnixTime::MAX.saturating_duration_since(UnixTime::MIN),
        Duration::new(u64::MAX, 999_999_999)
    );
    assert_eq!(
        UnixTime::MIN.saturating_duration_since(UnixTime::MAX),
        Duration::ZERO
    );
    // Past 2038, and across the epoch.
    let y2038 = UnixTime::from_secs((1 << 31) - 1);
    assert_eq!(y2038.saturating_add(second), UnixTime::from_secs(1 << 31));
    assert_eq!(
        UnixTime::EPOCH.saturating_sub(second),
        UnixTime::from_secs(-1)
    );
}

#[test]
fn addition_and_subtraction_are_inverse_and_keep_the_order() {
    let times = [-2_i64, -1, 0, 1, 1_700_000_000]
        .into_iter()
        .flat_map(|secs| {
            [0_u32, 1, 499_999_999, 999_999_999].map(|nanos| UnixTime::new(secs, nanos))
        });
    let spans: Vec<_> = [
        0_u64,
        1,
        999_999_999,
        1_000_000_000,
        1_500_000_000,
        10_000_000_001,
    ]
    .map(Duration::from_nanos)
    .into();
    for time in times {
        for &span in &spans {
            let later = time.saturating_add(span);
            assert!(later >= time);
            assert_eq!(later.saturating_sub(span), time);
            assert_eq!(later.saturating_duration_since(time), span);
            assert_eq!(
                UnixTime::from_numeric_date(&later.to_string()),
                Some(later),
                "{later}"
            );
        }
    }
}

#[test]
fn times_are_shown_as_json_numbers() {
    for (secs, nanos, shown) in [
        (0, 0, "0"),
        (-1, 0, "-1"),
        (1, 500_000_000, "1.5"),
        (1, 50, "1.00000005"),
        (-1, 500_000_000, "-0.5"),
        (-2, 750_000_000, "-1.25"),
        (i64::MIN, 0, "-9223372036854775808"),
        (i64::MIN, 1, "-9223372036854775807.999999999"),
        (1, 2_000_000_001, "3.000000001"),
    ] {
        assert_eq!(UnixTime::new(secs, nanos).to_string(), shown);
    }
}

#[test]
fn g4_a_time_in_milliseconds_is_recognised() {
    for (secs, milliseconds) in [
        (0, false),
        (1_700_000_000, false),
        // The last second of the years 2099 and 9999: a usual "never".
        (4_102_444_800, false),
        (253_402_300_799, false),
        (1_700_000_000_000, true),
        (4_102_444_800_000, true),
        // A time this late stands for "never".
        (i64::MAX, false),
        (1_000_000_000_000_000_000, false),
        (-1_700_000_000_000, false),
    ] {
        let time = UnixTime::from_secs(secs);
        assert_eq!(time.looks_like_milliseconds(), milliseconds, "{secs}");
    }
}

#[cfg(feature = "std")]
#[test]
fn g18_a_system_time_converts_both_ways_to_the_nanosecond() {
    use std::time::SystemTime;

    let span = Duration::new(1_700_000_000, 123_456_789);
    for (time, unix) in [
        (SystemTime::UNIX_EPOCH, UnixTime::EPOCH),
        (
            SystemTime::UNIX_EPOCH + span,
            UnixTime::new(1_700_000_000, 123_456_789),
        ),
        (
            SystemTime::UNIX_EPOCH - span,
            UnixTime::new(-1_700_000_001, 876_543_211),
        ),
        (
            SystemTime::UNIX_EPOCH - Duration::from_nanos(1),
            UnixTime::new(-1, 999_999_999),
        ),
    ] {
        assert_eq!(UnixTime::from(time), unix);
        assert_eq!(SystemTime::from(unix), time);
    }
    // The limits of 64 bits saturate or convert, and never panic.
    for unix in [UnixTime::MIN, UnixTime::MAX] {
        let there_and_back = UnixTime::from(SystemTime::from(unix));
        assert!(there_and_back <= UnixTime::MAX && there_and_back >= UnixTime::MIN);
        assert_eq!(there_and_back < UnixTime::EPOCH, unix < UnixTime::EPOCH);
    }
}
