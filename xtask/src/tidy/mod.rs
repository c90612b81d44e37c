//! `cargo xtask tidy`: checks the project's rules that the compiler can't check.
//!
//! A check is a function from the workspace to a list of complaints, which is empty if all is
//! well. It has a row in [`CHECKS`] and a test that shows it failing.

mod circles;
mod layers;
mod links;
mod manifests;
mod pictures;
mod portable;
mod public_names;
mod sources;
mod versions;
mod workspace;

use crate::audit;
use crate::failure::Failure;

use workspace::{Complaints, Workspace};

pub(crate) use layers::no_std_crates;

type Check = fn(&Workspace) -> Complaints;

const CHECKS: [(&str, Check); 19] = [
    ("layers", layers::check),
    ("crates that nothing may need", layers::leaves),
    ("import circles", circles::check),
    ("no unsafe code", sources::forbid_unsafe),
    ("no_std", sources::no_std),
    ("module docs", sources::module_docs),
    ("nothing left open", sources::nothing_left_open),
    ("short files", sources::short_files),
    ("tests that run", sources::tests_that_run),
    ("public names", public_names::check),
    ("manifests", manifests::check),
    ("readme and example", manifests::readme_and_example),
    ("lock files", versions::lock_files),
    ("rust-version", versions::rust_version),
    ("audit sheets", audit_sheets),
    ("links", links::check),
    ("pictures", pictures::check),
    ("paths of a machine", portable::machine_paths),
    ("registry hosts", portable::registry_hosts),
];

/// The files that `cargo xtask audit` writes are up to date.
fn audit_sheets(workspace: &Workspace) -> Complaints {
    audit::stale(&workspace.root, &workspace.metadata)
}

/// Runs every check and shows its complaints.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    if let Some(word) = arguments.first() {
        return Err(Failure::Usage(format!(
            "tidy takes no arguments, found {word:?}"
        )));
    }
    let workspace = Workspace::read()?;
    let complaints = complaints(&workspace);
    for complaint in &complaints {
        println!("{complaint}");
    }
    match complaints.len() {
        0 => {
            println!("tidy: {} checks passed", CHECKS.len());
            Ok(())
        }
        count => Err(Failure::Failed(format!("tidy: {count} complaints"))),
    }
}

fn complaints(workspace: &Workspace) -> Complaints {
    let labelled = |(name, check): &(&str, Check)| {
        let complaints = check(workspace);
        complaints
            .into_iter()
            .map(|complaint| format!("{name}: {complaint}"))
            .collect::<Vec<_>>()
    };
    CHECKS.iter().flat_map(labelled).collect()
}

#[cfg(test)]
mod tests {
    use super::{Complaints, Workspace, complaints};

    #[test]
    fn the_workspace_is_tidy() {
        let workspace = Workspace::read().unwrap();
        assert_eq!(complaints(&workspace), Complaints::new());
    }
}
