//! The program of `cargo fuzz run frames`.
#![forbid(unsafe_code)]
#![cfg_attr(fuzzing, no_main)]

countersign_fuzz::fuzz_target!(frames);
