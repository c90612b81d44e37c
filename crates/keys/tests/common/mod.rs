//! The files of `tests/data`, which its README explains.
#![allow(dead_code)]

use std::path::PathBuf;

use base64::Engine as _;
use countersign_keys::Key;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// The text of `NAME.pem`.
pub(crate) fn file(name: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{name}.pem"))).unwrap()
}

/// Every NAME that exists.
pub(crate) fn names() -> impl Iterator<Item = String> {
    std::fs::read_dir(folder()).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".pem").map(str::to_owned)
    })
}

/// The key of `NAME.pem`.
pub(crate) fn key(name: &str) -> Key {
    Key::from_pem(&file(name)).unwrap()
}

/// The bytes of the last block.
pub(crate) fn der_of(pem: &str) -> Vec<u8> {
    let (_, block) = pem.rsplit_once("-----BEGIN").unwrap();
    let base64: String = block
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with('-'))
        .collect();
    base64::engine::general_purpose::STANDARD
        .decode(base64)
        .unwrap()
}
