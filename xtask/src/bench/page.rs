//! Puts the measurements into `docs/performance.md` and `docs/backends.md` or, of the server, into
//! `docs/server.md`, between two marks, and draws some of them.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::build::rustc;
use super::plot::{self, Group};

const PAGE: &str = "docs/performance.md";
const BACKENDS_PAGE: &str = "docs/backends.md";
const SERVER_PAGE: &str = "docs/server.md";
const BEGIN: &str = "<!-- What follows is written by `cargo xtask bench --write-docs`. -->\n";
const SERVER_BEGIN: &str =
    "<!-- What follows is written by `cargo xtask bench --server --write-docs`. -->\n";
const END: &str = "<!-- End of what is written. -->\n";

/// The title of an algorithm's table ends with this.
const EACH_LIBRARY: &str = ", verification over each library";

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
    let groups = plot::groups(tables);
    put(root, BACKENDS_PAGE, BEGIN, &backends(&groups))?;
    for (title, file) in PLOTS {
        let group = groups.iter().find(|group| group.title == title);
        let group = group.ok_or_else(|| format!("no table is called {title:?}"))?;
        fs::write(root.join(file), plot::svg(group)).map_err(|error| format!("{file}: {error}"))?;
    }
    Ok(())
}

/// The table of the backends: a row for each algorithm, with the least time over each library and
/// the library that `fastest_provider` takes.
fn backends(groups: &[Group<'_>]) -> String {
    let mut table = String::from(
        "| algorithm | over *ring* | over RustCrypto | over aws-lc-rs | `fastest_provider` takes |\n\
         |---|---:|---:|---:|---|\n",
    );
    for group in groups {
        let Some(algorithm) = group.title.strip_suffix(EACH_LIBRARY) else {
            continue;
        };
        let time = |contestant: &str| match group.time(contestant) {
            Some(nanoseconds) => plot::shown(nanoseconds),
            None => "—".into(),
        };
        let fastest = group.bars.iter().find_map(|(name, _)| {
            let library = name.strip_prefix("Countersign, fastest provider (")?;
            library.strip_suffix(')')
        });
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            table,
            "| {algorithm} | {} | {} | {} | {} |",
            time("Countersign over *ring*"),
            time("Countersign over RustCrypto"),
            time("Countersign over aws-lc-rs"),
            fastest.unwrap_or("—"),
        );
    }
    table
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
    use super::{BEGIN, END, backends, plot, replaced};

    #[test]
    fn only_what_lies_between_the_marks_is_replaced() {
        let page = format!("before\n{BEGIN}old{END}after\n");
        let expected = format!("before\n{BEGIN}new{END}after\n");
        assert_eq!(replaced(&page, BEGIN, "new"), Some(expected));
        assert_eq!(replaced("no marks", BEGIN, "new"), None);
    }

    #[test]
    fn each_algorithm_is_a_row_of_the_table_of_backends() {
        let tables = "\
### HS256, verification

| *ring* alone | 250 ns | 1.00 |

### ES512, verification over each library

| Countersign, fastest provider (aws-lc-rs) | 391 µs | 1.00 |
| Countersign over RustCrypto | 742 µs | 1.90 |
| Countersign over aws-lc-rs | 393 µs | 1.01 |
";
        let table = backends(&plot::groups(tables));
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(rows, ["| ES512 | — | 742 µs | 393 µs | aws-lc-rs |"]);
    }
}
