//! Checks the packages as users get them: each contains its documents, and all of them build and
//! pass their tests outside of the workspace. Dependencies between them come from the other
//! packages, not from a registry.

use core::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::outcome::Outcome;
use crate::metadata::{Metadata, Package};
use crate::process::{self, cargo};

/// Files that every package must contain besides its sources.
const DOCUMENTS: [&str; 5] = [
    "README.md",
    "AUDIT.toml",
    "AUDIT.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
];

/// Builds every package outside of the workspace, with all features.
pub(super) fn build(root: &Path) -> Outcome {
    outside(root, &["check", "--workspace", "--all-features"])
}

/// Runs the tests of every package outside of the workspace.
pub(super) fn test(root: &Path) -> Outcome {
    let arguments = ["test", "--workspace", "--all-features", "--no-fail-fast"];
    outside(root, &arguments)
}

/// Packs every crate for users, unpacks all of them into one folder, and runs cargo there. They
/// share the libraries that are built in `target` already.
fn outside(root: &Path, arguments: &[&str]) -> Outcome {
    if !process::works("tar", &["--version"]) {
        return Ok(vec![
            "everything: tar, which unpacks packages, is not on this machine".to_owned(),
        ]);
    }
    let metadata = Metadata::read(root)?;
    let packages: Vec<&Package> = metadata
        .members()
        .filter(|package| package.is_for_users())
        .collect();
    let target = root.join("target");
    let mut pack = cargo(root);
    pack.args(["package", "--quiet", "--no-verify", "--allow-dirty"]);
    pack.arg("--target-dir").arg(&target);
    for package in &packages {
        pack.args(["--package", &package.name]);
    }
    process::run(&mut pack)?;

    let folder = target.join("packages");
    let in_folder = |error| format!("{}: {error}", folder.display());
    // Otherwise files of an earlier run would be tested too.
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(in_folder)?;
    }
    fs::create_dir_all(&folder).map_err(in_folder)?;
    for package in &packages {
        let archive = target.join("package").join(file_name(package) + ".crate");
        process::run(process::command("tar", &folder).arg("-xzf").arg(archive))?;
    }
    let lacking: Vec<String> = packages
        .iter()
        .flat_map(|package| lacking(&folder, package))
        .collect();
    if !lacking.is_empty() {
        return Err(lacking.join("\n"));
    }

    let workspace = fs::read_to_string(root.join("Cargo.toml")).map_err(in_folder)?;
    fs::write(folder.join("Cargo.toml"), manifest(&packages, &workspace)).map_err(in_folder)?;
    // The versions that the workspace is tested with.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).map_err(in_folder)?;
    let mut command = cargo(&folder);
    command.args(arguments).arg("--target-dir").arg(&target);
    process::run(&mut command)?;
    Ok(Vec::new())
}

fn file_name(package: &Package) -> String {
    format!("{}-{}", package.name, package.version)
}

fn lacking(folder: &Path, package: &Package) -> Vec<String> {
    let name = file_name(package);
    let mut lacking = Vec::new();
    for document in DOCUMENTS {
        if !folder.join(&name).join(document).is_file() {
            lacking.push(format!("the package {} lacks {document}", package.name));
        }
    }
    lacking
}

/// The manifest of a workspace with the unpacked packages. Each replaces the package with its
/// name in a registry.
fn manifest(packages: &[&Package], workspace: &str) -> String {
    let mut text = String::from("[workspace]\nresolver = \"3\"\nmembers = [\"countersign*\"]\n");
    // As in our own workspace, so that built libraries are shared.
    text.push_str(&profiles(workspace));
    text.push_str("\n[patch.crates-io]\n");
    for package in packages {
        let (name, path) = (&package.name, file_name(package));
        let _ = writeln!(text, "{name} = {{ path = \"{path}\" }}");
    }
    text
}

/// The sections of a manifest that say how cargo builds what is tested.
fn profiles(manifest: &str) -> String {
    let mut text = String::new();
    let mut is_profile = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_profile = line.starts_with("[profile.dev");
            if is_profile {
                text.push('\n');
            }
        }
        if is_profile && !line.is_empty() && !line.starts_with('#') {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{DOCUMENTS, lacking, manifest, profiles};
    use crate::metadata::Package;

    #[test]
    fn a_document_that_is_not_in_a_package_is_named() {
        let package = Package {
            name: "countersign-newcomer".to_owned(),
            version: "0.1.0".to_owned(),
            ..Package::default()
        };
        let lacking = lacking(&std::env::temp_dir(), &package);
        assert_eq!(lacking.len(), DOCUMENTS.len());
        assert_eq!(
            lacking[0],
            "the package countersign-newcomer lacks README.md"
        );
        let row = "countersign-newcomer = { path = \"countersign-newcomer-0.1.0\" }";
        assert!(manifest(&[&package], "").lines().any(|line| line == row));
    }

    #[test]
    fn packages_are_built_by_the_profile_of_the_workspace() {
        let workspace = "[workspace]\n\n# Why.\n[profile.dev]\ndebug = false\n\n\
                         [profile.dev.package.a]\nopt-level = 0\n\n[profile.release]\nlto = true\n";
        assert_eq!(
            profiles(workspace),
            "\n[profile.dev]\ndebug = false\n\n[profile.dev.package.a]\nopt-level = 0\n"
        );
    }
}
