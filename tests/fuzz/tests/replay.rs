//! Every stored input runs, and each target has some.
#![allow(clippy::unwrap_used, clippy::panic)] // test code

use std::fs;
use std::panic;

use countersign_fuzz::{TARGETS, corpus};

#[test]
fn k1_every_stored_input_holds_what_its_target_promises() {
    let mut broken = Vec::new();
    for target in &TARGETS {
        for (name, input) in corpus::inputs(target) {
            if panic::catch_unwind(|| (target.run)(&input)).is_err() {
                broken.push(format!("corpus/{}/{name}", target.name));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_target_has_inputs_and_every_folder_a_target() {
    for target in &TARGETS {
        assert!(
            !corpus::inputs(target).is_empty(),
            "{} has no input",
            target.name
        );
    }
    let folders = corpus::folder(&TARGETS[0]);
    for entry in fs::read_dir(folders.parent().unwrap()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            countersign_fuzz::target(&name).is_some(),
            "{name} is no target"
        );
    }
}
