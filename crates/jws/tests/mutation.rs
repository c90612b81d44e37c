//! Only the signed token verifies: this tries every change of one character, and many random
//! changes from a fixed seed. Nothing panics.

use crate::common;

use common::{ALPHABET, Generator, Verdict, key, rich_token, verdict};
use countersign_jws::danger::Parts;
use countersign_jws::{DEFAULT_LIMIT, ParseError};

/// Every change of one character changes the content of a token or its spelling. Both are
/// refused.
#[test]
fn e6_no_change_of_one_character_verifies() {
    let token = rich_token();
    let replacements = (0..=127).map(char::from).chain(['é', '\u{200b}']);
    for replacement in replacements {
        for place in 0..token.len() {
            let mut changed = token.clone();
            changed.replace_range(place..=place, replacement.encode_utf8(&mut [0; 4]));
            if changed != token {
                assert_refused(&changed);
            }
        }
    }
}

#[test]
fn e6_no_character_added_or_taken_away_verifies() {
    let token = rich_token();
    for place in 0..=token.len() {
        for added in ALPHABET
            .iter()
            .map(|symbol| char::from(*symbol))
            .chain("=.+/ \n\0".chars())
        {
            let mut changed = token.clone();
            changed.insert(place, added);
            assert_refused(&changed);
        }
        if place < token.len() {
            let mut changed = token.clone();
            changed.remove(place);
            assert_refused(&changed);
            assert_refused(&token[..place]);
            assert_refused(&token[place + 1..]);
        }
    }
}

#[test]
fn random_changes_of_many_characters_never_verify_and_never_panic() {
    let token = rich_token();
    let mut generator = Generator::new(9);
    for _ in 0..20_000 {
        let mut changed: Vec<char> = token.chars().collect();
        for _ in 0..=generator.below(6) {
            let (from, to) = (
                generator.below(changed.len()),
                generator.below(changed.len()),
            );
            match generator.below(4) {
                0 => changed.swap(from, to),
                1 => changed.truncate(1 + from),
                2 => changed.insert(from, char::from(generator.bytes(1)[0])),
                _ => changed[from] = changed[to],
            }
        }
        let changed: String = changed.into_iter().collect();
        if changed != token {
            assert_refused(&changed);
        }
    }
}

#[test]
fn random_bytes_as_header_and_payload_never_panic() {
    let mut generator = Generator::new(10);
    for _ in 0..5_000 {
        let length = generator.below(200);
        let header = generator.bytes(length);
        let refused = key(7).on_header(header);
        assert!(
            matches!(refused, Verdict::Unreadable(ParseError::Header(_))),
            "{refused:?}"
        );
    }
}

fn assert_refused(token: &str) {
    let found = verdict(token, &*key(7).verifier);
    assert!(
        !matches!(found, Verdict::Accepted(_)),
        "{token:?}: {found:?}"
    );
    // Reading without verifying doesn't panic either.
    drop(Parts::decode(DEFAULT_LIMIT, token));
}

/// Row K2: an error says what was found, but never shows the token.
#[test]
fn k2_errors_show_nothing_of_the_token() {
    let honest = key(7);
    let payload = r#"{"sub":"a-private-name"}"#;
    let hostile = ["none", "RS256", "HS256"].map(|alg| {
        honest.token(
            format!(r#"{{"alg":"{alg}","kid":"a-private-kid"}}"#),
            payload,
        )
    });
    let spoiled = hostile.iter().flat_map(|token| {
        let longer = format!("{token}{}", "A".repeat(DEFAULT_LIMIT));
        let other_key = honest.token(r#"{"alg":"HS256"}"#, payload) + "AAAA";
        let start = &token[..token.len() - 4];
        [
            token.clone(),
            longer,
            other_key,
            format!("{start} "),
            format!("{token}.AAAA"),
        ]
    });
    for token in spoiled {
        let shown = match verdict(&token, &*key(8).verifier) {
            Verdict::Accepted(_) => panic!("accepted"),
            Verdict::Unreadable(error) => format!("{error} {error:?}"),
            Verdict::Unverified(error) => format!("{error} {error:?}"),
        };
        for part in token.split('.') {
            assert!(!shown.contains(&part[..4]), "{shown}");
        }
        assert!(!shown.contains("private"), "{shown}");
    }
}
