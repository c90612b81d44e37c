//! Checks an object while reading it: one pass from bytes to members.

use alloc::borrow::Cow;

use crate::error::JsonError;
use crate::value::{Object, Value};
use crate::walk::Walk;

impl<'a> Object<'a> {
    /// Checks the text and passes each member to `take`, in one pass. It is for callers that need
    /// each member once.
    ///
    /// The verdict is that of [`parse`](Self::parse), which checks the whole text first and reads
    /// the members in a second pass. Here, members are passed on before the rest of the text is
    /// checked. So **don't act on a member** before the result is `Ok`.
    ///
    /// ```
    /// use countersign_json::{JsonError, Object};
    ///
    /// let mut sub = None;
    /// Object::each_member(r#"{"sub":"42","exp":1}"#, |name, value| {
    ///     if name == "sub" {
    ///         sub = value.as_str();
    ///     }
    /// })?;
    /// assert_eq!(sub.as_deref(), Some("42"));
    /// # Ok::<(), JsonError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`JsonError`] says what was found, and where.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "otherwise members are passed through memory"
    )]
    pub fn each_member(
        text: &'a str,
        mut take: impl FnMut(Cow<'a, str>, Value<'a>),
    ) -> Result<(), JsonError> {
        let mut walk = Walk::new(text);
        let read = walk.whole_object(|name, value| take(name, Value::checked(value)));
        read.map_err(|fault| walk.error(fault))
    }
}
