//! The program of `cargo fuzz run authenticator`.
#![forbid(unsafe_code)]
#![cfg_attr(fuzzing, no_main)]

countersign_fuzz::fuzz_target!(authenticator);
