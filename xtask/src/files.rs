//! The text files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process;

/// One text file.
#[derive(Debug)]
pub(crate) struct File {
    /// The path from the root, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Every text file that git tracks or would track. Without git: every text file there is.
///
/// # Errors
///
/// A folder cannot be read.
pub(crate) fn all(root: &Path) -> Result<Vec<File>, String> {
    let mut git = process::command("git", root);
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let mut paths = match process::output(&mut git).ok().and_then(|list| ours(&list)) {
        Some(paths) => paths,
        None => walk(root, root)?,
    };
    paths.sort();
    paths.dedup();
    Ok(paths
        .into_iter()
        .filter_map(|path| read(root, path))
        .collect())
}

/// `None` if the list is of another repository, which contains this folder and ignores it.
fn ours(list: &str) -> Option<Vec<String>> {
    let paths: Vec<String> = list.split_terminator('\0').map(str::to_owned).collect();
    paths
        .iter()
        .any(|path| path == "Cargo.toml")
        .then_some(paths)
}

/// `None` for a binary file, for a deleted file that git still lists, and for a symbolic link,
/// whose target is listed itself.
fn read(root: &Path, path: String) -> Option<File> {
    let place = root.join(&path);
    if place.is_symlink() {
        return None;
    }
    let text = fs::read_to_string(place).ok()?;
    Some(File { path, text })
}

fn walk(root: &Path, folder: &Path) -> Result<Vec<String>, String> {
    const NOT_OURS: [&str; 4] = [".git", "target", "node_modules", ".venv"];
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            if !NOT_OURS.iter().any(|other| name == *other) {
                paths.extend(walk(root, &path)?);
            }
        } else if let Ok(inner) = path.strip_prefix(root) {
            paths.push(inner.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::ours;

    #[test]
    fn a_list_without_our_manifest_is_of_another_repository() {
        assert_eq!(ours("Cargo.toml\0a.rs\0").unwrap().len(), 2);
        assert!(ours("").is_none());
        assert!(ours("a/Cargo.toml\0").is_none());
    }
}
