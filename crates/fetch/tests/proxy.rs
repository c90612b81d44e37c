//! Proxies, and plain `http:`: rows I4, I6, I10 and I11 of the attack catalogue.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    missing_docs
)]

#[path = "common/get.rs"]
mod get;
#[path = "common/server.rs"]
mod server;

use std::thread;
use std::time::{Duration, Instant};

use countersign_fetch::{FetchErrorKind, HttpFetch, HttpOptions, Proxy};
use get::{Get, HASTY, HASTY_AT_MOST, good};
use server::{Server, answer};

#[test]
fn i10_the_certificate_of_a_proxy_is_checked_for_plain_endpoints_too() {
    // The proxy speaks no TLS: that must be a connection error and not a panic.
    let proxy = Server::answering(answer("200 OK", "", &good()));
    let mut options = HttpOptions::default();
    options.proxy = Proxy::Url(format!("https://127.0.0.1:{}", proxy.port()));
    let get = Get {
        timeout: HASTY,
        allow_plain_http: true,
        options,
        ..Get::default()
    };
    let error = get.send("http://127.0.0.2:9/").unwrap_err();
    assert_ne!(error.kind(), FetchErrorKind::Other, "{error}");
    assert_eq!(proxy.requests().len(), 0);
}

#[test]
fn c10_debug_of_a_proxy_shows_only_its_kind() {
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
    let transport = HttpFetch::new(&options).unwrap();
    assert!(!format!("{transport:?}").contains("secret"));
    let get = Get {
        allow_plain_http: true,
        options,
        ..Get::default()
    };
    // Whatever the result is, the request must have gone to the proxy.
    let outcome = get.send("http://127.0.0.2:9/");
    assert!(!format!("{outcome:?}").contains("secret"));
    assert_eq!(proxy.requests().len(), 1);

    for bad in [
        "",
        "socks5://user:secret@host",
        "ftp://host",
        "user:secret@",
    ] {
        let mut options = HttpOptions::default();
        options.proxy = Proxy::Url(bad.into());
        let refused = HttpFetch::new(&options).expect_err(bad);
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
}

/// Fetches once, in a process whose environment names a proxy.
fn fetch_in_an_environment_with_a_proxy(target: &str) {
    let mut options = HttpOptions::default();
    if std::env::var("USE_ENVIRONMENT").is_ok() {
        options.proxy = Proxy::Environment;
    }
    let get = Get {
        allow_plain_http: true,
        options,
        ..Get::default()
    };
    let _ = get.send(target);
}

/// The environment belongs to the whole process, so another process makes the fetch: it runs this
/// test again, and `TARGET` tells it the URL.
#[test]
fn i10_the_proxy_of_the_environment_is_used_only_if_configured() {
    if let Ok(target) = std::env::var("TARGET") {
        return fetch_in_an_environment_with_a_proxy(&target);
    }
    for (asked, target_requests, proxy_requests) in [(false, 1, 0), (true, 0, 1)] {
        let target = Server::answering(answer("200 OK", "", &good()));
        let proxy = Server::answering(answer("502 B", "", ""));
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child
            .args([
                "--exact",
                "i10_the_proxy_of_the_environment_is_used_only_if_configured",
            ])
            .env("TARGET", target.url())
            // If there are no certificates, plain endpoints and proxies still work.
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
fn i11_a_proxy_may_have_any_address() {
    let proxy = Server::answering(answer("502 B", "", ""));
    let mut options = HttpOptions::default();
    options.public_addresses_only = true;
    options.proxy = Proxy::Url(format!("http://127.0.0.1:{}", proxy.port()));
    let get = Get {
        allow_plain_http: true,
        options,
        ..Get::default()
    };
    let fetch = |url: &str| get.send(url).unwrap_err().kind();
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
    // If the URL contains an address, it is checked before any connection.
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
fn i6_a_proxy_that_answers_one_byte_at_a_time_ends_at_the_deadline() {
    let proxy = Server::behaving(|out| {
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: "
            .iter()
            .chain(b" ".iter().cycle())
        {
            out.write_all(&[*byte])?;
            out.flush()?;
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    });
    let mut options = HttpOptions::default();
    options.proxy = Proxy::Url(format!("http://127.0.0.1:{}", proxy.port()));
    let get = Get {
        timeout: HASTY,
        allow_plain_http: true,
        options,
        ..Get::default()
    };
    for url in ["https://keys.example/", "http://keys.example/"] {
        let began_at = Instant::now();
        let error = get.send(url).unwrap_err();
        let took = began_at.elapsed();
        assert_eq!(error.kind(), FetchErrorKind::Timeout, "{url} {error}");
        assert!(took < HASTY_AT_MOST, "{url} {took:?}");
    }
    assert_eq!(proxy.requests().len(), 2);
}

#[test]
fn i4_plain_http_reaches_only_this_machine_and_never_a_proxy() {
    let target = Server::answering(answer("200 OK", "", &good()));
    let proxy = Server::answering(answer("502 B", "", ""));
    let mut options = HttpOptions::default();
    options.proxy = Proxy::Url(format!("http://127.0.0.1:{}", proxy.port()));
    for host in ["127.0.0.1", "localhost"] {
        let get = Get {
            options: options.clone(),
            ..Get::default()
        };
        let before = proxy.requests().len();
        assert!(get.send(&target.url_at(host)).is_ok(), "{host}");
        assert_eq!(proxy.requests().len(), before, "{host}");
        let allowed = Get {
            allow_plain_http: true,
            ..get
        };
        assert!(allowed.send(&target.url_at(host)).is_err(), "{host}");
        assert_eq!(proxy.requests().len(), before + 1, "{host}");
    }
}
