//! Names that differ from a known one by letter case alone.
//!
//! Go's `encoding/json` takes `Exp` for `exp`, so a Go struct without tags makes such names
//! and a Go server accepts them. A reader that compares names exactly would ignore the
//! claim, and a token that has ended would be one without end. Such a name is therefore
//! an error of the caller's, and this module finds it.

/// The name of `known` from which `name` differs by letter case alone; `None` if `name` is
/// in `known` exactly, or is another name.
///
/// Letters compare as Go's `encoding/json` folds them: ASCII letters without regard to
/// case, U+017F (long s) as `s`, and U+212A (Kelvin sign) as `k`.
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
