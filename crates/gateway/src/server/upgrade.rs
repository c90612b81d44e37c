//! The request that becomes a WebSocket connection (RFC 6455 section 4.2).

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, SEC_WEBSOCKET_ACCEPT,
    SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tungstenite::handshake::derive_accept_key;

use super::connection::Connection;
use super::shared::Shared;
use super::socket::Stream;
use crate::wire::WireFormat;

/// Where the WebSocket endpoint is.
pub const WEBSOCKET_PATH: &str = "/connection/websocket";

/// The subprotocols that clients may ask for.
const SUBPROTOCOLS: [(&str, WireFormat); 2] = [
    ("centrifuge-json", WireFormat::Json),
    ("centrifuge-protobuf", WireFormat::Protobuf),
];

/// Answers a request; one to the endpoint goes on as a WebSocket connection.
pub(super) fn answer<S: Stream>(
    shared: &Arc<Shared>,
    mut request: Request<Incoming>,
) -> Response<String> {
    if request.uri().path() != WEBSOCKET_PATH {
        return text(
            StatusCode::NOT_FOUND,
            &format!("found nothing here; the WebSocket endpoint is {WEBSOCKET_PATH}\n"),
        );
    }
    let key = match check(&request) {
        Ok(key) => key,
        Err((status, sentence)) => return text(status, sentence),
    };
    let settings = shared.settings.load();
    if !is_allowed_origin(request.headers(), &settings.allowed_origins) {
        tracing::info!(
            origin = ?request.headers().get(ORIGIN),
            "a connection from an origin that is not in `allowed_origins` was refused"
        );
        return text(StatusCode::FORBIDDEN, "this origin may not connect\n");
    }
    let subprotocol = subprotocol(request.headers());
    let format = match subprotocol {
        Some((_, format)) => format,
        None => format_of_query(request.uri().query().unwrap_or_default()),
    };
    let mut response = Response::new(String::new());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::try_from(derive_accept_key(key.as_bytes())) {
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    // Clients that asked for one abort if none comes back.
    if let Some((name, _)) = subprotocol {
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(name));
    }
    let upgraded = hyper::upgrade::on(&mut request);
    let shared = shared.clone();
    tokio::spawn(async move {
        match upgraded.await {
            Ok(upgraded) => start::<S>(shared, format, upgraded),
            Err(error) => tracing::debug!(%error, "an upgrade failed"),
        }
    });
    response
}

/// Runs the connection in a task of its own, over the bare socket. This frees the memory that HTTP needed.
fn start<S: Stream>(shared: Arc<Shared>, format: WireFormat, upgraded: Upgraded) {
    // `serve` made the stream, so it has this type.
    if let Ok(parts) = upgraded.downcast::<TokioIo<S>>() {
        let socket = parts.io.into_inner();
        if let Some(connection) = Connection::new(shared, format, socket, &parts.read_buf) {
            tokio::spawn(connection.run());
        }
    }
}

/// Checks that the request is a handshake, and gives its key.
fn check<B>(request: &Request<B>) -> Result<String, (StatusCode, &'static str)> {
    let headers = request.headers();
    let is_upgrade = has_token(headers, &CONNECTION, "upgrade")
        && has_token(headers, &UPGRADE, "websocket")
        && request.method() == Method::GET;
    if !is_upgrade {
        return Err((
            StatusCode::UPGRADE_REQUIRED,
            "found no WebSocket handshake; connect with a WebSocket client\n",
        ));
    }
    if !has_token(headers, &SEC_WEBSOCKET_VERSION, "13") {
        return Err((
            StatusCode::UPGRADE_REQUIRED,
            "expected version 13 in Sec-WebSocket-Version\n",
        ));
    }
    let key = headers.get(SEC_WEBSOCKET_KEY);
    let key = key.and_then(|key| key.to_str().ok());
    // 16 bytes in base64.
    match key.filter(|key| key.len() == 24) {
        Some(key) => Ok(key.to_owned()),
        None => Err((
            StatusCode::BAD_REQUEST,
            "expected 16 bytes in base64 in Sec-WebSocket-Key\n",
        )),
    }
}

/// Whether a header, which is a list, has this word in it.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    list(headers, name).any(|item| item.eq_ignore_ascii_case(token))
}

fn list<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).into_iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(str::trim)
}

/// The first of the subprotocols that the client offers and this server speaks.
fn subprotocol(headers: &HeaderMap) -> Option<(&'static str, WireFormat)> {
    list(headers, &SEC_WEBSOCKET_PROTOCOL)
        .find_map(|offered| SUBPROTOCOLS.into_iter().find(|(name, _)| *name == offered))
}

/// Clients 2.6 and 2.7 ask for Protobuf by the URL alone.
fn format_of_query(query: &str) -> WireFormat {
    let asks = |pair: &str| {
        matches!(
            pair,
            "format=protobuf" | "protocol=protobuf" | "cf_protocol=protobuf"
        )
    };
    if query.split('&').any(asks) {
        WireFormat::Protobuf
    } else {
        WireFormat::Json
    }
}

/// Whether the origin of a browser's page is in the list. Other programs send none.
fn is_allowed_origin(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    if allowed.is_empty() {
        return true;
    }
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let origin = origin.to_ascii_lowercase();
    // A page from this host itself is always allowed.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let is_same = host.is_some_and(|host| {
        let origin = origin.split_once("://").map(|(_, authority)| authority);
        origin == Some(&host.to_ascii_lowercase())
    });
    is_same
        || allowed
            .iter()
            .any(|pattern| matches(&pattern.to_ascii_lowercase(), &origin))
}

/// Whether a text fits a pattern in which `*` stands for any characters but `/`.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(before) else {
        return false;
    };
    let ends = text
        .char_indices()
        .map(|(index, _)| index)
        .chain([text.len()]);
    for end in ends {
        let (skipped, left) = text.split_at(end);
        if skipped.contains('/') {
            return false;
        }
        if matches(rest, left) {
            return true;
        }
    }
    false
}

fn text(status: StatusCode, sentence: &str) -> Response<String> {
    let mut response = Response::new(sentence.to_owned());
    *response.status_mut() = status;
    if status == StatusCode::UPGRADE_REQUIRED {
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    }
    response
}

#[cfg(test)]
mod tests {
    use hyper::header::{HOST, HeaderMap, ORIGIN, SEC_WEBSOCKET_PROTOCOL};

    use super::{format_of_query, is_allowed_origin, subprotocol};
    use crate::wire::WireFormat;

    #[test]
    fn protobuf_is_asked_for_by_subprotocol_or_by_query() {
        for (query, expected) in [
            ("", WireFormat::Json),
            ("format=json", WireFormat::Json),
            ("x=1&format=protobuf", WireFormat::Protobuf),
            ("protocol=protobuf", WireFormat::Protobuf),
            ("cf_protocol=protobuf&y", WireFormat::Protobuf),
        ] {
            assert_eq!(format_of_query(query), expected, "{query}");
        }
        for (offered, expected) in [
            (
                "centrifuge-protobuf",
                Some(("centrifuge-protobuf", WireFormat::Protobuf)),
            ),
            (
                "chat, centrifuge-json",
                Some(("centrifuge-json", WireFormat::Json)),
            ),
            ("chat", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(SEC_WEBSOCKET_PROTOCOL, offered.parse().unwrap());
            assert_eq!(subprotocol(&headers), expected);
        }
    }

    #[test]
    fn only_origins_of_the_list_may_connect() {
        let allowed = [
            "https://*.example.com".to_owned(),
            "http://a.test:8080".to_owned(),
        ];
        for (origin, is_allowed) in [
            (None, true),
            (Some("https://www.example.com"), true),
            (Some("HTTPS://WWW.EXAMPLE.COM"), true),
            (Some("https://example.com"), false),
            (Some("http://www.example.com"), false),
            (Some("https://evil.test/.example.com"), false),
            (Some("https://www.example.com.evil.test"), false),
            (Some("http://a.test:8080"), true),
            (Some("http://a.test"), false),
            (Some("http://here.test"), true),
            (Some("null"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, "here.test".parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(
                is_allowed_origin(&headers, &allowed),
                is_allowed,
                "{origin:?}"
            );
            assert!(is_allowed_origin(&headers, &[]));
        }
    }
}
