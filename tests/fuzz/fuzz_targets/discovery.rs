//! What `cargo fuzz run discovery` runs.
#![forbid(unsafe_code)]
#![cfg_attr(fuzzing, no_main)]

countersign_fuzz::fuzz_target!(discovery);
