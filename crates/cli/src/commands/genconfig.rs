//! `genconfig`: writes a configuration with a new secret, to begin with.

use std::io::ErrorKind;
use std::path::Path;

use countersign::config::Format;

use crate::commands::genkey;
use crate::config::ConfigFile;
use crate::failure::Failure;
use crate::files::NewFile;
use crate::json::{Record, quoted};
use crate::output::Console;
use crate::{config, files};

/// `genconfig`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign genconfig                   config.json
  countersign genconfig -c server.toml

Only you can read the file. An existing file is never overwritten.")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) config: ConfigFile,
}

/// Runs the command.
pub(crate) fn run(path: Option<&Path>, console: &mut Console) -> Result<(), Failure> {
    let path = path.unwrap_or(Path::new(config::DEFAULT));
    let format = Format::of(path).map_err(|_| {
        Failure::Usage(
            "output config file must have one of supported extensions: json, toml, yaml, yml"
                .into(),
        )
    })?;
    // 64 bytes in base64url need no escape in any of the formats.
    let secret = quoted(&genkey::new_secret("HS512")?);
    let text = match format {
        Format::Json => format!(
            "{{\n  \"client\": {{\n    \"token\": {{\n      \"hmac_secret_key\": {secret}\n    }}\n  }}\n}}\n"
        ),
        Format::Toml => format!("[client.token]\nhmac_secret_key = {secret}\n"),
        Format::Yaml => format!("client:\n  token:\n    hmac_secret_key: {secret}\n"),
        other => {
            return Err(Failure::Usage(format!(
                "found the format {other:?}, which genconfig can't write; use json, toml or yaml"
            )));
        }
    };
    let file = NewFile {
        path: path.into(),
        text: &text,
        is_public: false,
    };
    files::create(&[file]).map_err(|(path, error)| match error.kind() {
        ErrorKind::AlreadyExists => Failure::Usage(format!(
            "output config file already exists: {}",
            path.display()
        )),
        _ => Failure::new_file(path, &error),
    })?;
    let path = path.display().to_string();
    let record = Record::new().text("written", &path);
    Ok(console.result(record, format_args!("wrote {path} with a new secret"))?)
}
