//! The stored inputs: seeds to begin with, and `found-…` files, each of which once broke
//! something. They stand in `corpus/TARGET/`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Target;

/// The folder of a target's inputs.
#[must_use]
pub fn folder(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target.name)
}

/// Every input of a target, by file name in order.
#[must_use]
pub fn inputs(target: &Target) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder(target));
    let mut inputs: Vec<(String, Vec<u8>)> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            Some((name, fs::read(entry.path()).ok()?))
        })
        .collect();
    inputs.sort();
    inputs
}

/// Keeps an input that broke something; gives its path.
///
/// # Errors
///
/// The file cannot be written.
pub fn keep(target: &Target, input: &[u8]) -> Result<PathBuf, String> {
    let hash = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3) // FNV-1a
    });
    let path = folder(target).join(format!("found-{hash:016x}"));
    fs::create_dir_all(folder(target))
        .and_then(|()| fs::write(&path, input))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}
