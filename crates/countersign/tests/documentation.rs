//! `docs/configuration.md` is written from the table of options:
//! `WRITE_DOCS=1 cargo test -p countersign --test documentation`.
#![cfg(feature = "config")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Write as _;
use std::path::Path;

use countersign::config::option_help;

fn page() -> String {
    let mut page = String::from(
        "# Configuration\n\
         \n\
         A file in JSON, TOML or YAML, told by its extension, and environment variables,\n\
         which win over it. An unknown option, an empty value and an option given twice are\n\
         errors. `countersign checkconfig` tells what a configuration comes to.\n\
         \n\
         Written from the table in `crates/countersign/src/config/table.rs`.\n\
         \n\
         ## Names\n\
         \n\
         The names of Centrifugo work unchanged. `client.token.NAME`, as in Centrifugo 6, may\n\
         be written flat as `token_NAME`, as in Centrifugo 2 to 5, and given as\n\
         `COUNTERSIGN_CLIENT_TOKEN_NAME` or `COUNTERSIGN_TOKEN_NAME`. The section\n\
         `client.subscription_token` has the same options (`subscription_token_NAME`); it\n\
         inherits nothing, and counts if `client.subscription_token.enabled` is set. Options\n\
         of Centrifugo that do not concern tokens are left alone; those that switch a check\n\
         off are refused.\n\
         \n\
         Durations are whole seconds or a text such as `\"25s\"`, `\"1h30m\"`, `\"500ms\"`. Lists in\n\
         environment variables are separated by spaces, `trusted_issuers` there is JSON. Keys\n\
         are text: a PEM, in which `\\n` may be written as two characters, or a JWK.\n\
         \n\
         ## Options\n\
         \n\
         | option | what it is for |\n\
         |---|---|\n",
    );
    let options = option_help();
    let shown = options.iter().filter(|option| {
        !option.name.starts_with("client.subscription_token.") || option.name.ends_with(".enabled")
    });
    for option in shown {
        writeln!(page, "| `{}` | {} |", option.name, option.help).unwrap();
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
        "docs/configuration.md is stale; write it anew as the head of this file says"
    );
}
