//! TLS: the server certificates that are trusted, and the client certificate that is sent.
//!
//! The root certificates are those of the system, not a compiled-in set: companies install their
//! own authority there, and a distrusted authority disappears with the next update of the system.

use alloc::sync::Arc;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, RootCertStore};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, TlsProvider};

use crate::error::{FetchError, FetchErrorKind, SettingsError};
use crate::options::HttpOptions;

/// The files, read and checked.
#[derive(Debug)]
pub(crate) struct Tls {
    provider: Arc<CryptoProvider>,
    authorities: Option<Vec<Certificate<'static>>>,
    client: Option<ClientCert>,
}

impl Tls {
    pub(crate) fn load(options: &HttpOptions) -> Result<Self, SettingsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let authorities = options
            .ca_file
            .as_deref()
            .map(|path| load_authorities(FromFile("ca_file", path)))
            .transpose()?;
        let client = match (
            options.client_certificate_file.as_deref(),
            options.client_key_file.as_deref(),
        ) {
            (None, None) => None,
            (Some(chain), Some(key)) => Some(load_client(
                FromFile("client_certificate_file", chain),
                FromFile("client_key_file", key),
                &provider,
            )?),
            (chain, _) => {
                return Err(SettingsError::of(
                    match chain {
                        Some(_) => "client_certificate_file",
                        None => "client_key_file",
                    },
                    "found only one of client certificate and key; both files are needed",
                ));
            }
        };
        Ok(Self {
            provider,
            authorities,
            client,
        })
    }

    /// The root certificates of the file, or else those of the system.
    pub(crate) fn roots(&self) -> Result<RootCerts, FetchError> {
        if let Some(authorities) = &self.authorities {
            return Ok(RootCerts::new_with_certs(authorities));
        }
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            return Err(FetchError::new(
                FetchErrorKind::Tls,
                "the system has no root certificates; install them, or set a CA file",
            ));
        }
        let roots: Vec<_> = found.certs.iter().map(owned).collect();
        Ok(RootCerts::new_with_certs(&roots))
    }

    pub(crate) fn config(&self, roots: RootCerts) -> TlsConfig {
        TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(roots)
            .client_cert(self.client.clone())
            .unversioned_rustls_crypto_provider(self.provider.clone())
            .build()
    }
}

fn owned(certificate: &CertificateDer<'_>) -> Certificate<'static> {
    Certificate::from_der(certificate).to_owned()
}

fn load_authorities(file: FromFile<'_>) -> Result<Vec<Certificate<'static>>, SettingsError> {
    let certificates = load_chain(file)?;
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots
            .add(certificate.clone())
            .map_err(|_| file.unusable("a certificate that cannot be read"))?;
    }
    Ok(certificates.iter().map(owned).collect())
}

fn load_chain(file: FromFile<'_>) -> Result<Vec<CertificateDer<'static>>, SettingsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&file.read()?)
        .collect::<Result<_, _>>()
        .map_err(|_| file.unusable("damaged PEM"))?;
    if chain.is_empty() {
        return Err(file.unusable("no certificate"));
    }
    Ok(chain)
}

fn load_client(
    chain: FromFile<'_>,
    key_file: FromFile<'_>,
    provider: &CryptoProvider,
) -> Result<ClientCert, SettingsError> {
    let chain = load_chain(chain)?;
    let pem = key_file.read()?;
    let certificates: Vec<_> = chain.iter().map(owned).collect();
    match key_for(chain, &pem, provider) {
        Some(key) => Ok(ClientCert::new_with_certs(&certificates, key)),
        None => Err(key_file.unusable("no private key that fits the client certificate")),
    }
}

/// The private key in `pem`, if it belongs to the first certificate of `chain`. This is checked now:
/// rustls would only notice during a request, and ureq would panic then.
fn key_for(
    chain: Vec<CertificateDer<'static>>,
    pem: &[u8],
    provider: &CryptoProvider,
) -> Option<PrivateKey<'static>> {
    let key = PrivateKeyDer::from_pem_slice(pem).ok()?;
    CertifiedKey::from_der(chain, key, provider).ok()?;
    PrivateKey::from_pem(pem).ok()
}

/// A setting, and the file that it names.
#[derive(Clone, Copy)]
struct FromFile<'p>(&'static str, &'p Path);

impl FromFile<'_> {
    /// At most 1 MiB: every list of authorities is smaller.
    fn read(self) -> Result<Vec<u8>, SettingsError> {
        const LIMIT: u64 = 1024 * 1024;
        let Self(setting, path) = self;
        // The path may be a pasted private key, so this error doesn't show it.
        if path.to_string_lossy().contains("-----BEGIN") {
            return Err(SettingsError::of(
                setting,
                "found PEM where the path of a file is needed; write it to a file",
            ));
        }
        let mut text = Vec::new();
        File::open(path)
            .and_then(|file| file.take(LIMIT).read_to_end(&mut text))
            .map_err(|error| {
                let sentence = format!("{} cannot be read: {error}", path.display());
                SettingsError::of(setting, sentence)
            })?;
        Ok(text)
    }

    fn unusable(self, found: &str) -> SettingsError {
        let Self(setting, path) = self;
        let sentence = format!(
            "found {found} in {}; PEM is needed, beginning with -----BEGIN",
            path.display()
        );
        SettingsError::of(setting, sentence)
    }
}

pub(crate) fn describe(error: &rustls::Error) -> FetchError {
    let sentence = match error {
        rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) => "the server's certificate is from an authority that this client does not trust; \
             to trust it, set a CA file"
            .into(),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "the server's certificate is for another host".into(),
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => "the server's certificate has expired".into(),
        other => format!("TLS failed: {other}"),
    };
    FetchError::new(FetchErrorKind::Tls, sentence)
}
