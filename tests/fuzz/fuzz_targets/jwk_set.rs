//! What `cargo fuzz run jwk_set` runs.
#![forbid(unsafe_code)]
#![cfg_attr(fuzzing, no_main)]

countersign_fuzz::fuzz_target!(jwk_set);
