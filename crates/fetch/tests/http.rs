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

#[path = "common/get.rs"]
mod get;
#[path = "common/server.rs"]
mod server;

use std::io::Write;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use countersign_fetch::{FetchError, FetchErrorKind, HttpFetch, HttpOptions, Response};
use get::{Get, HASTY, HASTY_AT_MOST, LIMIT, good};
use server::{Server, answer};

fn error(url: &str) -> FetchError {
    Get::default().send(url).expect_err("it must fail")
}

fn timed(url: &str) -> (FetchError, Duration) {
    let get = Get {
        timeout: HASTY,
        ..Get::default()
    };
    let began_at = Instant::now();
    let error = get.send(url).expect_err("it must fail");
    (error, began_at.elapsed())
}

#[test]
fn a_good_answer_is_fetched() {
    let server = Server::answering(answer("200 OK", "ETag: \"1\"\r\n", &good()));
    let first = Get::default().send(&server.url()).unwrap();
    assert_eq!(first.body(), good().as_bytes());
    assert_eq!(first.etag(), Some("\"1\""));
    let conditional = Get {
        etag: first.etag(),
        ..Get::default()
    };
    conditional.send(&server.url()).unwrap();
    let requests = server.requests();
    let [first, second] = requests.as_slice() else {
        panic!("two requests: {requests:?}");
    };
    assert!(first.starts_with("GET /jwks.json HTTP/1.1\r\n"), "{first}");
    let first = first.to_ascii_lowercase();
    assert!(first.contains("user-agent: countersign/"), "{first}");
    assert!(
        first.contains("accept: application/jwk-set+json"),
        "{first}"
    );
    // I7: no header that could ask for a compressed body.
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
fn i5_a_body_over_the_limit_is_not_read_to_its_end() {
    /// The bytes that the network buffers between the two sides.
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
fn i5_a_body_that_ends_at_the_limit_is_read() {
    for (spare, read) in [(0, true), (1, false)] {
        let server = Server::answering(answer("200 OK", "", &good()));
        let get = Get {
            limit: good().len() - spare,
            ..Get::default()
        };
        assert_eq!(get.send(&server.url()).is_ok(), read, "{spare} too few");
    }
}

#[test]
fn i8_the_body_of_an_answer_other_than_200_is_not_read() {
    let server = Server::behaving(|out| {
        out.write_all(b"HTTP/1.1 404 N\r\nContent-Length: 1073741824\r\n\r\n")
    });
    let kind = error(&server.url()).kind();
    assert_eq!(kind, FetchErrorKind::Status(404));
}

#[test]
fn i5_endless_headers_are_not_read_to_their_end() {
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
    /// One byte at a time as long as the client reads, well within any timeout for a single read.
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
        assert!(took >= HASTY && took < HASTY_AT_MOST, "{took:?}");
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
    assert!(took < HASTY_AT_MOST, "{took:?}");
}

#[test]
fn i7_a_compressed_body_is_refused_unread() {
    for coding in [
        "br",
        "deflate",
        "zstd",
        "x-unknown",
        "identity, gzip",
        "gzip, gzip",
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

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// An answer whose headers say that its body is compressed with gzip.
fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend(body);
    bytes
}

#[test]
fn i7_gzip_without_a_request_is_decoded_up_to_the_limit() {
    let server = Server::answering(gzipped(&gzip(good().as_bytes())));
    let answer = Get::default().send(&server.url()).unwrap();
    assert_eq!(answer.body(), good().as_bytes());

    for (size, error) in [
        (LIMIT, None),
        (LIMIT + 1, Some(FetchErrorKind::TooLarge)),
        (512 * LIMIT, Some(FetchErrorKind::TooLarge)),
    ] {
        let server = Server::answering(gzipped(&gzip(&vec![b' '; size])));
        let found = Get::default().send(&server.url());
        assert_eq!(found.err().map(|it| it.kind()), error, "{size}");
    }
    let mut damaged = gzip(good().as_bytes());
    damaged.truncate(damaged.len() - 4);
    for body in [good().into_bytes(), damaged] {
        let server = Server::answering(gzipped(&body));
        assert_eq!(error(&server.url()).kind(), FetchErrorKind::Encoded);
    }
}

#[test]
fn i7_a_body_with_the_encoding_identity_is_read() {
    let headers = "Content-Encoding: Identity\r\n";
    let server = Server::answering(answer("200 OK", headers, &good()));
    let answer = Get::default().send(&server.url()).unwrap();
    assert_eq!(answer.body(), good().as_bytes());
}

#[test]
fn i8_only_200_is_accepted() {
    for status in [
        "201 C", "204 N", "206 P", "304 N", "400 B", "401 U", "404 N", "429 T", "500 I", "503 S",
    ] {
        let bytes = match status {
            "204 N" | "304 N" => format!("HTTP/1.1 {status}\r\n\r\n").into_bytes(),
            _ => answer(status, "Retry-After: 7\r\n", &good()),
        };
        let asks_for_a_pause = !matches!(status, "204 N" | "304 N");
        let server = Server::answering(bytes);
        let number = status[..3].parse().unwrap();
        let error = error(&server.url());
        assert_eq!(error.kind(), FetchErrorKind::Status(number), "{error}");
        let pause = asks_for_a_pause.then_some(Duration::from_secs(7));
        assert_eq!(error.retry_after(), pause, "{status}");
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
fn an_answer_that_is_not_http_is_an_error() {
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
fn i11_private_addresses_are_refused_if_only_public_ones_are_allowed() {
    let server = Server::answering(answer("200 OK", "", &good()));
    let mut options = HttpOptions::default();
    options.public_addresses_only = true;
    let get = Get {
        options,
        ..Get::default()
    };
    for host in ["127.0.0.1", "localhost"] {
        let error = get.send(&server.url_at(host)).unwrap_err();
        assert_eq!(error.kind(), FetchErrorKind::Refused);
        assert!(error.to_string().contains("not public"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn i12_a_connection_that_is_reset_is_an_error() {
    for bytes in ["", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let resetting = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // A connection that is closed before its request was read is reset.
            stream.peek(&mut [0]).unwrap();
            stream.write_all(bytes.as_bytes()).unwrap();
        });
        let error = error(&url);
        assert_eq!(
            error.kind(),
            FetchErrorKind::Connection,
            "{bytes:?} {error}"
        );
        assert!(error.kind().is_transient());
        resetting.join().unwrap();
    }
}

#[test]
fn a_user_agent_that_is_no_header_value_is_refused() {
    for bad in ["a\r\nHost: evil", "caf\u{e9}", "\0", &"x".repeat(300)] {
        let mut options = HttpOptions::default();
        options.user_agent = bad.into();
        assert!(HttpFetch::new(&options).is_err(), "{bad:?}");
    }
}

#[test]
fn j10_caches_on_the_way_are_asked_to_revalidate() {
    let server = Server::answering(answer("200 OK", "", &good()));
    Get::default().send(&server.url()).unwrap();
    let request = server.requests()[0].to_ascii_lowercase();
    assert!(
        request.contains("cache-control: max-age=0\r\n"),
        "{request}"
    );
}

#[test]
fn debug_of_an_answer_shows_its_headers_and_nothing_of_its_body() {
    let answer = Response::new(200, b"{\"d\":\"private\"}".as_slice());
    let shown = format!("{:?}", answer.with_header("etag", "\"1\""));
    assert_eq!(
        shown,
        r#"Response { status: 200, headers: [("etag", "\"1\"")], body: 15 bytes }"#
    );
}
