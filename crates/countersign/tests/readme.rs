//! The README shows the code of the examples word for word.

use std::fs;
use std::path::Path;

#[test]
fn the_readme_has_each_example_word_for_word() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(package.join("README.md")).unwrap();
    for name in ["verify", "own_claims", "jwks", "issuers", "reload", "axum"] {
        let path = package.join(format!("examples/{name}.rs"));
        let example = fs::read_to_string(path).unwrap();
        let code: Vec<&str> = example
            .lines()
            .skip_while(|it| it.starts_with("//!"))
            .collect();
        let block = format!("```rust\n{}\n```\n", code.join("\n").trim());
        assert!(
            readme.contains(&block),
            "README.md lacks the code of {name}.rs"
        );
    }
}
