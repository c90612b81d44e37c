//! One walk over the whole text: syntax, strings, numbers, depth, duplicate names.
//!
//! The grammar is written out here and not asked of a library: what one that the whole
//! program shares accepts depends on the features which somebody else turned on
//! (`serde_json` with `arbitrary_precision` takes numbers that no float holds, and an
//! object's depth for each). Its tests compare it with that library.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;

use crate::{JsonError, string};

/// The deepest nesting of objects and arrays that is read.
pub const MAX_DEPTH: usize = 100;

/// Checks that `text` is one JSON object and sound throughout.
pub(crate) fn object(text: &str) -> Result<(), JsonError> {
    let mut walk = Walk { text, at: 0 };
    walk.space();
    if walk.peek() != Some(b'{') {
        return Err(JsonError::NotAnObject);
    }
    walk.document()
}

/// Checks that `text` is one value and sound throughout.
pub(crate) fn value(text: &str) -> Result<(), JsonError> {
    Walk { text, at: 0 }.document()
}

/// A place in the text; everything before it is sound.
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    fn document(&mut self) -> Result<(), JsonError> {
        self.space();
        self.value(0)?;
        self.space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.syntax()),
        }
    }

    fn value(&mut self, depth: usize) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'{') => self.members(deeper(depth)?),
            Some(b'[') => self.elements(deeper(depth)?),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => Err(self.syntax()),
        }
    }

    fn members(&mut self, depth: usize) -> Result<(), JsonError> {
        let mut names = Names::default();
        self.step();
        if self.takes(b'}') {
            return Ok(());
        }
        loop {
            self.space();
            let start = self.at;
            self.string()?;
            let name = string::decode(self.since(start)).ok_or_else(|| self.syntax())?;
            if let Err(name) = names.insert(name) {
                return Err(JsonError::duplicate(&name));
            }
            self.needs(b':')?;
            self.space();
            self.value(depth)?;
            if self.takes(b'}') {
                return Ok(());
            }
            self.needs(b',')?;
        }
    }

    fn elements(&mut self, depth: usize) -> Result<(), JsonError> {
        self.step();
        if self.takes(b']') {
            return Ok(());
        }
        loop {
            self.space();
            self.value(depth)?;
            if self.takes(b']') {
                return Ok(());
            }
            self.needs(b',')?;
        }
    }

    fn string(&mut self) -> Result<(), JsonError> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let (length, is_whole) = string::scan(rest);
        self.at = self.at.saturating_add(length);
        if is_whole { Ok(()) } else { Err(self.syntax()) }
    }

    /// RFC 8259 section 6, held to what a 64-bit float can hold.
    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.step();
        }
        match self.peek() {
            Some(b'0') => self.step(),
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.step();
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.step();
            if let Some(b'+' | b'-') = self.peek() {
                self.step();
            }
            self.digits()?;
        }
        match self.since(start).parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(()),
            _ => Err(JsonError::out_of_range(self.text, start)),
        }
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.step();
        }
        if self.at == start {
            return Err(self.syntax());
        }
        Ok(())
    }

    fn word(&mut self, word: &str) -> Result<(), JsonError> {
        for letter in word.bytes() {
            if self.peek() != Some(letter) {
                return Err(self.syntax());
            }
            self.step();
        }
        Ok(())
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.step();
        }
    }

    /// Takes `byte` if it stands next, behind space.
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        let is_next = self.peek() == Some(byte);
        if is_next {
            self.step();
        }
        is_next
    }

    fn needs(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.takes(byte) {
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// What was read since: it begins and ends with ASCII.
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn syntax(&self) -> JsonError {
        JsonError::syntax(self.text, self.at)
    }
}

fn deeper(depth: usize) -> Result<usize, JsonError> {
    if depth >= MAX_DEPTH {
        return Err(JsonError::TooDeep);
    }
    Ok(depth.saturating_add(1))
}

/// The names of one object. The first few, written without escapes, need no
/// allocation; behind them stands an ordered set, which no choice of names makes slow.
#[derive(Default)]
struct Names<'a> {
    few: [Option<&'a str>; 16],
    many: BTreeSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    /// Gives the name back if it was there.
    fn insert(&mut self, name: Cow<'a, str>) -> Result<(), Cow<'a, str>> {
        if self.few.iter().flatten().any(|known| *known == name) || self.many.contains(&name) {
            return Err(name);
        }
        match (name, self.few.iter_mut().find(|slot| slot.is_none())) {
            (Cow::Borrowed(name), Some(slot)) => *slot = Some(name),
            (name, _) => {
                self.many.insert(name);
            }
        }
        Ok(())
    }
}
