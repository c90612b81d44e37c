//! Writing one object, member by member.

use alloc::string::String;
use core::fmt::{self, Write as _};

use crate::string::plain_until;

/// A text as a JSON string, with quotes and escapes.
///
/// ```
/// assert_eq!(countersign_json::quote("a\"b\n"), r#""a\"b\n""#);
/// ```
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::new();
    push_quoted(&mut quoted, text);
    quoted
}

/// Writes one compact object, with its members in the order of the calls. The caller makes sure
/// that names are unique.
///
/// ```
/// use countersign_json::ObjectWriter;
///
/// let header = ObjectWriter::new().string("alg", "HS256").raw("v", "1").finish();
/// assert_eq!(header, r#"{"alg":"HS256","v":1}"#);
/// ```
#[derive(Clone, Default)]
pub struct ObjectWriter {
    text: String,
    /// Where the object begins in `text`.
    start: usize,
}

impl ObjectWriter {
    /// An object without members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An object without members, with room for `bytes` bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            start: 0,
        }
    }

    /// An object without members, written in the room of `json`. [`given`](Self::given) makes
    /// that a member. Only the object is left in the end.
    ///
    /// ```
    /// use countersign_json::ObjectWriter;
    ///
    /// let json = String::from("[1,2]");
    /// let object = ObjectWriter::in_room_of(json).string("a", "b").given("c").finish();
    /// assert_eq!(object, r#"{"a":"b","c":[1,2]}"#);
    /// ```
    #[must_use]
    pub fn in_room_of(json: String) -> Self {
        Self {
            start: json.len(),
            text: json,
        }
    }

    /// Adds the value in whose room the object is written, if there is one.
    pub fn given(&mut self, name: &str) -> &mut Self {
        if self.start > 0 {
            self.name(name);
            self.text.extend_from_within(..self.start);
        }
        self
    }

    /// Adds a string.
    pub fn string(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name);
        push_quoted(&mut self.text, value);
        self
    }

    /// Adds a value that is JSON already.
    pub fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.name(name);
        self.text.push_str(json);
        self
    }

    /// Adds an integer.
    pub fn integer(&mut self, name: &str, number: i64) -> &mut Self {
        self.name(name);
        if number < 0 {
            self.text.push('-');
        }
        push_number(&mut self.text, number.unsigned_abs());
        self
    }

    /// Adds a number as it is displayed. The caller makes sure that the text is a JSON number.
    pub fn number(&mut self, name: &str, number: &dyn fmt::Display) -> &mut Self {
        self.name(name);
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{number}");
        self
    }

    /// Adds an array of strings.
    pub fn strings<'s>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = &'s str>,
    ) -> &mut Self {
        self.name(name);
        let mut before = "[";
        for value in values {
            self.text.push_str(before);
            push_quoted(&mut self.text, value);
            before = ",";
        }
        self.text.push_str(if before == "[" { "[]" } else { "]" });
        self
    }

    /// The object. The writer has no members afterwards.
    #[must_use]
    pub fn finish(&mut self) -> String {
        let Self { mut text, start } = core::mem::take(self);
        text.push_str(if text.len() == start { "{}" } else { "}" });
        text.drain(..start);
        text
    }

    fn name(&mut self, name: &str) {
        let is_first = self.text.len() == self.start;
        self.text.push_str(if is_first { "{" } else { "," });
        push_quoted(&mut self.text, name);
        self.text.push(':');
    }
}

impl fmt::Debug for ObjectWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectWriter").finish_non_exhaustive()
    }
}

/// Appends a number. `Display` takes several times as long.
fn push_number(out: &mut String, number: u64) {
    const GROUP: u64 = 100_000_000;
    let above = number / GROUP;
    if above > 0 {
        push_number(out, above);
    }
    let group = number % GROUP;
    for power in [10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1] {
        let digit = group.checked_div(power).unwrap_or_default() % 10;
        let digit = u8::try_from(digit).unwrap_or_default();
        if above > 0 || group >= power || power == 1 {
            out.push(char::from(b'0'.wrapping_add(digit)));
        }
    }
}

/// RFC 8259 section 7: quotation mark, reverse solidus and control characters are escaped.
fn push_quoted(out: &mut String, text: &str) {
    out.reserve(text.len().saturating_add(2));
    out.push('"');
    match text.split_at_checked(plain_until(text.as_bytes(), 0)) {
        Some((plain, "")) => out.push_str(plain),
        _ => push_escaped(out, text),
    }
    out.push('"');
}

/// A text that has something to escape.
#[cold]
fn push_escaped(out: &mut String, text: &str) {
    let mut rest = text;
    // All special characters are ASCII, so the text is never cut within a character.
    while let Some((plain, behind)) = rest.split_at_checked(plain_until(rest.as_bytes(), 0)) {
        out.push_str(plain);
        let mut characters = behind.chars();
        match characters.next() {
            None => break,
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(control) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
        }
        rest = characters.as_str();
    }
}
