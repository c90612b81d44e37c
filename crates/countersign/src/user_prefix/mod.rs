//! Prefixes that keep the users of several authorities apart in one namespace.
//!
//! Some servers identify users only by their text: in channels of a user, logs and databases. They
//! would confuse user `42` of one authority with user `42` of another. A prefix for each authority
//! prevents this, because two authorities can never have a user with the same text:
//!
//! - No prefix may begin another one, whatever fills the groups in it.
//! - Of a group whose values can't be listed, it must be clear where it ends: the character
//!   after it is one that the group can't match.
//! - An authority without a prefix refuses users that begin with the prefix of another.
//! - No prefix holds `:`, `#` or `,`, which have a meaning in the names of channels.

mod error;
#[cfg(feature = "config")]
mod groups;
mod shape;

use std::fmt;
use std::sync::Arc;

use countersign_claims::{ClaimsError, Registered};

#[cfg(feature = "config")]
use crate::claim_groups::ClaimGroup;
pub use error::UserPrefixError;
#[cfg(feature = "config")]
use shape::run_without_end;
use shape::{Atom, RESERVED, Shape, begins, can_begin_each_other, literal};

/// The prefix that an authority puts before each of its users.
///
/// It is added to `sub` of every kind of token, and not to the empty user.
///
/// ```
/// use countersign::UserPrefix;
///
/// assert!(UserPrefix::new("acme-").is_ok());
/// let error = UserPrefix::new("acme:").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "found ':' in the prefix; `:`, `#` and `,` have a meaning in names of channels, so use another"
/// );
/// ```
#[derive(Clone)]
pub struct UserPrefix {
    /// As the user wrote it.
    text: String,
    parts: Vec<Part>,
    shapes: Arc<[Shape]>,
}

#[derive(Clone)]
enum Part {
    Text(String),
    #[cfg(feature = "config")]
    Group(ClaimGroup),
}

impl UserPrefix {
    /// A prefix of fixed text.
    ///
    /// # Errors
    ///
    /// [`UserPrefixError`] if it is empty, or has a character that it may not have.
    pub fn new(text: impl Into<String>) -> Result<Self, UserPrefixError> {
        let text = text.into();
        if text.contains("{{") {
            return Err(UserPrefixError::Placeholder);
        }
        Self::checked(
            text.clone(),
            vec![Part::Text(text.clone())],
            vec![text.chars().map(Atom::Char).collect()],
        )
    }

    fn checked(
        text: String,
        parts: Vec<Part>,
        shapes: Vec<Shape>,
    ) -> Result<Self, UserPrefixError> {
        for shape in &shapes {
            if shape.is_empty() {
                return Err(UserPrefixError::Empty);
            }
            for atom in shape {
                if let Atom::Char(found) = *atom
                    && (RESERVED.contains(&found) || found.is_control())
                {
                    return Err(UserPrefixError::Character { found });
                }
            }
        }
        Ok(Self {
            text,
            parts,
            shapes: shapes.into(),
        })
    }

    /// The prefix as the user wrote it, with its placeholders.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it depends on the claims, so that it differs between the issuers of a pattern.
    pub(crate) fn depends_on_claims(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part, Part::Text(_)))
    }

    /// The user of verified claims, with the prefix.
    pub(crate) fn prefixed(&self, claims: &Registered<'_>) -> Result<String, ClaimsError> {
        let mut user =
            String::with_capacity(self.text.len().saturating_add(claims.user_id().len()));
        for part in &self.parts {
            match part {
                Part::Text(text) => user.push_str(text),
                #[cfg(feature = "config")]
                Part::Group(group) => user.push_str(&groups::fill(group, claims)?),
            }
        }
        user.push_str(claims.user_id());
        Ok(user)
    }

    /// Whether a user begins with this prefix, whatever fills its groups.
    pub(crate) fn begins(&self, user: &str) -> bool {
        self.shapes.iter().any(|shape| begins(shape, user))
    }
}

#[cfg(feature = "config")]
impl UserPrefix {
    /// A prefix with placeholders, such as `{{tenant}}.`. Each is filled by the group of that
    /// name: of `issuer_regex` by `iss`, of `audience_regex` by the first `aud` that matches.
    ///
    /// ```
    /// use countersign::UserPrefix;
    ///
    /// let issuers = r"https://(?P<tenant>[a-z]+)\.example\.com";
    /// assert!(UserPrefix::with_groups("{{tenant}}.", Some(issuers), None).is_ok());
    /// // Where would "acme" end and the user begin?
    /// assert!(UserPrefix::with_groups("{{tenant}}", Some(issuers), None).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`UserPrefixError`] if a group can match a character that it may not, if it is not
    /// clear where it ends, or if an expression or a placeholder is faulty.
    pub fn with_groups(
        text: impl Into<String>,
        issuer_regex: Option<&str>,
        audience_regex: Option<&str>,
    ) -> Result<Self, UserPrefixError> {
        let text = text.into();
        let mut parts = Vec::new();
        let mut shapes: Vec<Shape> = vec![Vec::new()];
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("{{") {
            push_text(before, &mut parts, &mut shapes);
            let (name, after) = after.split_once("}}").ok_or(UserPrefixError::Placeholder)?;
            let found = groups::Found::find(name.trim(), issuer_regex, audience_regex)?;
            shapes = found.append_to(&shapes)?;
            parts.push(Part::Group(found.group));
            rest = after;
        }
        push_text(rest, &mut parts, &mut shapes);
        for shape in &shapes {
            if let Some(run) = run_without_end(shape) {
                return Err(UserPrefixError::GroupWithoutEnd {
                    name: run.name.clone(),
                });
            }
        }
        Self::checked(text, parts, shapes)
    }
}

#[cfg(feature = "config")]
fn push_text(text: &str, parts: &mut Vec<Part>, shapes: &mut [Shape]) {
    if text.is_empty() {
        return;
    }
    parts.push(Part::Text(text.into()));
    for shape in shapes {
        shape.extend(text.chars().map(Atom::Char));
    }
}

/// Checks that no prefix can be the beginning of another one. Each comes with the name of its
/// authority. The same name twice is one authority in two sections.
///
/// # Errors
///
/// The names of the two authorities. They are equal if two values of one prefix can begin each
/// other.
pub(crate) fn check_apart(prefixes: &[(&str, &UserPrefix)]) -> Result<(), (String, String)> {
    let mut literals: Vec<(String, usize)> = Vec::new();
    let mut patterns: Vec<(&Shape, usize)> = Vec::new();
    for (index, (_, prefix)) in prefixes.iter().enumerate() {
        for shape in &*prefix.shapes {
            match literal(shape) {
                Some(text) => literals.push((text, index)),
                None => patterns.push((shape, index)),
            }
        }
    }
    let name = |index: usize| prefixes.get(index).map_or("", |(name, _)| name);
    let clash = |first: usize, second: usize| {
        let is_known_twin = first != second && name(first) == name(second);
        if is_known_twin {
            Ok(())
        } else {
            Err((name(first).to_owned(), name(second).to_owned()))
        }
    };

    // In this order, a text comes after all its beginnings.
    literals.sort();
    let mut open: Vec<&(String, usize)> = Vec::new();
    for literal in &literals {
        while open
            .last()
            .is_some_and(|before| !literal.0.starts_with(&before.0))
        {
            open.pop();
        }
        for before in &open {
            clash(before.1, literal.1)?;
        }
        open.push(literal);
    }
    for (place, (pattern, index)) in patterns.iter().enumerate() {
        for (text, other) in &literals {
            let text: Shape = text.chars().map(Atom::Char).collect();
            if can_begin_each_other(pattern, &text) {
                clash(*other, *index)?;
            }
        }
        for (before, other) in patterns.iter().take(place) {
            if can_begin_each_other(pattern, before) {
                clash(*other, *index)?;
            }
        }
    }
    Ok(())
}

impl PartialEq for UserPrefix {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for UserPrefix {}

impl fmt::Debug for UserPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UserPrefix").field(&self.text).finish()
    }
}
