//! Draws a table of `countersign-bench` as bars, in SVG.

use std::fmt::Write;

/// One table: its title, and the least time of each contestant in nanoseconds.
pub(super) struct Group<'a> {
    pub(super) title: &'a str,
    pub(super) bars: Vec<(&'a str, f64)>,
}

impl Group<'_> {
    /// The least time of a contestant in nanoseconds.
    pub(super) fn time(&self, contestant: &str) -> Option<f64> {
        let bar = self.bars.iter().find(|(name, _)| *name == contestant);
        bar.map(|(_, time)| *time)
    }
}

/// The groups of the printed tables.
pub(super) fn groups(tables: &str) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for line in tables.lines() {
        if let Some(title) = line.strip_prefix("### ") {
            let bars = Vec::new();
            groups.push(Group { title, bars });
        } else if let (Some(group), Some(bar)) = (groups.last_mut(), bar(line)) {
            group.bars.push(bar);
        }
    }
    groups.retain(|group| !group.bars.is_empty());
    groups
}

/// The name and the time of `| name | 1.23 µs | …`.
fn bar(line: &str) -> Option<(&str, f64)> {
    let mut cells = line.strip_prefix("| ")?.split(" | ");
    let (name, time) = (cells.next()?, cells.next()?);
    let (number, unit) = time.split_once(' ')?;
    let nanoseconds = match unit {
        "ns" => 1.0,
        "µs" => 1e3,
        "ms" => 1e6,
        _ => return None,
    };
    Some((name, number.parse::<f64>().ok()? * nanoseconds))
}

const WIDTH: f64 = 760.0;
const NAMES: f64 = 270.0;
const TIMES: f64 = 90.0;
const ROW: f64 = 26.0;
const TOP: f64 = 44.0;

/// Draws one bar for each contestant, the shortest first. Ours have another colour.
pub(super) fn svg(group: &Group<'_>) -> String {
    let mut bars = group.bars.clone();
    bars.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let longest = bars.last().map_or(1.0, |(_, time)| *time);
    let height = TOP + ROW * bars.len() as f64 + 10.0;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <text x=\"12\" y=\"26\" font-size=\"16\" fill=\"#1f2933\">{}: least time</text>\n",
        escaped(group.title)
    );
    let mut y = TOP;
    for (name, time) in bars {
        let length = (WIDTH - NAMES - TIMES) * time / longest;
        let colour = if name.starts_with("Countersign") {
            "#0b7285"
        } else {
            "#adb5bd"
        };
        // Writing to a `String` cannot fail.
        let _ = write!(
            text,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#1f2933\">{}</text>\n\
             <rect x=\"{NAMES}\" y=\"{y}\" width=\"{length:.1}\" height=\"{}\" fill=\"{colour}\"/>\n\
             <text x=\"{:.1}\" y=\"{}\" fill=\"#1f2933\">{}</text>\n",
            NAMES - 10.0,
            y + 14.0,
            escaped(name),
            ROW - 8.0,
            NAMES + length + 8.0,
            y + 14.0,
            shown(time)
        );
        y += ROW;
    }
    text.push_str("</svg>\n");
    text
}

/// Nanoseconds in a readable form.
pub(super) fn shown(nanoseconds: f64) -> String {
    match nanoseconds {
        short if short < 1e3 => format!("{short:.0} ns"),
        short if short < 1e5 => format!("{:.2} µs", short / 1e3),
        middle if middle < 1e6 => format!("{:.0} µs", middle / 1e3),
        long => format!("{:.2} ms", long / 1e6),
    }
}

/// Removes Markdown's stars and backticks, and escapes the characters that are markup in SVG.
fn escaped(text: &str) -> String {
    text.replace(['*', '`'], "")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::{groups, svg};

    const TABLES: &str = "\
### HS256

| | minimum | × the first |
|---|---:|---:|
| floor | 770 ns | 1.00 |
| Countersign, <b> | 1.50 µs | 1.95 |

### Goals

| goal | limit |
|---|---|
| HS256 | at most 1 × |
";

    #[test]
    fn the_tables_are_read_without_the_goals() {
        let groups = groups(TABLES);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].title, "HS256");
        assert_eq!(
            groups[0].bars,
            [("floor", 770.0), ("Countersign, <b>", 1500.0)]
        );
    }

    #[test]
    fn each_contestant_has_a_bar_as_long_as_its_time() {
        let picture = svg(&groups(TABLES)[0]);
        assert!(picture.contains("width=\"400.0\"") && picture.contains("width=\"205.3\""));
        assert!(picture.contains("Countersign, &lt;b>"));
    }
}
