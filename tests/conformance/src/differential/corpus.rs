//! Valid tokens, and tokens that are altered by design or at random. They are the same in every
//! run: they come from a seed, and their times are so far away that the clock doesn't matter.

use countersign_test_backends::keys::RSA_2048;
use countersign_test_backends::rsa::{Pss, SHA256, SHA384, SHA512, sign_raw};

use crate::cases::signature;
use crate::encoding::{base64url, unhex};

/// The algorithms of the tokens.
pub(super) const ALGORITHMS: [&str; 13] = [
    "HS256", "HS512", "RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA", "HS384", "RS384",
    "RS512", "PS384", "PS512",
];

/// A token and what was done to it: `class/which/algorithm`.
pub(super) struct Mutant {
    pub(super) name: String,
    pub(super) alg: &'static str,
    pub(super) token: String,
}

/// How many tokens are altered at random, for each class and each algorithm.
const EACH: usize = 24;

/// The whole corpus.
pub(super) fn corpus() -> Vec<Mutant> {
    let mut all = Vec::new();
    for (seed, alg) in ALGORITHMS.into_iter().enumerate() {
        let mut put = |class: &str, which: &str, token: String| {
            all.push(Mutant {
                name: format!("{class}/{which}/{alg}"),
                alg,
                token,
            });
        };
        let good = Parts::signed(alg, &format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#), GOOD);
        put("good", "token", good.join());
        for (which, header) in headers(alg) {
            put("header", which, Parts::signed(alg, &header, GOOD).join());
        }
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        for (which, payload) in payloads() {
            let made = Parts::of(alg, header.as_bytes(), &payload);
            put("claims", which, made.join());
        }
        for (which, made) in signatures(alg, &good) {
            put("signature", which, made.join());
        }
        for (which, token) in forms(&good) {
            put("form", which, token);
        }
        let mut chance = Chance(0x5eed_0000 + seed as u64);
        for class in ["bit", "character", "insert", "delete", "move", "cut"] {
            for which in 0..EACH {
                let token = mutate(class, &good.join(), &mut chance);
                put(class, &which.to_string(), token);
            }
        }
    }
    all
}

const GOOD: &str = r#"{"sub":"42","exp":4102444800}"#;

#[derive(Clone)]
struct Parts {
    header: String,
    payload: String,
    signature: Vec<u8>,
}

impl Parts {
    fn signed(alg: &str, header: &str, payload: &str) -> Self {
        Self::of(alg, header.as_bytes(), payload.as_bytes())
    }

    fn of(alg: &str, header: &[u8], payload: &[u8]) -> Self {
        let (header, payload) = (base64url(header), base64url(payload));
        let input = format!("{header}.{payload}");
        let pss = match alg {
            "PS256" => Some(SHA256),
            "PS384" => Some(SHA384),
            "PS512" => Some(SHA512),
            _ => None,
        };
        let signature = match pss {
            // A fixed salt.
            Some(hash) => {
                let encoded = Pss::proper(hash).encode(input.as_bytes(), 2048);
                sign_raw(&RSA_2048, &encoded)
            }
            None => signature::sign(&format!("own as {alg}"), None, input.as_bytes()),
        };
        Self {
            header,
            payload,
            signature,
        }
    }

    fn join(&self) -> String {
        let Self {
            header,
            payload,
            signature,
        } = self;
        format!("{header}.{payload}.{}", base64url(signature))
    }
}

/// Headers with a valid signature.
fn headers(alg: &str) -> Vec<(&'static str, String)> {
    let with = |more: &str| format!(r#"{{"alg":"{alg}",{more}}}"#);
    let other = if alg == "HS256" { "HS384" } else { "HS256" };
    vec![
        ("alg none", r#"{"alg":"none"}"#.into()),
        ("alg another", format!(r#"{{"alg":"{other}"}}"#)),
        (
            "alg lower case",
            format!(r#"{{"alg":"{}"}}"#, alg.to_lowercase()),
        ),
        ("alg missing", r#"{"typ":"JWT"}"#.into()),
        ("alg null", r#"{"alg":null}"#.into()),
        ("alg twice", format!(r#"{{"alg":"none","alg":"{alg}"}}"#)),
        ("alg upper-case name", format!(r#"{{"ALG":"{alg}"}}"#)),
        ("crit unknown", with(r#""crit":["x"],"x":1"#)),
        ("crit empty", with(r#""crit":[]"#)),
        ("crit exp", with(r#""crit":["exp"],"exp":1"#)),
        ("b64 false with crit", with(r#""crit":["b64"],"b64":false"#)),
        ("b64 false", with(r#""b64":false"#)),
        ("b64 true", with(r#""b64":true"#)),
        ("zip", with(r#""zip":"DEF""#)),
        ("enc", with(r#""enc":"A128GCM""#)),
        ("cty JWT", with(r#""cty":"JWT""#)),
        ("typ JWE", with(r#""typ":"JWE""#)),
        ("typ number", with(r#""typ":1"#)),
        ("kid", with(r#""kid":"a""#)),
        ("kid null", with(r#""kid":null"#)),
        ("kid number", with(r#""kid":1"#)),
        ("jwk", with(r#""jwk":{"kty":"oct","k":"AA"}"#)),
        ("jku", with(r#""jku":"https://evil.example/""#)),
        ("x5c", with(r#""x5c":["AAAA"]"#)),
        ("unknown member", with(r#""foo":{"bar":[1,2]}"#)),
        ("unknown member twice", with(r#""foo":1,"foo":2"#)),
        ("space before", format!(r#" {{"alg":"{alg}"}}"#)),
        ("space within", format!("{{ \"alg\" : \"{alg}\" }}")),
        ("byte order mark", format!("\u{feff}{{\"alg\":\"{alg}\"}}")),
        ("comma at the end", format!(r#"{{"alg":"{alg}",}}"#)),
        ("text behind", format!(r#"{{"alg":"{alg}"}}x"#)),
        ("array", format!(r#"["{alg}"]"#)),
        (
            "deep",
            with(&format!(r#""x":{}{}"#, "[".repeat(200), "]".repeat(200))),
        ),
    ]
}

/// Claims with a valid signature.
fn payloads() -> Vec<(&'static str, Vec<u8>)> {
    let text = [
        ("no exp", r#"{"sub":"42"}"#),
        ("expired", r#"{"sub":"42","exp":1}"#),
        ("exp zero", r#"{"sub":"42","exp":0}"#),
        ("exp negative", r#"{"sub":"42","exp":-1}"#),
        ("exp fraction", r#"{"sub":"42","exp":4102444800.5}"#),
        ("exp exponent", r#"{"sub":"42","exp":4.1e9}"#),
        (
            "exp of 64 bits",
            r#"{"sub":"42","exp":9223372036854775807}"#,
        ),
        (
            "exp beyond 64 bits",
            r#"{"sub":"42","exp":99999999999999999999}"#,
        ),
        ("exp 1e308", r#"{"sub":"42","exp":1e308}"#),
        ("exp 1e400", r#"{"sub":"42","exp":1e400}"#),
        ("exp null", r#"{"sub":"42","exp":null}"#),
        ("exp string", r#"{"sub":"42","exp":"4102444800"}"#),
        ("exp true", r#"{"sub":"42","exp":true}"#),
        ("exp array", r#"{"sub":"42","exp":[4102444800]}"#),
        ("exp twice", r#"{"sub":"42","exp":1,"exp":4102444800}"#),
        (
            "nbf ahead",
            r#"{"sub":"42","exp":4102444800,"nbf":4102444799}"#,
        ),
        ("nbf null", r#"{"sub":"42","exp":4102444800,"nbf":null}"#),
        (
            "nbf string",
            r#"{"sub":"42","exp":4102444800,"nbf":"4102444799"}"#,
        ),
        ("nbf fraction", r#"{"sub":"42","exp":4102444800,"nbf":1.5}"#),
        (
            "iat ahead",
            r#"{"sub":"42","exp":4102444800,"iat":4102444799}"#,
        ),
        ("iat string", r#"{"sub":"42","exp":4102444800,"iat":"x"}"#),
        ("sub twice", r#"{"sub":"a","sub":"42","exp":4102444800}"#),
        ("sub number", r#"{"sub":42,"exp":4102444800}"#),
        ("sub null", r#"{"sub":null,"exp":4102444800}"#),
        ("sub empty", r#"{"sub":"","exp":4102444800}"#),
        ("sub with NUL", r#"{"sub":"a\u0000b","exp":4102444800}"#),
        ("sub lone surrogate", r#"{"sub":"\ud800","exp":4102444800}"#),
        ("jti number", r#"{"sub":"42","exp":4102444800,"jti":1}"#),
        ("aud", r#"{"sub":"42","exp":4102444800,"aud":"x"}"#),
        ("aud number", r#"{"sub":"42","exp":4102444800,"aud":1}"#),
        ("iss number", r#"{"sub":"42","exp":4102444800,"iss":1}"#),
        (
            "unknown twice",
            r#"{"sub":"42","exp":4102444800,"x":1,"x":2}"#,
        ),
        ("EXP", r#"{"sub":"42","exp":4102444800,"EXP":1}"#),
        ("array", r#"["42"]"#),
        ("null", "null"),
        ("string", r#""42""#),
        ("empty object", "{}"),
        ("empty", ""),
        ("space around", " {\"sub\":\"42\",\"exp\":4102444800}\n"),
        (
            "byte order mark",
            "\u{feff}{\"sub\":\"42\",\"exp\":4102444800}",
        ),
        ("comma at the end", r#"{"sub":"42","exp":4102444800,}"#),
        ("text behind", r#"{"sub":"42","exp":4102444800}x"#),
        ("NaN", r#"{"sub":"42","exp":4102444800,"x":NaN}"#),
        ("leading zero", r#"{"sub":"42","exp":4102444800,"x":01}"#),
        ("single quotes", "{'sub':'42'}"),
    ];
    let mut all: Vec<(&'static str, Vec<u8>)> = text
        .into_iter()
        .map(|(which, text)| (which, text.as_bytes().to_vec()))
        .collect();
    all.push((
        "not UTF-8",
        [
            br#"{"sub":"42","exp":4102444800,"x":""#.as_slice(),
            &[0xff],
            b"\"}",
        ]
        .concat(),
    ));
    let deep = format!(
        r#"{{"sub":"42","exp":4102444800,"x":{}{}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    all.push(("deep", deep.into_bytes()));
    all
}

/// Altered signatures.
fn signatures(alg: &'static str, good: &Parts) -> Vec<(&'static str, Parts)> {
    let words = [
        ("empty", "empty"),
        ("one byte less", "cut:1"),
        ("one byte more", "append:00"),
        ("zero before", "prepend:00"),
        ("first byte dropped", "drop:1"),
        ("half", "half"),
        ("twice", "twice"),
        ("zeros", "zeros:64"),
        ("all zeros", "nothing"),
        ("swapped halves", "swap"),
    ];
    let curves = [
        ("DER", "der"),
        ("other s", "mirror"),
        ("r zero", "r:0"),
        ("s zero", "s:0"),
        ("r of the order", "r:n"),
        ("s of the order", "s:n"),
    ];
    let is_curve = alg.starts_with("ES");
    let key = signature::own_key(alg);
    words
        .into_iter()
        .chain(curves.into_iter().filter(|_| is_curve))
        .map(|(which, words)| {
            let made = good.signature.clone();
            let words = match words {
                "half" => format!("cut:{}", made.len() / 2),
                "nothing" => format!("zeros:{}", made.len()),
                other => other.to_owned(),
            };
            let signature = signature::bend(&words, made, key);
            let parts = Parts {
                signature,
                ..good.clone()
            };
            (which, parts)
        })
        .collect()
}

/// Other spellings, and other numbers of parts.
fn forms(good: &Parts) -> Vec<(&'static str, String)> {
    let (h, p, s) = (&good.header, &good.payload, &base64url(&good.signature));
    let no_break = String::from_utf8(unhex("c2a0")).expect("a space");
    let mut all = vec![
        ("empty", String::new()),
        ("one part", h.clone()),
        ("two parts", format!("{h}.{p}")),
        ("dot at the end", format!("{h}.{p}.{s}.")),
        ("dot before", format!(".{h}.{p}.{s}")),
        ("four parts", format!("{h}.{p}.{s}.{s}")),
        ("five parts", format!("{h}.{p}.{s}.{s}.{s}")),
        ("detached", format!("{h}..{s}")),
        ("no header", format!(".{p}.{s}")),
        ("padding on the header", format!("{h}=.{p}.{s}")),
        ("padding on the payload", format!("{h}.{p}=.{s}")),
        ("padding on the signature", format!("{h}.{p}.{s}=")),
        ("two paddings on the signature", format!("{h}.{p}.{s}==")),
        ("space before", format!(" {h}.{p}.{s}")),
        ("space behind", format!("{h}.{p}.{s} ")),
        ("line break behind", format!("{h}.{p}.{s}\n")),
        ("line break within", format!("{h}\n.{p}.{s}")),
        ("another space behind", format!("{h}.{p}.{s}{no_break}")),
        ("Bearer", format!("Bearer {h}.{p}.{s}")),
        (
            "JSON",
            format!(r#"{{"protected":"{h}","payload":"{p}","signature":"{s}"}}"#),
        ),
    ];
    let standard = s.replace('-', "+").replace('_', "/");
    if standard != *s {
        all.push(("standard alphabet", format!("{h}.{p}.{standard}")));
    }
    if let Some(loose) = loose(s) {
        all.push(("loose signature", format!("{h}.{p}.{loose}")));
    }
    all
}

/// Another spelling of the same bytes, if there is one.
fn loose(part: &str) -> Option<String> {
    if part.len().is_multiple_of(4) {
        return None;
    }
    let last = part.chars().last()?;
    let next = char::from_u32(u32::from(last) + 1)?;
    let known = next.is_ascii_alphanumeric();
    known.then(|| format!("{}{next}", &part[..part.len() - 1]))
}

/// SplitMix64: small, good enough, and with the same results on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

fn mutate(class: &str, token: &str, chance: &mut Chance) -> String {
    const CHARACTERS: &[u8] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/";
    let mut bytes = token.as_bytes().to_vec();
    let at = chance.below(bytes.len());
    let character = CHARACTERS[chance.below(CHARACTERS.len())];
    match class {
        // The highest bit stays zero, because a token is text.
        "bit" => bytes[at] ^= 1 << chance.below(7),
        "character" => bytes[at] = character,
        "insert" => bytes.insert(at, character),
        "delete" => {
            bytes.remove(at);
        }
        "move" => {
            let byte = bytes.remove(at);
            let to = chance.below(bytes.len());
            bytes.insert(to, byte);
        }
        _ => bytes.truncate(at),
    }
    String::from_utf8(bytes).expect("ASCII")
}
