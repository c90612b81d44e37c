//! Puts the measurements into `docs/performance.md` or, of the server, into `docs/server.md`,
//! between two marks, and draws some of them.

use std::fs;
use std::path::Path;

use super::build::rustc;
use super::plot;

const PAGE: &str = "docs/performance.md";
const SERVER_PAGE: &str = "docs/server.md";
const BEGIN: &str = "<!-- What follows is written by `cargo xtask bench --write-docs`. -->\n";
const SERVER_BEGIN: &str =
    "<!-- What follows is written by `cargo xtask bench --server --write-docs`. -->\n";
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
    put(root, PAGE, BEGIN, tables)?;
    for (title, file) in PLOTS {
        let groups = plot::groups(tables);
        let group = groups.iter().find(|group| group.title == title);
        let group = group.ok_or_else(|| format!("no table is called {title:?}"))?;
        fs::write(root.join(file), plot::svg(group)).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}

/// Writes the tables of the server.
pub(super) fn write_server(root: &Path, tables: &str) -> Result<(), String> {
    put(root, SERVER_PAGE, SERVER_BEGIN, tables)
}

/// Replaces what a page has between its marks.
fn put(root: &Path, page: &str, begin: &str, tables: &str) -> Result<(), String> {
    let path = root.join(page);
    let text = fs::read_to_string(&path).map_err(|error| format!("{page}: {error}"))?;
    let machine = format!("{}; {}", machine(), rustc(root)?);
    let written = format!("\nMeasured on {machine}.\n\n{tables}\n");
    let text = replaced(&text, begin, &written)
        .ok_or_else(|| format!("{page} lacks its two marks, {begin:?} and {END:?}"))?;
    fs::write(&path, text).map_err(|error| format!("{page}: {error}"))
}

fn replaced(page: &str, begin: &str, written: &str) -> Option<String> {
    let (before, rest) = page.split_once(begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}{written}{END}{after}"))
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
        assert_eq!(replaced(&page, BEGIN, "new"), Some(expected));
        assert_eq!(replaced("no marks", BEGIN, "new"), None);
    }
}
