//! Public types of two crates don't share a name, so that a reader always knows which is meant.

use std::collections::BTreeMap;

use super::workspace::{Complaints, Workspace};

/// Where the public interfaces are.
const FOLDER: &str = "docs/api/";

/// Names that two crates share because they mean the same.
const SAME_MEANING: [&str; 3] = [
    // The facade's is that of `rustcrypto`, with what its configuration adds.
    "GenerateError",
    // The facade's stands for that of `jwks` where the feature `jwks` is off.
    "Pending",
    // The facade's contains that of `jws`.
    "Scratch",
];

/// The words before the name of a type.
const KEYWORDS: [&str; 4] = ["enum", "struct", "trait", "type"];

pub(super) fn check(workspace: &Workspace) -> Complaints {
    let mut crates_by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in &workspace.files {
        let Some(page) = file.path.strip_prefix(FOLDER) else {
            continue;
        };
        for name in public_types(&file.text) {
            let crates = crates_by_name.entry(name).or_default();
            if !crates.contains(&page) {
                crates.push(page);
            }
        }
    }
    let shared = crates_by_name
        .into_iter()
        .filter(|(name, crates)| crates.len() > 1 && !SAME_MEANING.contains(name));
    shared
        .map(|(name, crates)| format!("the public type {name} is in {}", crates.join(" and in ")))
        .collect()
}

fn public_types(interface: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for line in interface.lines() {
        let mut words = line.split_whitespace();
        if words.next() != Some("pub") || !words.next().is_some_and(|word| KEYWORDS.contains(&word))
        {
            continue;
        }
        let name = words.next().unwrap_or_default();
        let end = name
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(name.len());
        names.push(name.split_at(end).0);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{check, public_types};
    use crate::files::File;
    use crate::metadata::Metadata;
    use crate::tidy::workspace::Workspace;

    #[test]
    fn types_are_found_by_their_names() {
        let interface = "pub struct Scratch<'a>(_);\npub mod danger {\n    pub enum Part {\n    }\n}\n\
                         impl Scratch {\n    pub fn clear(&mut self);\n}\npub trait Fetch: Send {}\n";
        assert_eq!(public_types(interface), ["Scratch", "Part", "Fetch"]);
    }

    #[test]
    fn a_name_in_two_crates_is_found() {
        let file = |path: &str, text: &str| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let workspace = Workspace {
            root: "no/such/folder".into(),
            metadata: Metadata {
                packages: vec![],
                workspace_members: vec![],
            },
            files: vec![
                file(
                    "docs/api/a.txt",
                    "pub struct Endpoint {\npub enum Pending {}\n",
                ),
                file(
                    "docs/api/b.txt",
                    "pub enum Endpoint {\npub struct Pending {\n",
                ),
                file("docs/b.txt", "pub enum Other {}\n"),
                file("docs/api/c.txt", "pub enum Other {}\n"),
            ],
        };
        let found = check(&workspace);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains("Endpoint") && found[0].contains("a.txt and in b.txt"),
            "{found:?}"
        );
    }
}
