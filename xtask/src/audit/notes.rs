//! Reads `AUDIT.toml`, a person's notes on a crate, and checks what can be checked.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::sources::item;

/// The content of a crate's `AUDIT.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notes {
    /// What a reviewer should know first.
    pub(super) about: String,
    /// Why each direct dependency is needed.
    #[serde(default)]
    pub(super) dependencies: BTreeMap<String, String>,
    #[serde(default, rename = "input")]
    pub(super) inputs: Vec<Input>,
    #[serde(default, rename = "invariant")]
    pub(super) invariants: Vec<Invariant>,
    #[serde(default, rename = "algorithm")]
    pub(super) algorithms: Vec<Algorithm>,
    #[serde(default, rename = "standard")]
    pub(super) standards: Vec<Standard>,
    #[serde(default, rename = "mutant")]
    pub(super) mutants: Vec<Mutant>,
}

/// Data from outside of the crate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    pub(super) what: String,
    pub(super) trusted: String,
    pub(super) bounds: String,
}

/// An invariant, and the tests that fail if it is broken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Invariant {
    pub(super) says: String,
    /// `tests/form.rs::name`, from the folder of the crate or of the workspace.
    pub(super) tests: Vec<String>,
}

/// An algorithm, and the code that implements it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Algorithm {
    pub(super) name: String,
    pub(super) what: String,
}

/// A section of a standard, and where it is implemented.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Standard {
    pub(super) section: String,
    pub(super) what: String,
    /// Files from the folder of the crate.
    #[serde(rename = "where")]
    pub(super) files: Vec<String>,
}

/// A change to the code that no test notices, and why no test needs to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mutant {
    pub(super) change: String,
    pub(super) why: String,
}

impl Notes {
    /// Reads the file of the crate in `folder`.
    ///
    /// # Errors
    ///
    /// The file is missing, or has an unknown field.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join("AUDIT.toml");
        let at = |error: &dyn core::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| at(&error))?;
        toml::from_str(&text).map_err(|error| at(&error))
    }

    /// The false statements of the file: tests and files that don't exist, dependencies without a
    /// reason, and reasons without a dependency.
    pub(super) fn complaints(&self, root: &Path, folder: &Path, direct: &[String]) -> Vec<String> {
        let mut complaints = Vec::new();
        for invariant in &self.invariants {
            if invariant.tests.is_empty() {
                complaints.push(format!("no test is named for {:?}", invariant.says));
            }
            for test in &invariant.tests {
                if find_test(root, folder, test).is_none() {
                    complaints.push(format!("there is no test {test}"));
                }
            }
        }
        for file in self.standards.iter().flat_map(|standard| &standard.files) {
            if !folder.join(file).is_file() {
                complaints.push(format!("there is no file {file}"));
            }
        }
        for name in direct {
            if !self.dependencies.contains_key(name) {
                complaints.push(format!("it does not say why {name} is needed"));
            }
        }
        for name in self.dependencies.keys() {
            if !direct.contains(name) {
                complaints.push(format!(
                    "it says why {name} is needed, but {name} is not a \
                     dependency"
                ));
            }
        }
        complaints
    }
}

/// The file of a test that is written `path::name`.
pub(super) fn find_test(root: &Path, folder: &Path, test: &str) -> Option<PathBuf> {
    let (path, name) = test.rsplit_once("::")?;
    let file = [folder, root]
        .map(|base| base.join(path))
        .into_iter()
        .find(|file| file.is_file())?;
    let text = fs::read_to_string(&file).ok()?;
    has_test(&syn::parse_file(&text).ok()?.items, name).then_some(file)
}

fn has_test(items: &[syn::Item], name: &str) -> bool {
    items.iter().any(|item| match item {
        syn::Item::Fn(function) => function.sig.ident == name && item::is_test(&function.attrs),
        syn::Item::Mod(module) => module
            .content
            .as_ref()
            .is_some_and(|(_, items)| has_test(items, name)),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Notes, has_test};

    #[test]
    fn a_test_is_found_by_its_name_if_it_is_one() {
        let text = "#[test]\nfn a() {}\nfn b() {}\nmod tests { #[test] fn c() {} }\n";
        let file = syn::parse_file(text).unwrap();
        assert!(has_test(&file.items, "a"));
        assert!(has_test(&file.items, "c"));
        assert!(!has_test(&file.items, "b"));
    }

    #[test]
    fn false_statements_are_found() {
        let text = r#"
            about = "A."
            [dependencies]
            gone = "it was needed once"
            [[invariant]]
            says = "It holds."
            tests = ["tests/none.rs::none"]
            [[invariant]]
            says = "Nothing holds it."
            tests = []
            [[standard]]
            section = "RFC 7515 section 2"
            what = "encoding"
            where = ["src/none.rs"]
        "#;
        let notes: Notes = toml::from_str(text).unwrap();
        let nowhere = Path::new("no/such/folder");
        let complaints = notes.complaints(nowhere, nowhere, &["base64".to_owned()]);
        assert_eq!(complaints.len(), 5, "{complaints:#?}");
    }
}
