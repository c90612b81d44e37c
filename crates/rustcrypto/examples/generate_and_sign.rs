//! Makes a key for the algorithm that is named on the command line (by default ES512), signs a
//! message with it and checks the signature.
//!
//! Run it with
//! `cargo run -p countersign-rustcrypto --features generate --example generate_and_sign -- EdDSA`.

use core::error::Error;

use countersign_rustcrypto::{generate, provider};

fn main() -> Result<(), Box<dyn Error>> {
    let alg = std::env::args().nth(1).unwrap_or_else(|| "ES512".into());
    let provider = provider();
    let algorithm = provider.get(&alg).ok_or("there is no such algorithm")?;

    let key = generate(algorithm.name(), 2048)?;
    println!("made:     {key}");

    // With an RSA algorithm, the example ends here with an error: RSA signing is opt-in.
    let mut signature = Vec::new();
    algorithm
        .signer(&key)?
        .sign(b"who goes there?", &mut signature)?;
    println!("signed:   {} bytes", signature.len());

    // A secret has no public half. It verifies its own tags.
    let verifier = algorithm.verifier(&key.public().unwrap_or(key.clone()))?;
    println!(
        "verified: {:?}",
        verifier.verify(b"who goes there?", &signature)
    );
    println!(
        "another:  {:?}",
        verifier.verify(b"who goes where?", &signature)
    );
    Ok(())
}
