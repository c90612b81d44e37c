//! Shows the content of a key file: PEM, DER, JWK or JWK Set; the format is detected. It doesn't
//! show private parts and secrets.
//!
//! `cargo run -p countersign-keys --example inspect_key crates/keys/tests/data/p256.spki.pem`

use core::error::Error;

use countersign_keys::{Key, read};

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = match std::env::args().nth(1) {
        Some(path) => std::fs::read(path)?,
        // RFC 8037 appendix A.2
        None => {
            br#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
                .to_vec()
        }
    };
    let set = read(&bytes)?;
    for key in set.keys() {
        show(key);
    }
    for skipped in set.skipped() {
        println!("skipped {skipped}");
    }
    Ok(())
}

fn show(key: &Key) {
    println!("{}", key.material());
    for (name, value) in [
        ("kid", key.kid()),
        ("alg", key.algorithm()),
        ("use", key.public_use()),
    ] {
        if let Some(value) = value {
            println!("  {name}: {value:?}");
        }
    }
    if key.is_secret() {
        println!("  a secret has no public half");
        return;
    }
    // The thumbprint is the SHA-256 of this text (RFC 7638), which contains only public parts.
    match key.thumbprint_input() {
        Ok(input) => println!("  thumbprint input: {input}"),
        Err(error) => println!("  no thumbprint: {error}"),
    }
    match key.public_jwk() {
        Ok(jwk) => println!("  public JWK: {jwk}"),
        Err(error) => println!("  no public JWK: {error}"),
    }
    let provider = countersign_ring::provider();
    let verifiers = key
        .clone()
        .into_public()
        .and_then(|public| public.verifiers(&provider));
    match verifiers {
        Ok(verifiers) => {
            let names: Vec<_> = verifiers.iter().map(|key| key.algorithm()).collect();
            println!("  algorithms of ring: {names:?}");
        }
        Err(error) => println!("  no algorithm of ring: {error}"),
    }
}
