//! A part of an owned token: a place in its payload if possible, else a copy.

use std::ops::Range;

use countersign_claims::Bytes;

/// A part of an owned token.
///
/// A place in the payload needs no allocation. A part that the payload has in another form is a
/// copy: a text with escapes, bytes in base64, a user to whom the authority adds its prefix.
#[derive(Clone)]
pub(crate) enum Part<C> {
    /// Its bytes in the payload.
    Place(Range<usize>),
    Copy(C),
}

pub(crate) type TextPart = Part<Box<str>>;
pub(crate) type BytesPart = Part<Box<[u8]>>;

impl<C> Part<C> {
    /// The place of a text in the payload. `None` if the text is elsewhere in memory, even if the
    /// payload contains the same characters.
    fn place(text: &str, payload: &str) -> Option<Self> {
        let start = text.as_ptr().addr().checked_sub(payload.as_ptr().addr())?;
        let place = start..start.checked_add(text.len())?;
        payload.get(place.clone()).map(|_| Self::Place(place))
    }
}

impl TextPart {
    pub(crate) fn new(text: &str, payload: &str) -> Self {
        Self::place(text, payload).unwrap_or_else(|| Self::Copy(text.into()))
    }

    /// The text. `payload` must be the one that `new` got.
    pub(crate) fn get<'a>(&'a self, payload: &'a str) -> &'a str {
        match self {
            Self::Place(place) => payload.get(place.clone()).unwrap_or_default(),
            Self::Copy(text) => text,
        }
    }
}

impl BytesPart {
    pub(crate) fn new(bytes: &Bytes<'_>, payload: &str) -> Self {
        let place = bytes.as_json().and_then(|json| Self::place(json, payload));
        place.unwrap_or_else(|| Self::Copy(bytes.to_vec().into()))
    }

    /// The bytes. `payload` must be the one that `new` got.
    pub(crate) fn get<'a>(&'a self, payload: &'a str) -> &'a [u8] {
        match self {
            Self::Place(place) => payload.get(place.clone()).unwrap_or_default().as_bytes(),
            Self::Copy(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, TextPart};

    #[test]
    fn a_text_of_the_payload_is_a_place_and_any_other_text_is_a_copy() {
        let payload = "{\"sub\":\"42\"}".to_owned();
        let part = TextPart::new(payload.get(8..10).unwrap_or_default(), &payload);
        assert!(matches!(part, Part::Place(_)));
        assert_eq!(part.get(&payload), "42");
        // The payload moves, and its text stays where it is.
        let moved = payload;
        assert_eq!(part.get(&moved), "42");

        let same = "42".to_owned();
        for other in [&*same, "42", &moved.clone()] {
            let part = TextPart::new(other, &moved);
            assert!(matches!(part, Part::Copy(_)));
            assert_eq!(part.get(&moved), other);
        }
    }
}
