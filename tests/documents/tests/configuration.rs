//! `docs/configuration.md` is generated from the table of options: `WRITE_DOCS=1 cargo test -p
//! countersign-documents --test configuration`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Write as _;
use std::path::Path;

use countersign::config::{option_help, refused_option_help};

fn page() -> String {
    let mut page = String::from(include_str!("data/configuration-intro.txt"));
    let options = option_help();
    let shown = options.iter().filter(|option| {
        !option.name.starts_with("client.subscription_token.") || option.name.ends_with(".enabled")
    });
    for option in shown {
        // The rule above already gives the names inside the sections.
        let by_rule = |name: &&String| name.starts_with("token_");
        let also: Vec<String> = option
            .also
            .iter()
            .filter(|name| !by_rule(name))
            .map(|name| format!("`{name}`"))
            .collect();
        let also = also.join(", ");
        writeln!(page, "| `{}` | {} | {also} |", option.name, option.help).unwrap();
    }
    page.push_str(
        "\n\
         ## Options that are refused\n\
         \n\
         Each of them would switch a check off. It is accepted only if its value is off.\n\
         \n\
         | option | why, or what to do instead | also |\n\
         |---|---|---|\n",
    );
    for option in refused_option_help() {
        let also: Vec<String> = option.also.iter().map(|name| format!("`{name}`")).collect();
        let also = also.join(", ");
        writeln!(page, "| `{}` | {} | {also} |", option.name, option.help).unwrap();
    }
    page
}

#[test]
fn the_page_of_options_is_that_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/configuration.md is stale; run the command at the top of this file"
    );
}
