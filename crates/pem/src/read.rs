//! From DER to key material.

use alloc::format;
use core::fmt;

use countersign_signature::{
    AlgorithmName, Curve, EcPrivateKey, EcPublicKey, KeyMaterial, OkpCurve, OkpPrivateKey,
    OkpPublicKey, RsaPrivateKey, RsaPrivateParts, RsaPublicKey,
};
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef};
use der::{Decode as _, ErrorKind, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};
use pkcs1::{RsaPrivateKeyRef, RsaPssParamsOwned, RsaPublicKeyRef};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::{Form, PemError, block, oid};

/// A key as it was stored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredKey {
    /// The parts of the key.
    pub material: KeyMaterial<'static>,
    /// The algorithms that its identifier limits it to (RSASSA-PSS, RFC 4055 section 3.1).
    /// Empty means no limit.
    pub limited_to: &'static [AlgorithmName],
    /// Set if the label of the PEM block doesn't fit the form of its content.
    pub mislabelled: Option<Mislabelled>,
}

impl From<KeyMaterial<'_>> for StoredKey {
    fn from(material: KeyMaterial<'_>) -> Self {
        Self {
            material: material.into_owned(),
            limited_to: &[],
            mislabelled: None,
        }
    }
}

/// A PEM label that doesn't fit the form of its content. The key works, but its file should be
/// corrected.
///
/// `Display` says what was found and which label is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mislabelled {
    /// The form of the content.
    pub found: Form,
    /// The form that the label names.
    pub label: Form,
}

impl fmt::Display for Mislabelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { found, label } = self;
        let (label, right) = (label.label(), found.label());
        write!(
            f,
            "found {found} under the label {label}; the right label is {right}"
        )
    }
}

/// Reads a key whose form is already known.
pub(crate) fn read(form: Form, der: &[u8]) -> Result<StoredKey, PemError> {
    let damaged = |_: der::Error| damaged(form);
    match form {
        Form::Spki => spki(&SubjectPublicKeyInfoRef::from_der(der).map_err(damaged)?),
        Form::Certificate => spki(&key_of_certificate(der).map_err(damaged)?),
        Form::Pkcs1Public => Ok(KeyMaterial::RsaPublic(rsa_public(der)?).into()),
        Form::Pkcs1Private => Ok(KeyMaterial::RsaPrivate(rsa_private(der)?).into()),
        Form::Sec1 => Ok(KeyMaterial::EcPrivate(ec_private(der, None, None)?).into()),
        Form::Pkcs8 => pkcs8(&OneAsymmetricKey::read(der).map_err(damaged)?),
        Form::EncryptedPkcs8 => Err(block::encrypted()),
    }
}

fn damaged(form: Form) -> PemError {
    PemError::unreadable(
        format!("{form} that is damaged"),
        "it is not valid DER; make or copy it again",
    )
}

fn spki(info: &SubjectPublicKeyInfoRef<'_>) -> Result<StoredKey, PemError> {
    let bytes = info
        .subject_public_key
        .as_bytes()
        .ok_or_else(|| damaged(Form::Spki))?;
    let algorithm = &info.algorithm;
    Ok(match algorithm.oid {
        oid::RSA => KeyMaterial::RsaPublic(rsa_public(bytes)?).into(),
        oid::RSA_PSS => StoredKey {
            limited_to: pss(algorithm)?,
            ..KeyMaterial::RsaPublic(rsa_public(bytes)?).into()
        },
        oid::EC => {
            let curve = named_curve(algorithm.parameters)?;
            KeyMaterial::EcPublic(EcPublicKey::from_uncompressed(curve, bytes)?).into()
        }
        other => KeyMaterial::OkpPublic(OkpPublicKey::new(octet_key_pair(other)?, bytes)?).into(),
    })
}

/// The public key of a certificate (RFC 5280 section 4.1). The fields before it are skipped
/// unread: this crate checks no serial number and no date, so an odd one must not spoil a good
/// key.
fn key_of_certificate(der: &[u8]) -> der::Result<SubjectPublicKeyInfoRef<'_>> {
    let certificate = AnyRef::from_der(der)?;
    let to_be_signed = SliceReader::new(certificate.value())?.decode::<AnyRef<'_>>()?;
    let mut fields = SliceReader::new(to_be_signed.value())?;
    // The version is absent if it is 1.
    if fields.decode::<AnyRef<'_>>()?.tag() != Tag::Integer {
        fields
            .decode::<AnyRef<'_>>()?
            .tag()
            .assert_eq(Tag::Integer)?;
    }
    for _before in ["signature", "issuer", "validity", "subject"] {
        fields
            .decode::<AnyRef<'_>>()?
            .tag()
            .assert_eq(Tag::Sequence)?;
    }
    fields.decode()
}

/// The fields of PKCS#8 that are used (RFC 5958 section 2). Attributes are skipped.
struct OneAsymmetricKey<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    private_key: &'a [u8],
    public_key: Option<&'a [u8]>,
}

impl<'a> OneAsymmetricKey<'a> {
    fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut fields = SliceReader::new(AnyRef::from_der(der)?.value())?;
        fields
            .decode::<AnyRef<'_>>()?
            .tag()
            .assert_eq(Tag::Integer)?;
        let mut key = Self {
            algorithm: fields.decode()?,
            private_key: fields.decode::<&OctetStringRef>()?.as_bytes(),
            public_key: None,
        };
        while !fields.is_finished() {
            let field = fields.decode::<AnyRef<'a>>()?;
            match field.tag() {
                Tag::ContextSpecific {
                    constructed: true,
                    number: TagNumber(0),
                } => {}
                Tag::ContextSpecific {
                    constructed,
                    number: TagNumber(1),
                } if key.public_key.is_none() => {
                    // Old versions of *ring* put a whole BIT STRING inside the tag, although the
                    // tag replaces the BIT STRING's own.
                    let bits = match constructed {
                        true => BitStringRef::from_der(field.value())?.as_bytes(),
                        false => field.value().strip_prefix(&[0]),
                    };
                    key.public_key = Some(bits.ok_or_else(|| Tag::BitString.value_error())?);
                }
                other => return Err(other.unexpected_error(None).into()),
            }
        }
        Ok(key)
    }
}

fn pkcs8(info: &OneAsymmetricKey<'_>) -> Result<StoredKey, PemError> {
    let (bytes, public) = (info.private_key, info.public_key);
    let algorithm = &info.algorithm;
    let rsa = || {
        let key = rsa_private(bytes)?;
        match public {
            Some(public) if rsa_public(public)? != *key.public() => Err(two_public_halves()),
            _ => Ok(KeyMaterial::RsaPrivate(key).into()),
        }
    };
    Ok(match algorithm.oid {
        oid::RSA => rsa()?,
        oid::RSA_PSS => StoredKey {
            limited_to: pss(algorithm)?,
            ..rsa()?
        },
        oid::EC => {
            let curve = named_curve(algorithm.parameters)?;
            KeyMaterial::EcPrivate(ec_private(bytes, Some(curve), public)?).into()
        }
        other => {
            let curve = octet_key_pair(other)?;
            // The seed is wrapped in an octet string of its own (RFC 8410 section 7).
            let seed = <&OctetStringRef>::from_der(bytes).map_err(|_| damaged(Form::Pkcs8))?;
            let public = public.map(|public| OkpPublicKey::new(curve, public));
            let public = public.transpose()?;
            KeyMaterial::OkpPrivate(OkpPrivateKey::new(curve, seed.as_bytes(), public)?).into()
        }
    })
}

fn rsa_public(der: &[u8]) -> Result<RsaPublicKey<'_>, PemError> {
    let key = RsaPublicKeyRef::from_der(der).map_err(|_| damaged(Form::Pkcs1Public))?;
    Ok(RsaPublicKey::new(
        key.modulus.as_bytes(),
        key.public_exponent.as_bytes(),
    )?)
}

fn rsa_private(der: &[u8]) -> Result<RsaPrivateKey<'_>, PemError> {
    let key = RsaPrivateKeyRef::from_der(der).map_err(|_| damaged(Form::Pkcs1Private))?;
    if key.other_prime_infos.is_some() {
        return Err(more_than_two_primes());
    }
    let public = RsaPublicKey::new(key.modulus.as_bytes(), key.public_exponent.as_bytes())?;
    let parts = RsaPrivateParts::new(
        key.private_exponent.as_bytes(),
        [key.prime1.as_bytes(), key.prime2.as_bytes()],
        [key.exponent1.as_bytes(), key.exponent2.as_bytes()],
        key.coefficient.as_bytes(),
    );
    Ok(RsaPrivateKey::new(public, parts)?)
}

fn more_than_two_primes() -> PemError {
    PemError::unsupported(
        "an RSA private key of more than two primes",
        "make a key of two primes",
    )
}

/// The key of RFC 5915. The curve and the public point come from the key itself or from the
/// PKCS#8 around it. If both have them, they must agree.
fn ec_private<'a>(
    der: &'a [u8],
    outer_curve: Option<Curve>,
    outer_point: Option<&'a [u8]>,
) -> Result<EcPrivateKey<'a>, PemError> {
    let key = sec1::EcPrivateKey::from_der(der).map_err(|error| match error.kind() {
        // sec1 reads only named curves. Explicit parameters are a sequence in their place.
        ErrorKind::TagUnexpected {
            expected: Some(Tag::ObjectIdentifier),
            actual: Tag::Sequence,
        } => explicit_parameters(),
        _ => damaged(Form::Sec1),
    })?;
    let inner_curve = key
        .parameters
        .and_then(sec1::EcParameters::named_curve)
        .map(known_curve)
        .transpose()?;
    let curve = match (inner_curve, outer_curve) {
        (Some(inner), Some(outer)) if inner != outer => {
            return Err(PemError::unreadable(
                format!(
                    "a private key on {} inside of PKCS#8 for {}",
                    inner.name(),
                    outer.name()
                ),
                "both must name the same curve; make or copy it again",
            ));
        }
        (Some(curve), _) | (None, Some(curve)) => curve,
        (None, None) => {
            return Err(PemError::unreadable(
                "an EC private key that names no curve",
                "write it again with its curve (openssl pkey -in FILE -out NEW)",
            ));
        }
    };
    let point = match (key.public_key, outer_point) {
        (Some(inner), Some(outer)) if inner != outer => return Err(two_public_halves()),
        (inner, outer) => inner.or(outer),
    };
    let point = point
        .map(|point| EcPublicKey::from_uncompressed(curve, point))
        .transpose()?;
    Ok(EcPrivateKey::new(curve, key.private_key, point)?)
}

fn two_public_halves() -> PemError {
    PemError::unreadable(
        "a private key in PKCS#8 with two public halves that differ",
        "the one inside the key and the one beside it must be the same; make or copy it again",
    )
}

fn named_curve(parameters: Option<AnyRef<'_>>) -> Result<Curve, PemError> {
    match parameters {
        Some(parameters) if parameters.tag() == Tag::Sequence => Err(explicit_parameters()),
        Some(parameters) => parameters
            .decode_as::<ObjectIdentifier>()
            .map_err(|_| no_curve())
            .and_then(known_curve),
        None => Err(no_curve()),
    }
}

fn known_curve(found: ObjectIdentifier) -> Result<Curve, PemError> {
    oid::curve(found).ok_or_else(|| {
        PemError::unsupported(
            format!("an EC key on an unknown curve (OID {found})"),
            "ES256, ES384 and ES512 need P-256, P-384 and P-521",
        )
    })
}

/// Refused because hostile parameters can make another curve look like a known one
/// (CVE-2020-0601).
fn explicit_parameters() -> PemError {
    PemError::unsupported(
        "an EC key with explicit curve parameters",
        "write it with the name of its curve (openssl: -param_enc named_curve)",
    )
}

fn no_curve() -> PemError {
    PemError::unreadable(
        "an EC key that names no curve",
        "an EC key names its curve in its algorithm parameters (RFC 5480 section 2.1.1)",
    )
}

fn octet_key_pair(found: ObjectIdentifier) -> Result<OkpCurve, PemError> {
    oid::octet_key_pair(found).ok_or_else(|| {
        PemError::unsupported(
            format!("{} (OID {found})", oid::name(found)),
            "RSA keys, EC keys on P-256, P-384 and P-521, and Ed25519 keys are supported",
        )
    })
}

/// The algorithms that an RSASSA-PSS key is limited to (RFC 4055 section 3.1): those of the hash
/// in its parameters, or of every hash if it has no parameters. JOSE has no PSS with SHA-1, with
/// two different hashes, or with a salt that is not as long as the hash (RFC 7518 section 3.5).
fn pss(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<&'static [AlgorithmName], PemError> {
    let Some(parameters) = algorithm.parameters.filter(|any| !any.is_null()) else {
        return Ok(&[
            AlgorithmName::PS256,
            AlgorithmName::PS384,
            AlgorithmName::PS512,
        ]);
    };
    let parameters = parameters.decode_as::<RsaPssParamsOwned>().map_err(|_| {
        PemError::unreadable(
            "an RSASSA-PSS key with damaged parameters",
            "make or copy it again",
        )
    })?;
    let mask = &parameters.mask_gen;
    oid::PSS_HASHES
        .iter()
        .find(|hash| {
            // The salt length of the key is a minimum: signatures may have longer salts (RFC 4055
            // section 3.3).
            parameters.hash.oid == hash.oid
                && parameters.salt_len <= hash.bytes
                && mask.oid == oid::MGF1
                && mask
                    .parameters
                    .as_ref()
                    .is_some_and(|inner| inner.oid == hash.oid)
        })
        .map(|hash| hash.algorithms)
        .ok_or_else(|| {
            PemError::unsupported(
                "an RSASSA-PSS key whose parameters fit no JOSE algorithm",
                "PS256, PS384 and PS512 need SHA-256, SHA-384 or SHA-512 for the message and \
                 for MGF1, and a salt as long as the hash",
            )
        })
}
