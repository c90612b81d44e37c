//! Which addresses a host name may lead to.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::{error, fmt};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Resolves names, and refuses addresses that are not public where that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    public_only: bool,
}

impl Addresses {
    pub(crate) fn new(public_only: bool) -> Self {
        Self { public_only }
    }

    /// Whether a request for this URL may be sent at all. An address in the place of a host
    /// name is never resolved where a proxy stands between.
    pub(crate) fn allow(&self, url: &Uri) -> Result<(), NotPublic> {
        let host = url.host().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse();
        match address {
            Ok(address) if self.public_only && !is_public(address) => Err(NotPublic),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// A host leads to an address that is not public.
#[derive(Debug)]
pub(crate) struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("found an address that is not public; the settings need a public one")
    }
}

impl error::Error for NotPublic {}

impl Resolver for Addresses {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default()
            .resolve(uri, config, timeout)
            .map_err(|error| match error {
                timeout @ ureq::Error::Timeout(_) => timeout,
                _ => ureq::Error::HostNotFound,
            })?;
        // The operator chose the proxy, and it is mostly in their own network.
        let is_proxy = config.proxy().is_some_and(|proxy| proxy.uri() == uri);
        if self.public_only && !is_proxy && !found.iter().all(|address| is_public(address.ip())) {
            return Err(ureq::Error::Other(Box::new(NotPublic)));
        }
        Ok(found)
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
        // An IPv4 address in its translated (RFC 6052) and 6to4 (RFC 3056) forms.
        // 64:ff9b:1::/48 is for a network's own use (RFC 8215).
        0x64 if second == 0xff9b => third == 0 && embedded(12),
        0x2002 => embedded(2),
        0x2001 if second == 0xdb8 || second < 0x200 => false,
        // Global unicast is 2000::/3; a mapped IPv4 address is outside of it.
        0x2000..=0x3fff => true,
        _ => address.to_ipv4_mapped().is_some_and(is_public_v4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i11_special_addresses_are_told_from_public_ones() {
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
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }
}
