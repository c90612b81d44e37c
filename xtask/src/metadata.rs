//! The parts of `cargo metadata` that the commands use.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::process;

/// The workspace and its dependencies.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// Every package of the resolved graph, on every platform and with every feature.
    pub(crate) packages: Vec<Package>,
    /// The identifiers of our own packages.
    pub(crate) workspace_members: Vec<String>,
}

/// One package.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    /// The features, and what each turns on.
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) rust_version: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// One line of a package's dependency tables.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The package's own name, also where the manifest renames it.
    pub(crate) name: String,
    /// Absent for normal dependencies, otherwise `dev` or `build`.
    pub(crate) kind: Option<String>,
}

/// A target of a package: a library, a program, an example, a test.
#[derive(Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
    pub(crate) src_path: PathBuf,
}

impl Metadata {
    /// Runs `cargo metadata`, which fails if `Cargo.lock` is not up to date.
    ///
    /// # Errors
    ///
    /// The error of cargo.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let mut cargo = process::cargo(root);
        cargo.args([
            "metadata",
            "--format-version=1",
            "--all-features",
            "--locked",
        ]);
        let text = process::output(&mut cargo).map_err(|error| {
            format!("{error}\n(it needs the packages of every platform; `cargo fetch` gets them)")
        })?;
        serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))
    }

    /// Our own packages.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }
}

impl Package {
    /// The folder of the package.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new(""))
    }

    /// The name of that folder.
    pub(crate) fn folder_name(&self) -> String {
        let name = self.folder().file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Whether the package is one of those for users, in `crates/`.
    pub(crate) fn is_for_users(&self) -> bool {
        self.folder()
            .parent()
            .is_some_and(|parent| parent.ends_with("crates"))
    }

    /// The library of the package.
    pub(crate) fn library(&self) -> Option<&Target> {
        self.targets.iter().find(|target| target.is("lib"))
    }
}

impl Target {
    /// Whether the target is a `lib`, a `bin`, an `example`, …
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.kind.iter().any(|one| one == kind)
    }
}
