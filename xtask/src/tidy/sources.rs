//! Rules for every Rust source.

use std::fs;
use std::path::Path;

use super::layers;
use super::workspace::{Complaints, Workspace};
use crate::files::File;
use crate::metadata::Package;
use crate::sources::Tree;

/// A longer file can't be read in one sitting.
const MAX_LINES: usize = 600;

/// Words that mark unfinished work. Each is written in two parts, so that this file contains
/// none.
const LEFT_OPEN: [&str; 4] = [
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("FIX", "ME"),
    concat!("#[ig", "nore"),
];

/// Every library and every program forbids unsafe code, and so do the lints of the workspace.
pub(super) fn forbid_unsafe(workspace: &Workspace) -> Complaints {
    let targets = workspace.metadata.members().flat_map(|it| &it.targets);
    let built = targets.filter(|target| target.is("lib") || target.is("bin"));
    let lacking = built.filter_map(|it| lacks(&it.src_path, "#![forbid(unsafe_code)]"));
    let manifest = workspace.root.join("Cargo.toml");
    let lints = lacks(&manifest, "unsafe_code = \"forbid\"");
    lacking.chain(lints).collect()
}

/// Every crate that needs no operating system has `#![no_std]` and doesn't use `std`.
pub(super) fn no_std(workspace: &Workspace) -> Complaints {
    let no_std: Vec<&str> = layers::without_std_of_ours().collect();
    let members = workspace.metadata.members();
    let packages = members.filter(|package| no_std.contains(&package.name.as_str()));
    packages.flat_map(asks_for_std).collect()
}

fn asks_for_std(package: &Package) -> Complaints {
    let library = package.library();
    let says = library.and_then(|it| lacks(&it.src_path, "#![no_std]"));
    let uses = match Tree::of(package).map(|tree| tree.says("std")) {
        Ok(0) => None,
        Ok(_) => Some(format!("{} names `std` outside of its tests", package.name)),
        Err(error) => Some(error),
    };
    says.into_iter().chain(uses).collect()
}

/// Every module begins with its documentation.
pub(super) fn module_docs(workspace: &Workspace) -> Complaints {
    let bare = rust(workspace).filter(|file| !begins_with_docs(&file.text));
    bare.map(|file| format!("{} does not begin with `//!`", file.path))
        .collect()
}

/// No work is left for later, and no test is ignored.
pub(super) fn nothing_left_open(workspace: &Workspace) -> Complaints {
    rust(workspace).flat_map(left_open).collect()
}

/// No source is too long.
pub(super) fn short_files(workspace: &Workspace) -> Complaints {
    let sources = workspace.files.iter().filter(|file| {
        [".rs", ".py", ".mjs", ".sh"]
            .iter()
            .any(|ending| file.path.ends_with(ending))
    });
    sources.filter_map(too_long).collect()
}

/// Every file of tests runs: it is a target of its own, or a module of one that lies beside it.
pub(super) fn tests_that_run(workspace: &Workspace) -> Complaints {
    let members = workspace.metadata.members();
    members.flat_map(orphaned_tests).collect()
}

/// The files directly in `tests` that nothing compiles. A manifest that says `autotests = false`
/// would hide them.
fn orphaned_tests(package: &Package) -> Complaints {
    let Ok(entries) = fs::read_dir(package.folder().join("tests")) else {
        return Complaints::new();
    };
    let programs: Vec<&Path> = package
        .targets
        .iter()
        .filter(|target| target.is("test"))
        .map(|target| target.src_path.as_path())
        .collect();
    let sources: Vec<String> = programs
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect();
    let mut complaints = Complaints::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.extension().is_none_or(|ending| ending != "rs")
            || programs.contains(&path.as_path())
        {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let module = format!("mod {name};");
        if !sources.iter().any(|text| has_line(text, &module)) {
            complaints.push(format!(
                "{} is no module of a test target, so its tests never run",
                path.display()
            ));
        }
    }
    complaints
}

fn rust(workspace: &Workspace) -> impl Iterator<Item = &File> {
    workspace
        .files
        .iter()
        .filter(|file| file.path.ends_with(".rs"))
}

fn lacks(path: &Path, attribute: &str) -> Option<String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return Some(format!("{}: {error}", path.display())),
    };
    let lacking = !has_line(&text, attribute);
    lacking.then(|| format!("{} does not say `{attribute}`", path.display()))
}

fn has_line(text: &str, wanted: &str) -> bool {
    text.lines().any(|line| line.trim() == wanted)
}

/// Whether the first line that is not an attribute is a `//!`.
fn begins_with_docs(text: &str) -> bool {
    let mut in_attribute = false;
    for line in text.lines().map(str::trim) {
        in_attribute |= line.starts_with("#![");
        if in_attribute {
            in_attribute = !line.ends_with(']');
        } else if !line.is_empty() {
            return line.starts_with("//!");
        }
    }
    false
}

fn left_open(file: &File) -> Complaints {
    let numbered = file.text.lines().zip(1_usize..);
    let found = numbered.flat_map(|(line, number)| {
        let words = LEFT_OPEN.iter().filter(move |word| line.contains(**word));
        words.map(move |word| format!("{}:{number} says `{word}`", file.path))
    });
    found.collect()
}

fn too_long(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > MAX_LINES).then(|| {
        format!(
            "{} has {lines} lines; at most {MAX_LINES} are allowed",
            file.path
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{
        LEFT_OPEN, MAX_LINES, asks_for_std, begins_with_docs, has_line, left_open, orphaned_tests,
        too_long,
    };
    use crate::files::{self, File};
    use crate::metadata::{Package, Target};

    fn file(text: &str) -> File {
        File {
            path: "src/sample.rs".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn an_attribute_that_is_commented_out_does_not_count() {
        assert!(has_line("//! docs\n#![no_std]\n", "#![no_std]"));
        assert!(!has_line("// #![no_std]\n", "#![no_std]"));
        assert!(!has_line("", "#![no_std]"));
    }

    #[test]
    fn a_crate_that_uses_std_is_found() {
        let of = |path: &str| Package {
            targets: vec![Target {
                kind: vec!["lib".to_owned()],
                src_path: files::root().join(path),
            }],
            ..Package::default()
        };
        assert!(asks_for_std(&of("crates/signature/src/lib.rs")).is_empty());
        assert_eq!(asks_for_std(&of("crates/countersign/src/lib.rs")).len(), 2);
    }

    #[test]
    fn a_file_of_tests_that_nothing_compiles_is_found() {
        let claims = files::root().join("crates/claims");
        let package = |programs: &[&str]| Package {
            manifest_path: claims.join("Cargo.toml"),
            targets: programs
                .iter()
                .map(|program| Target {
                    kind: vec!["test".to_owned()],
                    src_path: claims.join("tests").join(program),
                })
                .collect(),
            ..Package::default()
        };
        let whole = package(&["all.rs", "allocations.rs"]);
        assert!(orphaned_tests(&whole).is_empty());
        let orphaned = orphaned_tests(&package(&["all.rs"]));
        assert_eq!(orphaned.len(), 1);
        assert!(orphaned[0].contains("tests/allocations.rs"), "{orphaned:?}");
    }

    #[test]
    fn a_module_without_docs_is_found() {
        assert!(begins_with_docs("//! What it is.\nuse core::fmt;\n"));
        assert!(begins_with_docs(
            "#![allow(\n    missing_docs\n)]\n\n//! What it is.\n"
        ));
        for bare in [
            "",
            "use core::fmt;\n//! Too late.\n",
            "// A comment.\n",
            "#![no_std]\nmod a;\n",
        ] {
            assert!(!begins_with_docs(bare), "{bare:?}");
        }
    }

    #[test]
    fn unfinished_work_is_found_with_its_line() {
        for word in LEFT_OPEN {
            let found = left_open(&file(&format!("//! Docs.\n    {word}\n")));
            assert_eq!(found.len(), 1, "{word}");
            assert!(found[0].contains("src/sample.rs:2"), "{found:?}");
        }
        assert!(left_open(&file("//! Nothing to do here.\n")).is_empty());
    }

    #[test]
    fn a_long_file_is_found() {
        assert!(too_long(&file(&"//!\n".repeat(MAX_LINES))).is_none());
        assert!(too_long(&file(&"//!\n".repeat(MAX_LINES + 1))).is_some());
    }
}
