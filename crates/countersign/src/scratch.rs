//! The room that the caller keeps for the methods that borrow.

use std::fmt;
use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};
use countersign_jws as jws;

use crate::rules::Rules;

/// Room for one verification at a time. If you use it again, verifying the next token allocates
/// nothing: see [`Authenticator::connection_in`](crate::Authenticator::connection_in).
///
/// It keeps the rules of its last verification. Otherwise each token would increase and decrease
/// their reference counts. A [`reload`](crate::Authenticator::reload) takes effect on the next
/// verification, as always. But until then, or until this value is dropped, the old rules stay in
/// memory, with their keys and the clients of their key endpoints. One value can also serve several
/// authenticators in turn. But then it gets the rules anew at each change, and saves no time.
///
/// ```
/// use countersign::{Authenticator, Issuer, Key, Scratch, now};
///
/// let key = Key::secret(b"a secret of at least 32 bytes ...")?;
/// let issuer = Issuer::builder().key(key.clone()).build()?;
/// let auth = Authenticator::builder().key(key).build()?;
///
/// let mut scratch = Scratch::default();
/// for user in ["42", "43"] {
///     let token = issuer.connection(user).sign()?;
///     let accepted = auth.connection_in(&token, now(), &mut scratch)?;
///     assert_eq!(accepted.user(), user);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Scratch {
    token: jws::Scratch,
    rules: Option<Cache<Arc<ArcSwap<Rules>>, Arc<Rules>>>,
}

impl Scratch {
    /// The rules that are in force now, and the room for a token.
    #[inline]
    pub(crate) fn rules_and_room(
        &mut self,
        rules: &Arc<ArcSwap<Rules>>,
    ) -> (&Rules, &mut jws::Scratch) {
        let is_theirs = |cache: &Cache<_, _>| std::ptr::eq(cache.arc_swap(), &**rules);
        if !self.rules.as_ref().is_some_and(is_theirs) {
            self.rules = None;
        }
        let cache = self.rules.get_or_insert_with(|| Cache::new(rules.clone()));
        (cache.load(), &mut self.token)
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}
