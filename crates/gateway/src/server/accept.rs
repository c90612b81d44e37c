//! Accepts connections, plain and over TLS.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::shared::Shared;
use super::socket::Stream;
use super::upgrade;

/// How long a client may take for its TLS handshake, and for the head of its request.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the server waits after it could not accept, for example because too many files are open.
const PAUSE: Duration = Duration::from_millis(100);
/// The largest head of a request, in bytes. Tokens come later, in `connect`.
const HEAD_LIMIT: usize = 16 * 1024;

/// The certificate and the private key that the server uses. Clones share them, so that
/// [`replace_by`](Self::replace_by) reaches a server that is running.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ArcSwap<ServerConfig>>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// A certificate or a private key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsError {
    message: String,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TlsError {}

impl Tls {
    /// Reads a certificate chain and its private key, both in PEM.
    ///
    /// # Errors
    ///
    /// [`TlsError`] if one cannot be read, or if they do not belong together.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let fault = |message: String| TlsError { message };
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|_| fault("found no certificate chain in PEM".into()))?;
        if chain.is_empty() {
            return Err(fault(
                "found no certificate; expected a chain in PEM".into(),
            ));
        }
        // The parser's own message may quote the key, so it is dropped.
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|_| fault("found no private key in PEM".into()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| fault(error.to_string()))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|_| {
                fault("the certificate and the private key do not belong together".into())
            })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(ArcSwap::from_pointee(config)),
        })
    }

    /// Uses the certificate and the key of `new` for every handshake from now on. Connections
    /// that are open stay, and no session of the old certificate is resumed.
    ///
    /// ```
    /// use countersign_gateway::{Tls, TlsError};
    ///
    /// /// `current` is what the server was started with.
    /// fn reload(current: &Tls, chain: &[u8], key: &[u8]) -> Result<(), TlsError> {
    ///     current.replace_by(&Tls::from_pem(chain, key)?);
    ///     Ok(())
    /// }
    /// ```
    pub fn replace_by(&self, new: &Self) {
        self.config.store(new.config.load_full());
    }

    fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.load_full())
    }
}

/// Accepts connections for as long as it is polled.
pub(super) async fn run(shared: &Arc<Shared>, listener: &TcpListener, tls: Option<&Tls>) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        // Send small messages at once. If this fails, they are only late.
        let _ = stream.set_nodelay(true);
        let shared = shared.clone();
        match tls {
            None => {
                tokio::spawn(serve(shared, stream));
            }
            Some(tls) => {
                let accepted = tls.acceptor().accept(stream);
                tokio::spawn(async move {
                    match tokio::time::timeout(HANDSHAKE_TIMEOUT, accepted).await {
                        Ok(Ok(stream)) => serve(shared, stream).await,
                        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                        Err(_) => tracing::debug!("a TLS handshake took too long"),
                    }
                });
            }
        }
    }
}

/// Serves the HTTP requests of one connection; an upgrade takes the connection over.
async fn serve<S: Stream>(shared: Arc<Shared>, stream: S) {
    let answer = service_fn(move |request| {
        let shared = shared.clone();
        async move { Ok::<_, std::convert::Infallible>(upgrade::answer::<S>(&shared, request)) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HANDSHAKE_TIMEOUT)
        .max_buf_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), answer)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "an HTTP connection failed");
    }
}
