//! Shows which texts are base64url: `cargo run -p countersign-base64url --example convert`

use countersign_base64url::{decode, encode};

fn main() {
    println!("{{\"alg\":\"HS256\"}} is {}", encode(r#"{"alg":"HS256"}"#));
    for text in ["eyJhbGciOiJIUzI1NiJ9", "e30", "e30=", "e31", "-_-_", "+/+/"] {
        match decode(text) {
            Ok(bytes) => println!("{text} is {bytes:?}"),
            Err(error) => println!("{text}: {error}"),
        }
    }
}
