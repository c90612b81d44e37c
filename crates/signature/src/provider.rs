//! A set of algorithms. A program composes it at start and passes it on.

use alloc::vec::Vec;

use crate::Algorithm;

/// A set of algorithms, at most one for each name.
///
/// There is no global provider and no Cargo feature for it: compose one when your program starts.
/// A later algorithm replaces an earlier one of the same name, so that you can replace a part of
/// another provider.
///
/// ```
/// use countersign_signature::Provider;
///
/// let nothing = Provider::default();
/// assert!(nothing.get("HS256").is_none());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Provider {
    algorithms: Vec<&'static dyn Algorithm>,
}

impl Provider {
    /// A provider with these algorithms.
    #[must_use]
    pub fn new(algorithms: impl IntoIterator<Item = &'static dyn Algorithm>) -> Self {
        algorithms.into_iter().fold(Self::default(), Self::with)
    }

    /// Adds an algorithm, or replaces the one with the same name.
    #[must_use]
    pub fn with(mut self, algorithm: &'static dyn Algorithm) -> Self {
        match self
            .algorithms
            .iter_mut()
            .find(|known| known.name() == algorithm.name())
        {
            Some(known) => *known = algorithm,
            None => self.algorithms.push(algorithm),
        }
        self
    }

    /// This provider with only those algorithms for which `keep` returns true.
    #[must_use]
    pub fn only(mut self, mut keep: impl FnMut(&'static dyn Algorithm) -> bool) -> Self {
        self.algorithms.retain(|algorithm| keep(*algorithm));
        self
    }

    /// This provider with only the algorithms of key pairs, for published keys: without those
    /// that take secrets (see [`Algorithm::takes_secrets`]).
    #[must_use]
    pub fn for_key_pairs(self) -> Self {
        self.only(|algorithm| !algorithm.takes_secrets())
    }

    /// The algorithm that a header or a configuration names, if this provider has it.
    #[must_use]
    pub fn get(&self, alg: &str) -> Option<&'static dyn Algorithm> {
        self.iter()
            .find(|algorithm| algorithm.name().is_spelled(alg))
    }

    /// All algorithms, in the order in which they were first added.
    pub fn iter(&self) -> impl Iterator<Item = &'static dyn Algorithm> + '_ {
        self.algorithms.iter().copied()
    }
}
