//! Finds options of tokens in tables that nobody reads, such as `[chat.client.token]`, so that an
//! error can say where they belong.

use super::names::{Known, Names, Target};
use super::token_option::WhenEmpty;
use super::value::Value;

/// An option of tokens in a table that isn't one of our sections.
pub(super) struct Misplaced {
    /// Its path as the user wrote it.
    pub(super) found: String,
    /// The name under which it would be read.
    pub(super) wanted: String,
    /// Whether it is an option of `client.subscription_token`.
    pub(super) is_of_subscriptions: bool,
}

/// The misplaced options in the value of an unknown option, sorted by path.
pub(super) fn misplaced(name: &str, value: &Value, names: &Names) -> Vec<Misplaced> {
    let mut all = Vec::new();
    let mut open = vec![(name.to_owned(), value)];
    while let Some((path, value)) = open.pop() {
        if let Some(option) = option_at(&path, names) {
            all.push(option);
        } else if let Value::Table(table) = value {
            open.extend(
                table
                    .iter()
                    .map(|(name, value)| (format!("{path}.{name}"), value)),
            );
        }
    }
    all.sort_by(|a, b| a.found.cmp(&b.found));
    all
}

/// The option that the end of a path names: `chat.client.token.audience` ends with a whole name.
/// The bare name of a key, as in `chat.hmac_secret_key`, counts too. Other bare names don't, since
/// other programs have a `name` and a `typ`.
fn option_at(path: &str, names: &Names) -> Option<Misplaced> {
    let mut rest = path;
    while let Some((_, end)) = rest.split_once('.') {
        rest = end;
        let in_section = format!("client.token.{end}");
        let (wanted, target) = match (names.look_up(end), names.look_up(&in_section)) {
            (Known::Option(_, target), _) => (end.to_owned(), target),
            (_, Known::Option(_, target)) if target.when_empty() == WhenEmpty::WarnOfKey => {
                (in_section, target)
            }
            _ => continue,
        };
        if matches!(target, Target::Client(_)) {
            continue;
        }
        return Some(Misplaced {
            found: path.to_owned(),
            wanted,
            is_of_subscriptions: matches!(target, Target::SubscriptionToken(_)),
        });
    }
    None
}
