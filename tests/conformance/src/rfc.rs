//! The examples of RFC 7515, 7520, 7638, 7797 and 8037, unchanged. Those that are signed in
//! compact form verify. The others are refused for their form, and not because their key can't be
//! read. The examples of RFC 7515 appendices A.6 and A.7 are composed from A.2 and A.3, without
//! the header that names their keys.

use countersign::jws::{Scratch, Unverified};
use countersign_keys::{Key, KeyError};
use countersign_signature::Provider;
use sha2::Digest as _;

use crate::judge::{ACCEPT, Judge};
use crate::records;
use crate::report::Report;
// A link to the file of the tests of `countersign-jws`.
use crate::vectors as v;

/// An example: its section, its token, its key as a JWK, and its payload or the part that is
/// refused.
struct Example {
    section: String,
    token: String,
    jwk: String,
    payload: Result<String, &'static str>,
}

/// Refused for the form of the token, with any key.
const TOKEN: &str = "the token is refused";
/// Refused because no algorithm of the key verifies the signature.
const SIGNATURE: &str = "the signature is refused";
/// Refused because the key has another purpose.
const KEY: &str = "the key is refused";

fn examples() -> Vec<Example> {
    let joe = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
    let oct = |k: &str| format!(r#"{{"kty":"oct","k":"{k}"}}"#);
    let rsa = |n: &str| format!(r#"{{"kty":"RSA","e":"AQAB","n":"{n}"}}"#);
    let ec = |crv: &str, x: &str, y: &str| {
        format!(r#"{{"kty":"EC","crv":"{crv}","x":"{x}","y":"{y}"}}"#)
    };
    let ed = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, v::ED25519_X);
    let p521 = ec("P-521", v::BILBO_X, v::BILBO_Y);
    let good = [
        ("7515 A.1", v::A1, oct(v::A1_K), joe),
        ("7515 A.2", v::A2, rsa(v::A2_N), joe),
        ("7515 A.3", v::A3, ec("P-256", v::A3_X, v::A3_Y), joe),
        ("7515 A.4", v::A4, ec("P-521", v::A4_X, v::A4_Y), "Payload"),
        ("7520 4.1", v::BILBO_4_1, rsa(v::BILBO_N), v::BILBO),
        ("7520 4.2", v::BILBO_4_2, rsa(v::BILBO_N), v::BILBO),
        ("7520 4.3", v::BILBO_4_3, p521.clone(), v::BILBO),
        ("7520 4.4", v::BILBO_4_4, oct(v::BILBO_K), v::BILBO),
        ("7797 4.1 control", v::ENCODED_CONTROL, oct(v::A1_K), "$.02"),
        (
            "8037 A.4",
            v::ED25519,
            ed.clone(),
            "Example of Ed25519 signing",
        ),
    ];
    let [general, flattened] = in_json();
    let bad = [
        ("7515 A.5 unsecured", v::A5, oct(v::A1_K)),
        ("7515 A.6 general", &general, rsa(v::A2_N)),
        (
            "7515 A.7 flattened",
            &flattened,
            ec("P-256", v::A3_X, v::A3_Y),
        ),
        ("7520 4.6 general", v::BILBO_4_6_GENERAL, oct(v::BILBO_K)),
        (
            "7520 4.6 flattened",
            v::BILBO_4_6_FLATTENED,
            oct(v::BILBO_K),
        ),
        ("7520 4.7 general", v::BILBO_4_7_GENERAL, oct(v::BILBO_K)),
        (
            "7520 4.7 flattened",
            v::BILBO_4_7_FLATTENED,
            oct(v::BILBO_K),
        ),
        ("7520 4.8 general", v::BILBO_4_8_GENERAL, oct(v::BILBO_K)),
        ("7797 4.2 detached", v::UNENCODED_DETACHED, oct(v::A1_K)),
    ];
    let good = good.map(|(section, token, jwk, payload)| Example {
        section: section.into(),
        token: token.into(),
        jwk,
        payload: Ok(payload.into()),
    });
    let bad = bad.map(|(section, token, jwk)| Example {
        section: section.into(),
        token: token.into(),
        jwk,
        payload: Err(TOKEN),
    });
    // Without its payload, the token is read as one with an empty payload.
    let detached = Example {
        section: "7520 4.5 detached".into(),
        token: v::BILBO_4_5.into(),
        jwk: oct(v::BILBO_K),
        payload: Err(SIGNATURE),
    };
    let all = good.into_iter().chain(bad).chain([detached]);
    all.chain(rfc7520()).collect()
}

/// RFC 7520 sections 3, 5 and 6: each key with the token that section 4 signs with it, each
/// encrypted token, and the token inside an encrypted one.
fn rfc7520() -> impl Iterator<Item = Example> {
    let records = records::read(include_str!("../data/rfc7520.txt"));
    records.into_iter().map(|record| {
        record.hold_names_to(&["section", "jwk", "token", "payload"]);
        let section = record.need("section");
        let whole = |name| Some(record.get(name)?.replace(' ', ""));
        let (signed, payload) = match section {
            "3.1" | "3.2" => (v::BILBO_4_3, Ok(v::BILBO)),
            "3.3" | "3.4" => (v::BILBO_4_1, Ok(v::BILBO)),
            "3.5" => (v::BILBO_4_4, Ok(v::BILBO)),
            // A key for encrypting content.
            "3.6" => (v::BILBO_4_4, Err(KEY)),
            _ => ("", record.get("payload").ok_or(TOKEN)),
        };
        Example {
            section: format!("7520 {section}"),
            token: whole("token").unwrap_or_else(|| signed.into()),
            jwk: whole("jwk").unwrap_or_else(|| format!(r#"{{"kty":"oct","k":"{}"}}"#, v::BILBO_K)),
            payload: payload.map(Into::into),
        }
    })
}

/// RFC 7515 appendices A.6 and A.7: the tokens of A.2 and A.3, in JSON.
fn in_json() -> [String; 2] {
    let [two, three] = [v::A2, v::A3].map(|token| {
        let parts: Vec<&str> = token.split('.').collect();
        let payload = format!(r#""payload":"{}""#, parts[1]);
        let (header, signature) = (parts[0], parts[2]);
        let rest = format!(r#""protected":"{header}","header":{{}},"signature":"{signature}""#);
        (payload, rest)
    });
    [
        format!(
            r#"{{{},"signatures":[{{{}}},{{{}}}]}}"#,
            two.0, two.1, three.1
        ),
        format!("{{{},{}}}", three.0, three.1),
    ]
}

/// The suite.
pub(crate) fn suite() -> Report {
    let mut report = Report::default();
    for (backend, provider, expected) in crate::backends() {
        let mut judge = Judge::new("rfc examples", backend);
        for example in examples() {
            if example.jwk.contains("P-521") && !expected.contains(&"ES512") {
                continue;
            }
            let wanted = example
                .payload
                .as_ref()
                .map_or_else(|refused| *refused, |_| ACCEPT);
            let (found, why) = match verify(&example, &provider) {
                Ok(payload) if example.payload.as_ref() == Ok(&payload) => (ACCEPT, payload),
                Ok(payload) => ("another payload", payload),
                Err(refused) => refused,
            };
            judge.case(&example.section, wanted, found, || why);
        }
        for (section, jwk, thumbprint) in thumbprints() {
            let key = Key::from_jwk(jwk.as_bytes()).expect("a key");
            let made = key.thumbprint(|input| sha2::Sha256::digest(input).into());
            let found = if made.as_deref() == Ok(thumbprint) {
                ACCEPT
            } else {
                "another thumbprint"
            };
            judge.case(section, ACCEPT, found, || format!("{made:?}"));
        }
        report.merge(judge.finish());
    }
    report
}

/// The payload, or the part that is refused and the reason.
fn verify(example: &Example, provider: &Provider) -> Result<String, (&'static str, String)> {
    let of_key = |error: KeyError| (KEY, error.to_string());
    let mut key = Key::from_jwk(example.jwk.as_bytes()).map_err(of_key)?;
    if key.is_private() {
        key = key.into_public().map_err(of_key)?;
    }
    let verifiers = key.verifiers(provider).map_err(of_key)?;
    let mut scratch = Scratch::default();
    let token = Unverified::parse(&example.token, &mut scratch)
        .map_err(|error| (TOKEN, error.to_string()))?;
    let verified = verifiers
        .iter()
        .find_map(|verifier| token.verify(&**verifier).ok())
        .ok_or_else(|| (SIGNATURE, "no algorithm of the key verifies it".to_owned()))?;
    Ok(String::from_utf8_lossy(verified.payload()).into_owned())
}

fn thumbprints() -> [(&'static str, String, &'static str); 2] {
    // RFC 7638 section 3.1.
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tS\
             oc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65\
             YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyr\
             dkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK\
             nqDKgw";
    let rsa = format!(r#"{{"alg":"RS256","kid":"2011-04-29","kty":"RSA","e":"AQAB","n":"{n}"}}"#);
    let ed = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, v::ED25519_X);
    [
        (
            "7638 3.1",
            rsa,
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        ),
        (
            "8037 A.3",
            ed,
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        ),
    ]
}
