//! One client for each endpoint of a template.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use std::sync::{Mutex, PoisonError};

use arc_swap::ArcSwap;
use countersign_fetch::{EndpointUrl, SettingsError, UrlTemplate};

use crate::builder::Builder;
use crate::client::Jwks;
use crate::group::FetchGroup;

/// The clients of a [`UrlTemplate`], one for each URL: a `kid` of one endpoint never answers for
/// another, and an endpoint that hangs delays no other.
///
/// Made by [`Builder::build_each`].
///
/// ```
/// use countersign_jwks::Jwks;
///
/// let endpoints = Jwks::builder("https://id.example/{{realm}}/certs", countersign_ring::provider())
///     .on_demand()
///     .build_each(8)?;
/// let north = endpoints.get(|_| Some("north"))?;
/// assert_eq!(north.endpoint().as_str(), "https://id.example/north/certs");
/// assert!(endpoints.get(|_| Some("../north")).is_err());
/// # Ok::<(), countersign_fetch::SettingsError>(())
/// ```
#[derive(Debug)]
pub struct TemplateClients {
    template: UrlTemplate,
    builder: Builder,
    limit: usize,
    clients: ArcSwap<BTreeMap<EndpointUrl, Jwks>>,
    /// Locked while a client is added; readers never lock it.
    turn: Mutex<()>,
}

impl Builder {
    /// One client for each endpoint of a template: the URL that the builder was made with may
    /// hold placeholders such as `{{realm}}`. At most `limit` clients are made. Each has a
    /// last-known-good file with a suffix of its own.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_each(mut self, limit: usize) -> Result<TemplateClients, SettingsError> {
        if self.issuer().is_some() {
            return Err(SettingsError::new(
                "found an issuer where the template of key sets is needed; make a client for each \
                 issuer",
            ));
        }
        self.settings.check()?;
        let template = UrlTemplate::new(&self.url, self.settings.allow_plain_http)?;
        // All clients share one transport, and one budget.
        self.fetch = Some(self.transport()?);
        Ok(TemplateClients {
            template,
            builder: self.group(&FetchGroup::new()),
            limit,
            clients: ArcSwap::default(),
            turn: Mutex::new(()),
        })
    }
}

impl TemplateClients {
    /// The template.
    #[must_use]
    pub fn template(&self) -> &UrlTemplate {
        &self.template
    }

    /// The client of the endpoint for these values, made now if it is new.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if a value is refused (see [`UrlTemplate::endpoint`]), or there are as
    /// many endpoints as the limit allows already.
    pub fn get<'v>(
        &self,
        value: impl FnMut(&str) -> Option<&'v str>,
    ) -> Result<Jwks, SettingsError> {
        let endpoint = self.template.endpoint(value)?;
        if let Some(known) = self.clients.load().get(&endpoint) {
            return Ok(known.clone());
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let clients = self.clients.load_full();
        if let Some(known) = clients.get(&endpoint) {
            return Ok(known.clone());
        }
        if clients.len() >= self.limit {
            return Err(SettingsError::new(format!(
                "found more than {} JWKS endpoints of one template; raise the limit if you need all of them",
                self.limit
            )));
        }
        let client = self.builder.clone().at(&endpoint).build()?;
        let mut more = BTreeMap::clone(&clients);
        more.insert(endpoint, client.clone());
        self.clients.store(Arc::new(more));
        Ok(client)
    }

    /// The clients made so far, in the order of their URLs.
    #[must_use]
    pub fn clients(&self) -> Vec<Jwks> {
        self.clients.load().values().cloned().collect()
    }
}
