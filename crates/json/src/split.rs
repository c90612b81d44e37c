//! Cuts a checked object or array into its values.

use crate::cursor::Cursor;
use crate::string::Raw;

/// The values of one checked object or array, in order. An object gives name, value, name, value.
#[derive(Clone)]
pub(crate) struct Split<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Split<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut cursor = Cursor::new(text);
        cursor.enter();
        Self { cursor }
    }
}

impl<'a> Iterator for Split<'a> {
    type Item = Raw<'a>;

    fn next(&mut self) -> Option<Raw<'a>> {
        self.cursor.separators();
        // A closing bracket begins no value.
        self.cursor.kind()?;
        self.cursor.raw()
    }
}
