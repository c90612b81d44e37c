//! The program of `cargo fuzz run own_claims`.
#![forbid(unsafe_code)]
#![cfg_attr(fuzzing, no_main)]

countersign_fuzz::fuzz_target!(own_claims);
