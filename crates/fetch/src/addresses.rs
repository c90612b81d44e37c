//! The addresses that a host name may lead to, and name resolution with a time limit.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::{error, fmt};
use std::net::ToSocketAddrs as _;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::error::{FetchError, FetchErrorKind};

/// Which addresses a request may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    Any,
    /// Addresses outside of all special ranges.
    Public,
    /// Only this machine.
    Loopback,
}

/// Resolves names, and refuses addresses that are not allowed.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    allowed: Allowed,
}

impl Addresses {
    pub(crate) fn new(allowed: Allowed) -> Self {
        Self { allowed }
    }

    /// Whether a request for this URL may be sent at all. An address instead of a host name is
    /// checked here, because with a proxy nothing is resolved later.
    pub(crate) fn allow(&self, url: &Uri) -> Result<(), NotAllowed> {
        let host = url.host().unwrap_or_default();
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) => self.check(address),
            Err(_) => Ok(()),
        }
    }

    /// Whether a request may be sent to this machine.
    pub(crate) fn allow_loopback(&self) -> Result<(), FetchError> {
        self.check(Ipv4Addr::LOCALHOST.into())
            .map_err(|error| FetchError::new(FetchErrorKind::Refused, error.to_string()))
    }

    fn check(&self, address: IpAddr) -> Result<(), NotAllowed> {
        let is_allowed = match self.allowed {
            Allowed::Any => true,
            Allowed::Public => is_public(address),
            Allowed::Loopback => address.to_canonical().is_loopback(),
        };
        if is_allowed {
            Ok(())
        } else {
            Err(NotAllowed(self.allowed))
        }
    }
}

/// The error for a host that leads to an address that is not allowed.
#[derive(Debug)]
pub(crate) struct NotAllowed(Allowed);

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Allowed::Any | Allowed::Public => {
                "found an address that is not public; the settings need a public one"
            }
            Allowed::Loopback => {
                "found an http: URL whose host is not this machine; https: is needed, \
                 or the option `jwks_allow_plain_http` (in code, `allow_plain_http`)"
            }
        })
    }
}

impl error::Error for NotAllowed {}

impl Resolver for Addresses {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(ureq::Error::HostNotFound);
        };
        let host_and_port =
            DefaultResolver::host_and_port(scheme, authority).ok_or(ureq::Error::HostNotFound)?;
        // The operator chose the proxy, and it is usually in their own network.
        let is_proxy = config.proxy().is_some_and(|proxy| proxy.uri() == uri);
        let mut found = self.empty();
        for address in look_up(host_and_port, timeout)? {
            if !is_proxy {
                self.check(address.ip())
                    .map_err(|error| ureq::Error::Other(Box::new(error)))?;
            }
            if found.len() < MOST_ADDRESSES {
                found.push(address);
            }
        }
        if found.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        Ok(found)
    }
}

/// The capacity of ureq's list.
const MOST_ADDRESSES: usize = 16;

/// How many threads of the process resolve names now.
static RESOLVING: AtomicUsize = AtomicUsize::new(0);

/// The most threads that resolve names at once. The system's resolver cannot be interrupted,
/// so one that hangs keeps its thread; that must not add up.
const MOST_RESOLVING: usize = 8;

/// The addresses of `host:port`, within the timeout.
fn look_up(host_and_port: String, timeout: NextTimeout) -> Result<Vec<SocketAddr>, ureq::Error> {
    if let Ok(address) = host_and_port.parse() {
        return Ok(vec![address]);
    }
    let Some(place) = Resolving::take() else {
        return Err(ureq::Error::Timeout(ureq::Timeout::Resolve));
    };
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::Builder::new()
        .name("jwks-resolve".into())
        .spawn(move || {
            let _place = place;
            let found = host_and_port.to_socket_addrs().map(Vec::from_iter);
            // The receiver may have given up already.
            let _ = sender.send(found);
        })?;
    match receiver.recv_timeout(*timeout.after) {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(ureq::Error::HostNotFound),
        Err(RecvTimeoutError::Timeout) => Err(ureq::Error::Timeout(timeout.reason)),
    }
}

/// The place of one thread that resolves a name, until it ends.
struct Resolving;

impl Resolving {
    fn take() -> Option<Self> {
        RESOLVING
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| {
                (count < MOST_RESOLVING).then(|| count.saturating_add(1))
            })
            .ok()
            .map(|_| Self)
    }
}

impl Drop for Resolving {
    fn drop(&mut self) {
        RESOLVING.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Whether the address is in none of the special ranges of the IANA registries
/// (RFC 6890) that lead to this machine, its network, or nowhere.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, ..] = address.segments();
    let bytes = address.octets();
    let embedded = |at: usize| {
        bytes
            .get(at..)
            .and_then(|rest| rest.first_chunk::<4>())
            .is_some_and(|v4| is_public_v4(Ipv4Addr::from(*v4)))
    };
    match first {
        // An IPv4 address translated to IPv6 (RFC 6052), or as 6to4 (RFC 3056).
        // 64:ff9b:1::/48 is for a network's own use (RFC 8215).
        0x64 if second == 0xff9b => third == 0 && embedded(12),
        0x2002 => embedded(2),
        0x2001 if second == 0xdb8 || second < 0x200 => false,
        // For documentation (RFC 9637).
        0x3fff if second < 0x1000 => false,
        // Global unicast is 2000::/3; a mapped IPv4 address is outside of it.
        0x2000..=0x3fff => true,
        _ => address.to_ipv4_mapped().is_some_and(is_public_v4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i4_localhost_that_leads_elsewhere_is_refused_for_plain_http() {
        let loopback = Addresses::new(Allowed::Loopback);
        for (address, allowed) in [
            ("127.0.0.1", true),
            ("127.9.9.9", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("10.0.0.1", false),
            ("93.184.215.14", false),
            ("::2", false),
        ] {
            let found = loopback.check(address.parse().unwrap());
            assert_eq!(found.is_ok(), allowed, "{address}");
        }
        let resolved = loopback.resolve(
            &Uri::from_static("http://10.0.0.1/"),
            &Config::default(),
            NextTimeout::default(),
        );
        let error = resolved.unwrap_err().to_string();
        assert!(error.contains("`allow_plain_http`"), "{error}");
    }

    #[test]
    fn i11_special_addresses_are_not_public() {
        for (address, public) in [
            ("93.184.215.14", true),
            ("1.1.1.1", true),
            ("127.0.0.1", false),
            ("0.0.0.0", false),
            ("10.0.0.1", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("192.0.0.1", false),
            ("192.0.1.1", true),
            ("192.30.0.1", true),
            ("192.88.98.1", true),
            ("192.88.99.1", false),
            ("192.89.99.1", true),
            ("1.0.0.1", true),
            ("198.18.0.1", false),
            ("198.41.0.4", true),
            ("1.18.0.1", true),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700:4700::1111", true),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("fd00:ec2::254", false),
            ("ff02::1", false),
            ("2001:db8::1", false),
            ("2001::1", false),
            ("2001:1ff::1", false),
            ("2001:200::1", true),
            ("2001:4860:4860::8888", true),
            ("::ffff:169.254.169.254", false),
            ("::ffff:1.1.1.1", true),
            ("64:ff9b::a9fe:a9fe", false),
            ("64:ff9b::101:101", true),
            ("64:1::101:101", false),
            ("64:ff9b:1:a9fe:a9:fe00:101:101", false),
            ("2002:a9fe:a9fe::1", false),
            ("3fff::1", false),
            ("3fff:fff::1", false),
            ("3fff:1000::1", true),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }
}
