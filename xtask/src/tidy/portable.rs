//! Checks that no file contains a path of one machine or the address of a registry.

use super::workspace::{Complaints, Workspace};
use crate::files::File;

/// Folders in which machines keep files. Each is written in two parts, so that this file contains
/// none.
const MACHINE: [&str; 5] = [
    concat!("/ro", "ot"),
    concat!("/ho", "me"),
    concat!("/wo", "rk"),
    concat!("/tm", "p/"),
    concat!("/Us", "ers/"),
];

/// Files that name such a folder for a reason.
const ALLOWED: [(&str, &str); 0] = [];

/// No file contains a path of one machine.
pub(super) fn machine_paths(workspace: &Workspace) -> Complaints {
    let files = workspace.files.iter();
    files
        .filter(|file| !ALLOWED.iter().any(|(path, _)| *path == file.path))
        .flat_map(named_folders)
        .collect()
}

/// No lock file names the registry that it was made with: other registries have the same
/// packages.
pub(super) fn registry_hosts(workspace: &Workspace) -> Complaints {
    let locks = workspace
        .files
        .iter()
        .filter(|file| file.path.ends_with("package-lock.json"));
    locks.filter_map(named_registry).collect()
}

fn named_folders(file: &File) -> Complaints {
    let numbered = file.text.lines().zip(1_usize..);
    let found = numbered.flat_map(|(line, number)| {
        let folders = MACHINE.iter().filter(move |folder| names(line, folder));
        folders.map(move |folder| format!("{}:{number} names {folder}", file.path))
    });
    found.collect()
}

/// Whether `line` has an absolute path that begins with `folder`.
fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        let after = rest.strip_prefix(folder).unwrap_or("");
        let part_of_path = |c: char| c.is_alphanumeric() || "._-/}~*".contains(c);
        let part_of_word = |c: char| c.is_alphanumeric() || "._-".contains(c);
        !before.ends_with(part_of_path)
            && (folder.ends_with('/') || !after.starts_with(part_of_word))
    })
}

fn named_registry(file: &File) -> Option<String> {
    let named = file.text.contains("\"resolved\"");
    named.then(|| format!("{} names a registry; see .npmrc beside it", file.path))
}

#[cfg(test)]
mod tests {
    use super::{MACHINE, named_folders, named_registry};
    use crate::files::File;

    fn file(text: String) -> File {
        File {
            path: "sample".to_owned(),
            text,
        }
    }

    #[test]
    fn a_path_of_a_machine_is_found() {
        for folder in MACHINE {
            let folder = folder.trim_end_matches('/');
            for bad in [
                format!("see {folder}/x"),
                format!("\"{folder}/a.rs\""),
                format!("={folder}/"),
            ] {
                assert_eq!(named_folders(&file(bad.clone())).len(), 1, "{bad}");
            }
            for good in [
                format!("https://example.com{folder}/x"),
                format!("docs{folder}/x"),
                format!("{folder}er"),
            ] {
                assert!(named_folders(&file(good.clone())).is_empty(), "{good}");
            }
        }
    }

    #[test]
    fn a_lock_file_that_names_its_registry_is_found() {
        assert!(
            named_registry(&file("{\"resolved\": \"https://example.com/a\"}".into())).is_some()
        );
        assert!(named_registry(&file("{\"integrity\": \"sha512-\"}".into())).is_none());
    }
}
