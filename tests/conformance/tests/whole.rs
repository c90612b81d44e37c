//! The whole suite, as a test.
#![allow(missing_docs)]

#[test]
fn nothing_ends_otherwise_than_known() {
    countersign_conformance::run(&[]).assert_clean();
}
