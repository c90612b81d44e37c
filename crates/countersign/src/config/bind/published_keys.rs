//! Keys that an issuer publishes at an endpoint, or at several endpoints of a template.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_fetch::UrlTemplate;
use countersign_jwks::{FetchGroup, Jwks, LazyJwks};
use countersign_signature::Provider;
use regex::Regex;

use super::clients::{EndpointSource, Endpoints};
use super::section::Section;
use super::template;
use crate::claim_groups::ClaimGroup;
use crate::config::error::ConfigError;
use crate::hints::Claim;
use crate::{KeyEndpoint, KeySource, KeyTemplate};

/// The published keys of the section; `None` if it names no endpoint.
pub(super) fn published_keys(
    section: Section<'_>,
    provider: &Provider,
    endpoints: &mut Endpoints,
    warnings: &mut Vec<String>,
) -> Result<Option<KeySource>, ConfigError> {
    let token = section.token;
    let option = section.endpoint_option();
    let source = match (&token.jwks_public_endpoint, &token.jwks_issuer) {
        (None, None) => return Ok(None),
        (Some(url), None) => EndpointSource::KeySet(url.clone()),
        (None, Some(issuer)) => EndpointSource::Issuer(issuer.clone()),
        (Some(_), Some(_)) => {
            let other = section.name("jwks_public_endpoint");
            return Err(section.fault(option, format!("found `{other}` too; give one of them")));
        }
    };
    if has_static_keys(section) {
        warnings.push(section.warning(
            option,
            "found secrets or keys too; they are not used, because keys come from the endpoint",
        ));
    }
    if token.audience.is_none() && token.audience_regex.is_none() {
        warnings.push(section.warning(
            option,
            format!(
                "found no `{}`: every token of that identity provider is accepted, even one for \
                 other applications and its ID tokens; set it",
                section.name_beside("audience", "jwks_public_endpoint")
            ),
        ));
    }
    let provider = section.listed(provider.clone());
    if provider.clone().for_key_pairs().iter().next().is_none() {
        return Err(section.fault(
            "algorithms",
            format!(
                "found only algorithms that take a secret, and no secret is published at `{}`; \
                 list those of the published keys, such as RS256, or remove this",
                section.name(option)
            ),
        ));
    }
    if let EndpointSource::KeySet(url) = &source {
        let plain_http = token.jwks.settings.allow_plain_http;
        let template =
            UrlTemplate::new(url, plain_http).map_err(|error| section.jwks_fault(&error))?;
        if template.names().next().is_some() {
            return several_endpoints(section, &template, &provider, endpoints).map(Some);
        }
    }
    one_endpoint(section, source, &provider, endpoints).map(Some)
}

/// The same for an issuer. Nothing is fetched, so only two things are known: which kinds of keys
/// are possible, and whether a token must name its key.
pub(super) fn expected_keys(section: Section<'_>, provider: &Provider) -> Option<KeySource> {
    let token = section.token;
    let algorithms = section.listed(provider.clone());
    let builder = match (&token.jwks_public_endpoint, &token.jwks_issuer) {
        (None, None) => return None,
        (_, Some(issuer)) => Jwks::builder_from_issuer(issuer, algorithms),
        (Some(url), None) => Jwks::builder(url, algorithms),
    };
    let needs_kid = !token.jwks.settings.allow_missing_kid;
    let endpoint = KeyEndpoint::expected(LazyJwks::new(builder.on_demand()), needs_kid);
    Some(KeySource::Endpoint(endpoint))
}

fn has_static_keys(section: Section<'_>) -> bool {
    let token = section.token;
    token.hmac_secret_key.is_some()
        || token.hmac_previous_secret_key.is_some()
        || token.rsa_public_key.is_some()
        || token.ecdsa_public_key.is_some()
        || token.eddsa_public_key.is_some()
}

fn one_endpoint(
    section: Section<'_>,
    source: EndpointSource,
    provider: &Provider,
    endpoints: &mut Endpoints,
) -> Result<KeySource, ConfigError> {
    let jwks = &section.token.jwks;
    if let Some(file) = &jwks.last_known_good_file
        && endpoints.keeps_another(&source, file)
    {
        return Err(section.fault(
            "jwks_last_known_good_file",
            "it keeps the keys of another endpoint already; give each its own file",
        ));
    }
    let endpoint = endpoints
        .get(source, jwks, provider, None)
        .map_err(|error| section.jwks_fault(&error))?;
    endpoints
        .start(&endpoint)
        .map_err(|error| section.jwks_fault(&error))?;
    Ok(KeySource::Endpoint(endpoint))
}

fn several_endpoints(
    section: Section<'_>,
    template: &UrlTemplate,
    provider: &Provider,
    endpoints: &mut Endpoints,
) -> Result<KeySource, ConfigError> {
    let jwks = &section.token.jwks;
    if jwks.last_known_good_file.is_some() {
        return Err(section.fault(
            "jwks_last_known_good_file",
            "it keeps the keys of one endpoint; a template stands for several",
        ));
    }
    let mut groups: Vec<ClaimGroup> = Vec::new();
    let mut values = Vec::new();
    for name in template.names() {
        if groups.iter().any(|group| group.name == name) {
            continue;
        }
        let (group, strings) = group(section, name)?;
        groups.push(group);
        values.push((name.to_owned(), strings));
    }
    let mut picked = BTreeMap::new();
    let filled = template::endpoints(template, &values)
        .map_err(|message| section.fault("jwks_public_endpoint", message))?;
    // Unverified tokens choose among these endpoints, so the endpoints share one limit.
    let budget = FetchGroup::new();
    for (values, url) in filled {
        let endpoint = endpoints
            .get(
                EndpointSource::KeySet(url.as_str().into()),
                jwks,
                provider,
                Some(&budget),
            )
            .map_err(|error| section.jwks_fault(&error))?;
        picked.insert(values, endpoint);
    }
    Ok(KeySource::Templated(Arc::new(KeyTemplate::new(
        groups, picked,
    ))))
}

/// The group that fills the placeholder `name`, and the strings that it can match.
fn group(section: Section<'_>, name: &str) -> Result<(ClaimGroup, BTreeSet<String>), ConfigError> {
    let token = section.token;
    for (claim, option, expression) in [
        (Claim::Issuer, "issuer_regex", &token.issuer_regex),
        (Claim::Audience, "audience_regex", &token.audience_regex),
    ] {
        let Some(expression) = expression else {
            continue;
        };
        let whole: Regex = section.whole(option, expression)?;
        match template::strings_of_group(expression, name) {
            None => {}
            Some(Ok(strings)) => {
                let group = ClaimGroup {
                    name: name.to_owned(),
                    claim,
                    expression: whole,
                };
                return Ok((group, strings));
            }
            Some(Err(fault)) => {
                return Err(section.fault(
                    option,
                    format!(
                        "the group `{name}` fills a placeholder of jwks_public_endpoint: {fault}"
                    ),
                ));
            }
        }
    }
    Err(section.fault(
        "jwks_public_endpoint",
        format!(
            "found the placeholder `{name}`; issuer_regex or audience_regex must have a \
             group of this name, such as (?P<{name}>a|b)"
        ),
    ))
}
