//! A client that is made when it is first needed.

use alloc::sync::Arc;
use core::time::Duration;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use countersign_fetch::SettingsError;
use countersign_signature::Provider;

use crate::builder::Builder;
use crate::client::Jwks;
use crate::clock::{Clock, SystemClock};

/// A client that is made when it is first needed, so that an endpoint that no token names costs
/// nothing. If it can't be made, the error is remembered for a
/// [`cooldown`](crate::Settings::cooldown): making a client reads files, and forged tokens could
/// cause that again and again.
///
/// ```
/// use countersign_jwks::{Jwks, LazyJwks};
///
/// let builder = Jwks::builder("https://id.example/jwks.json", countersign_ring::provider());
/// let lazy = LazyJwks::new(builder.on_demand());
/// assert!(lazy.started().is_none());
/// assert_eq!(lazy.client()?.endpoint().as_str(), "https://id.example/jwks.json");
/// # Ok::<(), countersign_fetch::SettingsError>(())
/// ```
#[derive(Debug)]
pub struct LazyJwks {
    algorithms: Provider,
    issuer: Option<Box<str>>,
    client: OnceLock<Jwks>,
    /// Locked while the client is made, so that it is made only once.
    make: Mutex<Option<Make>>,
}

#[derive(Debug)]
struct Make {
    builder: Builder,
    clock: Arc<dyn Clock>,
    /// Why the last attempt failed, and the time before which there is no other attempt.
    failed: Option<(SettingsError, Duration)>,
}

impl From<Jwks> for LazyJwks {
    fn from(jwks: Jwks) -> Self {
        Self {
            algorithms: jwks.provider().clone(),
            issuer: jwks.issuer().map(Into::into),
            client: OnceLock::from(jwks),
            make: Mutex::new(None),
        }
    }
}

impl LazyJwks {
    /// The client that this builder makes.
    #[must_use]
    pub fn new(mut builder: Builder) -> Self {
        let clock = builder
            .clock
            .get_or_insert_with(|| Arc::new(SystemClock::new()))
            .clone();
        Self {
            algorithms: builder.provider().clone().for_key_pairs(),
            issuer: builder.issuer().map(Into::into),
            client: OnceLock::new(),
            make: Mutex::new(Some(Make {
                builder,
                clock,
                failed: None,
            })),
        }
    }

    /// The client, made now if it was not yet.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if it could not be made, now or less than a cooldown ago.
    pub fn client(&self) -> Result<&Jwks, SettingsError> {
        if let Some(client) = self.started() {
            return Ok(client);
        }
        let mut make = self.lock();
        // It may have been made while this call waited.
        if let Some(client) = self.started() {
            return Ok(client);
        }
        let Some(Make {
            builder,
            clock,
            failed,
        }) = make.as_mut()
        else {
            return Err(SettingsError::new("found neither a client nor its builder"));
        };
        let now = clock.now();
        if let Some((error, until)) = failed
            && now < *until
        {
            return Err(error.clone());
        }
        match builder.clone().build() {
            Ok(client) => {
                *make = None;
                Ok(self.client.get_or_init(|| client))
            }
            Err(error) => {
                let until = now.saturating_add(builder.settings.cooldown);
                *failed = Some((error.clone(), until));
                Err(error)
            }
        }
    }

    /// How long to wait before a client that could not be made is tried again.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let make = self.lock();
        let make = make.as_ref()?;
        let (_, until) = make.failed.as_ref()?;
        Some(until.saturating_sub(make.clock.now()))
    }

    /// The client, if it was made.
    #[must_use]
    pub fn started(&self) -> Option<&Jwks> {
        self.client.get()
    }

    /// The algorithms that keys may be bound to. Known before there is a client, so that a
    /// token that no key could verify need not start one.
    #[must_use]
    pub fn provider(&self) -> &Provider {
        &self.algorithms
    }

    /// The issuer whose tokens the keys may verify: see [`Jwks::issuer`].
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Make>> {
        self.make.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
