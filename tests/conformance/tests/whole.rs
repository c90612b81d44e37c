//! The whole suite as a test, except the programs that `cargo xtask conformance` runs.
#![allow(missing_docs)]

#[test]
fn every_case_has_the_known_result() {
    let names: Vec<String> = countersign_conformance::suites()
        .filter(|name| *name != "peers" && *name != "centrifugo-6")
        .map(str::to_owned)
        .collect();
    countersign_conformance::run(&names).assert_clean();
}

#[test]
fn the_page_on_compatibility_is_that_of_the_cases() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/compatibility.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        page == countersign_conformance::compatibility(),
        "run `cargo xtask conformance --write-docs`"
    );
}
