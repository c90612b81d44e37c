//! One crate's sheet, in Markdown.

use core::fmt::Write as _;
use std::collections::BTreeSet;
use std::path::Path;

use super::api::Api;
use super::needs::Needs;
use super::notes::Notes;
use crate::coverage::{self, Share};
use crate::metadata::{Metadata, Package};
use crate::sources::Tree;

/// The data for the sheet of one crate.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) text: String,
    /// The public interface, if it is a library.
    pub(super) api: Option<String>,
    /// False statements in its `AUDIT.toml`, and macros that may hide public items.
    pub(super) complaints: Vec<String>,
}

impl Sheet {
    /// Reads the crate.
    ///
    /// # Errors
    ///
    /// A source or `AUDIT.toml` cannot be read.
    pub(super) fn of(root: &Path, metadata: &Metadata, package: &Package) -> Result<Self, String> {
        let tree = Tree::of(package)?;
        let api = package.library().map(|_| Api::of(&package.name, &tree));
        let notes = Notes::read(package.folder())?;
        let needs = Needs::of(root, metadata, package)?;
        let folder = package.folder_name();
        let tested = coverage::last_measured(root)?.remove(&folder);
        let page = Page {
            folder: &folder,
            package,
            tree: &tree,
            tested,
            api: api.as_ref(),
            notes: &notes,
            needs: &needs,
        };
        Ok(Self {
            text: page.text(),
            complaints: notes
                .complaints(root, package.folder(), &needs.direct)
                .into_iter()
                .map(|said| format!("crates/{folder}/AUDIT.toml: {said}"))
                .chain(api.iter().flat_map(|api| api.complaints.clone()))
                .collect(),
            api: api.map(|api| api.text),
        })
    }
}

struct Page<'a> {
    folder: &'a str,
    package: &'a Package,
    tree: &'a Tree,
    tested: Option<Share>,
    api: Option<&'a Api>,
    notes: &'a Notes,
    needs: &'a Needs<'a>,
}

impl Page<'_> {
    fn text(&self) -> String {
        let mut text = format!(
            "# {}\n\n<!-- Written by `cargo xtask audit` from the sources and AUDIT.toml. -->\n\n{}\n",
            self.package.name,
            self.notes.about.trim()
        );
        self.figures(&mut text);
        self.features(&mut text);
        self.dependencies(&mut text);
        table(
            &mut text,
            "Inputs",
            ["input", "trusted?", "limits"],
            self.notes.inputs.iter().map(|input| {
                [
                    input.what.clone(),
                    input.trusted.clone(),
                    input.bounds.clone(),
                ]
            }),
        );
        self.invariants(&mut text);
        table(
            &mut text,
            "Algorithms",
            ["algorithm", "computed by"],
            self.notes
                .algorithms
                .iter()
                .map(|it| [it.name.clone(), it.what.clone()]),
        );
        table(
            &mut text,
            "Standards",
            ["section", "what it defines here", "files"],
            self.notes.standards.iter().map(|it| {
                let files: Vec<String> = it.files.iter().map(|file| self.link(file)).collect();
                [it.section.clone(), it.what.clone(), files.join(", ")]
            }),
        );
        // No section if the list is empty: there may be such changes that nobody has listed.
        if !self.notes.mutants.is_empty() {
            table(
                &mut text,
                "Changes that no test notices",
                ["change", "why no test needs to notice it"],
                self.notes
                    .mutants
                    .iter()
                    .map(|it| [it.change.clone(), it.why.clone()]),
            );
        }
        text
    }

    fn link(&self, file: &str) -> String {
        format!("[`{file}`](../../crates/{}/{file})", self.folder)
    }

    fn figures(&self, text: &mut String) {
        let _ = writeln!(text, "\n| | |\n|---|---|");
        let mut row = |name: &str, value: &str| {
            let _ = writeln!(text, "| {name} | {value} |");
        };
        row("version", &self.package.version);
        row("licence", self.package.license.as_deref().unwrap_or("none"));
        row(
            "code",
            &format!(
                "{} lines in {} files, without tests, comments and empty lines",
                self.tree.code.values().map(BTreeSet::len).sum::<usize>(),
                self.tree.code.len()
            ),
        );
        row(
            "run by tests",
            &self.tested.map_or("not measured yet".to_owned(), |share| {
                format!("{share}, when `cargo xtask coverage` last measured")
            }),
        );
        match self.api {
            Some(api) => row(
                "public items",
                &format!(
                    "{}, listed in [docs/api/{folder}.txt](../api/{folder}.txt)",
                    api.items,
                    folder = self.folder
                ),
            ),
            None => row("public items", "none: it is a program"),
        }
        row(
            "`unsafe`",
            &match self.tree.says("unsafe") {
                0 => "none: the compiler forbids it (`unsafe_code = \"forbid\"`)".to_owned(),
                count => format!("{count} times"),
            },
        );
    }

    fn features(&self, text: &mut String) {
        let rows = self.package.features.iter().map(|(name, turns_on)| {
            let turns_on: Vec<String> = turns_on.iter().map(|it| format!("`{it}`")).collect();
            [format!("`{name}`"), turns_on.join(", ")]
        });
        table(text, "Features", ["feature", "turns on"], rows);
    }

    fn dependencies(&self, text: &mut String) {
        let rows = self.needs.direct.iter().map(|name| {
            let package = self.needs.package(name);
            let said = |text: Option<&str>| text.unwrap_or("").to_owned();
            [
                format!("`{name}`"),
                said(package.map(|it| it.version.as_str())),
                said(package.and_then(|it| it.license.as_deref())),
                said(self.notes.dependencies.get(name).map(String::as_str)),
            ]
        });
        table(
            text,
            "Dependencies",
            ["crate", "version", "licence", "why"],
            rows,
        );
        let others = &self.needs.others;
        match (self.needs.direct.len(), others.len()) {
            (0, _) => return,
            (_, 0) => text.push_str("\nThey depend on no other crates.\n"),
            (_, count) => {
                let _ = writeln!(
                    text,
                    "\nThey depend on {count} other crates, with all features on Linux, Windows, macOS and WASI together:"
                );
            }
        }
        let rows = others.iter().map(|(package, through)| {
            let through: Vec<String> = through.iter().map(|name| format!("`{name}`")).collect();
            [
                format!("`{}`", package.name),
                package.version.clone(),
                package.license.clone().unwrap_or_default(),
                through.join(", "),
            ]
        });
        rows_of(text, ["crate", "version", "licence", "through"], rows);
    }

    fn invariants(&self, text: &mut String) {
        if self.notes.invariants.is_empty() {
            return;
        }
        text.push_str("\n## Invariants\n");
        for invariant in &self.notes.invariants {
            let _ = writeln!(text, "\n- {}", invariant.says.trim());
            for test in &invariant.tests {
                let (file, name) = test.rsplit_once("::").unwrap_or((test, ""));
                let link = if file.starts_with("tests/")
                    && self.package.folder().join(file).is_file()
                    || file.starts_with("src/")
                {
                    format!("../../crates/{}/{file}", self.folder)
                } else {
                    format!("../../{file}")
                };
                let _ = writeln!(text, "  - [`{name}`]({link})");
            }
        }
    }
}

/// A section with a table.
fn table<const N: usize>(
    text: &mut String,
    title: &str,
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) {
    let mut rows = rows.peekable();
    let _ = writeln!(text, "\n## {title}");
    if rows.peek().is_none() {
        text.push_str("\nNone.\n");
    } else {
        rows_of(text, columns, rows);
    }
}

/// The table, unless it has no rows.
fn rows_of<const N: usize>(
    text: &mut String,
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "\n| {} |", columns.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(N));
    for row in rows {
        let cells = row.map(|cell| cell.trim().replace('|', "\\|").replace('\n', " "));
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}
