//! The stored inputs, in `corpus/TARGET/`: seeds; `learnt-…` files, a few inputs with which
//! libFuzzer reached more code; and `found-…` files, each of which once broke a promise.
//! `dictionaries/TARGET.dict` has words for inputs, in libFuzzer's format.

use std::panic;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::Target;

/// The folder of a target's inputs.
#[must_use]
pub fn folder(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target.name)
}

/// Every input of a target, by file name in order.
///
/// # Panics
///
/// If one cannot be read, because otherwise it would silently not run.
#[must_use]
pub fn inputs(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folder = folder(target);
    let read = || -> io::Result<Vec<(String, Vec<u8>)>> {
        let entries = fs::read_dir(&folder)?.map(|entry| {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Ok((name, fs::read(entry.path())?))
        });
        entries.collect()
    };
    let mut inputs = read().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    inputs.sort();
    inputs
}

/// The words of a target's dictionary, if it has one.
#[must_use]
pub fn words(target: &Target) -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("dictionaries")
        .join(target.name)
        .with_extension("dict");
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(word).collect()
}

/// A word in quotes. The escapes are `\\`, `\"`, and `\x` with two digits.
fn word(line: &str) -> Option<Vec<u8>> {
    let mut rest = line.strip_prefix('"')?.strip_suffix('"')?.as_bytes();
    let mut word = Vec::new();
    while let Some((first, after)) = rest.split_first() {
        (rest, word) = match (first, after) {
            (b'\\', [b'x', digits @ ..]) => {
                let (digits, after) = digits.split_at_checked(2)?;
                let digits = core::str::from_utf8(digits).ok()?;
                let byte = u8::from_str_radix(digits, 16).ok()?;
                (after, [&word[..], &[byte]].concat())
            }
            (b'\\', [escaped, after @ ..]) => (after, [&word[..], &[*escaped]].concat()),
            _ => (after, [&word[..], &[*first]].concat()),
        };
    }
    Some(word)
}

/// Runs every input of a target, and panics if any breaks its promise. It prints the name of each
/// first: if an input ends the whole process, its name is the last one.
pub fn replay(target: &Target) {
    let breaks = |(name, input): &(String, Vec<u8>)| {
        eprintln!("corpus/{}/{name}", target.name);
        panic::catch_unwind(|| (target.run)(input)).is_err()
    };
    let broken = inputs(target).into_iter().filter(breaks);
    let names: Vec<String> = broken.map(|(name, _)| name).collect();
    assert!(names.is_empty(), "{}: {names:?}", target.name);
}

/// Stores an input that broke a promise, and returns its path.
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

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn a_word_is_read_as_libfuzzer_reads_it() {
        for (line, bytes) in [
            (r#""a b""#, Some(&b"a b"[..])),
            (r#""\"\\\x00\xFFx""#, Some(b"\"\\\x00\xffx")),
            (r#""\\u0000""#, Some(br"\u0000")),
            ("# a comment", None),
            ("", None),
        ] {
            assert_eq!(word(line).as_deref(), bytes, "{line}");
        }
    }
}
