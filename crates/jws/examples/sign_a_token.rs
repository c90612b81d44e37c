//! Signs a payload, verifies the token, and shows refused tokens: another payload with the same
//! signature, a key for another algorithm, no signature.
//!
//! Run it with `cargo run -p countersign-jws --example sign_a_token`.

use core::error::Error;

use countersign_jws::{NewHeader, Scratch, Unverified, sign};
use countersign_signature::{KeyMaterial, Secret, Verifier};

fn main() -> Result<(), Box<dyn Error>> {
    // A public example. For your own secret, use 32 random bytes.
    let secret = KeyMaterial::Secret(Secret::new([7; 64].as_slice())?);
    let provider = countersign_ring::provider();
    let hs256 = provider.get("HS256").ok_or("no HS256")?;
    let hs512 = provider.get("HS512").ok_or("no HS512")?;

    let signer = hs256.signer(&secret)?;
    let header = NewHeader::JWT.with_kid("2026-11");
    let token = sign(&*signer, header, br#"{"sub":"42"}"#)?;
    println!("signed: {token}");

    // If you keep the scratch for the next token, reading allocates nothing.
    let mut scratch = Scratch::default();
    let mut show = |what: &str, token: &str, key: &dyn Verifier| {
        let outcome = match Unverified::parse(token, &mut scratch) {
            Err(error) => error.to_string(),
            Ok(unverified) => match unverified.verify(key) {
                Err(error) => error.to_string(),
                Ok(verified) => String::from_utf8_lossy(verified.payload()).into_owned(),
            },
        };
        println!("{what}: {outcome}");
    };

    let key = hs256.verifier(&secret)?;
    show("the token", &token, &*key);

    let other = sign(&*signer, header, br#"{"sub":"43"}"#)?;
    let (signing_input, _) = other.rsplit_once('.').ok_or("no dot")?;
    let (_, signature) = token.rsplit_once('.').ok_or("no dot")?;
    show(
        "another payload",
        &format!("{signing_input}.{signature}"),
        &*key,
    );
    show("a key for HS512", &token, &*hs512.verifier(&secret)?);
    show(
        "no signature",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0MiJ9.",
        &*key,
    );
    show("a line of HTTP", &format!("Bearer {token}"), &*key);
    Ok(())
}
