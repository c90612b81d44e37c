//! Puts the measurements into `docs/performance.md`, between two marks, and draws some of them.

use std::fs;
use std::path::Path;

use super::build::rustc;
use super::plot;

const PAGE: &str = "docs/performance.md";
const BEGIN: &str = "<!-- What follows is written by `cargo xtask bench --write-docs`. -->\n";
const END: &str = "<!-- End of what is written. -->\n";

/// The tables that are drawn, and the files for the drawings.
const PLOTS: [(&str, &str); 3] = [
    (
        "HS256, verification",
        "docs/performance/hs256-verification.svg",
    ),
    ("HS256, issuing", "docs/performance/hs256-issuing.svg"),
    (
        "ES384, verification over each library",
        "docs/performance/es384-verification.svg",
    ),
];

pub(super) fn write(root: &Path, tables: &str) -> Result<(), String> {
    let path = root.join(PAGE);
    let page = fs::read_to_string(&path).map_err(|error| format!("{PAGE}: {error}"))?;
    let machine = format!("{}; {}", machine(), rustc(root)?);
    let page = replaced(&page, &format!("\nMeasured on {machine}.\n\n{tables}\n"))
        .ok_or_else(|| format!("{PAGE} lacks its two marks, {BEGIN:?} and {END:?}"))?;
    fs::write(&path, page).map_err(|error| format!("{PAGE}: {error}"))?;
    for (title, file) in PLOTS {
        let groups = plot::groups(tables);
        let group = groups.iter().find(|group| group.title == title);
        let group = group.ok_or_else(|| format!("no table is called {title:?}"))?;
        fs::write(root.join(file), plot::svg(group)).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}

fn replaced(page: &str, written: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{written}{END}{after}"))
}

/// The number of cores, the processor and the operating system.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let list = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = list.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == "model name").then(|| value.trim())
    });
    let model = model.unwrap_or(std::env::consts::ARCH);
    let os = std::env::consts::OS;
    format!("{cores} cores of {model}, {os}")
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, replaced};

    #[test]
    fn only_what_lies_between_the_marks_is_replaced() {
        let page = format!("before\n{BEGIN}old{END}after\n");
        let expected = format!("before\n{BEGIN}new{END}after\n");
        assert_eq!(replaced(&page, "new"), Some(expected));
        assert_eq!(replaced("no marks", "new"), None);
    }
}
