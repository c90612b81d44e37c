//! Checks a text in one pass: syntax, strings, numbers, depth, duplicate names.
//!
//! The grammar is our own, because any crate of a program can change what a shared library
//! accepts by turning on a feature: `serde_json` with `arbitrary_precision` accepts numbers that
//! no float can hold. The tests compare the two.

use alloc::borrow::Cow;

use crate::error::{JsonError, MAX_DEPTH};
use crate::names::Names;
use crate::string::{self, Raw};

/// A 64-bit float can hold any number with this many digits before the point: its limit is above
/// 1.7 × 10^308.
const SAFE_DIGITS: usize = 308;

/// A place in a text. Everything before it is valid.
#[derive(Clone)]
pub(crate) struct Walk<'a> {
    text: &'a str,
    rest: &'a [u8],
}

impl<'a> Walk<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            rest: text.as_bytes(),
        }
    }

    /// One object and nothing else.
    pub(crate) fn object(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.rest.first() != Some(&b'{') {
            return Err(JsonError::NotAnObject);
        }
        self.document()?;
        Ok(())
    }

    /// One value and nothing else.
    pub(crate) fn document(&mut self) -> Result<Raw<'a>, JsonError> {
        self.space();
        let value = self.value(0)?;
        self.end()?;
        Ok(value)
    }

    /// The beginning of an object. True if it has a member, which is next.
    pub(crate) fn begin_object(&mut self) -> Result<bool, JsonError> {
        if !self.takes(b'{') {
            return Err(JsonError::NotAnObject);
        }
        Ok(!self.takes(b'}'))
    }

    /// The name of a member, its colon and the space after it.
    pub(crate) fn name(&mut self, names: &mut Names<'a>) -> Result<Cow<'a, str>, JsonError> {
        self.space();
        let name = self.string()?;
        // The escapes were checked, so every string can be decoded.
        let name = name.decode().unwrap_or_default();
        if !names.insert(name.clone()) {
            return Err(JsonError::duplicate(&name));
        }
        if !self.takes(b':') {
            return Err(self.syntax());
        }
        self.space();
        Ok(name)
    }

    /// The value that begins here.
    pub(crate) fn value(&mut self, depth: usize) -> Result<Raw<'a>, JsonError> {
        let start = self.at();
        match self.rest.first() {
            Some(b'"') => return self.string(),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'{') => self.members(deeper(depth)?)?,
            Some(b'[') => self.elements(deeper(depth)?)?,
            Some(b't') => self.word(b"true")?,
            Some(b'f') => self.word(b"false")?,
            Some(b'n') => self.word(b"null")?,
            _ => return Err(self.syntax()),
        }
        Ok(Raw::new(self.since(start)))
    }

    /// Reads what follows a value: true for a comma, false for the closing bracket `end`.
    pub(crate) fn more(&mut self, end: u8) -> Result<bool, JsonError> {
        if self.takes(b',') {
            Ok(true)
        } else if self.takes(end) {
            Ok(false)
        } else {
            Err(self.syntax())
        }
    }

    /// Checks that only space is left.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        self.space();
        match self.rest {
            [] => Ok(()),
            _ => Err(self.syntax()),
        }
    }

    fn members(&mut self, depth: usize) -> Result<(), JsonError> {
        self.step(1);
        if self.takes(b'}') {
            return Ok(());
        }
        let mut names = Names::new();
        loop {
            self.name(&mut names)?;
            self.value(depth)?;
            if !self.more(b'}')? {
                return Ok(());
            }
        }
    }

    fn elements(&mut self, depth: usize) -> Result<(), JsonError> {
        self.step(1);
        if self.takes(b']') {
            return Ok(());
        }
        loop {
            self.space();
            self.value(depth)?;
            if !self.more(b']')? {
                return Ok(());
            }
        }
    }

    fn string(&mut self) -> Result<Raw<'a>, JsonError> {
        let start = self.at();
        match string::scan(self.rest) {
            Ok(string) => {
                self.step(string.length);
                Ok(Raw {
                    text: self.since(start),
                    is_plain_string: !string.has_escapes,
                })
            }
            Err(sound) => {
                self.step(sound);
                Err(self.syntax())
            }
        }
    }

    /// A number (RFC 8259 section 6) that a 64-bit float can hold.
    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at();
        if let [b'-', ..] = self.rest {
            self.step(1);
        }
        let whole = match self.rest {
            [b'0', ..] => {
                self.step(1);
                1
            }
            _ => self.digits()?,
        };
        if let [b'.', ..] = self.rest {
            self.step(1);
            self.digits()?;
        }
        let mut is_safe = whole <= SAFE_DIGITS;
        if let [b'e' | b'E', ..] = self.rest {
            self.step(1);
            if let [b'+' | b'-', ..] = self.rest {
                self.step(1);
            }
            self.digits()?;
            is_safe = false;
        }
        if is_safe {
            return Ok(());
        }
        match self.since(start).parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(()),
            _ => Err(JsonError::out_of_range(self.text, start)),
        }
    }

    /// Reads at least one digit, and returns how many there were.
    fn digits(&mut self) -> Result<usize, JsonError> {
        let is_digit = |byte: &&u8| byte.is_ascii_digit();
        let count = self.rest.iter().take_while(is_digit).count();
        self.step(count);
        if count == 0 {
            return Err(self.syntax());
        }
        Ok(count)
    }

    fn word(&mut self, word: &[u8]) -> Result<(), JsonError> {
        for letter in word {
            if self.rest.first() != Some(letter) {
                return Err(self.syntax());
            }
            self.step(1);
        }
        Ok(())
    }

    #[inline]
    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Reads `byte` if it comes next, perhaps after space.
    #[inline]
    fn takes(&mut self, byte: u8) -> bool {
        // Space is rare, so look for it last.
        if self.rest.first() != Some(&byte) {
            self.space();
            if self.rest.first() != Some(&byte) {
                return false;
            }
        }
        self.step(1);
        true
    }

    fn step(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn at(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    /// The text that was read since `start`. It begins and ends with ASCII.
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at()).unwrap_or_default()
    }

    fn syntax(&self) -> JsonError {
        JsonError::syntax(self.text, self.at())
    }
}

fn deeper(depth: usize) -> Result<usize, JsonError> {
    if depth >= MAX_DEPTH {
        return Err(JsonError::TooDeep);
    }
    Ok(depth.saturating_add(1))
}
