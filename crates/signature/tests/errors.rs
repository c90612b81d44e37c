//! The texts of errors.

use countersign_signature::{InvalidSignature, KeyRejected, KeyRejectedReason, SigningError};

#[test]
fn k2_the_error_of_a_wrong_signature_gives_no_reason() {
    assert_eq!(
        InvalidSignature::new().to_string(),
        "the signature does not match"
    );
    assert_eq!(format!("{:?}", InvalidSignature::new()), "InvalidSignature");
}

#[test]
fn the_error_of_a_failed_signing_names_the_library() {
    assert_eq!(
        SigningError::new().to_string(),
        "signing failed inside the cryptographic library"
    );
}

#[test]
fn a_rejected_key_says_what_was_found_and_what_is_needed() {
    let error = KeyRejected::new(
        KeyRejectedReason::Weak,
        "a toy",
        "TOY1 needs a grown-up key",
    );
    assert_eq!(error.to_string(), "found a toy; TOY1 needs a grown-up key");
    assert_eq!(
        (error.reason(), error.found(), error.needed()),
        (
            KeyRejectedReason::Weak,
            "a toy",
            "TOY1 needs a grown-up key"
        )
    );
}
