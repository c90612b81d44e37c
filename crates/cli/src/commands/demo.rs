//! `demo`: a token issued, checked and explained, under a key made on the spot.

use crate::failure::Failure;
use crate::output::Console;

/// Runs the command.
pub(crate) fn run(console: &mut Console) -> Result<(), Failure> {
    Ok(console.line("demo")?)
}
