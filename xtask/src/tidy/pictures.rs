//! The pictures in `docs/architecture.md` show the crates and files as they are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::layers;
use super::workspace::{Complaints, Workspace};

const PAGE: &str = "docs/architecture.md";

/// An arrow from a crate to a crate that it needs, by their folders.
type Arrow = (String, String);

/// The arrows are those of the layers, and every file of a token's way exists.
pub(super) fn check(workspace: &Workspace) -> Complaints {
    let text = match fs::read_to_string(workspace.root.join(PAGE)) {
        Ok(text) => text,
        Err(error) => return vec![format!("{PAGE}: {error}")],
    };
    let mut complaints = differences(&drawn(&text), &shortest(&layers::needs_of_ours()));
    complaints.extend(missing_files(&text, &workspace.root));
    complaints
}

/// The arrows `a --> b` of the page.
fn drawn(text: &str) -> BTreeSet<Arrow> {
    text.lines()
        .filter_map(|line| line.trim().split_once(" --> "))
        .map(|(from, to)| (from.to_owned(), to.to_owned()))
        .collect()
}

/// The arrows without those that a longer way replaces.
fn shortest(all: &BTreeSet<Arrow>) -> BTreeSet<Arrow> {
    let is_direct = |(from, to): &&Arrow| {
        let mut others = all
            .iter()
            .filter(|(start, next)| start == from && next != to);
        !others.any(|(_, next)| leads(next, to, all))
    };
    all.iter().filter(is_direct).cloned().collect()
}

/// Whether arrows lead from `from` to `to`. There is no circle of crates: cargo refuses one.
fn leads(from: &str, to: &str, all: &BTreeSet<Arrow>) -> bool {
    let mut nexts = all.iter().filter(|(start, _)| start == from);
    nexts.any(|(_, next)| next == to || leads(next, to, all))
}

fn differences(drawn: &BTreeSet<Arrow>, expected: &BTreeSet<Arrow>) -> Complaints {
    let mut complaints = Complaints::new();
    for (from, to) in expected.difference(drawn) {
        complaints.push(format!("{PAGE} lacks the arrow `{from} --> {to}`"));
    }
    for (from, to) in drawn.difference(expected) {
        complaints.push(format!(
            "{PAGE} has the arrow `{from} --> {to}`, but no crate needs it, or a longer way shows it"
        ));
    }
    complaints
}

/// Files such as `jws/token.rs`, and folders such as `countersign/user_prefix/`, of the text
/// pictures that don't exist.
fn missing_files(text: &str, root: &Path) -> Complaints {
    let mut complaints = Complaints::new();
    for line in text.lines().filter(|line| line.starts_with("     │")) {
        for word in line.split([' ', ',']) {
            let Some((krate, path)) = word.split_once('/') else {
                continue;
            };
            let is_path = path.ends_with(".rs") || path.ends_with('/');
            let file = root.join("crates").join(krate).join("src").join(path);
            if is_path && !file.exists() {
                complaints.push(format!("{PAGE} names {word}, which doesn't exist"));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::{differences, drawn, missing_files, shortest};
    use crate::files;

    #[test]
    fn an_arrow_that_a_longer_path_replaces_is_not_drawn() {
        let all = drawn("a --> b\nb --> c\na --> c\n");
        assert_eq!(shortest(&all), drawn("a --> b\nb --> c\n"));
    }

    #[test]
    fn arrows_that_are_missing_or_too_many_are_found() {
        let found = differences(&drawn("a --> b\n"), &drawn("a --> c\n"));
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn a_missing_file_in_the_picture_is_found() {
        let page = "     │  jws/token.rs       a\n     │  jws/gone.rs, jws/gone/      b\n";
        let found = missing_files(page, &files::root());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("jws/gone.rs"), "{found:?}");
    }
}
