//! What a crate is built from: its own dependencies, and theirs.

use std::collections::BTreeSet;
use std::path::Path;

use crate::metadata::{Metadata, Package};
use crate::process;

/// The dependencies of one crate, normal and build ones.
#[derive(Debug)]
pub(super) struct Needs<'a> {
    /// Those that the manifest names, in order.
    pub(super) direct: Vec<String>,
    /// Everything that is built with the crate alone, with all of its features on any platform.
    all: Vec<&'a Package>,
}

impl<'a> Needs<'a> {
    /// Of one of our own packages.
    ///
    /// # Errors
    ///
    /// What `cargo tree` said.
    pub(super) fn of(
        root: &Path,
        metadata: &'a Metadata,
        package: &Package,
    ) -> Result<Self, String> {
        let direct: BTreeSet<String> = package
            .dependencies
            .iter()
            .filter(|needed| needed.kind.as_deref() != Some("dev"))
            .map(|needed| needed.name.clone())
            .collect();
        // `cargo metadata` would tell of features that other crates of the workspace turn on.
        let mut tree = process::cargo(root);
        tree.args(["tree", "--locked", "--all-features", "--target=all"]);
        tree.args(["--edges=normal,build", "--prefix=none", "--no-dedupe"]);
        tree.args(["--format={p}", "--package", &package.name]);
        let built: BTreeSet<(String, String)> = process::output(&mut tree)?
            .lines()
            .filter_map(name_and_version)
            .collect();
        let is_built = |it: &&Package| {
            it.name != package.name && built.contains(&(it.name.clone(), it.version.clone()))
        };
        let mut all: Vec<&Package> = metadata.packages.iter().filter(is_built).collect();
        all.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Ok(Self {
            direct: direct.into_iter().collect(),
            all,
        })
    }

    /// The package of a direct dependency.
    pub(super) fn package(&self, name: &str) -> Option<&'a Package> {
        self.all
            .iter()
            .find(|package| package.name == name)
            .copied()
    }

    /// What comes with the direct ones.
    pub(super) fn transitive(&self) -> Vec<&'a Package> {
        let is_direct = |package: &&Package| self.direct.contains(&package.name);
        self.all
            .iter()
            .copied()
            .filter(|it| !is_direct(it))
            .collect()
    }
}

/// From a line such as `serde v1.0.229 (proc-macro)`.
fn name_and_version(line: &str) -> Option<(String, String)> {
    let mut words = line.split(' ');
    let name = words.next()?.to_owned();
    Some((name, words.next()?.strip_prefix('v')?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::name_and_version;

    #[test]
    fn a_line_of_the_tree_is_read() {
        let read = |line| name_and_version(line).unwrap();
        assert_eq!(read("a v1.0.0"), ("a".to_owned(), "1.0.0".to_owned()));
        assert_eq!(read("b-c v0.1.0+x (proc-macro)").1, "0.1.0+x");
        assert!(name_and_version("").is_none());
    }
}
