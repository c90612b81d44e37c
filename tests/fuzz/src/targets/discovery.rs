//! Discovery documents of an issuer: the input is the document. Whatever it says, a client asks
//! for keys at most where the document of the very issuer says in plain words, and never without
//! TLS.

use std::collections::BTreeMap;

use countersign::default_provider;
use countersign_fetch::testing::ScriptedFetch;
use countersign_fetch::{EndpointUrl, Response};
use countersign_jwks::{Jwks, Lookup};
use serde_json::Value;

use super::assert_shows_well;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "discovery",
    about: "a document leads to the keys that its issuer names, as another reader reads it, or nowhere",
    run,
};

const ISSUER: &str = "https://id.example/realm";
const DOCUMENT: &str = "https://id.example/realm/.well-known/openid-configuration";
const KEYS: &str = r#"{"keys":[
    {"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
]}"#;

fn run(data: &[u8]) {
    let script = ScriptedFetch::new();
    script.then(Response::new(200, data));
    script.otherwise(Response::new(200, KEYS));
    let jwks = Jwks::builder_from_issuer(ISSUER, default_provider())
        .fetch(script.clone())
        .on_demand()
        .build()
        .unwrap();
    let fetched = jwks.refresh();
    let asked: Vec<String> = script.asked().into_iter().map(|asked| asked.url).collect();
    assert_eq!(asked[0], DOCUMENT);
    match fetched {
        Err(error) => {
            assert_shows_well(&error);
            assert_eq!(asked.len(), 1, "{asked:?}");
            assert!(jwks.discovered().is_none());
        }
        Ok(()) => {
            let text = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
            let document: BTreeMap<String, Value> = serde_json::from_slice(text).unwrap();
            assert_eq!(document["issuer"], ISSUER);
            let uri = document["jwks_uri"].as_str().unwrap();
            let url = EndpointUrl::new(uri, false).unwrap();
            assert!(url.is_https());
            assert_eq!(asked[1..], [url.as_str()]);
            assert_eq!(jwks.discovered(), Some(url));
            assert!(matches!(jwks.lookup(Some("a")), Lookup::Found(_)));
        }
    }
}
