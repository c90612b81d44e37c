//! What `cargo fuzz run fetch` runs.
#![forbid(unsafe_code)]
#![cfg_attr(fuzzing, no_main)]

countersign_fuzz::fuzz_target!(fetch);
