//! Checks the versions of dependencies and of Rust.

use super::workspace::{Complaints, Workspace};
use crate::metadata::Package;
use crate::process;

/// `Cargo.lock` is committed. Reading the metadata has already checked that it is up to date.
pub(super) fn lock_files(workspace: &Workspace) -> Complaints {
    let mut git = process::command("git", &workspace.root);
    git.args(["ls-files", "--error-unmatch", "Cargo.lock"]);
    let is_repository = workspace.root.join(".git").exists();
    if is_repository && process::output(&mut git).is_err() {
        return vec!["Cargo.lock is not committed".to_owned()];
    }
    Complaints::new()
}

/// No dependency asks for a newer compiler than the workspace does.
pub(super) fn rust_version(workspace: &Workspace) -> Complaints {
    let metadata = &workspace.metadata;
    let ours = metadata
        .members()
        .filter_map(|package| package.rust_version.as_deref())
        .min_by_key(|version| parse(version));
    match ours {
        Some(ours) => metadata
            .packages
            .iter()
            .filter_map(|package| too_new(package, ours))
            .collect(),
        None => vec!["no crate of the workspace has a rust-version".to_owned()],
    }
}

fn too_new(package: &Package, ours: &str) -> Option<String> {
    let theirs = package.rust_version.as_deref()?;
    (parse(theirs) > parse(ours)).then(|| {
        format!(
            "{} {} needs Rust {theirs}, but our rust-version is {ours}",
            package.name, package.version
        )
    })
}

/// Reads `1.90` and `1.90.0` as the same version. A manifest has only these two forms.
fn parse(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::too_new;
    use crate::metadata::Package;

    #[test]
    fn a_dependency_that_needs_a_newer_compiler_is_found() {
        for (theirs, found) in [
            (Some("1.91"), true),
            (Some("1.90.1"), true),
            (Some("2.0"), true),
            (Some("1.90"), false),
            (Some("1.90.0"), false),
            (Some("1.9"), false),
            (None, false),
        ] {
            let rust_version = theirs.map(str::to_owned);
            let package = Package {
                rust_version,
                ..Package::default()
            };
            assert_eq!(too_new(&package, "1.90").is_some(), found, "{theirs:?}");
        }
    }
}
