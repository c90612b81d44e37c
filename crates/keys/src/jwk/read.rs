//! Reads a JWK.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_json::{Object, Value};
use countersign_signature::{
    AkpPrivateKey, AkpPublicKey, Curve, EcPrivateKey, EcPublicKey, KeyMaterial, OkpCurve,
    OkpPrivateKey, OkpPublicKey, RsaPrivateKey, RsaPrivateParts, RsaPublicKey, Secret,
};

use super::{ABOUT, PARTS, TYPES};
use crate::error::name;
use crate::key::KID_LIMIT;
use crate::{Key, KeyError};

/// Reads one JWK, public, private or secret.
pub(crate) fn read(object: Object<'_>) -> Result<Key, KeyError> {
    read_halves(object, Halves::All)
}

/// Reads the public half of a private JWK, and ignores the private members. `None` if it is not
/// the private key of a pair.
pub(crate) fn read_public_half(object: Object<'_>) -> Option<Result<Key, KeyError>> {
    let is_private = object.get("d").is_some() || object.get("priv").is_some();
    is_private.then(|| read_halves(object, Halves::Public))
}

/// Which halves of a pair are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Halves {
    All,
    Public,
}

fn read_halves(object: Object<'_>, halves: Halves) -> Result<Key, KeyError> {
    let jwk = Jwk::new(object, halves);
    let kty = jwk.required_text("kty", "a JWK")?;
    let Some((kty, own_parts)) = TYPES.iter().copied().find(|(known, _)| *known == kty) else {
        return Err(KeyError::unsupported(
            format!("the key type (kty) {}", name(&kty)),
            "known are RSA, EC, OKP, oct and AKP",
        ));
    };
    for (part, _) in &jwk.members {
        if PARTS.contains(part) && !own_parts.contains(part) {
            return Err(KeyError::unreadable(
                format!("a member {part:?} in a JWK of kty {kty:?}"),
                "the members of a key belong to its type (RFC 7518 section 6)",
            ));
        }
    }
    let material = match kty {
        "RSA" => jwk.rsa()?,
        "EC" => jwk.ec()?,
        "OKP" => jwk.okp()?,
        "AKP" => jwk.akp()?,
        _ => KeyMaterial::Secret(Secret::new(jwk.required("k", "oct")?)?),
    };
    let mut key = Key::new(material)?;
    key.kid = jwk.kid()?;
    key.alg = jwk.text("alg")?;
    key.public_use = jwk.text("use")?;
    key.key_ops = jwk.key_ops()?;
    Ok(key)
}

struct Jwk<'a> {
    /// The known members, in the order of the text.
    members: Vec<(&'static str, Value<'a>)>,
    halves: Halves,
}

impl<'a> Jwk<'a> {
    /// Reads the object in one pass, because looking up each member would be slow.
    fn new(object: Object<'a>, halves: Halves) -> Self {
        let mut members = Vec::with_capacity(8);
        for (name, value) in object {
            let mut known = PARTS.iter().chain(&ABOUT);
            if let Some(known) = known.find(|known| **known == name) {
                members.push((*known, value));
            }
        }
        Self { members, halves }
    }

    fn get(&self, name: &str) -> Option<Value<'a>> {
        let (_, value) = self.members.iter().find(|(member, _)| *member == name)?;
        Some(*value)
    }

    fn kid(&self) -> Result<Option<String>, KeyError> {
        match self.text("kid")? {
            Some(kid) if kid.len() > KID_LIMIT => Err(KeyError::unsupported(
                format!("a `kid` of {} bytes", kid.len()),
                format!("at most {KID_LIMIT} are read, of a key as of a token"),
            )),
            kid => Ok(kid),
        }
    }

    fn rsa(&self) -> Result<KeyMaterial<'static>, KeyError> {
        const PRIVATE: [&str; 5] = ["p", "q", "dp", "dq", "qi"];
        let public = RsaPublicKey::new(self.required("n", "RSA")?, self.required("e", "RSA")?)?;
        if self.halves == Halves::Public {
            return Ok(KeyMaterial::RsaPublic(public));
        }
        if self.get("oth").is_some() {
            return Err(KeyError::unsupported(
                "an RSA private key of more than two primes",
                "make a key of two primes",
            ));
        }
        let Some(d) = self.bytes("d")? else {
            if PRIVATE.iter().any(|part| self.get(part).is_some()) {
                return Err(KeyError::unreadable(
                    "private members in an RSA key without \"d\"",
                    "a private key has \"d\"; a public key has \"n\" and \"e\" alone",
                ));
            }
            return Ok(KeyMaterial::RsaPublic(public));
        };
        let part = |name| {
            self.bytes(name)?.ok_or_else(|| {
                KeyError::unsupported(
                    format!("an RSA private key without {name:?}"),
                    "signing needs p, q, dp, dq and qi beside d (RFC 7518 section 6.3.2)",
                )
            })
        };
        let parts = RsaPrivateParts::new(
            d,
            [part("p")?, part("q")?],
            [part("dp")?, part("dq")?],
            part("qi")?,
        );
        Ok(KeyMaterial::RsaPrivate(RsaPrivateKey::new(public, parts)?))
    }

    fn ec(&self) -> Result<KeyMaterial<'static>, KeyError> {
        const CURVES: [Curve; 4] = [Curve::P256, Curve::P384, Curve::P521, Curve::SECP256K1];
        let crv = self.required_text("crv", "a JWK of kty \"EC\"")?;
        let Some(curve) = CURVES.into_iter().find(|curve| curve.name() == crv) else {
            return Err(unknown_curve(
                "EC",
                &crv,
                "known are P-256, P-384, P-521 and secp256k1",
            ));
        };
        let public = EcPublicKey::new(curve, self.required("x", "EC")?, self.required("y", "EC")?)?;
        Ok(match self.private("d")? {
            Some(d) => KeyMaterial::EcPrivate(EcPrivateKey::new(curve, d, Some(public))?),
            None => KeyMaterial::EcPublic(public),
        })
    }

    fn okp(&self) -> Result<KeyMaterial<'static>, KeyError> {
        const CURVES: [OkpCurve; 4] = [
            OkpCurve::ED25519,
            OkpCurve::ED448,
            OkpCurve::X25519,
            OkpCurve::X448,
        ];
        let crv = self.required_text("crv", "a JWK of kty \"OKP\"")?;
        let Some(curve) = CURVES.into_iter().find(|curve| curve.name() == crv) else {
            return Err(unknown_curve(
                "OKP",
                &crv,
                "known are Ed25519, Ed448, X25519 and X448",
            ));
        };
        let public = OkpPublicKey::new(curve, self.required("x", "OKP")?)?;
        Ok(match self.private("d")? {
            Some(d) => KeyMaterial::OkpPrivate(OkpPrivateKey::new(curve, d, Some(public))?),
            None => KeyMaterial::OkpPublic(public),
        })
    }

    fn akp(&self) -> Result<KeyMaterial<'static>, KeyError> {
        let algorithm = self
            .required_text("alg", "a JWK of kty \"AKP\"")?
            .into_owned();
        let public = AkpPublicKey::new(algorithm.clone(), self.required("pub", "AKP")?)?;
        Ok(match self.private("priv")? {
            Some(seed) => {
                KeyMaterial::AkpPrivate(AkpPrivateKey::new(algorithm, seed, Some(public))?)
            }
            None => KeyMaterial::AkpPublic(public),
        })
    }

    /// `key_ops`: strings, each once (RFC 7517 section 4.3).
    fn key_ops(&self) -> Result<Option<Vec<String>>, KeyError> {
        let Some(value) = self.get("key_ops") else {
            return Ok(None);
        };
        let array = value
            .as_array()
            .ok_or_else(|| wrong_type("key_ops", &value, "an array of strings"))?;
        let mut operations: Vec<String> = Vec::new();
        for value in array {
            let operation = value
                .as_str()
                .ok_or_else(|| wrong_type("an entry of key_ops", &value, "a string"))?;
            if operations.iter().any(|known| *known == operation) {
                return Err(KeyError::unreadable(
                    format!("{} twice in key_ops", name(&operation)),
                    "an operation stands there once (RFC 7517 section 4.3)",
                ));
            }
            // The registry has eight operations. This limit bounds the search above.
            if operations.len() == 64 {
                return Err(KeyError::unreadable(
                    "more than 64 key_ops",
                    "name the operations of this key alone",
                ));
            }
            operations.push(operation.into_owned());
        }
        Ok(Some(operations))
    }

    fn required_text(&self, member: &str, whose: &str) -> Result<Cow<'a, str>, KeyError> {
        let value = self.get(member).ok_or_else(|| {
            KeyError::unreadable(
                format!("no member {member:?}"),
                format!("{whose} has the member {member:?} (RFC 7517)"),
            )
        })?;
        value
            .as_str()
            .ok_or_else(|| wrong_type(member, &value, "a string"))
    }

    fn text(&self, member: &str) -> Result<Option<String>, KeyError> {
        self.get(member)
            .map(|value| {
                value
                    .as_str()
                    .map(Cow::into_owned)
                    .ok_or_else(|| wrong_type(member, &value, "a string"))
            })
            .transpose()
    }

    fn required(&self, member: &str, kty: &str) -> Result<Vec<u8>, KeyError> {
        self.bytes(member)?.ok_or_else(|| {
            KeyError::unreadable(
                format!("no member {member:?}"),
                format!("a JWK of kty {kty:?} has the member {member:?} (RFC 7518 section 6)"),
            )
        })
    }

    /// A private member, if private halves are read.
    fn private(&self, member: &str) -> Result<Option<Vec<u8>>, KeyError> {
        match self.halves {
            Halves::All => self.bytes(member),
            Halves::Public => Ok(None),
        }
    }

    /// A member in canonical base64url without padding (RFC 7515 section 2).
    fn bytes(&self, member: &str) -> Result<Option<Vec<u8>>, KeyError> {
        let Some(value) = self.get(member) else {
            return Ok(None);
        };
        let text = value
            .as_str()
            .ok_or_else(|| wrong_type(member, &value, "a string"))?;
        URL_SAFE_NO_PAD
            .decode(text.as_bytes())
            .map(Some)
            .map_err(|_| {
                KeyError::unreadable(
                    format!("a member {member:?} that is not valid base64url"),
                    "it is base64url without padding (RFC 7515 section 2)",
                )
            })
    }
}

fn wrong_type(member: &str, found: &Value<'_>, needed: &str) -> KeyError {
    KeyError::unreadable(
        format!("{} as {member}", found.kind()),
        format!("{member} is {needed} (RFC 7517 section 4)"),
    )
}

fn unknown_curve(kty: &str, crv: &str, known: &str) -> KeyError {
    KeyError::unsupported(
        format!("the curve (crv) {} in a JWK of kty {kty:?}", name(crv)),
        known,
    )
}
