//! Fuzz targets: each takes any bytes and panics if the code under test breaks a promise.
//!
//! A promise is more than "no panic": another reader must understand accepted input in the same
//! way, two backends must agree, one token must not be of two kinds, and a key set must not be
//! trusted longer than its settings say. [`TARGETS`] is the table. Each target has a program in
//! `fuzz_targets` for libFuzzer, and a test that runs its stored inputs on a stable compiler.
//! Without libFuzzer, the program of this crate changes the inputs in its own loop.
//!
//! It relies only on the public interfaces of the crates. The provider in [`accept`] can accept
//! any token, so no crate may depend on this one; `cargo xtask tidy` checks that.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc
)] // test code
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // test code

pub mod accept;
pub mod corpus;
pub mod mutate;
pub mod plain_json;
pub mod targets;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name. Its program, its folder in `corpus` and its dictionary have the same name.
    pub name: &'static str,
    /// What it promises.
    pub about: &'static str,
    /// Runs one input; panics if a promise is broken.
    pub run: fn(&[u8]),
}

/// Makes the table of targets, and a test of each that runs its stored inputs.
macro_rules! targets {
    ($($name:ident)*) => {
        /// Every target.
        pub const TARGETS: [Target; 22] = [$(targets::$name::TARGET),*];

        #[cfg(test)]
        mod k1_every_stored_input_holds_what_its_target_promises {
            $(
                #[test]
                fn $name() {
                    crate::corpus::replay(&crate::targets::$name::TARGET);
                }
            )*
        }
    };
}

targets! {
    base64url json compact header claims own_claims written pem der jwk jwk_set secret config authenticator backends jwks wheel
    frames session discovery template fetch
}

/// The program of one target. Under cargo-fuzz it runs libFuzzer; otherwise it prints how to run
/// it.
#[macro_export]
macro_rules! fuzz_target {
    ($name:ident) => {
        #[cfg(fuzzing)]
        ::libfuzzer_sys::fuzz_target!(|data: &[u8]| ($crate::targets::$name::TARGET.run)(data));

        #[cfg(not(fuzzing))]
        fn main() {
            println!("cargo xtask fuzz {}", stringify!($name));
        }
    };
}

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use crate::{TARGETS, corpus, target};

    #[test]
    fn every_target_has_a_program_and_inputs_and_there_are_no_others() {
        let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let listed = |folder: &str, ending: &str| -> BTreeSet<String> {
            let entries = fs::read_dir(crate_folder.join(folder)).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names
                .map(|name| name.strip_suffix(ending).unwrap().to_owned())
                .collect()
        };
        let names: BTreeSet<String> = TARGETS.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(listed("fuzz_targets", ".rs"), names);
        assert_eq!(listed("corpus", ""), names);
        let manifest = fs::read_to_string(crate_folder.join("Cargo.toml")).unwrap();
        for name in &names {
            let row = format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"");
            assert!(manifest.contains(&row), "{name} has no [[bin]]");
            assert!(
                !corpus::inputs(target(name).unwrap()).is_empty(),
                "{name} has no input"
            );
        }
        for name in listed("dictionaries", ".dict") {
            assert!(
                !corpus::words(target(&name).unwrap()).is_empty(),
                "{name} has no word"
            );
        }
    }
}
