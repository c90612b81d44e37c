//! Reads a text that was checked before, from value to value.

use alloc::borrow::Cow;
use core::fmt;

use crate::kind::Kind;
use crate::string::{Known, Raw, eight_digits, plain_until};

/// A number of so many digits fits 64 bits.
const SAFE_DIGITS: usize = 18;

/// A place in a text that was **checked before**, for example by
/// [`Object::each_member`](crate::Object::each_member). It is for callers that read every value only
/// once, in order, into types of their own.
///
/// It finds where values end, and relies on that check for everything else: names, depth, and the
/// syntax within values. A method returns `None` if the value that comes next is of another type.
/// On a text that was not checked, the values may be wrong, but no method panics.
///
/// ```
/// use countersign_json::{Cursor, Kind, Number, Object};
///
/// let checked = Object::parse(br#"{"sub": "42", "levels": [1, -2]}"#)?;
/// let mut cursor = Cursor::new(checked.raw());
/// cursor.enter();
/// assert_eq!(cursor.has_next(true), Some(true));
/// assert_eq!(cursor.name().as_deref(), Some("sub"));
/// assert_eq!(cursor.kind(), Some(Kind::String));
/// assert_eq!(cursor.string().as_deref(), Some("42"));
///
/// assert_eq!(cursor.has_next(false), Some(true));
/// assert_eq!(cursor.name().as_deref(), Some("levels"));
/// cursor.enter();
/// assert_eq!(cursor.has_next(true), Some(true));
/// assert_eq!(cursor.number(), Some(Number::Unsigned(1)));
/// assert_eq!(cursor.has_next(false), Some(true));
/// assert_eq!(cursor.number(), Some(Number::Negative(-2)));
/// assert_eq!(cursor.has_next(false), Some(false));
///
/// assert_eq!(cursor.has_next(false), Some(false));
/// assert!(cursor.is_at_end());
/// # Ok::<(), countersign_json::JsonError>(())
/// ```
#[derive(Clone)]
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// A number, by the type that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number<'a> {
    /// Zero, or a whole number above it.
    Unsigned(u64),
    /// A whole number below zero.
    Negative(i64),
    /// The text of any other number: it has a fraction or an exponent, needs more than 64 bits, or
    /// is `-0`.
    Other(&'a str),
}

impl<'a> Cursor<'a> {
    /// At the beginning of a checked text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How many bytes of the text were read.
    #[inline]
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }

    /// Whether only space is left.
    #[must_use]
    pub fn is_at_end(&mut self) -> bool {
        self.next_byte().is_none()
    }

    /// The type of the value that comes next.
    #[inline]
    pub fn kind(&mut self) -> Option<Kind> {
        Some(match self.next_byte()? {
            b'"' => Kind::String,
            b'-' | b'0'..=b'9' => Kind::Number,
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b't' | b'f' => Kind::Bool,
            b'n' => Kind::Null,
            _ => return None,
        })
    }

    /// Reads a string, borrowed if it has no escapes.
    pub fn string(&mut self) -> Option<Cow<'a, str>> {
        match self.plain_string() {
            Some(text) => Some(Cow::Borrowed(text)),
            None if self.kind()? == Kind::String => self.raw()?.decode(),
            None => None,
        }
    }

    /// Reads a string without escapes, as most are. `None` without reading it if it has some.
    #[inline]
    pub fn plain_string(&mut self) -> Option<&'a str> {
        if self.peek()? != b'"' && self.byte_after_space()? != b'"' {
            return None;
        }
        let start = self.at.wrapping_add(1);
        let end = plain_until(self.text.as_bytes(), start);
        if *self.text.as_bytes().get(end)? != b'"' {
            return None;
        }
        self.at = end.wrapping_add(1);
        self.text.get(start..end)
    }

    /// Reads a number.
    #[inline]
    pub fn number(&mut self) -> Option<Number<'a>> {
        match self.plain_number() {
            Some(number) => Some(Number::Unsigned(number)),
            None => self.any_number(),
        }
    }

    /// Reads a number of a few digits, as most are. `None` without reading it if it is another.
    #[inline]
    fn plain_number(&mut self) -> Option<u64> {
        self.next_byte()?;
        let rest = self.text.as_bytes().get(self.at..)?;
        let mut number = 0_u64;
        let mut digits = 0_usize;
        // A date has ten digits.
        if let Some(eight) = rest.first_chunk().and_then(|next| eight_digits(*next)) {
            number = eight;
            digits = 8;
        }
        while let Some(digit @ b'0'..=b'9') = rest.get(digits) {
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit & 0xf));
            digits = digits.wrapping_add(1);
        }
        let goes_on = matches!(rest.get(digits), Some(b'.' | b'e' | b'E'));
        if goes_on || !(1..=SAFE_DIGITS).contains(&digits) {
            return None;
        }
        self.step(digits);
        Some(number)
    }

    fn any_number(&mut self) -> Option<Number<'a>> {
        if self.kind()? != Kind::Number {
            return None;
        }
        let text = self.skip()?;
        if let Ok(number) = text.parse() {
            return Some(Number::Unsigned(number));
        }
        Some(match text.parse() {
            Ok(number) if number != 0 => Number::Negative(number),
            _ => Number::Other(text),
        })
    }

    /// Reads a value of any type, and returns its text without space around it.
    pub fn skip(&mut self) -> Option<&'a str> {
        self.raw().map(|raw| raw.text)
    }

    /// Steps into the object or array that begins here. Then ask [`has_next`](Self::has_next)
    /// before each member or element.
    #[inline]
    pub fn enter(&mut self) {
        self.next_byte();
        self.step(1);
    }

    /// Whether the object or array that was entered has one more member or element. If not, this
    /// steps behind its closing bracket. `is_first`: whether none was read yet. `None` if a value
    /// was left unread.
    #[inline]
    pub fn has_next(&mut self, is_first: bool) -> Option<bool> {
        match self.next_byte()? {
            b'}' | b']' => {
                self.step(1);
                Some(false)
            }
            b',' if !is_first => {
                self.step(1);
                Some(true)
            }
            _ => is_first.then_some(true),
        }
    }

    /// Reads the name of a member, and the colon after it.
    #[inline]
    pub fn name(&mut self) -> Option<Cow<'a, str>> {
        let name = self.string()?;
        self.colon().then_some(name)
    }

    /// Reads the colon behind the name of a member, for callers that read the name as a string.
    #[inline]
    pub fn colon(&mut self) -> bool {
        let stands_here = self.peek() == Some(b':') || self.byte_after_space() == Some(b':');
        if stands_here {
            self.step(1);
        }
        stands_here
    }

    /// Reads everything between two values: space, commas and colons.
    pub(crate) fn separators(&mut self) {
        while self
            .peek()
            .is_some_and(|byte| is_space(byte) || matches!(byte, b',' | b':'))
        {
            self.step(1);
        }
    }

    /// Reads a value of any type.
    #[inline]
    pub(crate) fn raw(&mut self) -> Option<Raw<'a>> {
        let first = self.next_byte()?;
        let start = self.at;
        let mut known = Known::Nothing;
        match first {
            b'"' => known = self.quotes(),
            b'{' | b'[' => self.brackets(),
            _ => self.word(),
        }
        let text = self.text.get(start..self.at)?;
        Some(Raw { text, known })
    }

    /// To the end of the string that begins here.
    #[inline]
    fn quotes(&mut self) -> Known {
        let mut known = Known::PlainString;
        self.step(1);
        loop {
            self.at = plain_until(self.text.as_bytes(), self.at);
            if self.peek() != Some(b'\\') {
                self.step(1);
                return known;
            }
            known = Known::Nothing;
            self.step(2);
        }
    }

    /// To the end of the object or array that begins here.
    fn brackets(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.quotes();
                    continue;
                }
                b'{' | b'[' => depth = depth.saturating_add(1),
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.step(1);
            if depth == 0 {
                return;
            }
        }
    }

    /// To the end of the number or word that begins here.
    fn word(&mut self) {
        while let Some(byte) = self.peek() {
            if is_space(byte) || matches!(byte, b',' | b'}' | b']') {
                return;
            }
            self.step(1);
        }
    }

    /// The next byte after space, which stays unread. Space is rare, and no other byte of a checked
    /// text outside of strings is as low.
    #[inline]
    fn next_byte(&mut self) -> Option<u8> {
        match self.peek()? {
            ..=b' ' => self.byte_after_space(),
            byte => Some(byte),
        }
    }

    #[cold]
    fn byte_after_space(&mut self) -> Option<u8> {
        while self.peek().is_some_and(is_space) {
            self.step(1);
        }
        self.peek()
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn step(&mut self, bytes: usize) {
        self.at = self.at.wrapping_add(bytes);
    }
}

#[inline]
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

impl fmt::Debug for Cursor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").finish_non_exhaustive()
    }
}
