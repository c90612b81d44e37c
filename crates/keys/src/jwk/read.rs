//! Reads a JWK.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use countersign_base64url::decode_append;
use countersign_json::{Object, Value};
use countersign_signature::{
    AkpPrivateKey, AkpPublicKey, AlgorithmName, Curve, EcPrivateKey, EcPublicKey, KeyMaterial,
    OkpCurve, OkpPrivateKey, OkpPublicKey, RsaPrivateKey, RsaPrivateParts, RsaPublicKey, Secret,
};

use super::member::{KeyType, Member};
use crate::error::name;
use crate::key::{KID_LIMIT, check_secret};
use crate::{Key, KeyError};

/// The members of one JWK. It can be used for one JWK after the other.
#[derive(Default)]
pub(crate) struct Jwk<'a> {
    /// For each member its value, if it is present.
    values: [Option<Value<'a>>; Member::ALL.len()],
    /// The [bits](Member::bit) of the members that are present. Values of other members may be left
    /// from an earlier JWK.
    present: u32,
}

/// Which halves of a pair are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Halves {
    All,
    Public,
}

impl<'a> Jwk<'a> {
    pub(crate) fn of(object: Object<'a>) -> Self {
        let mut jwk = Self::default();
        for (name, value) in object {
            jwk.add(&name, value);
        }
        jwk
    }

    pub(crate) fn clear(&mut self) {
        self.present = 0;
    }

    /// Adds a member, if its name is known.
    #[inline]
    pub(crate) fn add(&mut self, name: &str, value: Value<'a>) {
        if let Some(member) = Member::named(name)
            && let Some(place) = self.values.get_mut(member as usize)
        {
            *place = Some(value);
            self.present |= member.bit();
        }
    }

    /// The key: public, private or secret.
    pub(crate) fn key(&self) -> Result<Key, KeyError> {
        self.read(Halves::All)
    }

    /// The public half of a private JWK, whose private members are ignored. `None` if it is not
    /// the private key of a pair.
    pub(crate) fn public_half(&self) -> Option<Result<Key, KeyError>> {
        let is_private = self.get(Member::D).is_some() || self.get(Member::Priv).is_some();
        is_private.then(|| self.read(Halves::Public))
    }

    /// The string with this name, if it is one.
    pub(crate) fn string(&self, member: Member) -> Option<String> {
        Some(self.get(member)?.as_str()?.into_owned())
    }

    fn read(&self, halves: Halves) -> Result<Key, KeyError> {
        let kty = self.required_text(Member::Kty, "a JWK")?;
        let Some(key_type) = KeyType::named(&kty) else {
            return Err(KeyError::unsupported(
                format!("the key type (kty) {}", name(&kty)),
                "known are RSA, EC, OKP, oct and AKP",
            ));
        };
        let foreign = self.present & !key_type.allowed();
        if foreign != 0 {
            return Err(foreign_part(&kty, foreign));
        }
        let material = match key_type {
            KeyType::Rsa => self.rsa(halves)?,
            KeyType::Ec => self.ec(halves)?,
            KeyType::Okp => self.okp(halves)?,
            KeyType::Akp => self.akp(halves)?,
            KeyType::Oct => KeyMaterial::Secret(Secret::new(self.required(Member::K, "oct")?)?),
        };
        Ok(Key {
            warnings: check_secret(&material)?,
            kid: self.kid()?,
            alg: self.text(Member::Alg)?.map(shared),
            public_use: self.text(Member::Use)?.map(Cow::into_owned),
            key_ops: self.key_ops()?,
            material,
            limited_to: &[],
            was_private: false,
        })
    }

    #[inline]
    fn get(&self, member: Member) -> Option<Value<'a>> {
        if self.present & member.bit() == 0 {
            return None;
        }
        *self.values.get(member as usize)?
    }

    fn kid(&self) -> Result<Option<String>, KeyError> {
        match self.text(Member::Kid)? {
            Some(kid) if kid.len() > KID_LIMIT => Err(KeyError::unsupported(
                format!("a `kid` of {} bytes", kid.len()),
                format!("at most {KID_LIMIT} are read, of a key as of a token"),
            )),
            kid => Ok(kid.map(Cow::into_owned)),
        }
    }

    fn rsa(&self, halves: Halves) -> Result<KeyMaterial<'static>, KeyError> {
        const PRIVATE: [Member; 5] = [Member::P, Member::Q, Member::Dp, Member::Dq, Member::Qi];
        let public = RsaPublicKey::new(self.required(Member::N, "RSA")?, self.exponent()?)?;
        if halves == Halves::Public {
            return Ok(KeyMaterial::RsaPublic(public));
        }
        if self.get(Member::Oth).is_some() {
            return Err(KeyError::unsupported(
                "an RSA private key of more than two primes",
                "make a key of two primes",
            ));
        }
        let Some(d) = self.bytes(Member::D)? else {
            if PRIVATE.iter().any(|part| self.get(*part).is_some()) {
                return Err(KeyError::unreadable(
                    "private members in an RSA key without \"d\"",
                    "a private key has \"d\"; a public key has \"n\" and \"e\" alone",
                ));
            }
            return Ok(KeyMaterial::RsaPublic(public));
        };
        let part = |member: Member| {
            self.bytes(member)?.ok_or_else(|| {
                KeyError::unsupported(
                    format!("an RSA private key without {:?}", member.name()),
                    "signing needs p, q, dp, dq and qi beside d (RFC 7518 section 6.3.2)",
                )
            })
        };
        let parts = RsaPrivateParts::new(
            d,
            [part(Member::P)?, part(Member::Q)?],
            [part(Member::Dp)?, part(Member::Dq)?],
            part(Member::Qi)?,
        );
        Ok(KeyMaterial::RsaPrivate(RsaPrivateKey::new(public, parts)?))
    }

    fn exponent(&self) -> Result<Cow<'static, [u8]>, KeyError> {
        match self.get(Member::E) {
            // Almost all keys have this one, which needs no allocation.
            Some(value) if value.raw() == "\"AQAB\"" => Ok(Cow::Borrowed(&[1, 0, 1])),
            _ => self.required(Member::E, "RSA").map(Cow::Owned),
        }
    }

    fn ec(&self, halves: Halves) -> Result<KeyMaterial<'static>, KeyError> {
        let crv = self.required_text(Member::Crv, "a JWK of kty \"EC\"")?;
        let curve = match &*crv {
            "P-256" => Curve::P256,
            "P-384" => Curve::P384,
            "P-521" => Curve::P521,
            "secp256k1" => Curve::SECP256K1,
            _ => {
                return Err(unknown_curve(
                    "EC",
                    &crv,
                    "known are P-256, P-384, P-521 and secp256k1",
                ));
            }
        };
        let public = self.point(curve)?;
        Ok(match self.private(Member::D, halves)? {
            Some(d) => KeyMaterial::EcPrivate(EcPrivateKey::new(curve, d, Some(public))?),
            None => KeyMaterial::EcPublic(public),
        })
    }

    /// The point with the coordinates `x` and `y`, decoded into one buffer.
    fn point(&self, curve: Curve) -> Result<EcPublicKey<'static>, KeyError> {
        let length = curve.coordinate_bytes();
        let mut point = Vec::with_capacity(length.saturating_mul(2).saturating_add(5));
        point.push(4);
        self.decode_required(Member::X, "EC", &mut point)?;
        let end_of_x = point.len();
        self.decode_required(Member::Y, "EC", &mut point)?;
        let (x, y) = point.split_at(end_of_x);
        let x = x.get(1..).unwrap_or_default();
        if x.len() != length {
            // The error names the right coordinate.
            return Ok(EcPublicKey::new(curve, x, y)?);
        }
        Ok(EcPublicKey::from_uncompressed(curve, point)?)
    }

    fn okp(&self, halves: Halves) -> Result<KeyMaterial<'static>, KeyError> {
        let crv = self.required_text(Member::Crv, "a JWK of kty \"OKP\"")?;
        let curve = match &*crv {
            "Ed25519" => OkpCurve::ED25519,
            "Ed448" => OkpCurve::ED448,
            "X25519" => OkpCurve::X25519,
            "X448" => OkpCurve::X448,
            _ => {
                return Err(unknown_curve(
                    "OKP",
                    &crv,
                    "known are Ed25519, Ed448, X25519 and X448",
                ));
            }
        };
        let public = OkpPublicKey::new(curve, self.required(Member::X, "OKP")?)?;
        Ok(match self.private(Member::D, halves)? {
            Some(d) => KeyMaterial::OkpPrivate(OkpPrivateKey::new(curve, d, Some(public))?),
            None => KeyMaterial::OkpPublic(public),
        })
    }

    fn akp(&self, halves: Halves) -> Result<KeyMaterial<'static>, KeyError> {
        let algorithm = self
            .required_text(Member::Alg, "a JWK of kty \"AKP\"")?
            .into_owned();
        let public = AkpPublicKey::new(algorithm.clone(), self.required(Member::Pub, "AKP")?)?;
        Ok(match self.private(Member::Priv, halves)? {
            Some(seed) => {
                KeyMaterial::AkpPrivate(AkpPrivateKey::new(algorithm, seed, Some(public))?)
            }
            None => KeyMaterial::AkpPublic(public),
        })
    }

    /// `key_ops`: strings, each once (RFC 7517 section 4.3).
    fn key_ops(&self) -> Result<Option<Vec<String>>, KeyError> {
        let Some(value) = self.get(Member::KeyOps) else {
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

    fn required_text(&self, member: Member, whose: &str) -> Result<Cow<'a, str>, KeyError> {
        let value = self.get(member).ok_or_else(|| {
            KeyError::unreadable(
                format!("no member {:?}", member.name()),
                format!("{whose} has the member {:?} (RFC 7517)", member.name()),
            )
        })?;
        value
            .as_str()
            .ok_or_else(|| wrong_type(member.name(), &value, "a string"))
    }

    fn text(&self, member: Member) -> Result<Option<Cow<'a, str>>, KeyError> {
        self.get(member)
            .map(|value| {
                value
                    .as_str()
                    .ok_or_else(|| wrong_type(member.name(), &value, "a string"))
            })
            .transpose()
    }

    fn required(&self, member: Member, kty: &str) -> Result<Vec<u8>, KeyError> {
        let mut bytes = Vec::new();
        self.decode_required(member, kty, &mut bytes)?;
        Ok(bytes)
    }

    fn decode_required(
        &self,
        member: Member,
        kty: &str,
        bytes: &mut Vec<u8>,
    ) -> Result<(), KeyError> {
        match self.get(member) {
            Some(value) => decode(member, value, bytes),
            None => Err(KeyError::unreadable(
                format!("no member {:?}", member.name()),
                format!(
                    "a JWK of kty {kty:?} has the member {:?} (RFC 7518 section 6)",
                    member.name()
                ),
            )),
        }
    }

    /// A private member, if private halves are read.
    fn private(&self, member: Member, halves: Halves) -> Result<Option<Vec<u8>>, KeyError> {
        match halves {
            Halves::All => self.bytes(member),
            Halves::Public => Ok(None),
        }
    }

    fn bytes(&self, member: Member) -> Result<Option<Vec<u8>>, KeyError> {
        let Some(value) = self.get(member) else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        decode(member, value, &mut bytes)?;
        Ok(Some(bytes))
    }
}

/// The error for members that keys of this type don't have. It names one of them.
fn foreign_part(kty: &str, foreign: u32) -> KeyError {
    let mut members = Member::ALL.iter();
    let member = members.find(|member| member.bit() & foreign != 0);
    KeyError::unreadable(
        format!(
            "a member {:?} in a JWK of kty {kty:?}",
            member.map_or("", |member| member.name())
        ),
        "the members of a key belong to its type (RFC 7518 section 6)",
    )
}

/// Appends the bytes of a member in canonical base64url without padding (RFC 7515 section 2).
fn decode(member: Member, value: Value<'_>, bytes: &mut Vec<u8>) -> Result<(), KeyError> {
    let text = value
        .as_str()
        .ok_or_else(|| wrong_type(member.name(), &value, "a string"))?;
    decode_append(&text, bytes).map_err(|_| {
        KeyError::unreadable(
            format!("a member {:?} that is not valid base64url", member.name()),
            "it is base64url without padding (RFC 7515 section 2)",
        )
    })
}

/// The name of an algorithm. The usual ones are not copied.
fn shared(alg: Cow<'_, str>) -> Cow<'static, str> {
    match AlgorithmName::standard(&alg) {
        Some(name) => Cow::Borrowed(name.as_str()),
        None => Cow::Owned(alg.into_owned()),
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
