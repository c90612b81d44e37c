//! The content of the last-known-good file: the public keys of a set, and the reports on keys
//! that may not be stored as they were published.
//!
//! Secrets and private halves are never stored. The notes are needed for the warning about them
//! after a restart, if the endpoint answers that its set hasn't changed.

use countersign_json::{Object, ObjectWriter, Value};
use countersign_published_keys::{KeyReport, PublishedKeys, Report};

/// A set in the form of the file.
#[derive(Debug)]
pub(crate) struct KeptSet {
    /// A JWK Set of public keys.
    set: String,
    /// A JSON array: an object for each key that is left out of the set, and for each whose
    /// private half was published. `index` is its place in the document.
    notes: String,
}

/// The most characters of a text of a note. Publishers choose how long a `kid` is.
const LONGEST: usize = 256;

impl KeptSet {
    /// `left_out`: the places of the keys that are in `report` and not in `set`.
    pub(crate) fn new(set: String, report: &Report, left_out: &[usize]) -> Self {
        let mut notes = Vec::new();
        for (index, key) in report.keys().iter().enumerate() {
            let mut note = ObjectWriter::new();
            note.number("index", &index);
            if key.is_private() {
                note.raw("private", "true");
            } else if left_out.contains(&index) {
                for (name, text) in [
                    ("kid", key.kid()),
                    ("kty", key.kty()),
                    ("alg", key.alg()),
                    ("skipped", key.skipped()),
                ] {
                    if let Some(text) = text {
                        let text: String = text.chars().take(LONGEST).collect();
                        note.string(name, &text);
                    }
                }
            } else {
                continue;
            }
            notes.push(note.finish());
        }
        Self {
            set,
            notes: format!("[{}]", notes.join(",")),
        }
    }

    /// Reads what [`write`](Self::write) wrote.
    pub(crate) fn read(file: &Object<'_>) -> Option<Self> {
        let raw = |name: &str| file.get(name).map(|value| value.raw().to_owned());
        Some(Self {
            set: raw("set")?,
            notes: raw("notes").unwrap_or_else(|| "[]".into()),
        })
    }

    /// The members of the file; without notes if they would take more than `room` bytes.
    pub(crate) fn write(&self, file: &mut ObjectWriter, room: usize) -> String {
        if self.notes.len() <= room {
            file.raw("notes", &self.notes);
        }
        file.raw("set", &self.set).finish()
    }

    /// The JWK Set.
    pub(crate) fn set(&self) -> &str {
        &self.set
    }

    /// Adds the notes to the report of the set. `None` if the notes are damaged.
    pub(crate) fn restore_report(&self, keys: &mut PublishedKeys) -> Option<()> {
        let notes = Value::parse(&self.notes).ok()?;
        for note in notes.as_array()? {
            let note = note.as_object()?;
            let index = note.get("index")?.as_number()?.parse().ok()?;
            if note.get("private").is_some() {
                keys.report_private(index);
                continue;
            }
            let text = |name: &str| Some(note.get(name)?.as_str()?.into_owned());
            let key = KeyReport::left_out(text("kid"), text("kty"), text("alg"), text("skipped")?);
            keys.report_left_out(index, key);
        }
        Some(())
    }
}
