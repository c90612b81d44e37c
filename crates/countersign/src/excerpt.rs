//! A short text from a refused token, kept without an allocation.

use std::fmt;
use std::ops::Deref;

/// As many bytes as a UUID has, in its usual spelling, and some more.
const INLINE: usize = 38;

/// A text from a token, for an error. It dereferences to `str`, which is the text as the token has
/// it. `Display` shows it escaped, and `Debug` escaped and between quotes.
///
/// ```
/// use countersign::{Authenticator, Error, Key, now};
///
/// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
/// let auth = Authenticator::builder().key(key).build()?;
/// // The header is {"alg":"XS256"}.
/// let error = auth.token("eyJhbGciOiJYUzI1NiJ9.e30.AAAA", now()).unwrap_err();
/// let Error::Algorithm { found } = error else { panic!("{error}") };
/// assert_eq!(found, "XS256");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// A token that no key can have signed must cost little, so a short text is kept in place.
#[derive(Clone)]
pub struct Excerpt(Text);

#[derive(Clone)]
enum Text {
    Short { length: u8, bytes: [u8; INLINE] },
    Long(Box<str>),
}

impl Excerpt {
    pub(crate) fn new(text: &str) -> Self {
        let mut bytes = [0; INLINE];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                Self(Text::Short { length, bytes })
            }
            _ => Self(Text::Long(text.into())),
        }
    }
}

impl Deref for Excerpt {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Text::Short { length, bytes } => {
                let bytes = bytes.get(..usize::from(*length)).unwrap_or_default();
                // They were copied from a text.
                std::str::from_utf8(bytes).unwrap_or_default()
            }
            Text::Long(text) => text,
        }
    }
}

impl PartialEq for Excerpt {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Excerpt {}

impl PartialEq<str> for Excerpt {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Excerpt {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.escape_debug().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Excerpt, INLINE};

    #[test]
    fn a_text_of_any_length_is_kept() {
        for length in [0, 1, INLINE - 1, INLINE, INLINE + 1, 300] {
            let text = "x".repeat(length);
            assert_eq!(Excerpt::new(&text), *text);
        }
        let text = "é\n\"";
        assert_eq!(format!("{:?} {0}", Excerpt::new(text)), r#""é\n\"" é\n\""#);
    }
}
