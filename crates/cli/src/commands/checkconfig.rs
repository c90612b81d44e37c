//! `checkconfig`: is the configuration sound, and what does it come to?

use std::path::Path;

use crate::config;
use crate::failure::Failure;
use crate::json::Record;
use crate::output::Console;

/// `checkconfig`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Accepted for Centrifugo's sake: unknown options are always an error
    #[arg(short, long)]
    strict: bool,
}

/// Runs the command.
pub(crate) fn run(path: Option<&Path>, console: &mut Console) -> Result<(), Failure> {
    let found = config::load(path)?;
    let setup = found.config.setup()?;
    if console.is_json() {
        let record = Record::new()
            .raw("valid", true)
            .text("source", found.name())
            .texts("left_alone", found.config.left_alone())
            .texts("warnings", &setup.warnings);
        return Ok(console.line(record.finish())?);
    }
    for warning in &setup.warnings {
        console.warning(warning)?;
    }
    console.line(format_args!("{}: valid", found.name()))?;
    Ok(())
}
