//! The known option that somebody meant who wrote an unknown one.

use crate::config::error::ConfigError;

/// The known name that is most like `name`, and how like it is: 1 at most; an empty name if
/// none is like it at all. Of several the one that resembles it as a whole, then letter by
/// letter, then the first.
pub(super) fn nearest(name: &str, known: impl Iterator<Item = String>) -> (String, f64) {
    let name = Spelled::new(name);
    let mut best = (String::new(), [0.0; 3]);
    for known in known {
        let likeness = name.likeness(&Spelled::new(&known));
        if likeness > best.1 {
            best = (known, likeness);
        }
    }
    let (known, [likeness, ..]) = best;
    (known, likeness)
}

pub(super) fn no_such(name: &str, nearest: &str) -> ConfigError {
    let hint = match nearest {
        "" => "docs/configuration.md lists all".into(),
        nearest => format!("the nearest is `{nearest}`"),
    };
    ConfigError::option(name, format!("there is no such option; {hint}"))
}

/// A name without what differs between ways to write the same.
struct Spelled {
    /// `client.token.audience`, in lower case.
    letters: String,
    /// `client_token_audience`.
    whole: String,
    /// `audience`: whoever forgets the section, or writes another, means this.
    stem: String,
}

impl Spelled {
    fn new(name: &str) -> Self {
        let plain = name.to_ascii_lowercase().replace('-', "_");
        let plain = plain.strip_prefix("countersign_").unwrap_or(&plain);
        let last = plain.rsplit('.').next().unwrap_or(plain);
        let sections = [
            "client_subscription_token_",
            "subscription_token_",
            "client_token_",
            "token_",
            "client_",
            // No section: other programs begin their options so.
            "jwt_",
        ];
        let stem = sections.iter().find_map(|it| last.strip_prefix(it));
        // Other servers call an endpoint so.
        let own_words = |text: &str| {
            text.replace("_url", "_endpoint")
                .replace("_uri", "_endpoint")
        };
        Self {
            letters: plain.to_owned(),
            whole: own_words(&plain.replace('.', "_")),
            stem: own_words(stem.unwrap_or(last)),
        }
    }

    /// How like the names are: in the best way to see them, as a whole, letter by letter.
    fn likeness(&self, known: &Self) -> [f64; 3] {
        // In proportion to the length: `token_jwks_endpoint` lacks a word of
        // `token_jwks_public_endpoint` and is as many letters from `token_jwks_body_limit`.
        let like = strsim::normalized_damerau_levenshtein;
        let whole = like(&self.whole, &known.whole);
        let stem = like(&self.stem, &known.stem);
        // Who writes `token_hmac` has left words out, and who writes `token_aud` letters.
        let is_known = |word: &str| known.stem.split('_').any(|it| it.starts_with(word));
        let by_words = if self.stem.split('_').all(is_known) {
            0.75 + stem / 4.0
        } else {
            0.0
        };
        let best = whole.max(stem).max(by_words);
        [best, whole, like(&self.letters, &known.letters)]
    }
}
