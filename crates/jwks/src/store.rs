//! The last-known-good file: one set, so that a restart during an outage still verifies.
//!
//! It holds public halves alone, and the time of the fetch, from which freshness and
//! stale limit go on counting. Whoever can write it chooses the keys: it is made for its
//! owner alone, and not read if others may write it or have made it.

use core::fmt;
use core::time::Duration;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use alloc::sync::Arc;

use countersign_json::{Object, ObjectWriter};
use countersign_signature::Provider;

use crate::flight::sendable;
use crate::state::Held;
use crate::{Endpoint, Settings, document};

/// Where the file is, and the set that was last written to it.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    set: Mutex<Option<String>>,
}

impl Store {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            set: Mutex::new(None),
        }
    }

    /// The set of the file, with the checks that an answer has. It must be of this
    /// endpoint, and from the past.
    pub(crate) fn load(
        &self,
        endpoint: &Endpoint,
        provider: &Provider,
        settings: &Settings,
        now: Duration,
    ) -> Result<Option<Held>, StoreError> {
        let Some(text) = read(&self.path, settings)? else {
            return Ok(None);
        };
        let file = Object::parse(&text).map_err(|_| StoreError::Damaged)?;
        let string = |name: &str| file.get(name).and_then(|value| value.as_str());
        let seconds = |name: &str| {
            file.get(name)
                .and_then(|value| value.as_number()?.parse().ok())
                .map(Duration::from_secs)
                .ok_or(StoreError::Damaged)
        };
        if string("endpoint").as_deref() != Some(endpoint.as_str()) {
            return Err(StoreError::OtherEndpoint);
        }
        let fetched_at = seconds("fetched_at")?;
        if fetched_at > now {
            return Err(StoreError::Future);
        }
        let set = file.get("set").ok_or(StoreError::Damaged)?.raw();
        let held = Held {
            set: Arc::new(
                document::read(set.as_bytes(), provider, settings)
                    .map_err(|_| StoreError::Damaged)?,
            ),
            etag: string("etag").as_deref().and_then(sendable).map(Arc::from),
            fetched_at,
            life: seconds("life")?.min(settings.longest_life()),
        };
        self.remember(set.to_owned());
        Ok(Some(held))
    }

    /// Replaces the file: by a new document, or with a new time if it is not modified.
    pub(crate) fn save(
        &self,
        endpoint: &Endpoint,
        settings: &Settings,
        held: &Held,
        document: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        if let Some(set) = document.and_then(|document| document::public(document, settings)) {
            self.remember(set);
        }
        let set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(set) = &*set else { return Ok(()) };
        let mut file = ObjectWriter::new()
            .string("endpoint", endpoint.as_str())
            .raw("fetched_at", &held.fetched_at.as_secs().to_string())
            .raw("life", &held.life.as_secs().to_string());
        if let Some(etag) = &held.etag {
            file = file.string("etag", etag);
        }
        replace(&self.path, file.raw("set", set).finish().as_bytes())?;
        Ok(())
    }

    fn remember(&self, set: String) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = Some(set);
    }
}

/// Why the file is of no use. Never fatal: it is logged, and the keys are fetched.
#[derive(Debug)]
pub(crate) enum StoreError {
    Io(io::Error),
    TooLarge,
    NoFile,
    WritableByOthers,
    OfSomebodyElse,
    Damaged,
    OtherEndpoint,
    Future,
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "it cannot be read or written: {error}"),
            Self::TooLarge => f.write_str("it is larger than a set may be"),
            Self::NoFile => f.write_str("it is a folder, a pipe or a device"),
            Self::WritableByOthers => {
                f.write_str("others than its owner may write it; only the owner should")
            }
            Self::OfSomebodyElse => f.write_str(
                "it belongs to somebody else; its owner must be who runs the program, root, \
                 or the owner of its folder",
            ),
            Self::Damaged => f.write_str("it is not as it was written"),
            Self::OtherEndpoint => f.write_str("it is of another endpoint"),
            Self::Future => f.write_str("it is from the future; a clock was set back"),
        }
    }
}

fn read(path: &Path, settings: &Settings) -> Result<Option<Vec<u8>>, StoreError> {
    // Before it is opened: to open a pipe is to wait for whoever writes to it.
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Err(StoreError::NoFile),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let file = File::open(path)?;
    check_owner(&file, path)?;
    // The set, with room for what stands around it.
    let limit = u64::try_from(settings.body_limit)
        .unwrap_or(u64::MAX)
        .saturating_add(16 * 1024);
    let mut text = Vec::new();
    let size = file.take(limit.saturating_add(1)).read_to_end(&mut text)?;
    if u64::try_from(size).unwrap_or(u64::MAX) > limit {
        return Err(StoreError::TooLarge);
    }
    Ok(Some(text))
}

/// In a folder that all may write to, such as `/tmp`, somebody else can be first to make
/// a file of this name. Root and the folder's owner could replace it in any case.
#[cfg(unix)]
fn check_owner(file: &File, path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt as _;
    const ROOT: u32 = 0;
    let found = file.metadata()?;
    if found.mode() & 0o022 != 0 {
        return Err(StoreError::WritableByOthers);
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if [ROOT, fs::metadata(folder)?.uid()].contains(&found.uid()) {
        return Ok(());
    }
    // Who we are, the standard library does not tell. A file that we make does.
    let (beside, ours) = make_beside(path)?;
    let ours = ours.metadata().map(|ours| ours.uid());
    let _ = fs::remove_file(&beside);
    if ours? == found.uid() {
        Ok(())
    } else {
        Err(StoreError::OfSomebodyElse)
    }
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "the signature of the other system"
)]
fn check_owner(_: &File, _: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// Writes beside the file and renames: a reader sees the old text or the new one.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let (beside, mut file) = make_beside(path)?;
    let written = file
        .write_all(text)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// An empty file in the same folder, for this process alone.
fn make_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    // What a crash of an earlier process of this number has left.
    let _ = fs::remove_file(&beside);
    let file = private_file(&beside)?;
    Ok((beside, file))
}

/// A new file, never one that is there or a link to one.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
