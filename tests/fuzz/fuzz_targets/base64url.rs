//! The program of `cargo fuzz run base64url`.
#![forbid(unsafe_code)]
#![cfg_attr(fuzzing, no_main)]

countersign_fuzz::fuzz_target!(base64url);
