//! The program of `cargo fuzz run compact`.
#![forbid(unsafe_code)]
#![cfg_attr(fuzzing, no_main)]

countersign_fuzz::fuzz_target!(compact);
