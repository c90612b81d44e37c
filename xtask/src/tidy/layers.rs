//! Which crate may depend on which. This is the only place with this rule.
//!
//! The rule is about direct dependencies, normal and build ones; tests may use anything. Indirect
//! dependencies need no rule, because every crate has its own row. `docs/architecture.md` says
//! why; change both together.

use std::collections::BTreeSet;

use super::workspace::{Complaints, Workspace};
use crate::metadata::Package;

/// The dependencies of one crate.
struct Layer {
    name: &'static str,
    std: Std,
    /// All of them, ours first. Any other is forbidden, and one that is not used must be removed.
    needs: &'static [&'static str],
}

/// Whether a crate uses `std`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Std {
    Needed,
    /// Its own code doesn't, but a library below it doesn't build for every target without `std`.
    NeverOfOurs,
    Never,
}

const LAYERS: &[Layer] = &[
    Layer {
        name: "countersign-signature",
        std: Std::Never,
        needs: &[],
    },
    Layer {
        name: "countersign-json",
        std: Std::Never,
        needs: &[],
    },
    Layer {
        name: "countersign-time",
        std: Std::Never,
        needs: &[],
    },
    Layer {
        name: "countersign-base64url",
        std: Std::Never,
        needs: &[],
    },
    Layer {
        name: "countersign-claims",
        std: Std::Never,
        needs: &["countersign-json", "countersign-time", "base64"],
    },
    Layer {
        name: "countersign-new-claims",
        std: Std::Never,
        needs: &[
            "countersign-claims",
            "countersign-json",
            "countersign-time",
            "base64",
        ],
    },
    Layer {
        name: "countersign-jws",
        std: Std::Never,
        needs: &[
            "countersign-base64url",
            "countersign-json",
            "countersign-signature",
            "memchr",
        ],
    },
    Layer {
        name: "countersign-keys",
        std: Std::Never,
        needs: &[
            "countersign-base64url",
            "countersign-json",
            "countersign-pem",
            "countersign-signature",
            "base64",
        ],
    },
    Layer {
        name: "countersign-pem",
        std: Std::Never,
        needs: &[
            "countersign-signature",
            "base64",
            "der",
            "pkcs1",
            "pkcs8",
            "sec1",
            "spki",
        ],
    },
    Layer {
        name: "countersign-ring",
        // ring's C code is not for every target without `std`.
        std: Std::NeverOfOurs,
        needs: &["countersign-signature", "p256", "p384", "ring"],
    },
    Layer {
        name: "countersign-aws-lc",
        // aws-lc-rs itself uses it.
        std: Std::NeverOfOurs,
        needs: &["countersign-signature", "aws-lc-rs"],
    },
    Layer {
        name: "countersign-reconnect",
        std: Std::Needed,
        needs: &["countersign-signature", "sha2"],
    },
    Layer {
        name: "countersign-rustcrypto",
        std: Std::Never,
        needs: &[
            "countersign-signature",
            "ed25519-dalek",
            "getrandom",
            "hmac",
            "p256",
            "p384",
            "p521",
            "rsa",
            "sha2",
        ],
    },
    Layer {
        name: "countersign-fetch",
        std: Std::Needed,
        // rustls verifies certificates, never tokens.
        needs: &["flate2", "rustls", "rustls-native-certs", "ureq"],
    },
    Layer {
        name: "countersign-published-keys",
        // ring, for the SHA-256 of thumbprints, is not for every target without `std`.
        std: Std::NeverOfOurs,
        needs: &["countersign-keys", "countersign-signature", "ring"],
    },
    Layer {
        name: "countersign-jwks",
        std: Std::Needed,
        needs: &[
            "countersign-fetch",
            "countersign-json",
            "countersign-keys",
            "countersign-published-keys",
            "countersign-signature",
            "arc-swap",
            "libc",
            "ring",
            "tracing",
        ],
    },
    Layer {
        name: "countersign-lifetime",
        std: Std::Never,
        needs: &["countersign-time"],
    },
    Layer {
        name: "countersign",
        std: Std::Needed,
        needs: &[
            "countersign-aws-lc",
            "countersign-claims",
            "countersign-fetch",
            "countersign-json",
            "countersign-jwks",
            "countersign-jws",
            "countersign-keys",
            "countersign-new-claims",
            "countersign-published-keys",
            "countersign-ring",
            "countersign-rustcrypto",
            "countersign-signature",
            "countersign-time",
            "arc-swap",
            "humantime",
            "regex",
            "regex-automata",
            "regex-syntax",
            "serde",
            "serde-saphyr",
            "serde_json",
            "strsim",
            "toml",
        ],
    },
    Layer {
        name: "countersign-gateway",
        std: Std::Needed,
        // rustls encrypts connections of clients. It never verifies tokens.
        needs: &[
            "countersign",
            "countersign-json",
            "countersign-lifetime",
            "arc-swap",
            "bytes",
            "hyper",
            "hyper-util",
            "prost",
            "rustls",
            "serde",
            "serde_json",
            "slab",
            "tokio",
            "tokio-rustls",
            "tracing",
            "tungstenite",
            "uuid",
        ],
    },
    Layer {
        name: "countersign-cli",
        std: Std::Needed,
        needs: &[
            "countersign",
            "countersign-gateway",
            "anstream",
            "anstyle",
            "base64",
            "clap",
            "humantime",
            "serde_json",
            "tokio",
            "tracing",
            "tracing-subscriber",
        ],
    },
];

/// Test crates that other tests may use, also the tests of people who write an algorithm.
const SHARED_BY_TESTS: [&str; 2] = ["countersign-conformance", "countersign-test-backends"];

/// Checks every crate for users against its row, and that every row has a crate.
pub(super) fn check(workspace: &Workspace) -> Complaints {
    let members = || workspace.metadata.members();
    let users = members().filter(|package| package.is_for_users());
    let mut complaints: Complaints = users.flat_map(held_to_its_row).collect();
    let is_gone = |layer: &&Layer| members().all(|package| package.name != layer.name);
    let gone = LAYERS.iter().filter(is_gone);
    complaints
        .extend(gone.map(|layer| format!("{} has a row, but there is no such crate", layer.name)));
    complaints
}

/// No crate may depend on the program, xtask or a test crate, not even in its tests. Only test
/// crates may use the shared test crates.
pub(super) fn leaves(workspace: &Workspace) -> Complaints {
    let members: Vec<&Package> = workspace.metadata.members().collect();
    let needed = |package: &&Package| needed_leaves(package, &members);
    members.iter().flat_map(needed).collect()
}

/// Which crate of ours needs which, by their folders.
pub(super) fn needs_of_ours() -> BTreeSet<(String, String)> {
    let folder = |name: &str| match name.strip_prefix("countersign-") {
        Some(folder) => folder.to_owned(),
        None => name.to_owned(),
    };
    let mut needs = BTreeSet::new();
    for layer in LAYERS {
        for needed in layer
            .needs
            .iter()
            .filter(|name| name.starts_with("countersign"))
        {
            needs.insert((folder(layer.name), folder(needed)));
        }
    }
    needs
}

/// The crates that need no operating system.
pub(crate) fn no_std_crates() -> impl Iterator<Item = &'static str> {
    named(|std| std == Std::Never)
}

/// The crates whose own code doesn't use `std`.
pub(super) fn without_std_of_ours() -> impl Iterator<Item = &'static str> {
    named(|std| std != Std::Needed)
}

fn named(which: impl Fn(Std) -> bool) -> impl Iterator<Item = &'static str> {
    let layers = LAYERS.iter().filter(move |layer| which(layer.std));
    layers.map(|layer| layer.name)
}

fn needed_leaves(package: &Package, members: &[&Package]) -> Complaints {
    let is_leaf = |other: &&&Package| {
        let is_shared = SHARED_BY_TESTS.contains(&other.name.as_str());
        other.name == "countersign-cli"
            || !other.is_for_users() && (package.is_for_users() || !is_shared)
    };
    let is_needed = |leaf: &&&Package| {
        let mut needs = package.dependencies.iter();
        needs.any(|needed| needed.name == leaf.name)
    };
    let leaves = members.iter().filter(is_leaf).filter(is_needed);
    leaves
        .map(|leaf| format!("{} needs {}, but must not", package.name, leaf.name))
        .collect()
}

fn held_to_its_row(package: &Package) -> Complaints {
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == package.name) else {
        return vec![format!(
            "{} has no row in xtask/src/tidy/layers.rs",
            package.name
        )];
    };
    let needs: Vec<&str> = package
        .dependencies
        .iter()
        .filter(|needed| needed.kind.as_deref() != Some("dev"))
        .map(|needed| needed.name.as_str())
        .collect();
    let forbidden = needs.iter().filter(|name| !layer.needs.contains(name));
    let forbidden = forbidden.map(|name| format!("{} must not need {name}", package.name));
    let stale = layer.needs.iter().filter(|name| !needs.contains(name));
    let stale = stale.map(|name| {
        format!(
            "{} may need {name} but doesn't; remove it from the row",
            package.name
        )
    });
    forbidden.chain(stale).collect()
}

#[cfg(test)]
mod tests {
    use super::{LAYERS, SHARED_BY_TESTS, held_to_its_row, needed_leaves};
    use crate::metadata::{Dependency, Package};

    fn dependency(name: &str, kind: Option<&str>) -> Dependency {
        Dependency {
            name: name.to_owned(),
            kind: kind.map(str::to_owned),
        }
    }

    /// A crate for users that has the dependencies of its row.
    fn package(name: &str) -> Package {
        let layer = LAYERS.iter().find(|layer| layer.name == name);
        let needs = layer.map_or(&[][..], |layer| layer.needs);
        Package {
            name: name.to_owned(),
            manifest_path: format!("crates/{name}/Cargo.toml").into(),
            dependencies: needs.iter().map(|name| dependency(name, None)).collect(),
            ..Package::default()
        }
    }

    #[test]
    fn a_forbidden_edge_is_found() {
        for (name, needs) in [
            ("countersign-signature", "zeroize"),
            ("countersign-signature", "countersign-json"),
            ("countersign-json", "countersign-signature"),
            ("countersign-claims", "countersign-signature"),
            ("countersign-jws", "countersign-claims"),
            ("countersign-keys", "rsa"),
            ("countersign-keys", "ring"),
            ("countersign-ring", "countersign-rustcrypto"),
            ("countersign-ring", "countersign-json"),
            ("countersign-rustcrypto", "ring"),
            ("countersign-aws-lc", "countersign-ring"),
            ("countersign-reconnect", "countersign-ring"),
            ("countersign-reconnect", "countersign-json"),
            ("countersign-jwks", "countersign-ring"),
            ("countersign-jwks", "countersign-claims"),
            ("countersign-lifetime", "countersign-jws"),
            ("countersign-lifetime", "tokio"),
            ("countersign", "ring"),
            ("countersign", "curve25519-dalek"),
            ("countersign", "tokio"),
            ("countersign", "countersign-cli"),
            ("countersign-cli", "countersign-ring"),
            ("countersign-cli", "countersign-jws"),
            ("countersign-cli", "hmac"),
            ("countersign-newcomer", "serde"),
        ] {
            let mut package = package(name);
            assert!(package.dependencies.is_empty() || held_to_its_row(&package).is_empty());
            package.dependencies.push(dependency(needs, None));
            assert_eq!(held_to_its_row(&package).len(), 1, "{name} → {needs}");
        }
        let mut package = package("countersign-signature");
        package.dependencies.push(dependency("cc", Some("build")));
        assert_eq!(held_to_its_row(&package).len(), 1);
    }

    #[test]
    fn tests_may_depend_on_any_crate() {
        let mut package = package("countersign-signature");
        let ring = dependency("countersign-ring", Some("dev"));
        package.dependencies.push(ring);
        assert!(held_to_its_row(&package).is_empty());
    }

    #[test]
    fn an_unused_allowance_is_found() {
        let mut package = package("countersign-claims");
        package.dependencies.pop();
        assert_eq!(held_to_its_row(&package).len(), 1);
    }

    #[test]
    fn a_dependency_on_the_program_or_on_tests_is_found() {
        let of_tests = |name: &str| Package {
            manifest_path: format!("tests/{name}/Cargo.toml").into(),
            ..package(name)
        };
        let user = package("countersign-jws");
        let test = of_tests("countersign-newcomer");
        let [conformance, _] = SHARED_BY_TESTS;
        // The needed crate, whether a crate for users may need it, and whether a test crate may.
        for (needs, user_may, test_may) in [
            (package("countersign"), true, true),
            (package("countersign-cli"), false, false),
            (of_tests("xtask"), false, false),
            (of_tests("countersign-fuzz"), false, false),
            (of_tests(conformance), false, true),
        ] {
            for (package, may) in [(&user, user_may), (&test, test_may)] {
                let package = Package {
                    name: package.name.clone(),
                    manifest_path: package.manifest_path.clone(),
                    dependencies: vec![dependency(&needs.name, Some("dev"))],
                    ..Package::default()
                };
                let found = needed_leaves(&package, &[&needs]);
                assert_eq!(found.is_empty(), may, "{} → {}", package.name, needs.name);
            }
        }
    }
}
