//! The libraries compare secrets, in constant time.
#![allow(missing_docs)]

/// If a tag is compared byte by byte, the time reveals how many bytes were right (CVE-2015-10004,
/// CVE-2016-7036). This test reads the source: each backend passes the tag to its library and
/// compares nothing itself.
#[test]
fn b13_tags_are_compared_by_the_library_and_never_with_an_operator() {
    for (source, by_library) in [
        (
            include_str!("../../../crates/ring/src/hmac.rs"),
            "hmac::verify(&self.key, message, signature)",
        ),
        (
            include_str!("../../../crates/rustcrypto/src/hmac.rs"),
            ".verify_slice(signature)",
        ),
        (
            include_str!("../../../crates/aws-lc/src/hmac.rs"),
            "hmac::verify(&self.key, message, signature)",
        ),
    ] {
        assert_eq!(source.matches(by_library).count(), 1, "{by_library}");
        for line in source.lines().filter(|line| line.contains("signature")) {
            assert!(
                !line.contains("signature ==") && !line.contains("== signature"),
                "{line}"
            );
        }
    }
}
