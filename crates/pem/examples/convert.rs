//! Reads one key in PEM or DER, says what it is, and writes it in today's form: PKCS#8 of a
//! private key, SubjectPublicKeyInfo of a public one.
//!
//! `cargo run -p countersign-pem --example convert crates/keys/tests/data/p256.sec1.pem`

use core::error::Error;

use countersign_pem::{from_der, from_pem, to_pem};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name a file")?;
    let bytes = std::fs::read(path)?;
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
