//! The key chooses the algorithm: rows A and B12 of the attack catalogue.

use crate::common;

use core::sync::atomic::{AtomicUsize, Ordering};

use common::{BAD_SIGNATURE, Generator, Verdict, accepted, encode, key, verdict};
use countersign_json::{JsonError, Kind};
use countersign_jws::{ParseError, VerifyError};
use countersign_signature::{AlgorithmName, InvalidSignature, Verifier};

const ALGORITHMS: [AlgorithmName; 13] = [
    AlgorithmName::HS256,
    AlgorithmName::HS384,
    AlgorithmName::HS512,
    AlgorithmName::RS256,
    AlgorithmName::RS384,
    AlgorithmName::RS512,
    AlgorithmName::PS256,
    AlgorithmName::PS384,
    AlgorithmName::PS512,
    AlgorithmName::ES256,
    AlgorithmName::ES384,
    AlgorithmName::ES512,
    AlgorithmName::EDDSA,
];

/// Accepts every signature, and counts its calls.
#[derive(Debug)]
struct Credulous {
    algorithm: AlgorithmName,
    asked: AtomicUsize,
}

impl Credulous {
    fn new(algorithm: AlgorithmName) -> Self {
        Self {
            algorithm,
            asked: AtomicUsize::new(0),
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Verifier for Credulous {
    fn algorithm(&self) -> AlgorithmName {
        self.algorithm
    }

    fn verify(&self, _: &[u8], _: &[u8]) -> Result<(), InvalidSignature> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn not_for(found: &str, needed: AlgorithmName) -> Verdict {
    Verdict::Unverified(VerifyError::Algorithm {
        found: found.into(),
        needed,
    })
}

#[test]
fn a1_none_in_any_spelling_is_refused_before_a_key_is_asked() {
    let spellings = [
        "none",
        "None",
        "NONE",
        "nOnE",
        "noNe",
        "NoNe",
        "nonE",
        "nONE",
        "n\\u006fne",
        "none ",
        " none",
        "\\tnone",
        "none\\n",
        "NONE\\r\\n",
        "none\\u0000",
        "\\u0000none",
        "none\\u200b",
        "\\ufeffnone",
        "none\\u00a0",
        "\\\"none\\\"",
        "",
    ];
    let honest = key(7);
    let original = honest.token(r#"{"alg":"HS256"}"#, "{}");
    let (_, original_signature) = original.rsplit_once('.').unwrap();
    let random = encode(Generator::new(1).bytes(32));

    for spelling in spellings {
        let signing_input = format!(
            "{}.{}",
            encode(format!(r#"{{"alg":"{spelling}"}}"#)),
            encode("{}")
        );
        let signed = honest.complete(&signing_input);
        let (_, signature) = signed.rsplit_once('.').unwrap();
        for signature in ["", original_signature, &random, signature] {
            let credulous = Credulous::new(AlgorithmName::HS256);
            let expected = if spelling.is_empty() {
                ParseError::AlgorithmMissing
            } else {
                ParseError::AlgorithmNone
            };
            assert_eq!(
                verdict(&format!("{signing_input}.{signature}"), &credulous),
                Verdict::Unreadable(expected),
                "{spelling:?} with the signature {signature:?}"
            );
            assert_eq!(credulous.asked(), 0);
        }
    }
}

#[test]
fn a2_random_algorithm_names_never_verify() {
    const LETTERS: &[u8] = b"HSRPEKdDAesrp0123456789-_ \x7f25519none";
    let mut generator = Generator::new(2);
    let mut tried = 0;
    while tried < 20_000 {
        let length = 1 + generator.below(8);
        let alg: String = (0..length)
            .map(|_| char::from(LETTERS[generator.below(LETTERS.len())]))
            .collect();
        let known = |name: &AlgorithmName| name.is_spelled(&alg);
        if ALGORITHMS.iter().any(known) {
            continue;
        }
        tried += 1;
        let credulous = Credulous::new(ALGORITHMS[generator.below(ALGORITHMS.len())]);
        let token = format!("{}.e30.AAAA", encode(format!(r#"{{"alg":"{alg}"}}"#)));
        let refused = match verdict(&token, &credulous) {
            Verdict::Unreadable(error) => error == ParseError::AlgorithmNone,
            other => other == not_for(&alg, credulous.algorithm),
        };
        assert!(refused, "{alg:?}");
        assert_eq!(credulous.asked(), 0, "{alg:?}");
    }
}

#[test]
fn a5_a6_a7_the_header_never_chooses_the_algorithm_of_a_key() {
    for header in ALGORITHMS.iter().map(|name| name.as_str()) {
        for bound in ALGORITHMS {
            let credulous = Credulous::new(bound);
            let token = format!("{}.e30.AAAA", encode(format!(r#"{{"alg":"{header}"}}"#)));
            let (expected, asked) = if header == bound.as_str() {
                (accepted("{}"), 1)
            } else {
                (not_for(header, bound), 0)
            };
            assert_eq!(verdict(&token, &credulous), expected);
            assert_eq!(credulous.asked(), asked, "{header} under a key for {bound}");
        }
    }
}

#[test]
fn a8_a_missing_algorithm_or_one_that_is_not_a_string_is_refused() {
    let wrong = |found| ParseError::HeaderMember { name: "alg", found };
    let table = [
        ("{}", ParseError::AlgorithmMissing),
        (r#"{"typ":"JWT"}"#, ParseError::AlgorithmMissing),
        (
            r#"{"header":{"alg":"HS256"}}"#,
            ParseError::AlgorithmMissing,
        ),
        (r#"{"alg":""}"#, ParseError::AlgorithmMissing),
        (r#"{"alg":null}"#, wrong(Kind::Null)),
        (r#"{"alg":256}"#, wrong(Kind::Number)),
        (r#"{"alg":["HS256"]}"#, wrong(Kind::Array)),
        (r#"{"alg":{"HS256":1}}"#, wrong(Kind::Object)),
        (r#"{"alg":true}"#, wrong(Kind::Bool)),
        (
            r#"{"alg":HS256}"#,
            ParseError::Header(JsonError::Syntax { line: 1, column: 8 }),
        ),
    ];
    for (header, expected) in table {
        assert_eq!(
            key(7).on_header(header),
            Verdict::Unreadable(expected),
            "{header}"
        );
    }
}

#[test]
fn a9_an_algorithm_has_one_spelling() {
    for spelled in [
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"\u0048S256"}"#,
        r#"{"\u0061lg":"HS256"}"#,
    ] {
        assert_eq!(key(7).on_header(spelled), accepted("{}"), "{spelled}");
    }
    for other in [
        "hs256",
        "Hs256",
        "HS256 ",
        " HS256",
        "HS256\t",
        "HS256\0",
        "HS-256",
        "HS256\u{200b}",
        "ＨＳ２５６",
        "HS25\u{666}",
        "ＨS256",
        "ℋS256",
        "HS256,none",
        "ｎｏｎｅ",
    ] {
        let header = format!(r#"{{"alg":{}}}"#, countersign_json::quote(other));
        let expected = not_for(other, AlgorithmName::HS256);
        assert_eq!(key(7).on_header(header), expected, "{other:?}");
    }
}

/// RFC 9864 section 2.2: `Ed25519` is another name of `EdDSA`. No other algorithm has a second
/// name.
#[test]
fn a13_eddsa_has_two_names() {
    for (alg, verifies) in [
        ("EdDSA", true),
        ("Ed25519", true),
        ("Ed448", false),
        ("EDDSA", false),
    ] {
        let credulous = Credulous::new(AlgorithmName::EDDSA);
        let token = format!("{}.e30.AAAA", encode(format!(r#"{{"alg":"{alg}"}}"#)));
        let expected = if verifies {
            accepted("{}")
        } else {
            not_for(alg, AlgorithmName::EDDSA)
        };
        assert_eq!(verdict(&token, &credulous), expected);
    }
}

#[test]
fn a_long_algorithm_name_is_cut_and_escaped_in_the_error() {
    let alg = "\\u001b[31m\\r\\n".repeat(40);
    let refused = key(7).on_header(format!(r#"{{"alg":"{alg}"}}"#));
    let Verdict::Unverified(error) = refused else {
        panic!("{refused:?}");
    };
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(shown.len() < 250, "{shown}");
        assert!(!shown.contains(|c: char| c.is_control()), "{shown:?}");
    }
}

#[test]
fn b12_an_empty_signature_is_refused_by_a_real_algorithm() {
    let token = key(7).token(r#"{"alg":"HS256"}"#, "{}");
    let (signing_input, _) = token.rsplit_once('.').unwrap();
    let unsigned = format!("{signing_input}.");
    assert_eq!(verdict(&unsigned, &*key(7).verifier), BAD_SIGNATURE);
    assert_eq!(verdict(&token, &*key(8).verifier), BAD_SIGNATURE);
    assert_eq!(verdict(&token, &*key(7).verifier), accepted("{}"));
}
