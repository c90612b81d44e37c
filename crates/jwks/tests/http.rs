//! The default transport against servers on loopback: rows I of the attack catalogue.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::string_slice,
    missing_docs
)]

mod common;
#[path = "common/server.rs"]
mod server;

use std::io::Write;
use std::time::{Duration, Instant};

use common::{key, set, word};
use countersign_jwks::{
    Counters, FetchError, FetchErrorKind, HttpOptions, Jwks, Lookup, Proxy, Settings,
};
use server::{Server, answer};

/// Short enough for a test, and long enough for a loaded machine to answer in time.
const PATIENT: Duration = Duration::from_secs(20);
const HASTY: Duration = Duration::from_millis(150);

fn settings(attempt: Duration) -> Settings {
    let mut settings = Settings::default();
    settings.attempt_timeout = attempt;
    settings.total_deadline = attempt * 2;
    settings
}

fn client(url: &str, attempt: Duration) -> Jwks {
    Jwks::builder(url, countersign_ring::provider())
        .settings(settings(attempt))
        .build()
        .unwrap()
}

fn good() -> String {
    set(&[key(1).jwk("a")])
}

fn error(url: &str) -> FetchError {
    client(url, PATIENT).refresh().expect_err("it must fail")
}

fn timed(url: &str) -> (FetchError, Duration) {
    let client = client(url, HASTY);
    let began_at = Instant::now();
    let error = client.refresh().expect_err("it must fail");
    (error, began_at.elapsed())
}

/// Both attempts, and what a loaded machine adds.
const TWICE_HASTY: Duration = Duration::from_millis(300 + 2000);

#[test]
fn a_good_answer_is_fetched_and_verifies() {
    let server = Server::answering(answer("200 OK", "ETag: \"1\"\r\n", &good()));
    let jwks = client(&server.url(), PATIENT);
    assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "found");
    jwks.refresh().unwrap();
    let requests = server.requests();
    let [first, second] = requests.as_slice() else {
        panic!("two requests: {requests:?}");
    };
    assert!(first.starts_with("GET /jwks.json HTTP/1.1\r\n"), "{first}");
    let first = first.to_ascii_lowercase();
    assert!(first.contains("user-agent: countersign-jwks/"), "{first}");
    assert!(
        first.contains("accept: application/jwk-set+json"),
        "{first}"
    );
    // I7: nothing that could invite a compressed body.
    assert!(!first.contains("accept-encoding"), "{first}");
    assert!(!first.contains("if-none-match"), "{first}");
    let second = second.to_ascii_lowercase();
    assert!(second.contains("if-none-match: \"1\""), "{second}");
}

#[test]
fn i3_no_redirect_is_followed_wherever_it_leads() {
    let target = Server::answering(answer("200 OK", "", &good()));
    for status in ["301 M", "302 F", "303 S", "307 T", "308 P"] {
        for location in [
            "file:///etc/passwd",
            &target.url(),
            &target.url_at("localhost"),
            "http://169.254.169.254/latest/meta-data",
            "//evil.example/",
            "/jwks.json",
            "",
        ] {
            let headers = format!("Location: {location}\r\n");
            let server = Server::answering(answer(status, &headers, &good()));
            let number = status[..3].parse().unwrap();
            assert_eq!(
                error(&server.url()).kind(),
                FetchErrorKind::Redirect(number),
                "{status} {location}"
            );
            assert_eq!(server.requests().len(), 1);
        }
    }
    assert!(target.requests().is_empty());
}

#[test]
fn i5_a_body_over_the_cap_is_not_read_to_its_end() {
    const LIMIT: usize = 512 * 1024;
    /// What the network buffers between the two sides.
    const BUFFERS: usize = 16 * 1024 * 1024;
    let chunk = vec![b' '; 64 * 1024];
    let endless = {
        let chunk = chunk.clone();
        move |out: &mut dyn Write| {
            out.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                out.write_all(&chunk)?;
            }
        }
    };
    let endless_chunks = {
        let chunk = chunk.clone();
        move |out: &mut dyn Write| {
            out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            loop {
                write!(out, "{:x}\r\n", chunk.len())?;
                out.write_all(&chunk)?;
                out.write_all(b"\r\n")?;
            }
        }
    };
    let announced = move |out: &mut dyn Write| {
        out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")?;
        loop {
            out.write_all(&chunk)?;
        }
    };
    for server in [
        Server::behaving(endless),
        Server::behaving(endless_chunks),
        Server::behaving(announced),
    ] {
        assert_eq!(error(&server.url()).kind(), FetchErrorKind::TooLarge);
        assert!(server.sent() < LIMIT + BUFFERS, "{}", server.sent());
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn i5_headers_without_end_are_not_read_to_their_end() {
    let server = Server::behaving(|out| {
        out.write_all(b"HTTP/1.1 200 OK\r\n")?;
        loop {
            out.write_all(b"X-Padding: 0123456789012345678901234567890123456789\r\n")?;
        }
    });
    let kind = error(&server.url()).kind();
    assert!(
        matches!(kind, FetchErrorKind::TooLarge | FetchErrorKind::Protocol),
        "{kind:?}"
    );
}

#[test]
fn i6_slow_bytes_end_at_the_deadline() {
    /// One byte a time for as long as somebody reads, well within any timeout for one read.
    fn drip(out: &mut dyn Write, bytes: &[u8]) -> std::io::Result<()> {
        for byte in bytes.iter().chain(b" ".iter().cycle()) {
            out.write_all(&[*byte])?;
            out.flush()?;
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
    for head in [
        // Slow headers, a slow body, a slow chunked body.
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n",
    ] {
        let server = Server::behaving(move |out| {
            out.write_all(head.as_bytes())?;
            let slow = if head.is_empty() {
                "HTTP/1.1 200 OK\r\nX-Slow: "
            } else {
                "{"
            };
            drip(out, slow.as_bytes())
        });
        let (error, took) = timed(&server.url());
        assert_eq!(error.kind(), FetchErrorKind::Timeout, "{head:?} {error}");
        assert!(took >= HASTY && took < TWICE_HASTY, "{took:?}");
        assert_eq!(server.requests().len(), 2, "one retry");
    }
}

#[test]
fn i6_a_server_that_never_answers_ends_at_the_deadline() {
    let server = Server::behaving(|_| {
        loop {
            std::thread::park();
        }
    });
    let (error, took) = timed(&server.url());
    assert_eq!(error.kind(), FetchErrorKind::Timeout, "{error}");
    assert!(took < TWICE_HASTY, "{took:?}");
}

#[test]
fn i6_a_tls_handshake_that_never_ends_ends_at_the_deadline() {
    // Reads the hello as if it were a request, and says nothing.
    let server = Server::behaving(|_| Ok(()));
    let options = tls::options_trusting(&tls::Authority::new());
    let jwks = Jwks::builder(
        server.url().replace("http:", "https:"),
        countersign_ring::provider(),
    )
    .settings(settings(HASTY))
    .http(options)
    .build()
    .unwrap();
    let began_at = Instant::now();
    assert_eq!(jwks.refresh().unwrap_err().kind(), FetchErrorKind::Timeout);
    assert!(began_at.elapsed() < TWICE_HASTY);
}

#[test]
fn i7_a_compressed_body_is_refused_unread() {
    for coding in [
        "gzip",
        "br",
        "deflate",
        "zstd",
        "x-unknown",
        "identity, gzip",
    ] {
        let headers = format!("Content-Encoding: {coding}\r\n");
        let server = Server::answering(answer("200 OK", &headers, &good()));
        assert_eq!(
            error(&server.url()).kind(),
            FetchErrorKind::Encoded,
            "{coding}"
        );
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn i8_only_200_is_accepted() {
    for (status, requests) in [
        ("201 C", 1),
        ("204 N", 1),
        ("206 P", 1),
        ("304 N", 1),
        ("400 B", 1),
        ("401 U", 1),
        ("404 N", 1),
        ("429 T", 1),
        ("500 I", 2),
        ("503 S", 2),
    ] {
        let bytes = match status {
            "204 N" | "304 N" => format!("HTTP/1.1 {status}\r\n\r\n").into_bytes(),
            _ => answer(status, "", &good()),
        };
        let server = Server::answering(bytes);
        let number = status[..3].parse().unwrap();
        let jwks = client(&server.url(), PATIENT);
        let error = jwks.refresh().unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::Status(number), "{error}");
        assert_eq!(server.requests().len(), requests, "{status}");
        assert!(matches!(jwks.lookup(Some("a")), Lookup::Unavailable(_)));
        let Counters { fetches, .. } = jwks.counters();
        assert_eq!(fetches, [("status", requests as u64)]);
    }
}

#[test]
fn h12_html_and_an_empty_set_are_no_keys() {
    for body in ["<html><body>Sign in</body></html>", r#"{"keys":[]}"#, ""] {
        let headers = "Content-Type: application/jwk-set+json\r\n";
        let server = Server::answering(answer("200 OK", headers, body));
        assert_eq!(
            error(&server.url()).kind(),
            FetchErrorKind::Document,
            "{body}"
        );
    }
}

#[test]
fn i12_a_connection_that_ends_in_the_middle_is_an_error() {
    let mut half = answer("200 OK", "", &good());
    half.truncate(half.len() - 10);
    for bytes in [
        Vec::new(),
        b"HTTP/1.1".to_vec(),
        b"HTTP/1.1 200 OK\r\n".to_vec(),
        half,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{".to_vec(),
    ] {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let server = Server::answering(bytes);
        let kind = error(&server.url()).kind();
        assert!(
            matches!(kind, FetchErrorKind::Connection | FetchErrorKind::Protocol),
            "{kind:?} {shown:?}"
        );
        assert_eq!(server.requests().len(), 2, "one retry: {shown:?}");
    }
}

#[test]
fn i12_a_refused_connection_is_an_error() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    assert_eq!(error(&url).kind(), FetchErrorKind::Connection);
}

#[test]
fn what_is_not_http_is_an_error() {
    for bytes in [
        "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let server = Server::answering(bytes);
        let error = error(&server.url());
        assert!(
            matches!(
                error.kind(),
                FetchErrorKind::Protocol | FetchErrorKind::Connection | FetchErrorKind::Other
            ),
            "{bytes:?}: {error:?}"
        );
    }
}

#[test]
fn i10_a_proxy_is_used_when_it_is_set_and_shows_no_credentials() {
    let proxy = Server::answering(answer("200 OK", "", &good()));
    let mut options = HttpOptions::default();
    options.proxy = Proxy::Url(format!("http://user:secret@127.0.0.1:{}", proxy.port()));
    assert!(!format!("{options:?}").contains("secret"));
    let jwks = Jwks::builder("http://127.0.0.2:9/", countersign_ring::provider())
        .settings(settings(PATIENT))
        .http(options)
        .build()
        .unwrap();
    assert!(!format!("{jwks:?}").contains("secret"));
    // Whatever comes of it, it was the proxy that was asked.
    let outcome = jwks.refresh();
    assert!(!format!("{outcome:?}").contains("secret"));
    assert_eq!(proxy.requests().len(), if outcome.is_ok() { 1 } else { 2 });

    for bad in [
        "",
        "socks5://user:secret@host",
        "ftp://host",
        "user:secret@",
    ] {
        let mut options = HttpOptions::default();
        options.proxy = Proxy::Url(bad.into());
        let refused = Jwks::builder("https://keys.example/", countersign_ring::provider())
            .http(options)
            .build()
            .expect_err(bad);
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
}

#[test]
fn i11_private_addresses_are_refused_where_public_ones_are_asked_for() {
    let server = Server::answering(answer("200 OK", "", &good()));
    let mut options = HttpOptions::default();
    options.public_addresses_only = true;
    for host in ["127.0.0.1", "localhost"] {
        let jwks = Jwks::builder(server.url_at(host), countersign_ring::provider())
            .settings(settings(PATIENT))
            .http(options.clone())
            .build()
            .unwrap();
        assert_eq!(jwks.refresh().unwrap_err().kind(), FetchErrorKind::Refused);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_user_agent_that_is_no_header_value_is_refused() {
    for bad in ["a\r\nHost: evil", "caf\u{e9}", "\0", &"x".repeat(300)] {
        let mut options = HttpOptions::default();
        options.user_agent = bad.into();
        assert!(
            countersign_jwks::HttpFetch::new(&options).is_err(),
            "{bad:?}"
        );
    }
}

/// I9: certificates made on the spot.
mod tls {
    use super::*;
    use rcgen::{
        BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose,
        IsCa, KeyPair, date_time_ymd,
    };
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

    pub(super) struct Leaf {
        chain: String,
        key: String,
    }

    impl Authority {
        pub(super) fn new() -> Self {
            let mut params = CertificateParams::default();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params
                .distinguished_name
                .push(DnType::CommonName, "Test authority");
            let key = KeyPair::generate().unwrap();
            Self(CertifiedIssuer::self_signed(params, key).unwrap())
        }

        fn leaf(&self, host: &str, change: impl FnOnce(&mut CertificateParams)) -> Leaf {
            let mut params = CertificateParams::new([host.to_owned()]).unwrap();
            change(&mut params);
            let key = KeyPair::generate().unwrap();
            let leaf = params.signed_by(&key, &self.0).unwrap();
            Leaf {
                chain: leaf.pem(),
                key: key.serialize_pem(),
            }
        }

        fn pem(&self) -> String {
            self.0.pem()
        }
    }

    /// A file that is not removed before the test has read it.
    fn file(content: &str) -> PathBuf {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "{}-{}.pem",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::SeqCst)
        );
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(super) fn options_trusting(authority: &Authority) -> HttpOptions {
        let mut options = HttpOptions::default();
        options.ca_file = Some(file(&authority.pem()));
        options
    }

    fn server(leaf: &Leaf, clients: Option<&Authority>) -> Server {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = rustls::RootCertStore::empty();
                roots.add(authority.0.der().clone()).unwrap();
                let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
                    Arc::new(roots),
                    provider,
                )
                .build()
                .unwrap();
                builder.with_client_cert_verifier(verifier)
            }
        };
        let chain = CertificateDer::pem_slice_iter(leaf.chain.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .unwrap();
        let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
        let config = builder.with_single_cert(chain, key).unwrap();
        Server::tls(config, answer("200 OK", "", &good()))
    }

    fn fetch(url: &str, options: HttpOptions) -> Result<(), FetchError> {
        Jwks::builder(url, countersign_ring::provider())
            .settings(settings(PATIENT))
            .http(options)
            .build()
            .unwrap()
            .refresh()
    }

    #[test]
    fn i9_a_certificate_of_the_ca_file_is_accepted() {
        let authority = Authority::new();
        let server = server(&authority.leaf("localhost", |_| {}), None);
        let options = options_trusting(&authority);
        assert_eq!(fetch(&server.url_at("localhost"), options), Ok(()));
    }

    #[test]
    fn i9_a_certificate_for_another_host_expired_or_of_a_stranger_is_refused() {
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
            let error =
                fetch(&server.url_at("localhost"), options_trusting(&authority)).unwrap_err();
            assert_eq!(error.kind(), FetchErrorKind::Tls, "{name}: {error}");
            assert!(error.to_string().contains(says), "{name}: {error}");
            assert!(server.requests().is_empty(), "{name}");
        }
        // And without a CA file, nobody vouches for it.
        let server = server(&good, None);
        let error = fetch(&server.url_at("localhost"), HttpOptions::default()).unwrap_err();
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
        assert!(fetch(&url, options.clone()).is_err());
        options.client_certificate_file = Some(file(&client.chain));
        options.client_key_file = Some(file(&client.key));
        assert_eq!(fetch(&url, options), Ok(()));
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
            let refused = countersign_jwks::HttpFetch::new(&options);
            let error = refused.expect_err(&format!("{options:?}")).to_string();
            assert!(!error.contains("PRIVATE"), "{error}");
        }
    }
}
