//! Which crate may need which: the one place that says so.
//!
//! The rule is about direct dependencies, normal and build ones; tests may use
//! what they like. Since every crate below is held, so is what they reach through it.
//! `docs/architecture.md` says why; change both together.

use super::{Complaints, Workspace};
use crate::metadata::Package;

/// What one crate may need.
struct Layer {
    name: &'static str,
    /// Whether it says `#![no_std]`.
    no_std: bool,
    ours: &'static [&'static str],
    others: Others,
}

/// The crates of other people.
enum Others {
    Only(&'static [&'static str]),
    /// Whatever its work needs, but never a cryptographic library.
    NoCryptography,
}

const LAYERS: [Layer; 12] = [
    Layer {
        name: "countersign-signature",
        no_std: true,
        ours: &[],
        others: Others::Only(&[]),
    },
    Layer {
        name: "countersign-json",
        no_std: true,
        ours: &[],
        others: Others::Only(&["serde", "serde_json"]),
    },
    Layer {
        name: "countersign-claims",
        no_std: true,
        ours: &["countersign-json"],
        others: Others::Only(&["base64"]),
    },
    Layer {
        name: "countersign-jws",
        no_std: true,
        ours: &["countersign-signature", "countersign-json"],
        others: Others::Only(&["base64"]),
    },
    Layer {
        name: "countersign-keys",
        no_std: true,
        ours: &["countersign-signature", "countersign-json"],
        others: Others::Only(&[
            "base64",
            "der",
            "pem-rfc7468",
            "pkcs1",
            "pkcs8",
            "sec1",
            "spki",
            "x509-cert",
            "zeroize",
        ]),
    },
    Layer {
        name: "countersign-ring",
        // It says so itself, but ring's C code is not for every target without `std`.
        no_std: false,
        ours: &["countersign-signature"],
        others: Others::Only(&["ring"]),
    },
    Layer {
        name: "countersign-rustcrypto",
        no_std: true,
        ours: &["countersign-signature"],
        others: Others::Only(&[
            "ecdsa",
            "ed25519-dalek",
            "elliptic-curve",
            "getrandom",
            "hmac",
            "p256",
            "p384",
            "p521",
            "rand_core",
            "rsa",
            "sha2",
            "signature",
            "subtle",
            "zeroize",
        ]),
    },
    Layer {
        name: "countersign-jwks",
        no_std: false,
        ours: &[
            "countersign-signature",
            "countersign-keys",
            "countersign-json",
        ],
        // rustls is how it speaks to an endpoint, and ring what rustls is built on, here for
        // the SHA-256 of thumbprints; what they verify is no token.
        others: Others::Only(&[
            "arc-swap",
            "ring",
            "rustls",
            "rustls-native-certs",
            "tracing",
            "ureq",
        ]),
    },
    Layer {
        name: "countersign-lifetime",
        no_std: false,
        ours: &["countersign-claims"],
        others: Others::Only(&[]),
    },
    Layer {
        name: "countersign",
        no_std: false,
        ours: &[
            "countersign-claims",
            "countersign-json",
            "countersign-jwks",
            "countersign-jws",
            "countersign-keys",
            "countersign-lifetime",
            "countersign-ring",
            "countersign-rustcrypto",
            "countersign-signature",
        ],
        others: Others::NoCryptography,
    },
    Layer {
        name: "countersign-gateway",
        no_std: false,
        ours: &["countersign", "countersign-lifetime"],
        others: Others::NoCryptography,
    },
    Layer {
        name: "countersign-cli",
        no_std: false,
        ours: &["countersign", "countersign-gateway"],
        others: Others::NoCryptography,
    },
];

/// What only a backend may need.
const CRYPTOGRAPHY: [&str; 15] = [
    "aws-lc-rs",
    "ecdsa",
    "ed25519-dalek",
    "elliptic-curve",
    "hmac",
    "jsonwebtoken",
    "openssl",
    "p256",
    "p384",
    "p521",
    "ring",
    "rsa",
    "sha2",
    "signature",
    "subtle",
];

/// Holds every crate for users to its row.
pub(super) fn check(workspace: &Workspace) -> Complaints {
    let users = workspace
        .metadata
        .members()
        .filter(|package| package.is_for_users());
    users.flat_map(forbidden_edges).collect()
}

/// Nothing needs the program, the chores or the tests, not even in tests of its own; but one
/// crate of tests may build on another.
pub(super) fn leaves(workspace: &Workspace) -> Complaints {
    const NEVER: [&str; 2] = ["countersign-cli", "xtask"];
    let tests: Vec<&str> = workspace
        .metadata
        .members()
        .filter(|package| !package.is_for_users())
        .map(|package| package.name.as_str())
        .chain(NEVER)
        .collect();
    workspace
        .metadata
        .members()
        .flat_map(|package| {
            let leaves = if package.is_for_users() {
                &tests[..]
            } else {
                &NEVER
            };
            needed_leaves(package, leaves)
        })
        .collect()
}

/// The crates that need no operating system.
pub(crate) fn no_std_crates() -> impl Iterator<Item = &'static str> {
    LAYERS
        .iter()
        .filter(|layer| layer.no_std)
        .map(|layer| layer.name)
}

fn needed_leaves(package: &Package, leaves: &[&str]) -> Complaints {
    let needed = package
        .dependencies
        .iter()
        .filter(|needed| leaves.contains(&needed.name.as_str()));
    needed
        .map(|leaf| format!("{} needs {}, which nothing may", package.name, leaf.name))
        .collect()
}

fn forbidden_edges(package: &Package) -> Complaints {
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == package.name) else {
        return vec![format!(
            "{} has no row in xtask/src/tidy/layers.rs",
            package.name
        )];
    };
    package
        .dependencies
        .iter()
        .filter(|needed| needed.kind.as_deref() != Some("dev") && !layer.allows(&needed.name))
        .map(|needed| format!("{} must not need {}", package.name, needed.name))
        .collect()
}

impl Layer {
    fn allows(&self, name: &str) -> bool {
        if name == "countersign" || name.starts_with("countersign-") {
            return self.ours.contains(&name);
        }
        match self.others {
            Others::Only(names) => names.contains(&name),
            Others::NoCryptography => !CRYPTOGRAPHY.contains(&name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{forbidden_edges, needed_leaves};
    use crate::metadata::{Dependency, Package};

    fn package(name: &str, needs: &str, kind: Option<&str>) -> Package {
        let kind = kind.map(str::to_owned);
        let dependencies = vec![Dependency {
            name: needs.to_owned(),
            kind,
        }];
        Package {
            name: name.to_owned(),
            dependencies,
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
            ("countersign-jwks", "countersign-ring"),
            ("countersign-jwks", "countersign-claims"),
            ("countersign", "ring"),
            ("countersign", "countersign-cli"),
            ("countersign-cli", "countersign-ring"),
            ("countersign-cli", "countersign-jws"),
            ("countersign-cli", "hmac"),
            ("countersign-newcomer", "serde"),
        ] {
            assert_eq!(
                forbidden_edges(&package(name, needs, None)).len(),
                1,
                "{name} → {needs}"
            );
        }
        let build = package("countersign-signature", "cc", Some("build"));
        assert_eq!(forbidden_edges(&build).len(), 1);
    }

    #[test]
    fn an_allowed_edge_is_let_be() {
        for (name, needs, kind) in [
            ("countersign-json", "serde_json", None),
            ("countersign-keys", "der", None),
            ("countersign-rustcrypto", "p521", None),
            ("countersign-signature", "countersign-ring", Some("dev")),
            ("countersign", "countersign-rustcrypto", None),
            ("countersign-cli", "countersign", None),
            ("countersign-cli", "clap", None),
        ] {
            let found = forbidden_edges(&package(name, needs, kind));
            assert!(found.is_empty(), "{found:?}");
        }
    }

    #[test]
    fn needing_the_program_or_the_tests_is_found() {
        let test = package("countersign-jws", "countersign-interop", Some("dev"));
        assert_eq!(
            needed_leaves(&test, &["xtask", "countersign-interop"]).len(),
            1
        );
        assert!(needed_leaves(&test, &["xtask"]).is_empty());
    }
}
