//! The strict reader in its simplest form: it reads the whole text byte by byte, and is slow.
//! `countersign_json` reads eight bytes at a time, and member by member. Both must give the same
//! verdict, including the place of an error.

use std::collections::BTreeSet;

use countersign_json::{JsonError, MAX_DEPTH};

/// Checks that the text is one valid object.
///
/// # Errors
///
/// The same as those of the strict reader.
pub fn object(text: &[u8]) -> Result<(), JsonError> {
    let text = std::str::from_utf8(text).map_err(|_| JsonError::NotUtf8)?;
    let mut plain = Plain { text, at: 0 };
    plain.space();
    if plain.peek() != Some(b'{') {
        return Err(JsonError::NotAnObject);
    }
    plain.value(0)?;
    plain.space();
    match plain.peek() {
        None => Ok(()),
        Some(_) => Err(plain.syntax()),
    }
}

struct Plain<'a> {
    text: &'a str,
    at: usize,
}

impl Plain<'_> {
    fn value(&mut self, depth: usize) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'{') => self.list(depth, b'}', true),
            Some(b'[') => self.list(depth, b']', false),
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => Err(self.syntax()),
        }
    }

    fn list(&mut self, depth: usize, end: u8, has_names: bool) -> Result<(), JsonError> {
        if depth == MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        let mut names = BTreeSet::new();
        self.at += 1;
        if self.takes(end) {
            return Ok(());
        }
        loop {
            self.space();
            if has_names {
                let name = self.string()?;
                if let Some(name) = names.replace(name) {
                    return Err(JsonError::Duplicate(name.chars().take(64).collect()));
                }
                if !self.takes(b':') {
                    return Err(self.syntax());
                }
                self.space();
            }
            self.value(depth + 1)?;
            if self.takes(end) {
                return Ok(());
            }
            if !self.takes(b',') {
                return Err(self.syntax());
            }
        }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.syntax());
        }
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(String::from_utf8(bytes).expect("UTF-8 between two quotes"));
                }
                Some(b'\\') => {
                    let (character, length) = self.escape().ok_or_else(|| self.syntax())?;
                    bytes.extend(character.to_string().into_bytes());
                    self.at += length;
                }
                Some(byte @ 0x20..) => {
                    bytes.push(byte);
                    self.at += 1;
                }
                _ => return Err(self.syntax()),
            }
        }
    }

    /// The character of the escape that begins here, and its length.
    fn escape(&self) -> Option<(char, usize)> {
        let rest = &self.text.as_bytes()[self.at + 1..];
        let simple = match rest.first()? {
            b'u' => {
                let first = unit(rest.get(1..5)?)?;
                if let Some(Ok(character)) = char::decode_utf16([first]).next() {
                    return Some((character, 6));
                }
                if rest.get(5..7)? != b"\\u" {
                    return None;
                }
                let second = unit(rest.get(7..11)?)?;
                return Some((char::decode_utf16([first, second]).next()?.ok()?, 12));
            }
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            byte @ (b'"' | b'\\' | b'/') => char::from(*byte),
            _ => return None,
        };
        Some((simple, 2))
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        let number = self.text.get(start..self.at).unwrap_or_default();
        match number.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(()),
            _ => {
                let (line, column) = self.place(start);
                Err(JsonError::NumberOutOfRange { line, column })
            }
        }
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
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
            self.at += 1;
        }
        Ok(())
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn syntax(&self) -> JsonError {
        let (line, column) = self.place(self.at);
        JsonError::Syntax { line, column }
    }

    /// The line and the column of a byte, or of the last byte if the text ends before it.
    fn place(&self, at: usize) -> (usize, usize) {
        let before = &self.text.as_bytes()[..at.min(self.text.len().saturating_sub(1))];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before
            .iter()
            .rev()
            .take_while(|byte| **byte != b'\n')
            .count()
            + 1;
        (line, column)
    }
}

/// Four hexadecimal digits.
fn unit(digits: &[u8]) -> Option<u16> {
    let text = std::str::from_utf8(digits).ok()?;
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(text, 16).ok())?
}
