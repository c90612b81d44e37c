//! An HTTP interface on axum that verifies bearer tokens.
//!
//! `cargo run -p countersign --example axum`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::get};
use countersign::{Authenticator, Error, Issuer, Key, now};
use serde::Deserialize;

#[derive(Deserialize)]
struct Mine {
    tenant: String,
}

async fn hello(
    State(auth): State<Arc<Authenticator>>,
    headers: HeaderMap,
) -> Result<String, Refused> {
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = shown.and_then(|value| value.strip_prefix("Bearer "));
    let token = token.ok_or(Error::NoToken)?;
    // If the keys must be fetched from an endpoint, this awaits the fetch and blocks no thread.
    let accepted = auth.token_async(token, now()).await?;
    let mine: Mine = accepted.claims()?;
    Ok(format!("Hello {} of {}", accepted.user(), mine.tenant))
}

/// The answer to a request whose token was refused.
struct Refused(Error);

/// For `?`: the errors of a verification and of own claims.
impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refused {
    /// 401, or 503 if the keys can't be fetched. The text of the error is for the log alone.
    fn into_response(self) -> Response {
        let Self(error) = self;
        println!("refused: {}: {error}", error.code());
        let status = StatusCode::from_u16(error.code().http_status());
        let status = status.unwrap_or(StatusCode::UNAUTHORIZED);
        let mut response = (status, error.code().as_str()).into_response();
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6750 section 3
            let scheme = header::HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(pause) = error.retry_after() {
            let seconds = pause.as_secs().saturating_add(1);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key::secret("a secret that backend and server share")?;
    let auth = Authenticator::builder()
        .key(key.clone())
        .audience("api")
        .build()?;
    let app = Router::new()
        .route("/", get(hello))
        .with_state(Arc::new(auth));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    // A client shows a good token and a bad one.
    let issuer = Issuer::builder().key(key).aud("api").build()?;
    let token = issuer.token("42").claim("tenant", "acme")?.sign()?;
    for token in [token.as_str(), "no token"] {
        let answer = show(url.clone(), format!("Bearer {token}")).await?;
        println!("{answer}");
    }
    server.abort();
    Ok(())
}

/// Makes one request, on a thread where blocking is allowed.
async fn show(url: String, bearer: String) -> Result<String, Box<dyn std::error::Error>> {
    let answer = tokio::task::spawn_blocking(move || {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build();
        let request = agent.new_agent().get(&url).header("Authorization", &bearer);
        let mut response = request.call()?;
        let text = response.body_mut().read_to_string()?;
        Ok::<_, ureq::Error>(format!("{} {text}", response.status()))
    });
    Ok(answer.await??)
}
