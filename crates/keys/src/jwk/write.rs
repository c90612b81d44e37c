//! Writes a JWK, and the input of its thumbprint.

use alloc::format;
use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_json::ObjectWriter;
use countersign_signature::{KeyMaterial, RsaPublicKey};

use crate::error::half_missing;
use crate::{Key, KeyError};

/// The JWK of a key, with its private members.
pub(crate) fn write(key: &Key) -> Result<String, KeyError> {
    let mut jwk = ObjectWriter::new();
    write_parts(&mut jwk, &key.material)?;
    // For an algorithm key pair (AKP), `alg` is a part of the key, and is written with the other
    // parts.
    let is_written = matches!(
        key.material,
        KeyMaterial::AkpPublic(_) | KeyMaterial::AkpPrivate(_)
    );
    if !is_written && let Some(alg) = key.algorithm() {
        jwk.string("alg", alg);
    }
    for (name, value) in [("use", &key.public_use), ("kid", &key.kid)] {
        if let Some(value) = value {
            jwk.string(name, value);
        }
    }
    if let Some(operations) = &key.key_ops {
        jwk.strings("key_ops", operations.iter().map(String::as_str));
    }
    Ok(jwk.finish())
}

/// The required members of the public half, sorted by name, without space (RFC 7638 section 3,
/// RFC 8037 section 2). For a secret, the input contains the secret.
pub(crate) fn thumbprint_input(key: &KeyMaterial<'_>) -> Result<String, KeyError> {
    let mut jwk = ObjectWriter::new();
    match key {
        KeyMaterial::Secret(secret) => jwk
            .string("k", &base64url(secret.expose()))
            .string("kty", "oct"),
        KeyMaterial::RsaPublic(key) => jwk
            .string("e", &base64url(key.exponent()))
            .string("kty", "RSA")
            .string("n", &base64url(key.modulus())),
        KeyMaterial::EcPublic(key) => jwk
            .string("crv", key.curve().name())
            .string("kty", "EC")
            .string("x", &base64url(key.x()))
            .string("y", &base64url(key.y())),
        KeyMaterial::OkpPublic(key) => jwk
            .string("crv", key.curve().name())
            .string("kty", "OKP")
            .string("x", &base64url(key.bytes())),
        KeyMaterial::AkpPublic(key) => jwk
            .string("alg", key.algorithm())
            .string("kty", "AKP")
            .string("pub", &base64url(key.bytes())),
        private => {
            return thumbprint_input(&private.public().ok_or_else(|| half_missing(private))?);
        }
    };
    Ok(jwk.finish())
}

fn write_parts(jwk: &mut ObjectWriter, key: &KeyMaterial<'_>) -> Result<(), KeyError> {
    let without_public = || half_missing(key);
    match key {
        KeyMaterial::Secret(secret) => jwk
            .string("kty", "oct")
            .string("k", &base64url(secret.expose())),
        KeyMaterial::RsaPublic(public) => rsa(jwk, public),
        KeyMaterial::RsaPrivate(private) => {
            let numbers = private.expose();
            rsa(jwk, private.public())
                .string("d", &base64url(&numbers.d))
                .string("p", &base64url(&numbers.p))
                .string("q", &base64url(&numbers.q))
                .string("dp", &base64url(&numbers.dp))
                .string("dq", &base64url(&numbers.dq))
                .string("qi", &base64url(&numbers.qi))
        }
        KeyMaterial::EcPublic(public) => jwk
            .string("kty", "EC")
            .string("crv", public.curve().name())
            .string("x", &base64url(public.x()))
            .string("y", &base64url(public.y())),
        KeyMaterial::EcPrivate(private) => {
            let public = private.public().ok_or_else(without_public)?.clone();
            write_parts(jwk, &KeyMaterial::EcPublic(public))?;
            jwk.string("d", &base64url(private.expose()))
        }
        KeyMaterial::OkpPublic(public) => jwk
            .string("kty", "OKP")
            .string("crv", public.curve().name())
            .string("x", &base64url(public.bytes())),
        KeyMaterial::OkpPrivate(private) => {
            let public = private.public().ok_or_else(without_public)?.clone();
            write_parts(jwk, &KeyMaterial::OkpPublic(public))?;
            jwk.string("d", &base64url(private.expose()))
        }
        KeyMaterial::AkpPublic(public) => jwk
            .string("kty", "AKP")
            .string("alg", public.algorithm())
            .string("pub", &base64url(public.bytes())),
        KeyMaterial::AkpPrivate(private) => {
            let public = private.public().ok_or_else(without_public)?.clone();
            write_parts(jwk, &KeyMaterial::AkpPublic(public))?;
            jwk.string("priv", &base64url(private.expose()))
        }
        other => {
            return Err(KeyError::unsupported(
                format!("{other}"),
                "it has no form as a JWK here",
            ));
        }
    };
    Ok(())
}

fn rsa<'w>(jwk: &'w mut ObjectWriter, public: &RsaPublicKey<'_>) -> &'w mut ObjectWriter {
    jwk.string("kty", "RSA")
        .string("n", &base64url(public.modulus()))
        .string("e", &base64url(public.exponent()))
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
