//! What was measured, as tables.

use core::fmt::Write as _;

use crate::measure::Costs;
use crate::server::Kind;

/// A table of the costs, and one of the goals.
pub(crate) fn markdown(rows: &[(Kind, Costs)]) -> String {
    let mut text = String::from(
        "| one core, HS256, JSON | accept a connection | hold an idle one (10,000 open) \
         | deliver to one of 1,000 subscribers, 100 bytes, one at a time | the same, 16 at a time |\n\
         |---|---:|---:|---:|---:|\n",
    );
    for (kind, costs) in rows {
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            kind.name(),
            microseconds(costs.accept),
            kibibytes(costs.hold),
            microseconds(costs.deliver_one),
            microseconds(costs.deliver_sixteen),
        );
    }
    text.push_str("\n| goal | limit | reached | met |\n|---|---|---:|---|\n");
    let of = |kind| rows.iter().find(|(known, _)| *known == kind);
    if let (Some((_, ours)), Some((_, bare)), Some((_, axum))) =
        (of(Kind::Countersign), of(Kind::Bare), of(Kind::Axum))
    {
        for (what, limit, reached) in [
            (
                "accept",
                "2 × the bare server",
                ours.accept / (2.0 * bare.accept),
            ),
            ("hold", "5 KiB", ours.hold / (5.0 * 1024.0)),
            (
                "deliver one at a time",
                "1 × the bare server",
                ours.deliver_one / bare.deliver_one,
            ),
            (
                "deliver 16 at a time",
                "½ × axum's",
                ours.deliver_sixteen / (0.5 * axum.deliver_sixteen),
            ),
        ] {
            let met = if reached <= 1.0 { "yes" } else { "no" };
            let percent = reached * 100.0;
            let _ = writeln!(
                text,
                "| {what} | at most {limit} | {percent:.0} % of it | {met} |"
            );
        }
    }
    if of(Kind::Centrifugo).is_none() {
        text.push_str("\nCentrifugo was left out of this run.\n");
    }
    text
}

fn microseconds(nanoseconds: f64) -> String {
    match nanoseconds / 1e3 {
        long if long >= 10.0 => format!("{long:.0} µs"),
        short => format!("{short:.2} µs"),
    }
}

fn kibibytes(bytes: f64) -> String {
    format!("{:.1} KiB", bytes / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::markdown;
    use crate::measure::Costs;
    use crate::server::Kind;

    fn costs(accept: f64, hold: f64, deliver_one: f64, deliver_sixteen: f64) -> Costs {
        Costs {
            accept,
            hold,
            deliver_one,
            deliver_sixteen,
        }
    }

    #[test]
    fn goals_are_compared_with_their_peers() {
        let text = markdown(&[
            (Kind::Bare, costs(20_000.0, 1000.0, 2000.0, 100.0)),
            (Kind::Axum, costs(22_000.0, 3000.0, 1600.0, 700.0)),
            (Kind::Countersign, costs(41_000.0, 5120.0, 1900.0, 340.0)),
        ]);
        for line in [
            "| Countersign | 41 µs | 5.0 KiB | 1.90 µs | 0.34 µs |",
            "| accept | at most 2 × the bare server | 102 % of it | no |",
            "| hold | at most 5 KiB | 100 % of it | yes |",
            "| deliver one at a time | at most 1 × the bare server | 95 % of it | yes |",
            "| deliver 16 at a time | at most ½ × axum's | 97 % of it | yes |",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(text.contains("Centrifugo was left out"));
    }
}
