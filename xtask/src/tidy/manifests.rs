//! Checks what every crate of the workspace must have.

use std::fs;

use super::workspace::{Complaints, Workspace};
use crate::metadata::Package;

/// Every manifest describes its crate and uses the lints of the workspace.
pub(super) fn check(workspace: &Workspace) -> Complaints {
    let mut complaints = Complaints::new();
    for package in workspace.metadata.members() {
        if package.description.as_deref().unwrap_or("").is_empty() {
            complaints.push(format!("{} has no description", package.name));
        }
        let manifest = fs::read_to_string(&package.manifest_path).unwrap_or_default();
        if !takes_workspace_lints(&manifest) {
            complaints.push(format!(
                "{} does not say `[lints] workspace = true`",
                package.name
            ));
        }
    }
    complaints
}

/// Every crate for users has a README, and every library an example.
pub(super) fn readme_and_example(workspace: &Workspace) -> Complaints {
    let users = workspace
        .metadata
        .members()
        .filter(|package| package.is_for_users());
    users.flat_map(lacking).collect()
}

fn lacking(package: &Package) -> Complaints {
    let mut complaints = Complaints::new();
    if !package.folder().join("README.md").is_file() {
        complaints.push(format!("{} has no README.md", package.name));
    }
    let has_example = package.targets.iter().any(|target| target.is("example"));
    if package.library().is_some() && !has_example {
        complaints.push(format!("{} has no example", package.name));
    }
    complaints
}

fn takes_workspace_lints(manifest: &str) -> bool {
    let mut section = "";
    manifest.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            section = line;
        }
        (section == "[lints]" && line == "workspace = true") || line == "lints.workspace = true"
    })
}

#[cfg(test)]
mod tests {
    use super::{lacking, takes_workspace_lints};
    use crate::metadata::{Package, Target};

    #[test]
    fn lints_of_its_own_are_found() {
        assert!(takes_workspace_lints(
            "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"
        ));
        assert!(!takes_workspace_lints("[package]\nname = \"a\"\n"));
        assert!(!takes_workspace_lints(
            "[lints]\n[dependencies.a]\nworkspace = true\n"
        ));
        assert!(!takes_workspace_lints("[lints]\n# workspace = true\n"));
    }

    #[test]
    fn a_library_without_readme_and_example_is_found() {
        let library = Target {
            kind: vec!["lib".to_owned()],
            src_path: "a".into(),
        };
        let package = Package {
            manifest_path: "no/such/folder/Cargo.toml".into(),
            targets: vec![library],
            ..Package::default()
        };
        assert_eq!(lacking(&package).len(), 2);
    }
}
