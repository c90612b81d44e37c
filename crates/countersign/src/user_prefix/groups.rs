//! Groups of `issuer_regex` and `audience_regex` in a prefix, and the text that they can match.

use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_claims::{ClaimsError, Pattern, Registered};
use regex::Regex;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use super::error::UserPrefixError;
use super::shape::{Atom, RESERVED, Run, Shape};
use crate::claim_groups::ClaimGroup;
use crate::hints::Claim;

/// The most forms that one prefix may have.
const MOST_SHAPES: usize = 1000;

/// The text for a group, from verified claims.
pub(super) fn fill(group: &ClaimGroup, claims: &Registered<'_>) -> Result<String, ClaimsError> {
    let value = group.value(claims).map_err(|claim| match claim {
        Claim::Issuer => ClaimsError::Issuer {
            found: claims.iss.as_deref().map(shown),
            expected: format!("an issuer with the group {:?}", group.name),
        },
        Claim::Audience => ClaimsError::Audience {
            found: None,
            expected: format!("an audience with the group {:?}", group.name),
        },
    })?;
    if value.contains(char::is_control) {
        return Err(ClaimsError::Invalid {
            claim: match group.claim {
                Claim::Issuer => "iss".into(),
                Claim::Audience => "aud".into(),
            },
            problem: "has a control character where the prefix of the user comes from",
        });
    }
    Ok(value)
}

fn shown(text: &str) -> String {
    format!("{:?}", crate::error::short(text, 64))
}

/// A group, and the text that it can match.
pub(super) struct Found {
    pub(super) group: ClaimGroup,
    tree: Hir,
}

impl Found {
    pub(super) fn find(
        name: &str,
        issuer_regex: Option<&str>,
        audience_regex: Option<&str>,
    ) -> Result<Self, UserPrefixError> {
        let sources = [
            (Claim::Issuer, "issuer_regex", issuer_regex),
            (Claim::Audience, "audience_regex", audience_regex),
        ];
        for (claim, option, expression) in sources {
            let Some(expression) = expression else {
                continue;
            };
            let fault = |problem: String| UserPrefixError::Expression { option, problem };
            let tree = regex_syntax::parse(expression).map_err(|error| fault(error.to_string()))?;
            if let Some(tree) = find_group(&tree, name) {
                return Ok(Self {
                    group: ClaimGroup {
                        name: name.into(),
                        claim,
                        expression: whole(expression).map_err(|error| fault(error.to_string()))?,
                    },
                    tree: tree.clone(),
                });
            }
        }
        Err(UserPrefixError::UnknownGroup { name: name.into() })
    }

    /// Every shape with this group appended.
    pub(super) fn append_to(&self, shapes: &[Shape]) -> Result<Vec<Shape>, UserPrefixError> {
        let name = &self.group.name;
        let alphabet = alphabet(&self.tree);
        for reserved in RESERVED {
            let is_in = |range: &(char, char)| range.0 <= reserved && reserved <= range.1;
            if alphabet.iter().any(is_in) {
                return Err(UserPrefixError::GroupCharacter {
                    name: name.clone(),
                    found: reserved,
                });
            }
        }
        let endings: Vec<Shape> = match values(&self.tree) {
            Some(values) => values
                .iter()
                .map(|value| value.chars().map(Atom::Char).collect())
                .collect(),
            None => {
                let regex =
                    whole(&self.tree.to_string()).map_err(|error| UserPrefixError::Expression {
                        option: match self.group.claim {
                            Claim::Issuer => "issuer_regex",
                            Claim::Audience => "audience_regex",
                        },
                        problem: error.to_string(),
                    })?;
                let values = Pattern::new(name.as_str(), move |text| regex.is_match(text));
                vec![vec![Atom::Run(Arc::new(Run {
                    name: name.clone(),
                    alphabet,
                    values,
                }))]]
            }
        };
        if shapes.len().saturating_mul(endings.len()) > MOST_SHAPES {
            return Err(UserPrefixError::TooMany { limit: MOST_SHAPES });
        }
        let mut longer = Vec::new();
        for shape in shapes {
            for ending in &endings {
                longer.push(shape.iter().chain(ending).cloned().collect());
            }
        }
        Ok(longer)
    }
}

/// The expression, which must match the whole text.
fn whole(expression: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!(r"\A(?:{expression})\z"))
}

fn find_group<'t>(tree: &'t Hir, name: &str) -> Option<&'t Hir> {
    match tree.kind() {
        HirKind::Capture(group) if group.name.as_deref() == Some(name) => Some(&group.sub),
        HirKind::Capture(group) => find_group(&group.sub, name),
        HirKind::Repetition(repetition) => find_group(&repetition.sub, name),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().find_map(|part| find_group(part, name))
        }
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}

/// The characters that a tree can match.
fn alphabet(tree: &Hir) -> Vec<(char, char)> {
    let mut class = ClassUnicode::empty();
    add_characters(tree, &mut class);
    let ranges = class.ranges().iter();
    ranges.map(|range| (range.start(), range.end())).collect()
}

fn add_characters(tree: &Hir, class: &mut ClassUnicode) {
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            for character in String::from_utf8_lossy(&literal.0).chars() {
                class.push(ClassUnicodeRange::new(character, character));
            }
        }
        HirKind::Class(Class::Unicode(more)) => class.union(more),
        // For text, these are only ASCII.
        HirKind::Class(Class::Bytes(more)) => {
            for range in more.ranges() {
                let (start, end) = (range.start().into(), range.end().into());
                class.push(ClassUnicodeRange::new(start, end));
            }
        }
        HirKind::Capture(group) => add_characters(&group.sub, class),
        HirKind::Repetition(repetition) => add_characters(&repetition.sub, class),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                add_characters(part, class);
            }
        }
    }
}

/// All texts that a tree matches; `None` if there are more than can be listed.
fn values(tree: &Hir) -> Option<BTreeSet<String>> {
    let empty = || BTreeSet::from([String::new()]);
    let values = match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => empty(),
        HirKind::Literal(literal) => BTreeSet::from([String::from_utf8(literal.0.to_vec()).ok()?]),
        HirKind::Class(class) => {
            let ranges = alphabet_of_class(class);
            let mut all = BTreeSet::new();
            for (start, end) in ranges {
                for character in start..=end {
                    all.insert(character.to_string());
                    if all.len() > MOST_SHAPES {
                        return None;
                    }
                }
            }
            all
        }
        HirKind::Capture(group) => values(&group.sub)?,
        HirKind::Repetition(repetition) => {
            let most = repetition.max?;
            if most as usize > MOST_SHAPES {
                return None;
            }
            let once = values(&repetition.sub)?;
            let (mut all, mut some) = (BTreeSet::new(), empty());
            for count in 0..=most {
                if count > 0 {
                    some = product(&some, &once)?;
                }
                if count >= repetition.min {
                    all.extend(some.iter().cloned());
                }
                if all.len() > MOST_SHAPES {
                    return None;
                }
            }
            all
        }
        HirKind::Concat(parts) => {
            let mut all = empty();
            for part in parts {
                all = product(&all, &values(part)?)?;
            }
            all
        }
        HirKind::Alternation(parts) => {
            let mut all = BTreeSet::new();
            for part in parts {
                all.extend(values(part)?);
            }
            all
        }
    };
    (values.len() <= MOST_SHAPES).then_some(values)
}

fn alphabet_of_class(class: &Class) -> Vec<(char, char)> {
    alphabet(&Hir::class(class.clone()))
}

fn product(first: &BTreeSet<String>, second: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    if first.len().saturating_mul(second.len()) > MOST_SHAPES {
        return None;
    }
    let mut all = BTreeSet::new();
    for before in first {
        for after in second {
            all.insert(format!("{before}{after}"));
        }
    }
    Some(all)
}
