//! The forms of a filled prefix, and how they compare.

use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_claims::Pattern;

/// The characters with a meaning in channel names.
pub(super) const RESERVED: [char; 3] = [':', '#', ','];

/// One form that the filled prefix can take: every combination of listed values is one.
pub(super) type Shape = Vec<Atom>;

#[derive(Clone)]
pub(super) enum Atom {
    Char(char),
    /// A group whose values can't be listed.
    #[cfg_attr(not(feature = "config"), allow(dead_code))]
    Run(Arc<Run>),
}

pub(super) struct Run {
    #[cfg_attr(not(feature = "config"), expect(dead_code))]
    pub(super) name: String,
    /// The characters that it can match, in ranges.
    pub(super) alphabet: Vec<(char, char)>,
    pub(super) values: Pattern,
}

pub(super) fn begins(shape: &[Atom], mut user: &str) -> bool {
    let mut atoms = shape.iter().peekable();
    while let Some(atom) = atoms.next() {
        match atom {
            Atom::Char(expected) => match user.strip_prefix(*expected) {
                Some(rest) => user = rest,
                None => return false,
            },
            Atom::Run(run) => {
                // A run ends at the next character, which it can't match.
                let end = match atoms.peek() {
                    Some(Atom::Char(end)) => user.find(*end),
                    _ => None,
                };
                let Some((value, rest)) = end.and_then(|end| user.split_at_checked(end)) else {
                    return false;
                };
                if !run.values.matches(value) {
                    return false;
                }
                user = rest;
            }
        }
    }
    true
}

pub(super) fn literal(shape: &[Atom]) -> Option<String> {
    let character = |atom: &Atom| match atom {
        Atom::Char(it) => Some(*it),
        Atom::Run(_) => None,
    };
    shape.iter().map(character).collect()
}

/// Whether some value of one shape begins some value of the other. A run counts as any text of its
/// characters, so the answer may be yes too often, but never no by mistake.
pub(super) fn can_begin_each_other(first: &[Atom], second: &[Atom]) -> bool {
    let mut seen = BTreeSet::new();
    let mut to_visit = vec![(0_usize, 0_usize)];
    while let Some((at, other_at)) = to_visit.pop() {
        if !seen.insert((at, other_at)) {
            continue;
        }
        let (Some(atom), Some(other)) = (first.get(at), second.get(other_at)) else {
            return true;
        };
        let (next, other_next) = (at.saturating_add(1), other_at.saturating_add(1));
        let is_run = |atom: &Atom| matches!(atom, Atom::Run(_));
        if is_run(atom) {
            to_visit.push((next, other_at));
        }
        if is_run(other) {
            to_visit.push((at, other_next));
        }
        if share_a_character(atom, other) {
            let after = if is_run(atom) { at } else { next };
            let other_after = if is_run(other) { other_at } else { other_next };
            to_visit.push((after, other_after));
        }
    }
    false
}

fn share_a_character(first: &Atom, second: &Atom) -> bool {
    let overlap = |a: (char, char), b: (char, char)| a.0 <= b.1 && b.0 <= a.1;
    match (first, second) {
        (Atom::Char(a), Atom::Char(b)) => a == b,
        (Atom::Char(a), Atom::Run(run)) | (Atom::Run(run), Atom::Char(a)) => {
            run.alphabet.iter().any(|range| overlap(*range, (*a, *a)))
        }
        (Atom::Run(a), Atom::Run(b)) => a
            .alphabet
            .iter()
            .any(|range| b.alphabet.iter().any(|other| overlap(*range, *other))),
    }
}

/// A run that the group could continue: the next character is one that it can match, or there is
/// none.
#[cfg(feature = "config")]
pub(super) fn run_without_end(shape: &[Atom]) -> Option<&Run> {
    let mut atoms = shape.iter().peekable();
    while let Some(atom) = atoms.next() {
        let Atom::Run(run) = atom else { continue };
        let ends = match atoms.peek() {
            Some(next @ Atom::Char(_)) => !share_a_character(atom, next),
            _ => false,
        };
        if !ends {
            return Some(run);
        }
    }
    None
}
