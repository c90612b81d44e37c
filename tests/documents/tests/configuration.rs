//! `docs/configuration.md` is written from the table of options:
//! `WRITE_DOCS=1 cargo test -p countersign-documents --test configuration`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Write as _;
use std::path::Path;

use countersign::config::{option_help, refused_option_help};

fn page() -> String {
    let mut page = String::from(
        "# Configuration\n\
         \n\
         A file in JSON, TOML or YAML, told by its extension, and environment variables,\n\
         which win over it. An unknown option, an empty value and an option given twice are\n\
         errors. `countersign checkconfig` tells what a configuration comes to.\n\
         \n\
         Written from the table in `crates/countersign/src/config/read/token_options.rs`.\n\
         \n\
         ## Names\n\
         \n\
         The names of Centrifugo work unchanged. `client.token.NAME`, as in Centrifugo 6, may\n\
         be written flat as `token_NAME`, as in Centrifugo 2 to 5, and given as\n\
         `COUNTERSIGN_CLIENT_TOKEN_NAME` or `COUNTERSIGN_TOKEN_NAME`. The section\n\
         `client.subscription_token` has the same options (`subscription_token_NAME`); it\n\
         inherits nothing, and counts if `client.subscription_token.enabled` is set.\n\
         \n\
         Any other option is given as a variable too: `COUNTERSIGN_` and its name in upper case,\n\
         each `.` as `_`. Options of Centrifugo that do not concern tokens are left to\n\
         [the server](server.md), in a file and as variables (`COUNTERSIGN_PORT`). Left alone are the variables that\n\
         Kubernetes sets for a service named countersign (`COUNTERSIGN_SERVICE_HOST`).\n\
         \n\
         Durations are whole seconds or a text such as `\"25s\"`, `\"1h30m\"`, `\"500ms\"`. Lists in\n\
         environment variables are separated by spaces, `trusted_issuers` there is JSON. Keys\n\
         are text: a PEM, in which `\\n` may be written as two characters, or a JWK.\n\
         \n\
         A secret that is shorter than the hash works, with a warning: HS256 needs 256 bits, HS384\n\
         384, HS512 512 (RFC 7518 section 3.2). What counts is the longest hash that `algorithms`\n\
         lists; where it lists nothing, that of HS256, by which tokens are signed here.\n\
         \n\
         ## Options\n\
         \n\
         | option | what it is for | also |\n\
         |---|---|---|\n",
    );
    let options = option_help();
    let shown = options.iter().filter(|option| {
        !option.name.starts_with("client.subscription_token.") || option.name.ends_with(".enabled")
    });
    for option in shown {
        // The rule above gives those of the sections.
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
         They switch a check off. They may stand there if they are off themselves.\n\
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
        "docs/configuration.md is stale; write it anew as the head of this file says"
    );
}
