//! The address of a key set, checked when it is made.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::error::SettingsError;

/// The URL of a key set: `https:`, or `http:` on loopback or if that is allowed.
///
/// It contains no credentials and no fragment, so it may be shown and logged. Scheme and host are
/// in lower case, a default port is dropped, and an empty path is `/`, so equal endpoints have
/// equal texts.
///
/// ```
/// use countersign_fetch::EndpointUrl;
///
/// let endpoint = EndpointUrl::new("HTTPS://Keys.Example:443/jwks.json", false)?;
/// assert_eq!(endpoint.as_str(), "https://keys.example/jwks.json");
///
/// let error = EndpointUrl::new("https://user:secret@keys.example/", false).unwrap_err();
/// assert!(!error.to_string().contains("secret"));
/// # Ok::<(), countersign_fetch::SettingsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EndpointUrl {
    url: Box<str>,
    loopback_only: bool,
}

impl EndpointUrl {
    /// Checks a URL. `allow_plain_http` allows `http:` for hosts other than `localhost`,
    /// 127.0.0.0/8 and ::1.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if it has another scheme or no host, or contains credentials, a fragment,
    /// a space, a backslash, or anything except printable ASCII.
    pub fn new(url: &str, allow_plain_http: bool) -> Result<Self, SettingsError> {
        let Parts {
            https,
            host,
            port,
            path,
        } = Parts::of(url)?;
        if !https && !allow_plain_http && !is_loopback(&host) {
            return Err(refused(
                "an http: URL",
                "https: is needed, or the option `jwks_allow_plain_http` (in code, `allow_plain_http`)",
            ));
        }
        let scheme = if https { "https" } else { "http" };
        let port = port
            .filter(|port| *port != if https { 443 } else { 80 })
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        Ok(Self {
            url: format!("{scheme}://{host}{port}{path}").into(),
            loopback_only: !https && !allow_plain_http,
        })
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Whether a request may only go to this machine and through no proxy: the URL is `http:`, and
    /// `http:` is not allowed for other hosts.
    #[must_use]
    pub fn is_loopback_only(&self) -> bool {
        self.loopback_only
    }

    /// Whether the URL is `https:`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.starts_with("https:")
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

/// The parts of a valid URL.
pub(crate) struct Parts {
    pub(crate) https: bool,
    /// In lower case; an IPv6 address with its brackets.
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    /// Path and query, beginning with `/`.
    pub(crate) path: String,
}

impl Parts {
    pub(crate) fn of(url: &str) -> Result<Self, SettingsError> {
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused(
                "a space, a control character or a letter beyond ASCII",
                "percent-encode it, and write a host in its `xn--` form",
            ));
        }
        if url.contains(['\\', '#', '"', '<', '>', '^', '`', '{', '|', '}']) {
            return Err(refused(
                r##"one of `\`, `#`, `"`, `<`, `>`, `^`, `` ` ``, `{`, `|`, `}`"##,
                "a URL without a fragment is needed, with these percent-encoded",
            ));
        }
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err(refused("no scheme", "begin with https://"));
        };
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(refused("another scheme", "https: is needed")),
        };
        let (authority, path) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
            None => (rest, ""),
        };
        if authority.contains('@') {
            return Err(refused(
                "credentials before the host",
                "a key set is public: remove them, or set a client certificate",
            ));
        }
        let (host, port) = split_port(authority)?;
        Ok(Self {
            https,
            host: checked_host(host)?,
            port,
            path: if path.starts_with('/') {
                path.to_owned()
            } else {
                format!("/{path}")
            },
        })
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), SettingsError> {
    let end_of_host = authority.rfind(']').unwrap_or(0);
    match authority.rfind(':').filter(|at| *at >= end_of_host) {
        None => Ok((authority, None)),
        Some(at) => {
            let (host, port) = authority.split_at_checked(at).unwrap_or((authority, ""));
            let digits = port.trim_start_matches(':');
            // `parse` without this check would accept a sign.
            match digits.parse() {
                Ok(port) if port != 0 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                    Ok((host, Some(port)))
                }
                _ => Err(refused("a bad port", "a number from 1 to 65535 is needed")),
            }
        }
    }
}

fn checked_host(host: &str) -> Result<String, SettingsError> {
    let bracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let sound = match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.len() <= 253
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        }
    };
    if sound {
        Ok(host.to_ascii_lowercase())
    } else {
        Err(refused("a bad host", "a name or an IP address is needed"))
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
        || host
            .trim_matches(['[', ']'])
            .parse::<Ipv6Addr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The URL itself stays out of the sentence: it may hold credentials.
fn refused(found: &str, needed: &str) -> SettingsError {
    SettingsError::new(format!("found {found} in the JWKS endpoint; {needed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_shows_its_url_and_whether_it_is_encrypted() {
        for (url, is_https) in [
            ("https://keys.example/jwks", true),
            ("http://localhost/jwks", false),
        ] {
            let endpoint = EndpointUrl::new(url, false).unwrap();
            assert_eq!(endpoint.to_string(), url);
            assert_eq!(endpoint.is_https(), is_https);
        }
    }

    #[test]
    fn i4_only_https_and_loopback_http_are_accepted() {
        for url in [
            "https://keys.example/jwks",
            "https://keys.example",
            "https://keys.example?set=1",
            "https://keys.example:8443/a/b?c=d&e=%20",
            "https://[2001:db8::1]/",
            "http://localhost:3000/jwks",
            "http://127.0.0.1/jwks",
            "http://127.1.2.3:1/jwks",
            "http://[::1]:80/jwks",
        ] {
            assert!(EndpointUrl::new(url, false).is_ok(), "{url}");
        }
        for url in [
            "http://keys.example/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "http://[::2]/",
            "http://169.254.169.254/",
        ] {
            assert!(EndpointUrl::new(url, false).is_err(), "{url}");
            assert!(EndpointUrl::new(url, true).is_ok(), "{url}");
        }
        for url in [
            "",
            "keys.example",
            "//keys.example/",
            "file:///etc/passwd",
            "file://localhost/etc/passwd",
            "ftp://keys.example/",
            "data:application/json,{}",
            "gopher://keys.example/",
            "https:keys.example",
            "https:///path",
            "https://:443/",
            "https://keys.example:/",
            "https://keys.example:0/",
            "https://keys.example:65536/",
            "https://keys.example:+443/",
            "https://user@keys.example/",
            "https://user:secret@keys.example/",
            "https://good.example\\@evil.example/",
            "https://keys.example/#fragment",
            "https://keys.example/a b",
            "https://keys.example/\r\nHost: evil",
            "https://keys.example/\0",
            "https://ключи.example/",
            "https://keys%2eexample/",
            "https://[::1/",
            "https://[keys.example]/",
            "https://{{realm}}.example/",
        ] {
            let error = EndpointUrl::new(url, true).expect_err(url).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn one_endpoint_has_one_spelling() {
        for (url, same) in [
            ("HTTPS://KEYS.Example", "https://keys.example/"),
            ("https://keys.example:443/A", "https://keys.example/A"),
            ("http://LOCALHOST:80/", "http://localhost/"),
            ("https://keys.example?A", "https://keys.example/?A"),
        ] {
            assert_eq!(EndpointUrl::new(url, false).unwrap().as_str(), same);
        }
    }
}
