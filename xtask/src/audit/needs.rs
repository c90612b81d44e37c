//! The dependencies of a crate, direct and transitive.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::metadata::{Metadata, Package};
use crate::process;

/// The platforms for which dependencies are counted. If all that cargo knows were counted, there
/// would be dependencies that no platform has: `serde` pins `serde_derive` by a condition that is
/// never true.
const PLATFORMS: [&str; 4] = [
    "x86_64-unknown-linux-gnu",
    "x86_64-pc-windows-msvc",
    "aarch64-apple-darwin",
    "wasm32-wasip1",
];

/// The dependencies of one crate, normal and build ones, with all of its features.
#[derive(Debug)]
pub(super) struct Needs<'a> {
    /// The names in the manifest, in order.
    pub(super) direct: Vec<String>,
    /// Their packages, except those for other platforms.
    packages: Vec<&'a Package>,
    /// The transitive dependencies, each with the direct ones that need it.
    pub(super) others: Vec<(&'a Package, BTreeSet<String>)>,
}

/// A name and a version.
type Id = (String, String);

impl<'a> Needs<'a> {
    /// Reads the dependencies of one of our own packages.
    ///
    /// # Errors
    ///
    /// The error of `cargo tree`.
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
        // `cargo metadata` would include features that other crates of the workspace turn on.
        let mut tree = process::cargo(root);
        tree.args(["tree", "--locked", "--all-features", "--no-dedupe"]);
        tree.args(["--edges=normal,build", "--prefix=depth", "--format={p}"]);
        tree.args(PLATFORMS.iter().flat_map(|platform| ["--target", platform]));
        let text = process::output(tree.args(["--package", &package.name]))?;
        let (firsts, brought) = read(&text);
        let mut packages: Vec<&Package> = metadata.packages.iter().collect();
        packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        let id = |package: &Package| (package.name.clone(), package.version.clone());
        Ok(Self {
            direct: direct.into_iter().collect(),
            others: packages
                .iter()
                .filter_map(|package| Some((*package, brought.get(&id(package))?.clone())))
                .collect(),
            packages: packages
                .into_iter()
                .filter(|package| firsts.contains(&id(package)))
                .collect(),
        })
    }

    /// The package of a direct dependency.
    pub(super) fn package(&self, name: &str) -> Option<&'a Package> {
        let mut packages = self.packages.iter();
        packages.find(|package| package.name == name).copied()
    }
}

/// Reads lines such as `1serde v1.0.229 (proc-macro)`. Returns the direct dependencies, and for
/// each other one the direct ones that need it.
fn read(tree: &str) -> (BTreeSet<Id>, BTreeMap<Id, BTreeSet<String>>) {
    let mut direct = BTreeSet::new();
    let mut others: BTreeMap<Id, BTreeSet<String>> = BTreeMap::new();
    let mut through = String::new();
    for line in tree.lines() {
        let package = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(id) = name_and_version(package) else {
            continue;
        };
        match line.strip_suffix(package) {
            Some("0") => {}
            Some("1") => {
                through.clone_from(&id.0);
                direct.insert(id);
            }
            _ => {
                others.entry(id).or_default().insert(through.clone());
            }
        }
    }
    others.retain(|id, _| !direct.contains(id));
    (direct, others)
}

fn name_and_version(line: &str) -> Option<Id> {
    let mut words = line.split(' ');
    let name = words.next()?.to_owned();
    Some((name, words.next()?.strip_prefix('v')?.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::read;

    #[test]
    fn a_transitive_dependency_is_listed_with_the_direct_ones_that_need_it() {
        // One tree per platform.
        let tree = "0ours v0.1.0 (/ours)\n1a v1.0.0\n2b v0.1.0+x (proc-macro)\n3c v3.0.0\n1d v1.1.0\n\n\
                    0ours v0.1.0 (/ours)\n1a v1.0.0\n1d v1.1.0\n2c v3.0.0\n2a v1.0.0\n2d v0.9.0\n";
        let (direct, others) = read(tree);
        let id = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        assert_eq!(direct, BTreeSet::from([id("a", "1.0.0"), id("d", "1.1.0")]));
        let through = |name, version| {
            let names = others.get(&id(name, version)).unwrap();
            names
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(others.len(), 3);
        assert_eq!(through("b", "0.1.0+x"), "a");
        assert_eq!(through("c", "3.0.0"), "a d");
        assert_eq!(
            through("d", "0.9.0"),
            "d",
            "another version of a direct one"
        );
    }
}
