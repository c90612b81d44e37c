//! The default transport: HTTP/1.1 with ureq, TLS with rustls over *ring*.
//!
//! It follows no redirect, asks for no compression, keeps no connection and no cookie, and takes no
//! proxy from the environment unless told to.

use alloc::sync::Arc;
use core::time::Duration;
use std::io::{self, Read};
use std::sync::{OnceLock, PoisonError, RwLock};

use ureq::config::ConfigBuilder;
use ureq::tls::RootCerts;
use ureq::typestate::AgentScope;
use ureq::{Agent, Body, http};

use crate::addresses::{Addresses, Allowed, NotAllowed};
use crate::deadline;
use crate::error::{FetchError, FetchErrorKind, SettingsError};
use crate::exchange::{Coding, Fetch, Request, Response};
use crate::options::HttpOptions;
use crate::tls::{self, Tls};

/// Carries requests over HTTP/1.1 and TLS 1.2 or 1.3.
///
/// ```
/// use countersign_fetch::{EndpointUrl, Fetch, HttpFetch, HttpOptions, Request};
/// use std::time::Duration;
///
/// let transport = HttpFetch::new(&HttpOptions::default())?;
/// // Nobody listens on this port.
/// let endpoint = EndpointUrl::new("http://127.0.0.1:9/jwks.json", false)?;
/// let request = Request::new(&endpoint, Duration::from_secs(1), 1024);
/// assert!(transport.fetch(&request).is_err());
/// # Ok::<(), countersign_fetch::SettingsError>(())
/// ```
#[derive(Debug)]
pub struct HttpFetch {
    agents: RwLock<Arc<Agents>>,
}

/// The options and the content of their files, when they were read.
#[derive(Debug)]
struct Agents {
    /// For `http:` URLs that may lead to any host.
    plain: Agent,
    /// For other `http:` URLs: only this machine, and no proxy.
    loopback: Agent,
    /// Made when it is first needed, because reading the system's root certificates takes time.
    secure: OnceLock<Agent>,
    config: AgentConfig,
}

/// The parts from which the agents are made.
#[derive(Debug)]
struct AgentConfig {
    tls: Tls,
    proxy: Option<ureq::Proxy>,
    user_agent: String,
    addresses: Addresses,
}

impl HttpFetch {
    /// Makes a transport. It reads files now. If no CA file is given, it reads the system's root
    /// certificates before the first request over TLS.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if a file can't be read or used, or if the proxy's URL or the user agent
    /// is not valid.
    pub fn new(options: &HttpOptions) -> Result<Self, SettingsError> {
        let agents = Agents::new(options)?;
        Ok(Self {
            agents: RwLock::new(Arc::new(agents)),
        })
    }

    /// From the next request on, works like `other`: with the files that `other` has read, and with
    /// the system's root certificates at that time. A server uses this when it reads its
    /// configuration again while others use this transport.
    ///
    /// ```
    /// use countersign_fetch::{HttpFetch, HttpOptions};
    ///
    /// let options = HttpOptions::default();
    /// let transport = HttpFetch::new(&options)?;
    /// // On reload: an unusable file is an error here, and the transport goes on as before.
    /// let renewed = HttpFetch::new(&options)?;
    /// transport.become_like(&renewed);
    /// # Ok::<(), countersign_fetch::SettingsError>(())
    /// ```
    pub fn become_like(&self, other: &Self) {
        let other = other.agents();
        *self.agents.write().unwrap_or_else(PoisonError::into_inner) = other;
    }

    fn agents(&self) -> Arc<Agents> {
        let agents = self.agents.read();
        agents.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Agents {
    fn new(options: &HttpOptions) -> Result<Self, SettingsError> {
        let config = AgentConfig {
            tls: Tls::load(options)?,
            proxy: options.proxy.load()?,
            user_agent: options.checked_user_agent()?.to_owned(),
            addresses: Addresses::new(if options.public_addresses_only {
                Allowed::Public
            } else {
                Allowed::Any
            }),
        };
        Ok(Self {
            plain: config.agent(None),
            loopback: config.loopback_agent(),
            secure: OnceLock::new(),
            config,
        })
    }

    fn agent(&self, request: &Request<'_>) -> Result<&Agent, FetchError> {
        if request.endpoint().is_loopback_only() {
            let addresses = &self.config.addresses;
            return addresses.allow_loopback().map(|()| &self.loopback);
        }
        if !request.endpoint().is_https() && !self.config.has_proxy_over_tls() {
            return Ok(&self.plain);
        }
        if let Some(agent) = self.secure.get() {
            return Ok(agent);
        }
        let roots = self.config.tls.roots()?;
        Ok(self.secure.get_or_init(|| self.config.agent(Some(roots))))
    }
}

impl AgentConfig {
    /// Without roots and a library, ureq panics if it needs TLS to reach the proxy.
    fn has_proxy_over_tls(&self) -> bool {
        let proxy = self.proxy.as_ref();
        proxy.is_some_and(|proxy| proxy.protocol() == ureq::ProxyProtocol::Https)
    }

    fn agent(&self, roots: Option<RootCerts>) -> Agent {
        let mut config = self.builder().proxy(self.proxy.clone());
        if let Some(roots) = roots {
            config = config.tls_config(self.tls.config(roots));
        }
        let addresses = self.addresses.clone();
        Agent::with_parts(config.build(), deadline::connector(), addresses)
    }

    fn loopback_agent(&self) -> Agent {
        let config = self.builder().proxy(None).build();
        let addresses = Addresses::new(Allowed::Loopback);
        Agent::with_parts(config, deadline::connector(), addresses)
    }

    fn builder(&self) -> ConfigBuilder<AgentScope> {
        Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .user_agent(self.user_agent.as_str())
            .accept("application/jwk-set+json, application/json")
            .accept_encoding("")
    }
}

impl Fetch for HttpFetch {
    fn fetch(&self, request: &Request<'_>) -> Result<Response, FetchError> {
        let failed = |error| describe(error, request.timeout());
        let url: http::Uri = request
            .endpoint()
            .as_str()
            .parse()
            .map_err(|_| failed(ureq::Error::BadUri(String::new())))?;
        let agents = self.agents();
        agents
            .config
            .addresses
            .allow(&url)
            .map_err(|error| FetchError::new(FetchErrorKind::Refused, error.to_string()))?;
        let mut call = agents
            .agent(request)?
            .get(url)
            .config()
            .timeout_global(Some(request.timeout()))
            .build();
        // Makes caches on the way ask the endpoint whether their copy is still current.
        call = call.header(http::header::CACHE_CONTROL, "max-age=0");
        if let Some(etag) = request.etag() {
            call = call.header(http::header::IF_NONE_MATCH, etag);
        }
        let (parts, body) = call.call().map_err(failed)?.into_parts();
        let head = Response::new(parts.status.as_u16(), Vec::new());
        let head = parts.headers.iter().fold(head, |head, (name, value)| {
            // A value that is not text counts as unreadable.
            head.with_header(name.as_str(), value.to_str().unwrap_or("?"))
        });
        // Read the body only if its answer may be accepted.
        if parts.status != http::StatusCode::OK || head.coding() == Coding::Other {
            return Ok(head);
        }
        let body = read(body, request.body_limit()).map_err(|error| match error {
            BodyError::TooLarge => FetchError::too_large(request.body_limit()),
            BodyError::Broken(error) => failed(error.into()),
        })?;
        Ok(head.with_body(body))
    }
}

enum BodyError {
    TooLarge,
    Broken(io::Error),
}

fn read(body: Body, limit: usize) -> Result<Vec<u8>, BodyError> {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    if body.content_length().is_some_and(|length| length > limit) {
        return Err(BodyError::TooLarge);
    }
    let mut bytes = Vec::new();
    // Read one byte more than allowed, to notice a body that is too long.
    let read = body
        .into_reader()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(BodyError::Broken)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > limit {
        return Err(BodyError::TooLarge);
    }
    Ok(bytes)
}

/// Describes ureq's error. No text of ureq that could contain a URL is shown.
fn describe(error: ureq::Error, timeout: Duration) -> FetchError {
    use FetchErrorKind as Kind;
    match error {
        ureq::Error::Timeout(_) => {
            FetchError::new(Kind::Timeout, format!("no whole answer within {timeout:?}"))
        }
        ureq::Error::HostNotFound => FetchError::new(Kind::Resolve, "the host name has no address"),
        ureq::Error::Other(error) if error.is::<NotAllowed>() => {
            FetchError::new(Kind::Refused, error.to_string())
        }
        ureq::Error::Io(error) => describe_io(&error, timeout),
        ureq::Error::Rustls(error) => tls::describe(&error),
        ureq::Error::Tls(reason) => FetchError::new(Kind::Tls, format!("TLS failed: {reason}")),
        ureq::Error::Protocol(error) => {
            FetchError::new(Kind::Protocol, format!("the answer is not HTTP: {error}"))
        }
        ureq::Error::LargeResponseHeader(..) => {
            FetchError::new(Kind::TooLarge, "the headers of the answer are too large")
        }
        ureq::Error::ConnectionFailed => {
            FetchError::new(Kind::Connection, "no connection could be made")
        }
        ureq::Error::ConnectProxyFailed(_) => {
            FetchError::new(Kind::Connection, "the proxy refused to connect")
        }
        _ => FetchError::new(Kind::Other, "the request could not be made"),
    }
}

fn describe_io(error: &io::Error, timeout: Duration) -> FetchError {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return tls::describe(error);
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => FetchError::new(
            FetchErrorKind::Timeout,
            format!("no whole answer within {timeout:?}"),
        ),
        kind => FetchError::new(
            FetchErrorKind::Connection,
            format!("the connection failed: {kind}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_library_becomes_our_text_without_an_address() {
        use FetchErrorKind as Kind;
        const URL: &str = "https://user:password@host.example/";
        let unknown = rustls::CertificateError::UnknownIssuer;
        for (error, kind) in [
            (ureq::Error::HostNotFound, Kind::Resolve),
            (ureq::Error::ConnectionFailed, Kind::Connection),
            (
                ureq::Error::ConnectProxyFailed(URL.into()),
                Kind::Connection,
            ),
            (ureq::Error::Rustls(unknown.into()), Kind::Tls),
            (ureq::Error::Tls("no roots"), Kind::Tls),
            (ureq::Error::LargeResponseHeader(2, 1), Kind::TooLarge),
            (ureq::Error::BadUri(URL.into()), Kind::Other),
        ] {
            let error = describe(error, Duration::from_secs(1));
            assert_eq!(error.kind(), kind, "{error}");
            assert!(!error.to_string().contains("host.example"), "{error}");
        }
    }
}
