//! Keys that an endpoint publishes: verifying with them, and reading a set of them.

use aws_lc_rs::signature as aws;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::fetch::Response;
use countersign::fetch::testing::ScriptedFetch;
use countersign::jwks::Jwks;
use countersign::signature::AlgorithmName;
use countersign::{KeySet, Scratch, default_provider};
use serde::Deserialize;

use crate::measure::Contestant;
use crate::ours;
use crate::report::{Goal, Group, Report};
use crate::tokens;

const STATIC: &str = "the same key held statically";
const WARM: &str = "key of a warm endpoint";

pub(crate) fn warm_endpoint(report: &mut Report, rounds: usize) {
    for name in [
        AlgorithmName::EDDSA,
        AlgorithmName::ES256,
        AlgorithmName::RS256,
    ] {
        let key = tokens::verifying_key(name).with_kid("k");
        let script = ScriptedFetch::new();
        let set = format!(r#"{{"keys":[{}]}}"#, key.public_jwk().unwrap());
        script.otherwise(Response::new(200, set));
        let endpoint = Jwks::builder("https://keys.example/", default_provider()).fetch(script);
        let endpoint = endpoint.on_demand().build().unwrap();
        endpoint.refresh().unwrap();

        let published = ours::authenticator(endpoint);
        let held = ours::authenticator(ours::keyring(default_provider(), &key));
        let header = format!(r#"{{"alg":"{name}","typ":"JWT","kid":"k"}}"#);
        let token = tokens::token_with(name, &header);
        let contestants = [(STATIC, &held), (WARM, &published)].map(|(label, authenticator)| {
            let (token, mut scratch) = (&token, Scratch::default());
            Contestant::new(label, move || {
                let accepted = authenticator.connection_in(token, tokens::now(), &mut scratch);
                accepted.unwrap().decoded().channels.len()
            })
        });
        let title = format!("{name}, by a key of an endpoint");
        let group = Group::measure(title, contestants.into(), rounds);
        let what = format!("{name}: warm JWKS against a static key");
        report.goals.push(Goal::at_most(
            what,
            1.05,
            group.ratio_in_rounds(WARM, STATIC),
        ));
        report.groups.push(group);
    }
}

#[derive(Deserialize)]
struct Set<'a> {
    #[serde(borrow)]
    keys: Vec<Jwk<'a>>,
}

#[derive(Deserialize)]
#[serde(tag = "kty")]
enum Jwk<'a> {
    #[serde(rename = "RSA")]
    Rsa { n: &'a str, e: &'a str },
    #[serde(rename = "EC")]
    Ec { x: &'a str, y: &'a str },
    #[serde(rename = "OKP")]
    Okp { x: &'a str },
}

const OURS: &str = "Countersign over aws-lc-rs";
const SERDE: &str = "serde_json and aws-lc-rs";

/// A set of 100 keys: RSA, P-256 and Ed25519 in turn.
pub(crate) fn set_of_100(report: &mut Report, rounds: usize) {
    let names = [
        AlgorithmName::RS256,
        AlgorithmName::ES256,
        AlgorithmName::EDDSA,
    ];
    let keys = (0..100).map(|at| {
        let key = tokens::verifying_key(names[at % names.len()]);
        let key = key
            .with_kid(at.to_string())
            .with_algorithm(names[at % names.len()].as_str());
        key.public_jwk().unwrap()
    });
    let set = format!(r#"{{"keys":[{}]}}"#, keys.collect::<Vec<_>>().join(","));
    let provider = countersign_aws_lc::provider();
    let contestants = vec![
        Contestant::new(SERDE, || {
            let set: Set<'_> = serde_json::from_str(&set).unwrap();
            let imported: Vec<_> = set.keys.iter().map(import).collect();
            assert_eq!(imported.len(), 100);
            imported
        }),
        Contestant::new(OURS, || {
            let set = KeySet::from_json(set.as_bytes()).unwrap();
            let verifiers: Vec<_> = set
                .keys()
                .map(|key| key.verifiers(&provider).unwrap())
                .collect();
            assert_eq!(verifiers.len(), 100);
            verifiers
        }),
    ];
    let group = Group::measure(
        "A JWK Set of 100 keys, read and imported",
        contestants,
        rounds,
    );
    let what = "JWK Set of 100 keys against serde_json and the import alone";
    report
        .goals
        .push(Goal::at_most(what, 1.2, group.ratio(OURS, SERDE)));
    report.groups.push(group);
}

fn import(key: &Jwk<'_>) -> aws::ParsedPublicKey {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let parsed = match key {
        Jwk::Rsa { n, e } => {
            let components = aws::RsaPublicKeyComponents {
                n: bytes(n),
                e: bytes(e),
            };
            components.to_parsed_public_key(&aws::RSA_PKCS1_2048_8192_SHA256)
        }
        Jwk::Ec { x, y } => {
            let point = [&[4], bytes(x).as_slice(), &bytes(y)].concat();
            aws::ParsedPublicKey::new(&aws::ECDSA_P256_SHA256_FIXED, point)
        }
        Jwk::Okp { x } => aws::ParsedPublicKey::new(&aws::ED25519, bytes(x)),
    };
    parsed.unwrap()
}
