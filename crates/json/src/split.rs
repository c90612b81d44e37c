//! Cuts a checked object or array into its values.

/// The values of one checked object or array, in order. An object gives name, value, name, value.
///
/// The whole text was checked before, so quotes and brackets match. Finding the end of a value
/// needs no more grammar than that.
#[derive(Clone)]
pub(crate) struct Split<'a> {
    rest: &'a str,
}

impl<'a> Split<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        let inner = text.len().saturating_sub(1);
        Self {
            rest: text.get(1..inner).unwrap_or_default(),
        }
    }
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self
            .rest
            .trim_start_matches([' ', '\t', '\r', '\n', ',', ':']);
        let (value, rest) = rest.split_at_checked(end(rest.as_bytes()))?;
        self.rest = rest;
        (!value.is_empty()).then_some(value)
    }
}

/// The length of the value at the start. The end is always next to an ASCII byte, so it never
/// cuts a character.
fn end(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut bytes = text.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (in_string, byte) {
            (true, b'\\') => {
                bytes.next();
                continue;
            }
            (_, b'"') => in_string = !in_string,
            (true, _) => continue,
            (false, b'{' | b'[') => depth = depth.saturating_add(1),
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (false, b',' | b' ' | b'\t' | b'\r' | b'\n') if depth == 0 => return at,
            (false, _) => continue,
        }
        if depth == 0 && !in_string {
            return at.saturating_add(1);
        }
    }
    text.len()
}
