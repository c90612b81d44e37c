//! Reads one key in PEM or DER, says what it is, and writes it in the modern form: PKCS#8 for a
//! private key, SubjectPublicKeyInfo for a public one.
//!
//! `cargo run -p countersign-pem --example convert FILE`, or without FILE for a built-in key.

use core::error::Error;

use countersign_pem::{from_der, from_pem, to_pem};

/// The public key of RFC 8410 section 10.1.
const KEY: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = match std::env::args().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => KEY.as_bytes().to_vec(),
    };
    let key = match core::str::from_utf8(&bytes) {
        Ok(text) => from_pem(text)?,
        Err(_) => from_der(&bytes)?,
    };
    println!("{}", key.material);
    if let Some(mislabelled) = key.mislabelled {
        println!("{mislabelled}");
    }
    print!("{}", to_pem(&key.material, key.limited_to)?);
    Ok(())
}
