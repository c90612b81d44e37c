//! Why a user prefix is refused.

use std::fmt;

/// Why a [`UserPrefix`](crate::UserPrefix) is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserPrefixError {
    /// The prefix, or one form of it, is empty.
    Empty,
    /// The prefix has a character that isn't allowed.
    Character {
        /// The character.
        found: char,
    },
    /// A `{{` without its `}}`, or a `{{` in a prefix of fixed text.
    Placeholder,
    /// A placeholder whose name no group has.
    UnknownGroup {
        /// The placeholder's name.
        name: String,
    },
    /// A regular expression that can't be read.
    Expression {
        /// `issuer_regex` or `audience_regex`.
        option: &'static str,
        /// The error of the expression.
        problem: String,
    },
    /// A group that can match a character that isn't allowed.
    GroupCharacter {
        /// The group's name.
        name: String,
        /// The character.
        found: char,
    },
    /// A group of unlimited length. Its values can't be listed, and its end isn't clear: the group
    /// can match the character after it, or no character follows.
    GroupWithoutEnd {
        /// The group's name.
        name: String,
    },
    /// The groups have more combinations of values than can be compared.
    TooMany {
        /// The limit.
        limit: usize,
    },
}

impl fmt::Display for UserPrefixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("found an empty prefix; leave it out if you don't need it"),
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
