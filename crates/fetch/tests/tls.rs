//! The default transport over TLS, with new certificates: row I9 of the attack catalogue.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs
)]

#[path = "common/certificates.rs"]
mod certificates;
#[path = "common/server.rs"]
mod server;

use std::time::{Duration, Instant};

use certificates::{Authority, Leaf, file, options_trusting, server};
use countersign_fetch::{EndpointUrl, FetchError, FetchErrorKind, HttpFetch, HttpOptions, Request};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use server::Server;

/// Long enough for a loaded machine to answer in time.
const PATIENT: Duration = Duration::from_secs(20);

fn fetch_within(timeout: Duration, url: &str, options: &HttpOptions) -> Result<(), FetchError> {
    let endpoint = EndpointUrl::new(url, false).unwrap();
    let transport = HttpFetch::new(options).unwrap();
    let request = Request::new(&endpoint, timeout, 1024);
    request.send(&transport).map(drop)
}

fn fetch(url: &str, options: &HttpOptions) -> Result<(), FetchError> {
    fetch_within(PATIENT, url, options)
}

#[test]
fn i9_a_certificate_of_the_ca_file_is_accepted() {
    let authority = Authority::new();
    let server = server(&authority.leaf("localhost", |_| {}), None);
    let mut options = options_trusting(&authority);
    assert_eq!(fetch(&server.url_at("localhost"), &options), Ok(()));
    // The list of a system is long.
    let long = "# an authority that nobody asks for\n".repeat(20_000) + &authority.pem();
    options.ca_file = Some(file(&long));
    assert_eq!(fetch(&server.url_at("localhost"), &options), Ok(()));
}

#[test]
fn i9_a_certificate_of_another_host_expired_or_untrusted_is_refused() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let good = authority.leaf("localhost", |_| {});
    let expired = authority.leaf("localhost", |params| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    });
    let future = authority.leaf("localhost", |params| {
        params.not_before = date_time_ymd(2120, 1, 1);
        params.not_after = date_time_ymd(2121, 1, 1);
    });
    let of_another_host = authority.leaf("keys.example", |_| {});
    let of_a_stranger = stranger.leaf("localhost", |_| {});
    let self_signed = {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        Leaf {
            chain: params.self_signed(&key).unwrap().pem(),
            key: key.serialize_pem(),
        }
    };
    for (name, leaf, says) in [
        ("expired", &expired, "expired"),
        ("future", &future, "TLS"),
        ("another host", &of_another_host, "another host"),
        ("a stranger", &of_a_stranger, "CA file"),
        ("self-signed", &self_signed, "CA file"),
    ] {
        let server = server(leaf, None);
        let error = fetch(&server.url_at("localhost"), &options_trusting(&authority)).unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::Tls, "{name}: {error}");
        assert!(error.to_string().contains(says), "{name}: {error}");
        assert!(server.requests().is_empty(), "{name}");
    }
    // Without a CA file, its certificate is not trusted.
    let server = server(&good, None);
    let error = fetch(&server.url_at("localhost"), &HttpOptions::default()).unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Tls);
}

#[test]
fn a_server_that_asks_for_a_client_certificate_gets_it() {
    let authority = Authority::new();
    let client = authority.leaf("client", |params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    let server = server(&authority.leaf("localhost", |_| {}), Some(&authority));
    let url = server.url_at("localhost");

    let mut options = options_trusting(&authority);
    assert!(fetch(&url, &options).is_err());
    options.client_certificate_file = Some(file(&client.chain));
    options.client_key_file = Some(file(&client.key));
    assert_eq!(fetch(&url, &options), Ok(()));
}

#[test]
fn c10_a_key_in_the_place_of_its_path_is_not_shown() {
    let client = Authority::new().leaf("client", |_| {});
    let mut options = HttpOptions::default();
    options.client_certificate_file = Some(file(&client.chain));
    for text in [client.key.clone(), client.key.replace('\n', "\\n")] {
        options.client_key_file = Some(text.into());
        let refused = HttpFetch::new(&options);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "found PEM where the path of a file is needed; write it to a file"
        );
    }
}

#[test]
fn files_that_cannot_be_used_are_refused_at_once() {
    let authority = Authority::new();
    let client = authority.leaf("client", |_| {});
    let other = authority.leaf("client", |_| {});
    let set = |ca: Option<&str>, chain: Option<&str>, key: Option<&str>| {
        let mut options = HttpOptions::default();
        options.ca_file = ca.map(file);
        options.client_certificate_file = chain.map(file);
        options.client_key_file = key.map(file);
        options
    };
    for options in [
        set(Some(""), None, None),
        set(Some("no PEM"), None, None),
        set(Some(&client.key), None, None),
        set(
            Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            None,
            None,
        ),
        set(None, Some(&client.chain), None),
        set(None, None, Some(&client.key)),
        set(None, Some(&client.chain), Some("")),
        set(None, Some(&client.chain), Some(&other.key)),
        set(None, Some(&client.key), Some(&client.key)),
    ] {
        let refused = HttpFetch::new(&options);
        let error = refused.expect_err(&format!("{options:?}")).to_string();
        assert!(!error.contains("PRIVATE"), "{error}");
    }
}

#[test]
fn i6_a_tls_handshake_that_never_ends_ends_at_the_deadline() {
    // Reads the client hello as if it were a request, and sends nothing.
    let server = Server::behaving(|_| Ok(()));
    let options = options_trusting(&Authority::new());
    let url = server.url().replace("http:", "https:");
    let timeout = Duration::from_millis(150);
    let began_at = Instant::now();
    let error = fetch_within(timeout, &url, &options).unwrap_err();
    assert_eq!(error.kind(), FetchErrorKind::Timeout);
    assert!(began_at.elapsed() < Duration::from_millis(150 + 1000));
}
