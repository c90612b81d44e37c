//! A template of URLs and many values for its placeholders: a line each. A value takes its place
//! and nothing else, each endpoint has one client, and no more are made than are allowed.

use std::collections::BTreeMap;

use countersign::default_provider;
use countersign_fetch::testing::ScriptedFetch;
use countersign_fetch::{EndpointUrl, Response, UrlTemplate};
use countersign_jwks::{Jwks, Lookup};

use super::assert_shows_well;
use crate::Target;

/// The target.
pub const TARGET: Target = Target {
    name: "template",
    about: "no value bends a URL, and every URL has its own client, up to the limit",
    run,
};

const LIMIT: usize = 4;

/// What ends a part of a URL, or begins one.
const DELIMITERS: [char; 9] = ['/', '?', '#', '@', ':', '[', ']', '%', '&'];

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let text = lines.next().unwrap_or_default();
    let template = match UrlTemplate::new(text, false) {
        Ok(template) => template,
        Err(error) => return assert_shows_well(&error),
    };
    assert_eq!(template.to_string(), text);
    let script = ScriptedFetch::new();
    script.otherwise(Response::new(404, ""));
    let clients = Jwks::builder(text, default_provider())
        .fetch(script.clone())
        .on_demand()
        .build_each(LIMIT)
        .unwrap();
    let mut made: BTreeMap<String, *const str> = BTreeMap::new();
    for value in lines.take(64) {
        let endpoint = template.endpoint(|_| Some(value));
        let client = clients.get(|_| Some(value));
        let Ok(endpoint) = endpoint else {
            assert_shows_well(&client.unwrap_err());
            continue;
        };
        check(text, value, &endpoint);
        let is_known = made.contains_key(endpoint.as_str());
        match client {
            Err(error) => {
                assert_shows_well(&error);
                assert!(!is_known && made.len() == LIMIT, "{error}");
            }
            Ok(client) => {
                assert_eq!(client.endpoint(), &endpoint);
                let address = std::ptr::from_ref(client.endpoint().as_str());
                let first = *made.entry(endpoint.as_str().into()).or_insert(address);
                assert_eq!(first, address, "two clients of one endpoint");
                if !is_known {
                    assert!(matches!(client.resolve(Some("a")), Lookup::Unavailable(_)));
                    assert_eq!(script.asked().last().unwrap().url, endpoint.as_str());
                }
            }
        }
    }
    assert!(made.len() <= LIMIT && clients.clients().len() == made.len());
    assert_eq!(script.requests(), made.len());
}

/// The endpoint is the template with the value written into it, and has no further part by it.
fn check(template: &str, value: &str, endpoint: &EndpointUrl) {
    let mut written = String::new();
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once("{{") {
        let (_, behind) = behind.split_once("}}").unwrap();
        written.push_str(text);
        written.push_str(value);
        rest = behind;
    }
    written.push_str(rest);
    assert_eq!(&EndpointUrl::new(&written, false).unwrap(), endpoint);
    let delimiters = |text: &str| text.matches(DELIMITERS).count();
    assert_eq!(delimiters(&written), delimiters(template));
}
