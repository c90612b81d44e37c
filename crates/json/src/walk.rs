//! Checks a text in one pass: syntax, strings, numbers, depth, duplicate names.
//!
//! The grammar is our own, because any crate of a program can change what a shared library
//! accepts by turning on a feature: `serde_json` with `arbitrary_precision` accepts numbers that
//! no float can hold. The tests compare the two.

use alloc::borrow::Cow;

use crate::error::{JsonError, MAX_DEPTH};
use crate::names::Names;
use crate::string::{self, Known, Raw};

/// A 64-bit float can hold any number with this many digits before the point: its limit is above
/// 1.7 × 10^308.
const SAFE_DIGITS: usize = 308;

/// A number of so many digits fits 64 bits, and is computed while it is read.
const WHOLE_DIGITS: usize = 18;

/// A place in a text. Everything before it is valid.
///
/// The usual values are read by functions that are inlined, so that the place stays in a register.
/// The others are read by functions that get the place and return the new one.
#[derive(Clone, Copy)]
pub(crate) struct Walk<'a> {
    text: &'a str,
    at: usize,
}

/// What is wrong at the place where a walk stopped. [`Walk::error`] makes the full error of it.
///
/// It is as wide as a pointer, so that a result fits registers. If it were a byte, the compiler
/// would copy results from memory in pieces of odd sizes, which takes several times as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Fault {
    NotAnObject,
    Syntax,
    /// The walk stands at the beginning of the number.
    OutOfRange,
    /// The walk stands at the beginning of the second name.
    Duplicate,
    TooDeep,
}

impl<'a> Walk<'a> {
    #[inline]
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How many bytes were read.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The error for a fault that this walk found.
    #[cold]
    pub(crate) fn error(mut self, fault: Fault) -> JsonError {
        match fault {
            Fault::NotAnObject => JsonError::NotAnObject,
            Fault::Syntax => JsonError::syntax(self.text, self.at),
            Fault::OutOfRange => JsonError::out_of_range(self.text, self.at),
            Fault::Duplicate => {
                let name = self.value(0).ok().and_then(Raw::decode);
                JsonError::duplicate(&name.unwrap_or_default())
            }
            Fault::TooDeep => JsonError::TooDeep,
        }
    }

    /// One object and nothing else.
    pub(crate) fn object(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.peek() != Some(b'{') {
            return Err(JsonError::NotAnObject);
        }
        self.document(0)?;
        Ok(())
    }

    /// One value and nothing else, at this depth.
    pub(crate) fn document(&mut self, depth: usize) -> Result<Raw<'a>, JsonError> {
        self.space();
        let read = self.value(depth);
        let value = read.and_then(|value| self.end().map(|()| value));
        value.map_err(|fault| self.error(fault))
    }

    /// One object and nothing else. Passes each member to `take`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `Walk`")]
    pub(crate) fn whole_object(
        &mut self,
        take: impl FnMut(Cow<'a, str>, Raw<'a>),
    ) -> Result<(), Fault> {
        if !self.takes(b'{') {
            return Err(Fault::NotAnObject);
        }
        self.members(1, take)?;
        self.end()
    }

    /// Steps into the object or array that begins here, at this depth. Returns the depth inside, and
    /// whether something is there, which comes next.
    #[inline]
    pub(crate) fn enter(&mut self, open: u8, close: u8, depth: usize) -> Option<(usize, bool)> {
        if self.peek() != Some(open) {
            return None;
        }
        let inside = self.deeper(depth).ok()?;
        Some((inside, !self.closes(close)))
    }

    /// The name of a member, its colon and the space after it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "otherwise each name is copied")]
    pub(crate) fn name(&mut self, names: &mut Names<'a>) -> Result<Cow<'a, str>, Fault> {
        if self.peek() != Some(b'"') {
            self.at = Self::behind_space(self.text, self.at);
        }
        let start = self.at;
        let name = match self.string()? {
            Known::PlainString => Cow::Borrowed(self.between_quotes(start)),
            _ => Self::decoded(self.since(start)),
        };
        if !names.insert(&name, start.wrapping_add(1), self.text) {
            self.at = start;
            return Err(Fault::Duplicate);
        }
        if !self.takes(b':') {
            return Err(Fault::Syntax);
        }
        self.space();
        Ok(name)
    }

    /// The content of a string with escapes. They were checked, so every string can be decoded.
    #[cold]
    fn decoded(text: &'a str) -> Cow<'a, str> {
        Raw::new(text).decode().unwrap_or_default()
    }

    /// The value that begins here.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "otherwise each value is copied")]
    pub(crate) fn value(&mut self, depth: usize) -> Result<Raw<'a>, Fault> {
        let start = self.at;
        let known = self.end_of_value(depth)?;
        Ok(Raw {
            text: self.since(start),
            known,
        })
    }

    /// Reads to the end of the value that begins here.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `Walk`")]
    fn end_of_value(&mut self, depth: usize) -> Result<Known, Fault> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let (at, read) = Self::end_of_other_value(self.text, self.at, depth);
                self.at = at;
                read.map(|()| Known::Nothing)
            }
        }
    }

    /// Reads a value that is neither a string nor a number, from `at`. Returns where it stopped.
    fn end_of_other_value(text: &'a str, at: usize, depth: usize) -> (usize, Result<(), Fault>) {
        let mut walk = Self { text, at };
        let read = match walk.peek() {
            Some(b'{') => walk
                .deeper(depth)
                .and_then(|depth| walk.members(depth, |_, _| ())),
            Some(b'[') => walk.deeper(depth).and_then(|depth| walk.elements(depth)),
            Some(b't') => walk.word(b"true"),
            Some(b'f') => walk.word(b"false"),
            Some(b'n') => walk.word(b"null"),
            _ => Err(Fault::Syntax),
        };
        (walk.at, read)
    }

    /// Reads what follows a value: true for a comma, false for the closing bracket `end`.
    #[inline]
    pub(crate) fn more(&mut self, end: u8) -> Result<bool, Fault> {
        let mut next = self.peek();
        if next != Some(b',') && next != Some(end) {
            self.at = Self::behind_space(self.text, self.at);
            next = self.peek();
        }
        let goes_on = match next {
            Some(b',') => true,
            Some(byte) if byte == end => false,
            _ => return Err(Fault::Syntax),
        };
        self.step(1);
        Ok(goes_on)
    }

    /// Checks that only space is left.
    #[inline]
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        self.space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Fault::Syntax),
        }
    }

    /// Reads an object from behind its bracket. Passes each member to `take`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `Walk`")]
    fn members(
        &mut self,
        depth: usize,
        mut take: impl FnMut(Cow<'a, str>, Raw<'a>),
    ) -> Result<(), Fault> {
        if self.closes(b'}') {
            return Ok(());
        }
        let mut names = Names::new();
        loop {
            let name = self.name(&mut names)?;
            let value = self.value(depth)?;
            take(name, value);
            if !self.more(b'}')? {
                return Ok(());
            }
        }
    }

    /// Reads an array from behind its bracket.
    fn elements(&mut self, depth: usize) -> Result<(), Fault> {
        if self.closes(b']') {
            return Ok(());
        }
        loop {
            self.space();
            self.end_of_value(depth)?;
            if !self.more(b']')? {
                return Ok(());
            }
        }
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `Walk`")]
    fn string(&mut self) -> Result<Known, Fault> {
        if self.peek() != Some(b'"') {
            return Err(Fault::Syntax);
        }
        self.step(1);
        self.at = string::plain_until(self.text.as_bytes(), self.at);
        if self.peek() == Some(b'"') {
            self.step(1);
            return Ok(Known::PlainString);
        }
        let (at, read) = Self::rest_of_string(self.text, self.at);
        self.at = at;
        read.map(|()| Known::Nothing)
    }

    /// Reads the rest of a string from its first escape, which is at `at`. Any other byte there is an
    /// error. Returns where it stopped.
    #[cold]
    fn rest_of_string(text: &'a str, at: usize) -> (usize, Result<(), Fault>) {
        let mut walk = Self { text, at };
        loop {
            match walk.peek() {
                Some(b'"') => {
                    walk.step(1);
                    return (walk.at, Ok(()));
                }
                Some(b'\\') => {
                    let rest = text.as_bytes().get(walk.at..).unwrap_or_default();
                    let Some((_, length)) = string::escape(rest) else {
                        return (walk.at, Err(Fault::Syntax));
                    };
                    walk.step(length);
                }
                // The end of the text, or a control character.
                _ => return (walk.at, Err(Fault::Syntax)),
            }
            walk.at = string::plain_until(text.as_bytes(), walk.at);
        }
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "see `Walk`")]
    fn number(&mut self) -> Result<Known, Fault> {
        let start = self.at;
        let mut whole = 0_u64;
        // A date has ten digits, so a second group of eight is rare.
        if let Some(eight) = self.eight_digits() {
            whole = eight;
            self.step(8);
        }
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            whole = whole.wrapping_mul(10).wrapping_add(u64::from(digit & 0xf));
            self.step(1);
        }
        let digits = self.text.as_bytes().get(start..self.at).unwrap_or_default();
        let goes_on = matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        if goes_on || digits.len() > WHOLE_DIGITS || matches!(digits, [] | [b'0', _, ..]) {
            let (at, read) = Self::end_of_any_number(self.text, start);
            self.at = at;
            return read.map(|()| Known::Nothing);
        }
        Ok(Known::Whole(whole))
    }

    /// Reads any number from `at`. Returns where it stopped.
    fn end_of_any_number(text: &'a str, at: usize) -> (usize, Result<(), Fault>) {
        let mut walk = Self { text, at };
        let read = walk.any_number();
        (walk.at, read)
    }

    /// The number that the next eight bytes are, if all of them are digits.
    #[inline]
    fn eight_digits(&self) -> Option<u64> {
        let rest = self.text.as_bytes().get(self.at..)?;
        string::eight_digits(*rest.first_chunk()?)
    }

    /// A number (RFC 8259 section 6) that a 64-bit float can hold.
    fn any_number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.skip(b"-");
        let whole = match self.peek() {
            Some(b'0') => {
                self.step(1);
                1
            }
            _ => self.digits()?,
        };
        if self.skip(b".") {
            self.digits()?;
        }
        let mut is_safe = whole <= SAFE_DIGITS;
        if self.skip(b"eE") {
            self.skip(b"+-");
            self.digits()?;
            is_safe = false;
        }
        if is_safe {
            return Ok(());
        }
        match self.since(start).parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(()),
            _ => {
                self.at = start;
                Err(Fault::OutOfRange)
            }
        }
    }

    /// Reads at least one digit, and returns how many there were.
    fn digits(&mut self) -> Result<usize, Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.step(1);
        }
        match self.at.saturating_sub(start) {
            0 => Err(Fault::Syntax),
            count => Ok(count),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Fault> {
        for letter in word {
            if self.peek() != Some(*letter) {
                return Err(Fault::Syntax);
            }
            self.step(1);
        }
        Ok(())
    }

    /// Steps over space. Space is rare, and no other byte of a valid text is as low, so one comparison
    /// is usually enough.
    #[inline]
    pub(crate) fn space(&mut self) {
        if let Some(..=b' ') = self.peek() {
            self.at = Self::behind_space(self.text, self.at);
        }
    }

    #[cold]
    fn behind_space(text: &str, at: usize) -> usize {
        let mut walk = Walk { text, at };
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = walk.peek() {
            walk.step(1);
        }
        walk.at
    }

    /// Whether the object or array that was entered ends here. If so, this steps behind its closing
    /// bracket `end`.
    #[inline]
    fn closes(&mut self, end: u8) -> bool {
        self.space();
        self.skip(&[end])
    }

    /// Reads `byte` if it comes next, perhaps after space. Usually there is no space, so this looks
    /// for the byte first.
    #[inline]
    fn takes(&mut self, byte: u8) -> bool {
        if self.peek() != Some(byte) {
            self.at = Self::behind_space(self.text, self.at);
            if self.peek() != Some(byte) {
                return false;
            }
        }
        self.step(1);
        true
    }

    /// Reads one of `bytes` if it comes next, without space before it.
    fn skip(&mut self, bytes: &[u8]) -> bool {
        let stands_here = self.peek().is_some_and(|byte| bytes.contains(&byte));
        if stands_here {
            self.step(1);
        }
        stands_here
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Moves on by bytes that the text is known to have.
    #[inline]
    fn step(&mut self, bytes: usize) {
        self.at = self.at.wrapping_add(bytes);
    }

    /// The text between the quotes of the string that was read since `start`.
    #[inline]
    fn between_quotes(&self, start: usize) -> &'a str {
        let inside = start.wrapping_add(1)..self.at.wrapping_sub(1);
        self.text.get(inside).unwrap_or_default()
    }

    /// The text that was read since `start`. It begins and ends with ASCII.
    #[inline]
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Steps into an object or array of a value at this depth. Returns the depth inside.
    fn deeper(&mut self, depth: usize) -> Result<usize, Fault> {
        if depth >= MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        self.step(1);
        Ok(depth.saturating_add(1))
    }
}
