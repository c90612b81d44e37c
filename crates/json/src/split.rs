//! Cuts a checked object or array into its values.

use crate::string::{Known, Raw, plain_until};

/// The values of one checked object or array, in order. An object gives name, value, name, value.
///
/// The whole text was checked before, so quotes and brackets match. Finding the end of a value
/// needs no more grammar than that.
#[derive(Clone)]
pub(crate) struct Split<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Split<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let space = bytes.iter().take_while(|byte| is_space(**byte)).count();
        // Behind the bracket that opens the whole.
        let at = space.saturating_add(1);
        Self { text, at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn step(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    /// To the end of the string that begins here.
    fn string(&mut self) -> Known {
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
                    self.string();
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
}

impl<'a> Iterator for Split<'a> {
    type Item = Raw<'a>;

    fn next(&mut self) -> Option<Raw<'a>> {
        while let Some(byte) = self.peek() {
            if !is_space(byte) && !matches!(byte, b',' | b':') {
                break;
            }
            self.step(1);
        }
        let start = self.at;
        let mut known = Known::Nothing;
        match self.peek()? {
            b'}' | b']' => return None,
            b'"' => known = self.string(),
            b'{' | b'[' => self.brackets(),
            _ => self.word(),
        }
        let text = self.text.get(start..self.at)?;
        Some(Raw { text, known })
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
