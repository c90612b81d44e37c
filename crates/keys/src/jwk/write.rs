//! Writes a JWK, and the input of its thumbprint.

use alloc::format;
use alloc::string::String;

use countersign_base64url::encode;
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
            .string("k", &encode(secret.expose()))
            .string("kty", "oct"),
        KeyMaterial::RsaPublic(key) => jwk
            .string("e", &encode(key.exponent()))
            .string("kty", "RSA")
            .string("n", &encode(key.modulus())),
        KeyMaterial::EcPublic(key) => jwk
            .string("crv", key.curve().name())
            .string("kty", "EC")
            .string("x", &encode(key.x()))
            .string("y", &encode(key.y())),
        KeyMaterial::OkpPublic(key) => jwk
            .string("crv", key.curve().name())
            .string("kty", "OKP")
            .string("x", &encode(key.bytes())),
        KeyMaterial::AkpPublic(key) => jwk
            .string("alg", key.algorithm())
            .string("kty", "AKP")
            .string("pub", &encode(key.bytes())),
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
            .string("k", &encode(secret.expose())),
        KeyMaterial::RsaPublic(public) => rsa(jwk, public),
        KeyMaterial::RsaPrivate(private) => {
            let numbers = private.expose();
            rsa(jwk, private.public())
                .string("d", &encode(&numbers.d))
                .string("p", &encode(&numbers.p))
                .string("q", &encode(&numbers.q))
                .string("dp", &encode(&numbers.dp))
                .string("dq", &encode(&numbers.dq))
                .string("qi", &encode(&numbers.qi))
        }
        KeyMaterial::EcPublic(public) => jwk
            .string("kty", "EC")
            .string("crv", public.curve().name())
            .string("x", &encode(public.x()))
            .string("y", &encode(public.y())),
        KeyMaterial::EcPrivate(private) => {
            let public = private.public().ok_or_else(without_public)?.clone();
            write_parts(jwk, &KeyMaterial::EcPublic(public))?;
            jwk.string("d", &encode(private.expose()))
        }
        KeyMaterial::OkpPublic(public) => jwk
            .string("kty", "OKP")
            .string("crv", public.curve().name())
            .string("x", &encode(public.bytes())),
        KeyMaterial::OkpPrivate(private) => {
            let public = private.public().ok_or_else(without_public)?.clone();
            write_parts(jwk, &KeyMaterial::OkpPublic(public))?;
            jwk.string("d", &encode(private.expose()))
        }
        KeyMaterial::AkpPublic(public) => jwk
            .string("kty", "AKP")
            .string("alg", public.algorithm())
            .string("pub", &encode(public.bytes())),
        KeyMaterial::AkpPrivate(private) => {
            let public = private.public().ok_or_else(without_public)?.clone();
            write_parts(jwk, &KeyMaterial::AkpPublic(public))?;
            jwk.string("priv", &encode(private.expose()))
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
        .string("n", &encode(public.modulus()))
        .string("e", &encode(public.exponent()))
}
