//! Checks an object while reading it: one pass from bytes to members.

use alloc::borrow::Cow;
use core::fmt;

use crate::error::JsonError;
use crate::names::Names;
use crate::value::Value;
use crate::walk::{Fault, Walk};

/// The members of an object. Each is checked when the iterator reaches it.
///
/// It is for callers that need each member once. [`Object::parse`](crate::Object::parse) checks
/// the whole text first, and reads the members in a second pass. Both give the same verdict **if
/// you read to the end**. The text is known to be valid only then, so don't act on a member
/// before.
///
/// ```
/// use countersign_json::{JsonError, Reader};
///
/// let mut sub = None;
/// for member in Reader::new(br#"{"sub":"42","exp":1}"#)? {
///     let (name, value) = member?;
///     if name == "sub" {
///         sub = value.as_str();
///     }
/// }
/// assert_eq!(sub.as_deref(), Some("42"));
/// # Ok::<(), JsonError>(())
/// ```
pub struct Reader<'a> {
    walk: Walk<'a>,
    names: Names<'a>,
    next: Next,
}

/// The part of an object that comes next.
#[derive(Clone, Copy)]
enum Next {
    FirstMember,
    CommaOrEnd,
    Nothing,
}

impl<'a> Reader<'a> {
    /// Begins to read the text, which must be UTF-8 as a whole.
    ///
    /// # Errors
    ///
    /// [`JsonError::NotUtf8`].
    #[inline]
    pub fn new(text: &'a [u8]) -> Result<Self, JsonError> {
        let text = core::str::from_utf8(text).map_err(|_| JsonError::NotUtf8)?;
        Ok(Self {
            walk: Walk::new(text),
            names: Names::new(),
            next: Next::FirstMember,
        })
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "otherwise each member is copied twice"
    )]
    fn read(&mut self) -> Result<Option<(Cow<'a, str>, Value<'a>)>, Fault> {
        let Self { names, next, .. } = self;
        // A copy, because the compiler keeps it in registers.
        let mut walk = self.walk;
        let member = Self::member(&mut walk, names, next);
        self.walk = walk;
        member
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn member(
        walk: &mut Walk<'a>,
        names: &mut Names<'a>,
        next: &mut Next,
    ) -> Result<Option<(Cow<'a, str>, Value<'a>)>, Fault> {
        let has_member = match next {
            Next::FirstMember => walk.begin_object()?,
            Next::CommaOrEnd => walk.more(b'}')?,
            Next::Nothing => return Ok(None),
        };
        if !has_member {
            *next = Next::Nothing;
            walk.end()?;
            return Ok(None);
        }
        *next = Next::CommaOrEnd;
        let name = walk.name(names)?;
        let value = walk.value(1)?;
        Ok(Some((name, Value::checked(value))))
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<(Cow<'a, str>, Value<'a>), JsonError>;

    /// An error is the last item.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "otherwise each member is copied twice"
    )]
    fn next(&mut self) -> Option<Self::Item> {
        match self.read() {
            Ok(member) => member.map(Ok),
            Err(fault) => {
                self.next = Next::Nothing;
                Some(Err(self.walk.error(fault)))
            }
        }
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}
