//! Shows the members of an object from standard input, or why it is refused. If standard input is
//! empty, it uses a sample: `echo '{"sub":"42","exp":1}' | cargo run -p countersign-json
//! --example members`

use std::io::Read as _;
use std::process::ExitCode;

use countersign_json::Object;

fn main() -> ExitCode {
    let mut text = Vec::new();
    if let Err(error) = std::io::stdin().read_to_end(&mut text) {
        eprintln!("standard input: {error}");
        return ExitCode::FAILURE;
    }
    if text.is_empty() {
        text = br#"{"sub":"42","exp":1,"info":{"name":"A"}}"#.to_vec();
    }
    match Object::parse(&text) {
        Ok(object) => {
            for (name, value) in object {
                println!("{name:?} is {}: {}", value.kind(), value.raw());
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
