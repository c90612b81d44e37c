//! One client for each endpoint of a template.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use std::sync::{Mutex, PoisonError};

use arc_swap::ArcSwap;

use crate::{Builder, Endpoint, Jwks, SettingsError, Template};

/// The key sets behind a [`Template`], each a client of its own under its resolved URL: a
/// `kid` of one never answers for another, and one that hangs delays nobody else.
///
/// Made by [`Builder::build_each`] and [`Builder::spawn_each`].
///
/// ```
/// use countersign_jwks::Jwks;
///
/// let endpoints = Jwks::builder("https://id.example/{{realm}}/certs", countersign_ring::provider())
///     .build_each(8)?;
/// let north = endpoints.get(|_| Some("north"))?;
/// assert_eq!(north.endpoint().as_str(), "https://id.example/north/certs");
/// assert!(endpoints.get(|_| Some("../north")).is_err());
/// # Ok::<(), countersign_jwks::SettingsError>(())
/// ```
#[derive(Debug)]
pub struct Endpoints {
    template: Template,
    builder: Builder,
    has_threads: bool,
    limit: usize,
    clients: ArcSwap<BTreeMap<Endpoint, Jwks>>,
    /// Held while a client is added; readers never take it.
    turn: Mutex<()>,
}

impl Endpoints {
    pub(crate) fn new(
        template: Template,
        builder: Builder,
        has_threads: bool,
        limit: usize,
    ) -> Self {
        Self {
            template,
            builder,
            has_threads,
            limit,
            clients: ArcSwap::default(),
            turn: Mutex::new(()),
        }
    }

    /// The template.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The client of the endpoint for these values, made now if it is new.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if a value is refused (see [`Template::endpoint`]), or there are as
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
                "found more than {} JWKS endpoints of one template; raise the limit if they are all meant",
                self.limit
            )));
        }
        let builder = self.builder.clone().at(&endpoint);
        let client = if self.has_threads {
            builder.spawn()?
        } else {
            builder.build()?
        };
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
