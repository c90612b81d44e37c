//! The last-known-good file: one set, so that a restart during an outage still verifies.
//!
//! It contains only public keys, and the time of the fetch, from which freshness and stale limit
//! are counted. Whoever can write it chooses the keys, so only its owner can read or write it. It
//! is ignored if others may write it or another user made it.
//!
//! Its time is that of the wall clock when it was written, because the next process can read that
//! clock too. The monotonic clock of this process is meaningless there.

use core::fmt;
use core::time::Duration;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use alloc::sync::Arc;

use countersign_fetch::EndpointUrl;
use countersign_json::{Object, ObjectWriter};
use countersign_signature::Provider;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::attempt::read_keys;
use crate::clock::Clock;
use crate::discovery::{Discovered, Issuer};
use crate::kept::KeptSet;
use crate::settings::Settings;
use crate::state::Held;

/// The path of the file, and the set that was last written to it.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    /// The number of the fetch. A set that was delayed on its way here must not replace a
    /// later one.
    last: Mutex<u64>,
}

/// The required source of a set.
#[derive(Clone, Copy)]
pub(crate) struct Source<'s> {
    pub(crate) endpoint: &'s EndpointUrl,
    pub(crate) issuer: Option<&'s Issuer>,
}

impl Store {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            last: Mutex::new(0),
        }
    }

    /// The set of the file, checked like an answer. The file must be of this endpoint, and from
    /// the past.
    pub(crate) fn load(
        &self,
        source: Source<'_>,
        provider: &Provider,
        settings: &Settings,
        clock: &dyn Clock,
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
        if string("endpoint").as_deref() != Some(source.endpoint.as_str()) {
            return Err(StoreError::OtherEndpoint);
        }
        let discovered = match (source.issuer, string("key_set")) {
            (None, None) => None,
            (Some(issuer), Some(url)) => Some(Discovered {
                key_set: issuer.checked(&url).map_err(|_| StoreError::Damaged)?,
                etag: string("document_etag").as_deref().map(Arc::from),
            }),
            _ => return Err(StoreError::OtherEndpoint),
        };
        let fetched_at = clock
            .wall()
            .checked_sub(seconds("fetched_at")?)
            .and_then(|age| clock.now().checked_sub(age))
            .ok_or(StoreError::Future)?;
        let kept = KeptSet::read(&file).ok_or(StoreError::Damaged)?;
        let mut keys = read_keys(kept.set().as_bytes(), provider, settings, false)
            .map_err(|_| StoreError::Damaged)?
            .set;
        kept.restore_report(&mut keys).ok_or(StoreError::Damaged)?;
        if keys.report().used() == 0 {
            return Err(StoreError::Damaged);
        }
        Ok(Some(Held {
            set: Arc::new(keys),
            kept: Some(Arc::new(kept)),
            discovered,
            etag: string("etag").as_deref().map(Arc::from),
            fetched_at,
            life: seconds("life")?.min(settings.longest_life()),
            confirmed_by: 0,
        }))
    }

    /// Replaces the file by the set of this fetch, unless that of a later one is there.
    pub(crate) fn save(
        &self,
        endpoint: &EndpointUrl,
        number: u64,
        held: &Held,
        clock: &dyn Clock,
    ) -> Result<(), StoreError> {
        let Some(kept) = &held.kept else {
            return Ok(());
        };
        // Held until the file is written, so that a later set is written later.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if number <= *last {
            return Ok(());
        }
        *last = number;
        let age = clock.now().saturating_sub(held.fetched_at);
        let fetched_at = clock.wall().saturating_sub(age);
        let mut file = ObjectWriter::new();
        file.string("endpoint", endpoint.as_str())
            .number("fetched_at", &fetched_at.as_secs())
            .number("life", &held.life.as_secs());
        if let Some(etag) = &held.etag {
            file.string("etag", etag);
        }
        if let Some(discovered) = &held.discovered {
            file.string("key_set", discovered.key_set.as_str());
            if let Some(etag) = &discovered.etag {
                file.string("document_etag", etag);
            }
        }
        let room = usize::try_from(ROOM / 2).unwrap_or_default();
        replace(&self.path, kept.write(&mut file, room).as_bytes())?;
        Ok(())
    }
}

/// Why the file is not used. This is never fatal: it is logged, and the keys are fetched.
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
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // Check the opened file: the path may lead to another file by now.
    if !file.metadata()?.is_file() {
        return Err(StoreError::NoFile);
    }
    check_owner(&file, path)?;
    let limit = u64::try_from(settings.body_limit)
        .unwrap_or(u64::MAX)
        .saturating_add(ROOM);
    let mut text = Vec::new();
    let size = file.take(limit.saturating_add(1)).read_to_end(&mut text)?;
    if u64::try_from(size).unwrap_or(u64::MAX) > limit {
        return Err(StoreError::TooLarge);
    }
    Ok(Some(text))
}

/// The most bytes that stand around the set: half of them for the notes on its keys.
const ROOM: u64 = 64 * 1024;

/// Opens the file for reading, without waiting: opening a pipe would wait for its writer.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(libc::O_NONBLOCK);
    }
    options.open(path)
}

/// Checks that no other user wrote the file. In a folder that everyone may write to, such as
/// `/tmp`, another user can make a file of this name first. Root and the folder's owner are
/// accepted: they could replace the file anyway.
///
/// Outside Unix nothing is checked: the standard library gives neither owner nor permissions there.
#[cfg(unix)]
fn check_owner(file: &File, path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt as _;
    const ROOT: u32 = 0;
    let found = file.metadata()?;
    if found.mode() & 0o022 != 0 {
        return Err(StoreError::WritableByOthers);
    }
    let whole = Path::new(".").join(path);
    let folder = whole.parent().unwrap_or(&whole);
    if [ROOT, fs::metadata(folder)?.uid()].contains(&found.uid()) {
        return Ok(());
    }
    // The standard library doesn't give our user, but the owner of a file that we make is our user.
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

/// Writes another file and renames it, so a reader sees either the old or the new text.
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

/// An empty file in the same folder, only for this writer. Its name is random, because another
/// client of this process, or a process with the same number in another container, may be writing
/// for the same path now.
fn make_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut drawn = [0; 8];
    SystemRandom::new()
        .fill(&mut drawn)
        .map_err(|_| io::Error::other("the system gives no random bytes"))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{:016x}.new", u64::from_be_bytes(drawn)));
    let beside = PathBuf::from(beside);
    let file = private_file(&beside)?;
    Ok((beside, file))
}

/// A new file, never an existing one or a link.
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
