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
use std::net::TcpListener;
use std::thread;
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
fn i5_a_body_that_ends_at_the_cap_is_read() {
    for (spare, read) in [(0, true), (1, false)] {
        let server = Server::answering(answer("200 OK", "", &good()));
        let mut settings = settings(PATIENT);
        settings.body_limit = good().len() - spare;
        let jwks = Jwks::builder(server.url(), countersign_ring::provider())
            .settings(settings)
            .build()
            .unwrap();
        assert_eq!(jwks.refresh().is_ok(), read, "{spare} too few");
    }
}

#[test]
fn i8_the_body_of_another_answer_than_200_is_not_looked_at() {
    let server = Server::behaving(|out| {
        out.write_all(b"HTTP/1.1 404 N\r\nContent-Length: 1073741824\r\n\r\n")
    });
    let kind = error(&server.url()).kind();
    assert_eq!(kind, FetchErrorKind::Status(404));
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
fn i7_a_body_that_is_said_not_to_be_compressed_is_read() {
    let headers = "Content-Encoding: Identity\r\n";
    let server = Server::answering(answer("200 OK", headers, &good()));
    let jwks = client(&server.url(), PATIENT);
    assert_eq!(word(&jwks.resolve(Some("a")), &key(1)), "found");
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
fn i10_a_proxy_over_tls_is_judged_by_its_certificate_for_plain_endpoints_too() {
    // It speaks no TLS: that must be an error of the connection and no panic.
    let proxy = Server::answering(answer("200 OK", "", &good()));
    let mut options = HttpOptions::default();
    options.proxy = Proxy::Url(format!("https://127.0.0.1:{}", proxy.port()));
    let jwks = Jwks::builder("http://127.0.0.2:9/", countersign_ring::provider())
        .settings(settings(HASTY))
        .http(options)
        .build()
        .unwrap();
    let error = jwks.refresh().unwrap_err();
    assert_ne!(error.kind(), FetchErrorKind::Panicked);
    assert_eq!(proxy.requests().len(), 0);
}

#[test]
fn c10_debug_of_a_proxy_tells_which_kind_it_is_and_no_more() {
    let url = Proxy::Url("http://user:password@proxy.example".into());
    let shown = [Proxy::None, Proxy::Environment, url].map(|it| format!("{it:?}"));
    assert_eq!(shown, ["None", "Environment", "Url([redacted])"]);
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

/// Fetches once, in a process whose environment names a proxy.
fn fetch_in_an_environment_with_a_proxy(target: String) {
    let mut options = HttpOptions::default();
    if std::env::var("USE_ENVIRONMENT").is_ok() {
        options.proxy = Proxy::Environment;
    }
    let jwks = Jwks::builder(target, countersign_ring::provider())
        .settings(settings(PATIENT))
        .http(options)
        .build()
        .unwrap();
    let _ = jwks.refresh();
}

/// The environment belongs to the whole process, so the fetch is made by another one:
/// this very test, told by `TARGET` what to do.
#[test]
fn i10_the_environments_proxy_is_not_used_unless_asked_to() {
    if let Ok(target) = std::env::var("TARGET") {
        return fetch_in_an_environment_with_a_proxy(target);
    }
    for (asked, target_requests, proxy_requests) in [(false, 1, 0), (true, 0, 2)] {
        let target = Server::answering(answer("200 OK", "", &good()));
        let proxy = Server::answering(answer("502 B", "", ""));
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child
            .args([
                "--exact",
                "i10_the_environments_proxy_is_not_used_unless_asked_to",
            ])
            .env("TARGET", target.url())
            // Where no certificate is at hand, plain endpoints and proxies need none.
            .env("SSL_CERT_FILE", "/nowhere")
            .env("SSL_CERT_DIR", "/nowhere")
            .env_remove("NO_PROXY")
            .env_remove("no_proxy");
        for name in ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"] {
            child.env(name, format!("http://127.0.0.1:{}", proxy.port()));
        }
        if asked {
            child.env("USE_ENVIRONMENT", "1");
        }
        assert!(child.output().unwrap().status.success());
        assert_eq!(target.requests().len(), target_requests, "{asked}");
        assert_eq!(proxy.requests().len(), proxy_requests, "{asked}");
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
        let error = jwks.refresh().unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::Refused);
        assert!(error.to_string().contains("not public"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn i11_a_proxy_may_be_anywhere_where_public_addresses_are_asked_for() {
    let proxy = Server::answering(answer("502 B", "", ""));
    let mut options = HttpOptions::default();
    options.public_addresses_only = true;
    options.proxy = Proxy::Url(format!("http://127.0.0.1:{}", proxy.port()));
    let mut settings = settings(PATIENT);
    settings.allow_plain_http = true;
    let fetch = |url: &str| {
        let jwks = Jwks::builder(url, countersign_ring::provider())
            .settings(settings.clone())
            .http(options.clone())
            .build()
            .unwrap();
        jwks.refresh().unwrap_err().kind()
    };
    // The proxy resolves the name.
    for url in [
        "http://keys.example/",
        "https://keys.example/",
        "http://93.184.215.14/",
    ] {
        let before = proxy.requests().len();
        assert_ne!(fetch(url), FetchErrorKind::Refused, "{url}");
        assert!(proxy.requests().len() > before, "{url}");
    }
    // An address is known before anyone is asked.
    let before = proxy.requests().len();
    for url in [
        "https://169.254.169.254/latest/meta-data",
        "http://10.0.0.1:8080/",
        "http://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "http://127.0.0.2/",
    ] {
        assert_eq!(fetch(url), FetchErrorKind::Refused, "{url}");
    }
    assert_eq!(proxy.requests().len(), before);
}

#[test]
fn i12_a_connection_that_is_reset_is_an_error_and_tried_once_more() {
    for bytes in ["", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let resetting = thread::spawn(move || {
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().unwrap();
                // Closed with a request that nobody read, a connection is reset.
                stream.peek(&mut [0]).unwrap();
                stream.write_all(bytes.as_bytes()).unwrap();
            }
        });
        let client = client(&url, PATIENT);
        let error = client.refresh().unwrap_err();
        assert_eq!(
            error.kind(),
            FetchErrorKind::Connection,
            "{bytes:?} {error}"
        );
        assert_eq!(client.counters().fetches, [("connection", 2)]);
        resetting.join().unwrap();
    }
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
