//! Suggests the closest known option for an unknown one.

use strsim::normalized_damerau_levenshtein as similarity;

/// Words before an option's own name: those of our sections, and one with which other programs
/// begin the names of options about tokens.
const TOKEN_SECTIONS: &[&str] = &[
    "client_subscription_token_",
    "subscription_token_",
    "client_token_",
    "token_",
    "jwt_",
];

/// The known name that is closest to `name`, if any is close.
pub(super) fn closest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let name = Words::of(name);
    let mut best: Option<(Likeness, String)> = None;
    for known in known {
        let words = Words::of(&known);
        let Some(likeness) = name.likeness(&words) else {
            continue;
        };
        if best.as_ref().is_none_or(|(best, _)| likeness > *best) {
            best = Some((likeness, known));
        }
    }
    best.map(|(_, known)| known)
}

/// How similar two names are: in the form in which they are most similar, then as a whole, then
/// letter by letter.
type Likeness = [f64; 3];

/// A name in the forms in which it is compared.
struct Words {
    /// `client.token.audience`, in lower case.
    letters: String,
    /// `client_token_audience`.
    whole: String,
    /// `audience`, for users who forget the section or write another one.
    stem: String,
    /// Whether the name contains a word about tokens.
    is_of_tokens: bool,
}

impl Words {
    fn of(name: &str) -> Self {
        let plain = name.to_lowercase().replace('-', "_");
        let plain = ["countersign_", "centrifugo_"]
            .iter()
            .find_map(|prefix| plain.strip_prefix(prefix))
            .unwrap_or(&plain);
        let (section, last) = plain.rsplit_once('.').unwrap_or(("", plain));
        let in_token_section = section.ends_with("token") || section.contains("trusted_issuers");
        let of_tokens = TOKEN_SECTIONS
            .iter()
            .find_map(|prefix| last.strip_prefix(prefix));
        let stem = of_tokens
            .or_else(|| last.strip_prefix("client_"))
            .unwrap_or(last);
        Self {
            letters: plain.to_owned(),
            whole: with_our_words(&plain.replace('.', "_")),
            stem: with_our_words(stem),
            is_of_tokens: in_token_section || of_tokens.is_some(),
        }
    }

    /// How similar it is to the known name; `None` if it isn't close.
    fn likeness(&self, known: &Self) -> Option<Likeness> {
        let whole = similarity(&self.whole, &known.whole);
        let stem = similarity(&self.stem, &known.stem);
        let words = if self.leaves_words_out_of(known, stem) {
            0.75 + stem / 4.0
        } else {
            0.0
        };
        // A short name differs by one or two letters from many words with another meaning.
        let stem_is_close = match self.is_of_tokens {
            true => stem >= 0.7,
            false => stem >= 0.8 && self.stem.len().min(known.stem.len()) >= 5,
        };
        // Without this, a long section in both names would make different names look similar.
        let whole_is_close = whole >= 0.8 && stem >= 0.6;
        let letters = similarity(&self.letters, &known.letters);
        let best = whole.max(stem).max(words);
        (stem_is_close || whole_is_close || words > 0.0).then_some([best, whole, letters])
    }

    /// Whether each of its words is a word of the known name or the beginning of one: `token_hmac`
    /// lacks words, and `token_aud` lacks letters.
    fn leaves_words_out_of(&self, known: &Self, stem: f64) -> bool {
        let known_words: Vec<&str> = known.stem.split('_').collect();
        let begins = |word: &str, known: &&str| word.len() >= 3 && known.starts_with(word);
        let mut words = self.stem.split('_');
        if !words.all(|word| known_words.iter().any(|known| begins(word, known))) {
            return false;
        }
        // Without a word about tokens, it must be most of the name, from its beginning.
        let first = self.stem.split('_').next().unwrap_or_default();
        let begins_alike = known_words
            .first()
            .is_some_and(|known| begins(first, known));
        self.is_of_tokens || (stem >= 0.6 && begins_alike)
    }
}

/// Other servers call an endpoint a URL.
fn with_our_words(name: &str) -> String {
    name.replace("_url", "_endpoint")
        .replace("_uri", "_endpoint")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &[
        "client",
        "client.token",
        "client.token.audience",
        "client.token.hmac_secret_key",
        "client.token.jwks_public_endpoint",
        "client.token.jwks_user_agent",
        "client.token.name",
        "client.token.rsa_public_key",
        "client.token.typ",
        "client.token.user_id_claim",
        "client.token_size_limit",
    ];

    fn meant(name: &str) -> Option<String> {
        closest(name, KNOWN.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn a_typing_error_or_a_missing_word_is_close() {
        for (name, expected) in [
            ("clent", "client"),
            ("client.tokens", "client.token"),
            ("client.token.audiance", "client.token.audience"),
            ("audiences", "client.token.audience"),
            ("token_aud", "client.token.audience"),
            ("hmac_secret", "client.token.hmac_secret_key"),
            ("token_secret", "client.token.hmac_secret_key"),
            ("jwt_secret_key", "client.token.hmac_secret_key"),
            ("jwks_url", "client.token.jwks_public_endpoint"),
            ("client.token_size_limt", "client.token_size_limit"),
        ] {
            assert_eq!(meant(name).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn names_of_other_programs_are_not_close() {
        for name in [
            "1",
            "database",
            "names",
            "type",
            "user_agent",
            "user_id",
            "public_key",
            "push_notifications",
            "client.rate_limit",
            "client.token.colour",
            "token_colour",
            "client.user_status",
        ] {
            assert_eq!(meant(name), None, "{name}");
        }
    }
}
