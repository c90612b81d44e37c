//! The options of the default transport.

use core::fmt;
use std::path::PathBuf;

use crate::error::SettingsError;

/// How the default transport reaches the endpoint.
///
/// ```
/// use countersign_fetch::{HttpFetch, HttpOptions};
///
/// let mut options = HttpOptions::default();
/// options.ca_file = Some("no/such/file.pem".into());
/// let error = HttpFetch::new(&options).unwrap_err();
/// assert!(error.to_string().contains("no/such/file.pem"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpOptions {
    /// A PEM file of root certificates that replaces the system's: the server's certificate must
    /// lead to one of them. Default: none.
    pub ca_file: Option<PathBuf>,
    /// A PEM file of this client's certificate chain, beginning with its own certificate. Needs
    /// [`client_key_file`](Self::client_key_file). Default: none.
    pub client_certificate_file: Option<PathBuf>,
    /// A PEM file of the private key of that certificate. Default: none.
    pub client_key_file: Option<PathBuf>,
    /// The proxy for requests. Default: none; the environment is not read.
    pub proxy: Proxy,
    /// The `User-Agent`. Default: `countersign/` and the version.
    pub user_agent: String,
    /// Whether to refuse hosts that resolve to loopback, private, link-local (a cloud's metadata
    /// service is one) or otherwise special addresses. The connection goes to the address that was
    /// checked. A proxy resolves names itself: then only addresses in the URL are checked, and the
    /// proxy may have any address. Default: no.
    pub public_addresses_only: bool,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            ca_file: None,
            client_certificate_file: None,
            client_key_file: None,
            proxy: Proxy::None,
            user_agent: concat!("countersign/", env!("CARGO_PKG_VERSION")).into(),
            public_addresses_only: false,
        }
    }
}

impl HttpOptions {
    pub(crate) fn checked_user_agent(&self) -> Result<&str, SettingsError> {
        let sound = self
            .user_agent
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_graphic());
        if sound && self.user_agent.len() <= 256 {
            Ok(&self.user_agent)
        } else {
            Err(SettingsError::of(
                "user_agent",
                "found a user agent that is no header value; \
                 at most 256 printable ASCII characters are needed",
            ))
        }
    }
}

/// The proxy for requests.
///
/// `Debug` shows no credentials.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Proxy {
    /// No proxy, whatever the environment says.
    #[default]
    None,
    /// The proxy at this `http:` or `https:` URL, which may hold credentials.
    Url(String),
    /// The proxy that `ALL_PROXY`, `HTTPS_PROXY` or `HTTP_PROXY` names (also in lower case), except
    /// for the hosts of `NO_PROXY`. If they are unset, no proxy.
    Environment,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Url(_) => "Url([redacted])",
            Self::Environment => "Environment",
        })
    }
}

impl Proxy {
    pub(crate) fn load(&self) -> Result<Option<ureq::Proxy>, SettingsError> {
        let proxy = match self {
            Self::None => return Ok(None),
            Self::Environment => match ureq::Proxy::try_from_env() {
                None => return Ok(None),
                found => found,
            },
            Self::Url(url) => ureq::Proxy::new(url).ok(),
        };
        // Others would need a feature that is not compiled in.
        proxy
            .filter(|proxy| {
                matches!(
                    proxy.protocol(),
                    ureq::ProxyProtocol::Http | ureq::ProxyProtocol::Https
                )
            })
            .map(Some)
            .ok_or_else(|| {
                SettingsError::of(
                    "proxy",
                    "found a proxy that cannot be used; \
                     a URL with http: or https: and a host is needed",
                )
            })
    }
}
