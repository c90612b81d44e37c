//! Reads objects inside of arrays inside of objects, in one pass.

use alloc::borrow::Cow;
use core::fmt;

use crate::names::Names;
use crate::value::Value;
use crate::walk::Walk;

/// A value of a text that is not read yet. It can be read whole, or part by part.
///
/// [`Object::parse`](crate::Object::parse) checks the whole text first, and then needs one more
/// pass for each level of members. It checks the text by the same rules in one pass. It
/// gives no errors: its methods return `None` if the text has another form or is not strict JSON.
/// `Object::parse` says why.
///
/// ```
/// use countersign_json::UnreadValue;
///
/// let mut numbers = Vec::new();
/// let read = UnreadValue::read(r#"{"keys":[{"n":1},{"n":2}],"next":null}"#, |document| {
///     document.members(|name, value| match &*name {
///         "keys" => value.elements(|key| {
///             key.members(|_, number| {
///                 numbers.push(number.value()?.as_whole());
///                 Some(())
///             })
///         }),
///         _ => value.value().map(drop),
///     })
/// });
/// assert!(read.is_some());
/// assert_eq!(numbers, [Some(1), Some(2)]);
/// ```
pub struct UnreadValue<'w, 'a> {
    walk: &'w mut Walk<'a>,
    depth: usize,
}

impl<'w, 'a> UnreadValue<'w, 'a> {
    /// Reads a text that is one value, with only space before and after it. `document` must read
    /// this value, and what it returns is returned.
    pub fn read<T>(
        text: &'a str,
        document: impl FnOnce(UnreadValue<'_, 'a>) -> Option<T>,
    ) -> Option<T> {
        let mut walk = Walk::new(text);
        walk.space();
        let read = one_value(&mut walk, 0, document)?;
        walk.end().ok()?;
        Some(read)
    }

    /// Reads the value whole.
    #[inline]
    pub fn value(self) -> Option<Value<'a>> {
        self.walk.value(self.depth).ok().map(Value::checked)
    }

    /// Reads an object. `member` is called with each name and must read the value.
    pub fn members(
        self,
        mut member: impl FnMut(Cow<'a, str>, UnreadValue<'_, 'a>) -> Option<()>,
    ) -> Option<()> {
        let mut names = Names::new();
        self.parts(b'{', b'}', |walk, depth| {
            let name = walk.name(&mut names).ok()?;
            one_value(walk, depth, |value| member(name, value))
        })
    }

    /// Reads an array. `element` is called for each element and must read it.
    pub fn elements(
        self,
        mut element: impl FnMut(UnreadValue<'_, 'a>) -> Option<()>,
    ) -> Option<()> {
        self.parts(b'[', b']', |walk, depth| {
            walk.space();
            one_value(walk, depth, &mut element)
        })
    }

    fn parts(
        self,
        open: u8,
        close: u8,
        mut part: impl FnMut(&mut Walk<'a>, usize) -> Option<()>,
    ) -> Option<()> {
        let (depth, mut goes_on) = self.walk.enter(open, close, self.depth)?;
        while goes_on {
            part(self.walk, depth)?;
            goes_on = self.walk.more(close).ok()?;
        }
        Some(())
    }
}

/// Lets `read` read the value that begins here, and refuses if it reads nothing: then a text
/// without this value would be accepted. It can't read more, because reading uses up the `UnreadValue`.
#[inline]
fn one_value<'a, T>(
    walk: &mut Walk<'a>,
    depth: usize,
    read: impl FnOnce(UnreadValue<'_, 'a>) -> Option<T>,
) -> Option<T> {
    let start = walk.position();
    let value = read(UnreadValue { walk, depth })?;
    (walk.position() != start).then_some(value)
}

impl fmt::Debug for UnreadValue<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnreadValue").finish_non_exhaustive()
    }
}
