//! The verifiers of one key.

use alloc::sync::Arc;
use alloc::vec::{self, Vec};
use core::iter::Chain;
use core::ops::Deref;
use core::option;

use countersign_signature::Verifier;

/// The verifiers of one key, one for each algorithm, from [`Key::verifiers`](crate::Key::verifiers).
/// It is a slice, and there is at least one.
///
/// Most keys name their algorithm, so one verifier is kept without an allocation.
#[derive(Clone, Debug)]
pub struct Verifiers(Inner);

#[derive(Clone, Debug)]
enum Inner {
    One([Arc<dyn Verifier>; 1]),
    Several(Vec<Arc<dyn Verifier>>),
}

impl Verifiers {
    pub(crate) fn one(verifier: Arc<dyn Verifier>) -> Self {
        Self(Inner::One([verifier]))
    }

    pub(crate) fn several(verifiers: Vec<Arc<dyn Verifier>>) -> Self {
        Self(Inner::Several(verifiers))
    }
}

impl Deref for Verifiers {
    type Target = [Arc<dyn Verifier>];

    fn deref(&self) -> &Self::Target {
        match &self.0 {
            Inner::One(verifier) => verifier,
            Inner::Several(verifiers) => verifiers,
        }
    }
}

impl IntoIterator for Verifiers {
    type Item = Arc<dyn Verifier>;
    type IntoIter = Chain<option::IntoIter<Self::Item>, vec::IntoIter<Self::Item>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, several) = match self.0 {
            Inner::One([verifier]) => (Some(verifier), Vec::new()),
            Inner::Several(verifiers) => (None, verifiers),
        };
        one.into_iter().chain(several)
    }
}
