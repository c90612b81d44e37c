//! Finds names that differ from a known one only in letter case.
//!
//! Go's `encoding/json` reads `Exp` as `exp`. So a Go struct without tags writes such names, and
//! a Go server accepts them. A reader that compares names exactly would ignore the claim, and an
//! expired token would look like a token that never expires. So callers refuse such names; this
//! module finds them.

/// The name of `known` from which `name` differs only in letter case. `None` if `known` contains
/// `name` exactly, or no name that is equal except for letter case.
///
/// Letters are compared like in Go's `encoding/json`: ASCII letters without regard to case,
/// U+017F (long s) as `s`, and U+212A (Kelvin sign) as `k`.
///
/// ```
/// use countersign_json::known_in_another_case;
///
/// let known = ["exp", "sub"];
/// assert_eq!(known_in_another_case("Exp", known), Some("exp"));
/// assert_eq!(known_in_another_case("\u{17f}ub", known), Some("sub"));
/// assert_eq!(known_in_another_case("exp", known), None);
/// assert_eq!(known_in_another_case("expires", known), None);
/// ```
#[must_use]
pub fn known_in_another_case<'k>(
    name: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let is_ascii = name.is_ascii();
    let mut alike = None;
    for known in known {
        if known == name {
            return None;
        }
        // ASCII letters fold to letters of the same length.
        if is_ascii && name.len() != known.len() {
            continue;
        }
        if alike.is_none() && folds_to_the_same(name, known) {
            alike = Some(known);
        }
    }
    alike
}

fn folds_to_the_same(a: &str, b: &str) -> bool {
    a.chars().map(fold).eq(b.chars().map(fold))
}

fn fold(letter: char) -> char {
    match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    }
}
