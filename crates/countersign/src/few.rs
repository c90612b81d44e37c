//! A list that usually has at most one value.

/// A list. With at most one value, it needs no allocation.
#[derive(Clone)]
pub(crate) enum Few<T> {
    AtMostOne(Option<T>),
    Many(Vec<T>),
}

impl<T> Few<T> {
    /// An empty list.
    pub(crate) const EMPTY: Self = Self::AtMostOne(None);

    /// An empty list, with room for so many values.
    pub(crate) fn with_capacity(count: usize) -> Self {
        match count {
            0 | 1 => Self::EMPTY,
            _ => Self::Many(Vec::with_capacity(count)),
        }
    }

    pub(crate) fn push(&mut self, value: T) {
        match self {
            Self::AtMostOne(place) => match place.take() {
                None => *place = Some(value),
                Some(first) => *self = Self::Many(vec![first, value]),
            },
            Self::Many(values) => values.push(value),
        }
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Self::AtMostOne(value) => value.as_slice(),
            Self::Many(values) => values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    #[test]
    fn values_are_kept_in_order_whatever_the_capacity() {
        for capacity in 0..4 {
            let mut few = Few::with_capacity(capacity);
            for count in 0..5 {
                assert_eq!(few.as_slice(), Vec::from_iter(0..count));
                few.push(count);
            }
        }
    }
}
