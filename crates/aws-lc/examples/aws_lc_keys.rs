//! Signs a message with an Ed25519 key, checks the signature with the right message and with
//! another message, and tries a key of another kind.
//!
//! Run it with `cargo run -p countersign-aws-lc --example aws_lc_keys`.

use core::error::Error;

use countersign_signature::{KeyMaterial, OkpCurve, OkpPrivateKey, OkpPublicKey, Secret};

/// The published key pair of RFC 8032 section 7.1, test 1.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const PUBLIC: [u8; 32] = [
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
    0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
];

fn main() -> Result<(), Box<dyn Error>> {
    let public = OkpPublicKey::new(OkpCurve::ED25519, PUBLIC.as_slice())?;
    let private = OkpPrivateKey::new(OkpCurve::ED25519, SEED.as_slice(), Some(public.clone()))?;

    let provider = countersign_aws_lc::provider();
    let eddsa = provider.get("EdDSA").ok_or("no EdDSA")?;

    let mut signature = Vec::new();
    eddsa
        .signer(&KeyMaterial::OkpPrivate(private))?
        .sign(b"who goes there?", &mut signature)?;
    println!("signed: {} bytes", signature.len());

    let verifier = eddsa.verifier(&KeyMaterial::OkpPublic(public))?;
    println!(
        "the same message: {:?}",
        verifier.verify(b"who goes there?", &signature)
    );
    println!(
        "another message:  {:?}",
        verifier.verify(b"who goes where?", &signature)
    );

    let secret = KeyMaterial::Secret(Secret::new(b"not an Ed25519 key".as_slice())?);
    if let Err(rejected) = eddsa.verifier(&secret) {
        println!("another key:      {rejected}");
    }
    Ok(())
}
