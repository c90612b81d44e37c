//! Matches whole texts with the regular expression of `issuer_regex` or `audience_regex`.
//!
//! An `audience_regex` may be tried on each of a hundred elements of `aud` before a signature is
//! verified. [`Regex`] spends more time to start a search than to read a short text, so the
//! expression is also compiled to a table (a DFA). One read of the table for each byte gives the
//! answer.

use regex::Regex;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input};

/// The most bytes that a table may take, and each step of making it. This also bounds the time.
/// An expression that needs more, for example a long repetition of a Unicode class, is matched by
/// [`Regex`].
const TABLE_LIMIT: usize = 256 * 1024;

/// A predicate for an expression that begins with `\A` and ends with `\z`.
pub(super) fn matcher(whole: Regex) -> Box<dyn Fn(&str) -> bool + Send + Sync> {
    match Table::new(whole.as_str()) {
        Some(table) => Box::new(move |text| table.matches(text)),
        None => Box::new(move |text| whole.is_match(text)),
    }
}

/// An expression as a table.
struct Table {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
    /// The length in bytes of the shortest text that matches.
    shortest: usize,
}

impl Table {
    /// `None` if the expression needs too large a table, or looks at Unicode word boundaries.
    fn new(whole: &str) -> Option<Self> {
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .accelerate(false)
            .dfa_size_limit(Some(TABLE_LIMIT))
            .determinize_size_limit(Some(TABLE_LIMIT));
        let nfa = thompson::Config::new().nfa_size_limit(Some(TABLE_LIMIT));
        let mut builder = dense::Builder::new();
        let dfa = builder.configure(config).thompson(nfa).build(whole).ok()?;
        let beginning = Input::new("").anchored(Anchored::Yes);
        let start = dfa.start_state_forward(&beginning).ok()?;
        let tree = regex_syntax::parse(whole).ok()?;
        Some(Self {
            dfa,
            start,
            shortest: tree.properties().minimum_len().unwrap_or(0),
        })
    }

    fn matches(&self, text: &str) -> bool {
        if text.len() < self.shortest {
            return false;
        }
        let mut state = self.start;
        let mut rest = text.as_bytes();
        loop {
            // Many bytes often leave the state as it is, as in `[a-z]+`. While it stays, no read of
            // the table waits for the one before, which is several times as fast.
            while let [byte, behind @ ..] = rest
                && self.dfa.next_state(state, *byte) == state
            {
                rest = behind;
            }
            let [byte, behind @ ..] = rest else {
                break;
            };
            state = self.dfa.next_state(state, *byte);
            rest = behind;
            // From this state, no text leads to a match.
            if self.dfa.is_dead_state(state) {
                return false;
            }
        }
        self.dfa.is_match_state(self.dfa.next_eoi_state(state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_matches_the_same_texts_as_the_expression() {
        let texts = [
            "",
            "a",
            "chat-a-1",
            "chat-ä-1",
            "xchat-a-1",
            "chat-a-1x",
            "chat-a-1\n",
            "a b",
            "é",
            "CHAT-A-1",
            "chat-a-\u{661}",
            "ab\nab",
        ];
        // Whether a table is made, so that both ways are tried.
        for (expression, has_table) in [
            ("", true),
            ("chat-[a-z]+-[0-9]", true),
            (r"chat-\w-\d", true),
            (r"chat-\w+", true),
            ("(?i)chat-a-1", true),
            ("a|chat-a-1|", true),
            (".*", true),
            ("(?s).*", true),
            ("(?m)^ab$\n^ab$", true),
            (r"(?-u:\b)a(?-u:\b)", true),
            (r"\ba\b b?", false),
            (r"\w{1,60}", false),
            (r"\w{200}|a", false),
        ] {
            let whole = Regex::new(&format!(r"\A(?:{expression})\z")).unwrap();
            assert_eq!(
                Table::new(whole.as_str()).is_some(),
                has_table,
                "{expression}"
            );
            let matches = matcher(whole.clone());
            for text in texts {
                let expected = whole.is_match(text);
                assert_eq!(matches(text), expected, "{expression:?} on {text:?}");
            }
        }
    }
}
