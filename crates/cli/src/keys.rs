//! Key files that the command line names.

use std::fs;
use std::path::{Path, PathBuf};

use countersign::keys::{self, KeyErrorReason, KeySet};
use countersign::signature::{AlgorithmName, KeyRejectedReason};
use countersign::{Key, KeyError};

use crate::failure::Failure;

/// Where a key comes from: `--key` or `--secret-file`.
#[derive(clap::Args)]
pub(crate) struct KeyFile {
    #[command(flatten)]
    source: Source,
    /// Use a secret of --key that is shorter than the hash of its algorithm
    #[arg(long)]
    allow_short_secret: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Source {
    /// Key file: PEM, DER, JWK or JWK Set; the format is detected
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// File whose bytes are an HMAC secret, without one line break at its end
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

impl KeyFile {
    /// Reads the key. The second part is warnings about a key that works but should be corrected.
    pub(crate) fn read(&self) -> Result<(KeySet, Vec<String>), Failure> {
        let mut warnings = Vec::new();
        let set = match (&self.source.key, &self.source.secret_file) {
            (Some(path), _) => {
                let set = read(path)?;
                warnings.extend(skipped(&set, path));
                warnings.extend(faults(&set, path));
                set
            }
            (None, Some(path)) => {
                let mut bytes = bytes(path).map_err(|failure| match path.try_exists() {
                    // The argument is probably the secret itself, so don't show it, whatever its
                    // length.
                    Ok(false) => Failure::Usage(
                        "--secret-file: there is no such file; it takes the path of a file, \
                         not the secret"
                            .into(),
                    ),
                    _ => failure,
                })?;
                strip_line_break(&mut bytes);
                let key = Key::secret(&bytes).map_err(|error| Failure::key(path, &error))?;
                let set = KeySet::from(key);
                warnings.extend(faults(&set, path));
                set
            }
            // The group of arguments requires one of them.
            (None, None) => KeySet::default(),
        };
        Ok((set, warnings))
    }

    /// The name of its source in a sentence.
    pub(crate) fn path(&self) -> &Path {
        let Source { key, secret_file } = &self.source;
        let path = key.as_deref().or(secret_file.as_deref());
        path.unwrap_or(Path::new(""))
    }

    /// Reads the key as the options allow. A JWK whose secret is too short for its algorithm is
    /// refused, unless short secrets are allowed. The bytes of --secret-file are used in any
    /// length, with a warning.
    pub(crate) fn with_options(&self, key: Key) -> Key {
        if self.allow_short_secret || self.source.secret_file.is_some() {
            key.allow_short()
        } else {
            key
        }
    }

    /// Why a key of this file is not used.
    pub(crate) fn reason(&self, key: &Key, error: &KeyError) -> String {
        let weak = KeyErrorReason::Rejected(KeyRejectedReason::Weak);
        if key.is_secret() && error.reason() == weak {
            return format!(
                "found {}; a secret is at least as long as the hash of its algorithm \
                 (RFC 7518 section 3.2): make a longer one, or use --allow-short-secret",
                error.found()
            );
        }
        error.to_string()
    }
}

/// Reads a key file of any supported format.
pub(crate) fn read(path: &Path) -> Result<KeySet, Failure> {
    keys::read(&bytes(path)?).map_err(|error| Failure::key(path, &error))
}

/// The warnings about keys that work but should be corrected.
fn faults(set: &KeySet, path: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    for key in set.keys() {
        for warning in key.warnings() {
            warnings.push(format!("{}: {warning}", path.display()));
        }
    }
    warnings
}

/// The warnings about keys of a set that are skipped.
pub(crate) fn skipped(set: &KeySet, path: &Path) -> impl Iterator<Item = String> {
    let skipped = set.skipped();
    skipped.map(move |it| format!("{}: {it}", path.display()))
}

/// The bytes of a file. If the path is the text of a key, the error doesn't show it.
fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.to_string_lossy();
    if name.contains("-----BEGIN") || name.trim_start().starts_with('{') {
        return Err(Failure::Usage(
            "found the text of a key where the path of a file is expected; write it to a file"
                .into(),
        ));
    }
    fs::read(path).map_err(|error| Failure::file(path, &error))
}

/// Removes one final line break, as a configuration does for `hmac_secret_key_file`.
fn strip_line_break(bytes: &mut Vec<u8>) {
    if bytes.pop_if(|last| *last == b'\n').is_some() {
        bytes.pop_if(|last| *last == b'\r');
    }
}

/// The key of a set to sign with: the one that `kid` names, or else the only one that can sign. A
/// single key without a name gets the name `kid`.
pub(crate) fn to_sign(set: KeySet, kid: Option<&str>, path: &Path) -> Result<Key, Failure> {
    let named = set
        .skipped()
        .find(|it| kid.is_some() && it.kid.as_deref() == kid);
    let skipped = named
        .or_else(|| set.skipped().next())
        .map(|it| format!("; {it}"));
    let mut keys: Vec<Key> = set.into_keys().collect();
    let is_single = keys.len() == 1 && skipped.is_none();
    keys.retain(|key| match kid {
        Some(_) if is_single && key.kid().is_none() => true,
        Some(kid) => key.kid() == Some(kid),
        None => is_single || key.is_private() || key.is_secret(),
    });
    match keys.len() {
        1 => Ok(match kid {
            Some(kid) => keys.remove(0).with_kid(kid),
            None => keys.remove(0),
        }),
        0 => Err(Failure::Usage(format!(
            "{}: found no key that can sign{}; a private key or a secret is needed{}",
            path.display(),
            kid.map_or_else(String::new, |kid| format!(" and has the kid {kid:?}")),
            skipped.unwrap_or_default(),
        ))),
        count => Err(Failure::Usage(format!(
            "{}: found {count} keys that can sign; choose one with --kid",
            path.display()
        ))),
    }
}

/// The warning about a secret that is too short for its algorithm. It is used nevertheless, because
/// the user asked for it.
pub(crate) fn short_secret(key: &Key, algorithm: AlgorithmName, path: &Path) -> Option<String> {
    let warning = countersign::short_secret(key, algorithm)?;
    Some(format!("{}: {warning}", path.display()))
}
