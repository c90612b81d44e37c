//! Why a prefix of users is refused.

use std::fmt;

/// Why a [`UserPrefix`](crate::UserPrefix) is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserPrefixError {
    /// The prefix, or one form of it, is empty.
    Empty,
    /// A character that a prefix may not have.
    Character {
        /// The character.
        found: char,
    },
    /// A `{{` without its `}}`, or in a prefix of fixed text.
    Placeholder,
    /// A placeholder that no expression has a group for.
    UnknownGroup {
        /// The placeholder's name.
        name: String,
    },
    /// A regular expression that can't be read.
    Expression {
        /// `issuer_regex` or `audience_regex`.
        option: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A group that can match a character which a prefix may not have.
    GroupCharacter {
        /// The group's name.
        name: String,
        /// The character.
        found: char,
    },
    /// A group without end: its values can't be listed, and the character after it is one
    /// that it can match, or there is none.
    GroupWithoutEnd {
        /// The group's name.
        name: String,
    },
    /// More combinations of the values of the groups than can be compared.
    TooMany {
        /// The most that are compared.
        limit: usize,
    },
}

impl fmt::Display for UserPrefixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("found an empty prefix; leave it out if none is meant"),
            Self::Character { found } if found.is_control() => write!(
                f,
                "found the control character {found:?} in the prefix; users have none"
            ),
            Self::Character { found } => write!(
                f,
                "found {found:?} in the prefix; `:`, `#` and `,` have a meaning in names of \
                 channels, so use another"
            ),
            Self::Placeholder => f.write_str(
                "found a `{{` in the prefix that begins no placeholder; a placeholder is {{name}}, \
                 with a group (?P<name>…) in `issuer_regex` or `audience_regex`",
            ),
            Self::UnknownGroup { name } => write!(
                f,
                "found the placeholder {name:?} in the prefix; `issuer_regex` or \
                 `audience_regex` must have a group of this name, such as (?P<{name}>a|b)"
            ),
            Self::Expression { option, problem } => write!(f, "`{option}`: {problem}"),
            Self::GroupCharacter { name, found } => write!(
                f,
                "the group {name:?} can match {found:?}, which no prefix may have; let it match \
                 less, such as [a-z0-9]+"
            ),
            Self::GroupWithoutEnd { name } => write!(
                f,
                "it is not clear where the group {name:?} ends in the prefix; write a character \
                 after it that the group can't match, such as {{{{{name}}}}}. after [a-z0-9]+"
            ),
            Self::TooMany { limit } => write!(
                f,
                "the groups in the prefix have more than {limit} combinations of values; use fewer"
            ),
        }
    }
}

impl std::error::Error for UserPrefixError {}
