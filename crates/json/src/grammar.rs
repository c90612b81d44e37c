//! Checks only the grammar of RFC 8259. It is for collections, whose members are checked one by
//! one later.
//!
//! It does not recurse, so it accepts any nesting. It does not decode numbers and strings, so it
//! accepts numbers of any size and lone surrogates.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::error::JsonError;
use crate::split::Split;

/// Checks that `text` is one object whose own members have unique names.
pub(crate) fn object(text: &str) -> Result<(), JsonError> {
    let mut scan = Scan {
        rest: text.as_bytes(),
    };
    scan.space();
    if scan.rest.first() != Some(&b'{') {
        return Err(JsonError::NotAnObject);
    }
    if scan.document().is_none() {
        let at = text.len().saturating_sub(scan.rest.len());
        return Err(JsonError::syntax(text, at));
    }
    let mut names = BTreeSet::new();
    for name in Split::new(text).step_by(2) {
        // A name with a lone surrogate has no text, so no caller can ask for it.
        if let Some(name) = name.decode()
            && let Some(name) = names.replace(name)
        {
            return Err(JsonError::duplicate(&name));
        }
    }
    Ok(())
}

/// The text that is left to read. Its methods return `None` if the next bytes are not JSON.
struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    /// One value, and nothing after it.
    fn document(&mut self) -> Option<()> {
        // The closing brackets of the open objects and arrays, the innermost last.
        let mut open = Vec::new();
        loop {
            if self.begin(&mut open)? {
                continue;
            }
            // A value has ended. The object or array around it continues, or ends too.
            loop {
                self.space();
                let Some(end) = open.last().copied() else {
                    return self.rest.is_empty().then_some(());
                };
                if self.take(end) {
                    open.pop();
                    continue;
                }
                self.need(b',')?;
                self.member(end)?;
                break;
            }
        }
    }

    /// The beginning of a value. True if it contains another value, which comes next.
    fn begin(&mut self, open: &mut Vec<u8>) -> Option<bool> {
        self.space();
        let end = match self.rest.first()? {
            b'{' => b'}',
            b'[' => b']',
            _ => return self.scalar().map(|()| false),
        };
        self.rest = self.rest.get(1..)?;
        self.space();
        if self.take(end) {
            return Some(false);
        }
        open.push(end);
        self.member(end)?;
        Some(true)
    }

    fn scalar(&mut self) -> Option<()> {
        match self.rest.first()? {
            b'"' => self.string(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    /// Reads what comes before a value: its name in an object, nothing in an array. `end` is the
    /// closing bracket of either.
    fn member(&mut self, end: u8) -> Option<()> {
        if end == b'}' { self.name() } else { Some(()) }
    }

    fn name(&mut self) -> Option<()> {
        self.space();
        self.string()?;
        self.space();
        self.need(b':')
    }

    fn string(&mut self) -> Option<()> {
        self.need(b'"')?;
        loop {
            let length = match self.rest {
                [b'"', ..] => return self.need(b'"'),
                [
                    b'\\',
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                    ..,
                ] => 2,
                [b'\\', b'u', digits @ ..] => {
                    let digits = digits.get(..4)?;
                    digits.iter().all(u8::is_ascii_hexdigit).then_some(6)?
                }
                [] | [b'\\' | 0..0x20, ..] => return None,
                _ => 1,
            };
            self.rest = self.rest.get(length..)?;
        }
    }

    fn number(&mut self) -> Option<()> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Some(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let count = self
            .rest
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.rest = self.rest.get(count..)?;
        (count > 0).then_some(())
    }

    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        word.iter().try_for_each(|letter| self.need(*letter))
    }

    fn need(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    fn take(&mut self, byte: u8) -> bool {
        let behind = self.rest.strip_prefix(&[byte]);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }
}
