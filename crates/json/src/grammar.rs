//! The grammar of RFC 8259 and nothing more: for collections, whose members are judged one
//! by one later.
//!
//! It does not recurse, so that no nesting is too deep, and does not read what a number or
//! a string stands for, so that none is too large or half a surrogate.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::split::Split;
use crate::{JsonError, Value};

/// Checks that `text` is one object, with unique names of its own.
pub(crate) fn object(text: &str) -> Result<(), JsonError> {
    let mut scan = Scan {
        rest: text.as_bytes(),
    };
    scan.space();
    if scan.rest.first() != Some(&b'{') {
        return Err(JsonError::NotAnObject);
    }
    if scan.document().is_none() {
        return Err(syntax(text, scan.rest.len()));
    }
    let mut names = BTreeSet::new();
    for name in Split::new(text).step_by(2) {
        // Half a surrogate names nothing that anyone asks for.
        if let Some(name) = Value::checked(name).as_str()
            && let Some(name) = names.replace(name)
        {
            return Err(JsonError::Duplicate(name.chars().take(64).collect()));
        }
    }
    Ok(())
}

/// Where reading stopped, with so many bytes left.
fn syntax(text: &str, left: usize) -> JsonError {
    let bytes = text.as_bytes();
    let read = bytes
        .get(..bytes.len().saturating_sub(left))
        .unwrap_or(bytes);
    let (mut line, mut column) = (1_usize, 1_usize);
    for byte in read {
        column = column.saturating_add(1);
        if *byte == b'\n' {
            line = line.saturating_add(1);
            column = 1;
        }
    }
    JsonError::Syntax { line, column }
}

/// What is open around a value.
#[derive(Clone, Copy)]
enum Open {
    Array,
    Object,
}

/// What is left to read. `None` from any of its methods: it is no JSON.
struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    /// One value, and nothing behind it.
    fn document(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            if self.begin(&mut open)? {
                continue;
            }
            // A value has ended. What holds it goes on, or ends as well.
            loop {
                self.space();
                let Some(innermost) = open.last() else {
                    return self.rest.is_empty().then_some(());
                };
                match (innermost, self.byte()?) {
                    (Open::Array, b',') => break,
                    (Open::Object, b',') => {
                        self.name()?;
                        break;
                    }
                    (Open::Array, b']') | (Open::Object, b'}') => open.pop(),
                    _ => return None,
                };
            }
        }
    }

    /// The beginning of a value. True: it holds another, which is next.
    fn begin(&mut self, open: &mut Vec<Open>) -> Option<bool> {
        self.space();
        match self.byte()? {
            b'{' => {
                self.space();
                if self.take(b'}') {
                    return Some(false);
                }
                open.push(Open::Object);
                self.name()?;
                return Some(true);
            }
            b'[' => {
                self.space();
                if self.take(b']') {
                    return Some(false);
                }
                open.push(Open::Array);
                return Some(true);
            }
            b'"' => self.string()?,
            b't' => self.word(b"rue")?,
            b'f' => self.word(b"alse")?,
            b'n' => self.word(b"ull")?,
            b'-' => {
                let first = self.byte()?;
                self.number(first)?;
            }
            first => self.number(first)?,
        }
        Some(false)
    }

    fn name(&mut self) -> Option<()> {
        self.space();
        self.word(b"\"")?;
        self.string()?;
        self.space();
        self.word(b":")
    }

    /// The rest of a string, behind its first quote.
    fn string(&mut self) -> Option<()> {
        loop {
            match self.byte()? {
                b'"' => return Some(()),
                b'\\' => match self.byte()? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => {
                        for _ in 0..4 {
                            self.byte().filter(u8::is_ascii_hexdigit)?;
                        }
                    }
                    _ => return None,
                },
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    /// The rest of a number, behind its sign and first digit.
    fn number(&mut self, first: u8) -> Option<()> {
        match first {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            _ => return None,
        }
        if self.take(b'.') {
            self.byte().filter(u8::is_ascii_digit)?;
            self.digits();
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.byte().filter(u8::is_ascii_digit)?;
            self.digits();
        }
        Some(())
    }

    fn digits(&mut self) {
        while self.rest.first().is_some_and(u8::is_ascii_digit) {
            self.byte();
        }
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.rest.first() {
            self.byte();
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn take(&mut self, byte: u8) -> bool {
        self.word(&[byte]).is_some()
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }
}
