//! A transport that switches to the files and root certificates as they are now.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "common/certificates.rs"]
mod certificates;
#[path = "common/server.rs"]
mod server;

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use certificates::{Authority, file, options_trusting, server};
use countersign_fetch::{EndpointUrl, FetchErrorKind, HttpFetch, HttpOptions, Request};
use rcgen::ExtendedKeyUsagePurpose;

fn fetch(transport: &HttpFetch, url: &str) -> Result<(), FetchErrorKind> {
    let endpoint = EndpointUrl::new(url, false).unwrap();
    let request = Request::new(&endpoint, Duration::from_secs(20), 1024);
    let fetched = request.send(transport);
    fetched.map(drop).map_err(|error| error.kind())
}

/// The same transport with the files of these options as they are now.
fn renew(transport: &HttpFetch, options: &HttpOptions) {
    transport.become_like(&HttpFetch::new(options).unwrap());
}

#[test]
fn i9_a_changed_ca_file_is_read_again() {
    let (before, after) = (Authority::new(), Authority::new());
    let (old, new) = (
        server(&before.leaf("localhost", |_| {}), None),
        server(&after.leaf("localhost", |_| {}), None),
    );
    let options = options_trusting(&before);
    let transport = HttpFetch::new(&options).unwrap();
    let both = || [&old, &new].map(|server| fetch(&transport, &server.url_at("localhost")));
    assert_eq!(both(), [Ok(()), Err(FetchErrorKind::Tls)]);
    fs::write(options.ca_file.as_ref().unwrap(), after.pem()).unwrap();
    assert_eq!(
        both(),
        [Ok(()), Err(FetchErrorKind::Tls)],
        "not yet renewed"
    );
    renew(&transport, &options);
    assert_eq!(both(), [Err(FetchErrorKind::Tls), Ok(())]);
}

#[test]
fn a_client_certificate_is_replaced_with_its_key() {
    let authority = Authority::new();
    let client = |authority: &Authority| {
        authority.leaf("client", |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        })
    };
    let server = server(&authority.leaf("localhost", |_| {}), Some(&authority));
    let url = server.url_at("localhost");
    let stranger = client(&Authority::new());
    let mut options = options_trusting(&authority);
    options.client_certificate_file = Some(file(&stranger.chain));
    options.client_key_file = Some(file(&stranger.key));
    let transport = HttpFetch::new(&options).unwrap();
    assert!(fetch(&transport, &url).is_err());
    let good = client(&authority);
    fs::write(
        options.client_certificate_file.as_ref().unwrap(),
        good.chain,
    )
    .unwrap();
    // Only the pair fits, not one of the two.
    assert!(HttpFetch::new(&options).is_err());
    fs::write(options.client_key_file.as_ref().unwrap(), good.key).unwrap();
    renew(&transport, &options);
    assert_eq!(fetch(&transport, &url), Ok(()));
}

/// The variable that names the system's root certificates. The library for them reads it.
const SYSTEM_ROOTS: &str = "SSL_CERT_FILE";

/// This test runs itself in another process, so that it can choose the environment.
#[test]
fn i9_the_systems_root_certificates_are_read_again() {
    const IS_CHILD: &str = "COUNTERSIGN_FETCH_RENEWAL_CHILD";
    let (before, after) = (Authority::new(), Authority::new());
    if std::env::var_os(IS_CHILD).is_none() {
        let name = std::thread::current().name().unwrap().to_owned();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &name])
            .env(IS_CHILD, "")
            .env(SYSTEM_ROOTS, file(&before.pem()))
            .env_remove("SSL_CERT_DIR")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}"
        );
        return;
    }
    let roots = PathBuf::from(std::env::var_os(SYSTEM_ROOTS).unwrap());
    fs::write(&roots, before.pem()).unwrap();
    let old = server(&before.leaf("localhost", |_| {}), None);
    let new = server(&after.leaf("localhost", |_| {}), None);
    let options = HttpOptions::default();
    let transport = HttpFetch::new(&options).unwrap();
    let both = || [&old, &new].map(|server| fetch(&transport, &server.url_at("localhost")));
    assert_eq!(both(), [Ok(()), Err(FetchErrorKind::Tls)]);
    fs::write(&roots, after.pem()).unwrap();
    assert_eq!(
        both(),
        [Ok(()), Err(FetchErrorKind::Tls)],
        "not yet renewed"
    );
    renew(&transport, &options);
    assert_eq!(both(), [Err(FetchErrorKind::Tls), Ok(())]);
}
