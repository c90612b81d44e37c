//! What `cargo fuzz run authenticator` runs.
#![forbid(unsafe_code)]
#![cfg_attr(fuzzing, no_main)]

countersign_fuzz::fuzz_target!(authenticator);
