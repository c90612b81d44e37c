//! Reads keys from files of their own, in which containers get their secrets.

use std::fs::{self, File};
use std::io::{self, Read as _};

use super::setting::Setting;
use crate::config::error::ConfigError;
use crate::config::secret::KeyText;

/// The largest file that is read, in bytes. Every key is much shorter.
const LIMIT: u64 = 64 * 1024;

/// The key in the file that a setting names. One final line break isn't part of it.
///
/// Errors don't show the path: it may be pasted key material.
pub(super) fn read_key_file(setting: &Setting) -> Result<KeyText, ConfigError> {
    let path = setting.text()?;
    let mut bytes = read(&path).map_err(|message| setting.fault(message))?;
    if bytes.pop_if(|last| *last == b'\n').is_some() {
        bytes.pop_if(|last| *last == b'\r');
    }
    if bytes.is_empty() {
        return Err(setting.fault("found an empty file; expected a file that holds the key"));
    }
    Ok(KeyText::text(bytes))
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    let sentence = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => {
            "found no file of this name; expected the path of a file that holds the key".into()
        }
        _ => format!("can't read the file: {}", error.kind()),
    };
    // Check this before opening: opening a pipe without a writer would block.
    let metadata = fs::metadata(path).map_err(sentence)?;
    if !metadata.is_file() {
        return Err(
            "found something that is not a regular file; expected a file that holds the key".into(),
        );
    }
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(sentence)?.take(LIMIT + 1);
    file.read_to_end(&mut bytes).map_err(sentence)?;
    if bytes.len() as u64 > LIMIT {
        return Err(format!(
            "found a file of more than {LIMIT} bytes; every key is shorter"
        ));
    }
    Ok(bytes)
}
