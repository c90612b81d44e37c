//! The results as text: a table for each group, and a table of the goals.

use core::fmt::Write;

use crate::measure::{Contestant, Measured, in_turns, sorted};

/// Some work, and the results of its contestants.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) results: Vec<Measured>,
}

impl Group {
    pub(crate) fn measure(
        title: impl Into<String>,
        contestants: Vec<Contestant<'_>>,
        rounds: usize,
    ) -> Self {
        Self {
            title: title.into(),
            results: in_turns(contestants, rounds),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Measured> {
        self.results.iter().find(|result| result.name == name)
    }

    /// How many times as long `who` takes as `base` does, by the fastest turns.
    pub(crate) fn ratio(&self, who: &str, base: &str) -> Option<f64> {
        Some(self.get(who)?.min / self.get(base)?.min)
    }

    /// The ratio of two contestants that take nearly the same time: the median of the ratios in each
    /// round. A busy machine slows both turns of a round equally.
    pub(crate) fn ratio_in_rounds(&self, who: &str, base: &str) -> Option<f64> {
        let turns = self.get(who)?.turns.iter().zip(&self.get(base)?.turns);
        let ratios = sorted(turns.map(|(who, base)| who / base).collect());
        ratios.get(ratios.len() / 2).copied()
    }

    /// How many microseconds `who` takes longer than `base`. It compares the means of several fast
    /// turns, because a single one varies by more than the difference.
    pub(crate) fn more(&self, who: &str, base: &str) -> Option<f64> {
        Some((self.get(who)?.mean_of_fastest - self.get(base)?.mean_of_fastest) / 1e3)
    }
}

/// The limit of a figure.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// A goal and the measured figure. The figure is `None` if it could not be measured on this
/// machine.
#[derive(Clone, Debug)]
pub(crate) struct Goal {
    pub(crate) what: String,
    pub(crate) unit: &'static str,
    pub(crate) limit: Limit,
    pub(crate) figure: Option<f64>,
}

impl Goal {
    pub(crate) fn at_most(what: impl Into<String>, limit: f64, figure: Option<f64>) -> Self {
        Self {
            what: what.into(),
            unit: "×",
            limit: Limit::AtMost(limit),
            figure,
        }
    }

    pub(crate) fn at_least(what: impl Into<String>, limit: f64, figure: Option<f64>) -> Self {
        Self {
            limit: Limit::AtLeast(limit),
            ..Self::at_most(what, limit, figure)
        }
    }

    pub(crate) fn in_units(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    fn verdict(&self) -> &'static str {
        let met = match (self.figure, self.limit) {
            (None, _) => return "not measured",
            (Some(figure), Limit::AtMost(limit)) => figure <= limit,
            (Some(figure), Limit::AtLeast(limit)) => figure >= limit,
        };
        if met { "yes" } else { "no" }
    }
}

/// All results of one run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) groups: Vec<Group>,
    pub(crate) goals: Vec<Goal>,
    /// Measurements that were not possible, with the reasons.
    pub(crate) skipped: Vec<String>,
}

impl Report {
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> core::fmt::Result {
        for group in &self.groups {
            write_group(text, group)?;
        }
        writeln!(text, "### Goals\n")?;
        writeln!(text, "| goal | limit | reached | met |\n|---|---|---|---|")?;
        for goal in &self.goals {
            let limit = match goal.limit {
                Limit::AtMost(limit) => format!("at most {limit} {}", goal.unit),
                Limit::AtLeast(limit) => format!("at least {limit} {}", goal.unit),
            };
            let reached = goal
                .figure
                .map_or_else(|| "—".into(), |it| format!("{it:.2} {}", goal.unit));
            writeln!(
                text,
                "| {} | {limit} | {reached} | {} |",
                goal.what,
                goal.verdict()
            )?;
        }
        for reason in &self.skipped {
            writeln!(text, "\nNot measured: {reason}.")?;
        }
        Ok(())
    }
}

fn write_group(text: &mut String, group: &Group) -> core::fmt::Result {
    writeln!(text, "### {}\n", group.title)?;
    writeln!(
        text,
        "| | minimum | × the first | median | × the first | allocations |"
    )?;
    writeln!(text, "|---|---:|---:|---:|---:|---:|")?;
    let Some(first) = group.results.first() else {
        return Ok(());
    };
    for result in &group.results {
        writeln!(
            text,
            "| {} | {} | {:.2} | {} | {:.2} | {} |",
            result.name,
            time(result.min),
            result.min / first.min,
            time(result.median),
            result.median / first.median,
            result
                .allocations
                .map_or_else(|| "—".into(), |count| count.to_string()),
        )?;
    }
    writeln!(text)
}

/// Nanoseconds in a readable form.
pub(crate) fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        short if short < 1e3 => format!("{short:.0} ns"),
        short if short < 1e5 => format!("{:.2} µs", short / 1e3),
        middle if middle < 1e6 => format!("{:.0} µs", middle / 1e3),
        long => format!("{:.2} ms", long / 1e6),
    }
}
