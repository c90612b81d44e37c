//! `cargo xtask audit`: a sheet for each crate, `docs/audit/<crate>.md`, and the public
//! interface of each library, `docs/api/<crate>.txt`.
//!
//! It also writes the last column of `docs/attacks.md`, which names the tests of each attack.
//!
//! The figures come from the sources and from `cargo metadata`. The explanations come from the
//! crate's `AUDIT.toml`. `cargo xtask tidy` fails if a file differs from what this command would
//! write.

mod api;
mod attacks;
mod needs;
mod notes;
mod sheet;

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::metadata::{Metadata, Package};
use crate::{coverage, files, process};
use attacks::Attacks;

/// A generated file.
struct Output {
    /// From the root of the workspace.
    path: String,
    text: String,
}

/// Writes the sheets and the interfaces, and checks the dependencies with cargo-deny.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    if let Some(word) = arguments.first() {
        return Err(Failure::Usage(format!(
            "audit takes no arguments, found {word:?}"
        )));
    }
    let root = files::root();
    let metadata = Metadata::read(&root)?;
    let mut complaints = Vec::new();
    for output in outputs(&root, &metadata, &mut complaints) {
        let path = root.join(&output.path);
        if fs::read_to_string(&path).is_ok_and(|text| text == output.text) {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(&root))
            .and_then(|()| fs::write(&path, output.text))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        println!("wrote {}", output.path);
    }
    complaints.extend(orphans(&root, &metadata));
    complaints.extend(deny(&root).err());
    if complaints.is_empty() {
        return Ok(());
    }
    for complaint in &complaints {
        println!("{complaint}");
    }
    Err(Failure::Failed(format!(
        "audit: {} complaints",
        complaints.len()
    )))
}

/// Files that differ from what [`run`] would write, and false statements in `AUDIT.toml` files.
pub(crate) fn stale(root: &Path, metadata: &Metadata) -> Vec<String> {
    let mut complaints = Vec::new();
    for output in outputs(root, metadata, &mut complaints) {
        if fs::read_to_string(root.join(&output.path)).ok().as_ref() != Some(&output.text) {
            complaints.push(format!("{} is stale; run `cargo xtask audit`", output.path));
        }
    }
    complaints.extend(orphans(root, metadata));
    complaints
}

/// Pages whose crate is gone.
fn orphans(root: &Path, metadata: &Metadata) -> Vec<String> {
    let mut pages = vec![
        "docs/audit/README.md".to_owned(),
        coverage::FIGURES.to_owned(),
    ];
    for package in audited(metadata) {
        pages.push(sheet_of(package));
        pages.extend(package.library().map(|_| api_of(package)));
    }
    let in_folder = |folder: &str| {
        let entries = fs::read_dir(root.join(folder))
            .into_iter()
            .flatten()
            .flatten();
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        entries
            .map(|entry| format!("{folder}/{}", name(entry)))
            .collect::<Vec<_>>()
    };
    let there = ["docs/audit", "docs/api"].into_iter().flat_map(in_folder);
    let orphans = there.filter(|page| !pages.contains(page));
    orphans
        .map(|page| format!("{page} belongs to no crate; remove it"))
        .collect()
}

fn sheet_of(package: &Package) -> String {
    format!("docs/audit/{}.md", package.folder_name())
}

fn api_of(package: &Package) -> String {
    format!("docs/api/{}.txt", package.folder_name())
}

fn audited(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    metadata.members().filter(|package| package.is_for_users())
}

/// Every generated file. Faults are added to `complaints`.
fn outputs(root: &Path, metadata: &Metadata, complaints: &mut Vec<String>) -> Vec<Output> {
    let mut outputs = Vec::new();
    for package in audited(metadata) {
        outputs.extend(of_crate(root, metadata, package, complaints));
    }
    match Attacks::read(root) {
        Ok(attacks) => {
            complaints.extend(attacks.complaints);
            outputs.push(Output {
                path: attacks::PAGE.to_owned(),
                text: attacks.text,
            });
        }
        Err(error) => complaints.push(error),
    }
    outputs
}

/// The generated files of one crate.
fn of_crate(
    root: &Path,
    metadata: &Metadata,
    package: &Package,
    complaints: &mut Vec<String>,
) -> Vec<Output> {
    match sheet::Sheet::of(root, metadata, package) {
        Ok(sheet) => {
            complaints.extend(sheet.complaints);
            let mut outputs = vec![Output {
                path: sheet_of(package),
                text: sheet.text,
            }];
            outputs.extend(sheet.api.map(|text| Output {
                path: api_of(package),
                text,
            }));
            outputs
        }
        Err(error) => {
            complaints.push(error);
            Vec::new()
        }
    }
}

/// Checks licences, bans and sources, and also advisories if their database was fetched.
fn deny(root: &Path) -> Result<(), String> {
    if !process::works("cargo", &["deny", "--version"]) {
        println!(
            "skipped: cargo-deny is not on this machine (`cargo install cargo-deny`); \
             licences, bans and sources were not checked"
        );
        return Ok(());
    }
    let deny = |arguments: &[&str]| {
        let mut command = process::cargo(root);
        process::run(command.args(["deny", "--all-features"]).args(arguments))
    };
    deny(&["check", "licenses", "bans", "sources"])?;
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    if !cargo_home.is_some_and(|home| has_advisories(&home)) {
        println!("skipped: no advisory database on this machine (`cargo deny fetch`)");
        return Ok(());
    }
    deny(&["--offline", "check", "advisories"])
}

/// Whether cargo-deny has fetched an advisory database. It keeps each in a folder.
fn has_advisories(cargo_home: &Path) -> bool {
    let entries = fs::read_dir(cargo_home.join("advisory-dbs"));
    let mut entries = entries.into_iter().flatten().flatten();
    entries.any(|entry| entry.path().is_dir())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{has_advisories, orphans};
    use crate::files;
    use crate::metadata::Metadata;

    #[test]
    fn a_page_of_a_crate_that_is_gone_is_found() {
        let root = files::root();
        assert!(orphans(&root, &Metadata::read(&root).unwrap()).is_empty());
        let nobody = Metadata {
            packages: Vec::new(),
            workspace_members: Vec::new(),
        };
        let found = orphans(&root, &nobody);
        for page in ["docs/audit/claims.md", "docs/api/claims.txt"] {
            assert!(found.iter().any(|it| it.starts_with(page)), "{found:?}");
        }
    }

    #[test]
    fn a_database_is_a_folder_beside_its_lock() {
        let home = std::env::temp_dir().join(format!("countersign-audit-{}", std::process::id()));
        let databases = home.join("advisory-dbs");
        fs::create_dir_all(&databases).unwrap();
        fs::write(databases.join("db.lock"), "").unwrap();
        assert!(!has_advisories(&home));
        fs::create_dir(databases.join("advisory-db-1")).unwrap();
        assert!(has_advisories(&home));
        fs::remove_dir_all(&home).unwrap();
        assert!(!has_advisories(&home));
    }
}
