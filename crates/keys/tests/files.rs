//! Every format in which OpenSSL writes keys is read, or refused with this sentence.

use crate::common;

use common::{der_of, file, key};
use countersign_keys::{Key, KeyError, read};

/// (file, kind of key)
const LOADS: &[(&str, &str)] = &[
    ("rsa2048.spki", "an RSA key of 2048 bits"),
    ("rsa2048.pkcs1-public", "an RSA key of 2048 bits"),
    ("rsa2048.certificate", "an RSA key of 2048 bits"),
    ("rsa2048.pkcs1", "an RSA private key of 2048 bits"),
    ("rsa2048.pkcs8", "an RSA private key of 2048 bits"),
    ("rsa-pss.spki", "an RSA key of 2048 bits"),
    ("rsa-pss.pkcs8", "an RSA private key of 2048 bits"),
    ("rsa-pss-sha384.spki", "an RSA key of 2048 bits"),
    ("rsa-pss-sha384.pkcs8", "an RSA private key of 2048 bits"),
    ("p256.spki", "a P-256 key"),
    ("p256.certificate", "a P-256 key"),
    ("p256.sec1", "a P-256 private key"),
    ("p256.sec1-nopublic", "a P-256 private key"),
    ("p256.pkcs8", "a P-256 private key"),
    ("p384.spki", "a P-384 key"),
    ("p384.sec1", "a P-384 private key"),
    ("p384.pkcs8", "a P-384 private key"),
    ("p521.spki", "a P-521 key"),
    ("p521.sec1", "a P-521 private key"),
    ("p521.pkcs8", "a P-521 private key"),
    ("secp256k1.spki", "a secp256k1 key"),
    ("secp256k1.sec1", "a secp256k1 private key"),
    ("secp256k1.pkcs8", "a secp256k1 private key"),
    ("ed25519.spki", "an Ed25519 key"),
    ("ed25519.certificate", "an Ed25519 key"),
    ("ed25519.pkcs8", "an Ed25519 private key"),
    ("ed25519.pkcs8-v2", "an Ed25519 private key"),
    ("ed448.spki", "an Ed448 key"),
    ("ed448.pkcs8", "an Ed448 private key"),
    ("x25519.spki", "an X25519 key"),
    ("x25519.pkcs8", "an X25519 private key"),
    ("x448.spki", "an X448 key"),
    ("x448.pkcs8", "an X448 private key"),
];

const ENCRYPTED: &str = "found an encrypted private key; decrypt it first \
    (openssl pkey -in FILE -out PLAIN); passphrases are not supported";
const EXPLICIT: &str = "found an EC key with explicit curve parameters; write it with the name \
    of its curve (openssl: -param_enc named_curve)";
const PSS: &str = "found an RSASSA-PSS key whose parameters fit no JOSE algorithm; PS256, PS384 \
    and PS512 need SHA-256, SHA-384 or SHA-512 for the message and for MGF1, and a salt as long \
    as the hash";
const WANTED: &str = "RSA keys, EC keys on P-256, P-384 and P-521, and Ed25519 keys are supported";

/// (file, the sentence)
const REFUSED: &[(&str, &str)] = &[
    (
        "rsa1024.spki",
        "found an RSA key of 1024 bits; RSA keys have 2048 to 8192 bits",
    ),
    (
        "rsa2047.spki",
        "found an RSA key of 2047 bits; RSA keys have 2048 to 8192 bits",
    ),
    ("rsa2048.pkcs1-encrypted", ENCRYPTED),
    ("rsa2048.pkcs8-encrypted", ENCRYPTED),
    ("rsa-pss-sha1.spki", PSS),
    ("rsa-pss-mgf.spki", PSS),
    ("rsa-pss-salt64.spki", PSS),
    (
        "p256.spki-compressed",
        "found a compressed point on P-256; write the key with an uncompressed point \
         (openssl: -ec_conv_form uncompressed)",
    ),
    ("p256.spki-explicit", EXPLICIT),
    ("p256.sec1-explicit", EXPLICIT),
    ("p256.pkcs8-explicit", EXPLICIT),
    (
        "brainpool.spki",
        "found an EC key on an unknown curve (OID 1.3.36.3.3.2.8.1.1.7); \
         ES256, ES384 and ES512 need P-256, P-384 and P-521",
    ),
    ("dsa.spki", "found a DSA key (OID 1.2.840.10040.4.1); "),
    ("dsa.pkcs8", "found a DSA key (OID 1.2.840.10040.4.1); "),
    (
        "dh.spki",
        "found a Diffie-Hellman key (OID 1.2.840.113549.1.3.1); ",
    ),
    (
        "p256.request",
        "found a PEM block CERTIFICATE REQUEST; PUBLIC KEY, RSA PUBLIC KEY, CERTIFICATE, \
         PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY is expected",
    ),
];

#[test]
fn every_form_loads_as_pem_and_as_der() {
    for (name, kind) in LOADS {
        let text = file(name);
        for key in [
            Key::from_pem(&text),
            Key::from_der(&der_of(&text)),
            one(read(text.as_bytes())),
            one(read(&der_of(&text))),
        ] {
            let key = key.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(key.material().to_string(), *kind, "{name}");
            assert_eq!(key.is_private(), kind.contains("private"), "{name}");
        }
    }
}

#[test]
fn unsupported_files_are_refused_and_the_error_says_what_to_do() {
    for (name, sentence) in REFUSED {
        let error = Key::from_pem(&file(name)).unwrap_err().to_string();
        match sentence.strip_suffix("; ") {
            Some(found) => assert_eq!(error, format!("{found}; {WANTED}"), "{name}"),
            None => assert_eq!(error, *sentence, "{name}"),
        }
    }
}

#[test]
fn every_file_of_the_folder_is_in_a_table() {
    let tables = LOADS.iter().chain(REFUSED).map(|(name, _)| *name);
    let tables: std::collections::BTreeSet<_> = tables.collect();
    let files: std::collections::BTreeSet<_> = common::names().collect();
    assert_eq!(tables, files.iter().map(String::as_str).collect());
}

#[test]
fn the_same_key_in_every_form_has_the_same_public_half() {
    for (kind, forms) in [
        (
            "rsa2048",
            ["spki", "pkcs1-public", "certificate", "pkcs1", "pkcs8"].as_slice(),
        ),
        ("p256", &["spki", "certificate", "sec1", "pkcs8"]),
        ("ed25519", &["spki", "certificate", "pkcs8-v2"]),
    ] {
        let jwks: Vec<_> = forms
            .iter()
            .map(|form| common::key(&format!("{kind}.{form}")).public_jwk().unwrap())
            .collect();
        assert!(
            jwks.windows(2).all(|pair| pair[0] == pair[1]),
            "{kind}: {jwks:?}"
        );
    }
}

#[test]
fn a_cut_or_extended_der_file_is_refused() {
    for (name, _) in LOADS {
        let der = der_of(&file(name));
        for length in 0..der.len() {
            assert!(
                Key::from_der(&der[..length]).is_err(),
                "{name} cut to {length}"
            );
        }
        assert!(
            Key::from_der(&[der.as_slice(), &[0]].concat()).is_err(),
            "{name} extended"
        );
    }
}

#[test]
fn the_error_says_that_der_is_not_a_key() {
    for der in [
        // A boolean.
        [0x30, 3, 1, 1, 0xff].as_slice(),
        // One integer, and the six integers of a DSA key in the format of older tools.
        &[0x30, 3, 2, 1, 1],
        &[&[0x30, 18], [2, 1, 1].repeat(6).as_slice()].concat(),
        // As many elements as an RSA key has, but no number among them.
        &[&[0x30, 18], [5, 0].repeat(9).as_slice()].concat(),
    ] {
        let error = Key::from_der(der).unwrap_err();
        assert_eq!(
            error.found(),
            "bytes that are not a key in DER",
            "{der:02x?}"
        );
    }
}

#[test]
fn a_file_whose_parts_disagree_is_refused() {
    // The last arc of an OID is changed: id-mgf1 in RSASSA-PSS parameters, and the curve of a
    // PKCS#8 whose inner key names another curve.
    let mgf1 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
    let mut der = der_of(&file("rsa-pss-sha384.spki"));
    let place = der.windows(9).position(|window| window == mgf1).unwrap();
    der[place + 8] = 9;
    assert_eq!(Key::from_der(&der).err().unwrap().to_string(), PSS);

    // The PKCS#8 for one curve, around a SEC 1 key that names P-256.
    let around = |curve: &[u8]| {
        let ec = element(6, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]]);
        let algorithm = element(0x30, &[&ec, &element(6, &[curve])]);
        let inner = element(4, &[&der_of(&file("p256.sec1"))]);
        element(0x30, &[&element(2, &[&[0]]), &algorithm, &inner])
    };
    let p384 = around(&[0x2b, 0x81, 0x04, 0x00, 0x22]);
    assert_eq!(
        Key::from_der(&p384).err().unwrap().to_string(),
        "found a private key on P-256 inside of PKCS#8 for P-384; both must name the same curve; \
         make or copy it again",
    );
    let p256 = around(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
    assert_eq!(
        Key::from_der(&p256).unwrap().to_jwk(),
        key("p256.sec1").to_jwk(),
    );
}

#[test]
fn a_public_key_that_differs_from_the_private_one_is_refused() {
    const SENTENCE: &str = "found a private key in PKCS#8 with two public halves that differ; \
        the one inside the key and the one beside it must be the same; make or copy it again";
    for (private, half_of) in [
        ("p256.pkcs8", "p256.spki"),
        ("rsa2048.pkcs8", "rsa2048.spki"),
        ("rsa-pss.pkcs8", "rsa-pss.spki"),
    ] {
        let der = der_of(&file(private));
        let spki = der_of(&file(half_of));
        let half = &body(elements(body(&spki))[1])[1..];
        let with = |half: &[u8]| {
            let outer = element(0x81, &[&[0], half]);
            Key::from_der(&element(0x30, &[body(&der), &outer]))
        };
        let loaded = with(half).unwrap().public_jwk().unwrap();
        assert_eq!(loaded, common::key(half_of).public_jwk().unwrap());
        let mut other = half.to_vec();
        other[20] ^= 1;
        assert_eq!(with(&other).unwrap_err().to_string(), SENTENCE, "{private}");
    }
}

/// As *ring* before 0.17 wrote them, and without a public half, which version 2 should have.
#[test]
fn an_ed25519_key_of_version_2_loads_with_either_form_of_its_public_key() {
    let der = der_of(&file("ed25519.pkcs8"));
    let fields = elements(body(&der));
    let spki = der_of(&file("ed25519.spki"));
    let version_2 = |rest: &[&[u8]]| {
        let fields = [&[2, 1, 1], fields[1], fields[2]];
        Key::from_der(&element(
            0x30,
            &[fields.concat().as_slice(), &rest.concat()],
        ))
    };
    let public = &spki[spki.len() - 32..];
    let bits = element(0x03, &[&[0], public]);
    let attributes = element(0xa0, &[]);
    let explicit = element(0xa1, &[&bits]);
    let implicit = element(0x81, &[&[0], public]);
    for rest in [
        [explicit.as_slice()].as_slice(),
        &[&implicit],
        &[&attributes, &implicit],
    ] {
        let key = version_2(rest).unwrap();
        assert_eq!(
            key.public_jwk().unwrap(),
            common::key("ed25519.spki").public_jwk().unwrap()
        );
    }
    assert!(version_2(&[]).unwrap().public_jwk().is_err());
    for odd in [
        [implicit.as_slice(), &implicit].as_slice(),
        &[&element(0x81, &[&[1], public])],
        &[&element(0x81, &[])],
        &[&element(0xa2, &[])],
        &[&bits],
    ] {
        assert!(version_2(odd).is_err());
    }
}

#[test]
fn of_a_certificate_only_the_key_is_checked() {
    let der = der_of(&file("p256.certificate"));
    let outside = elements(body(&der));
    let inside = elements(body(outside[0]));
    let with = |version: &[u8], serial: &[u8], validity: &[u8]| {
        let to_be_signed = [
            version, serial, inside[2], inside[3], validity, inside[5], inside[6],
        ];
        Key::from_der(&element(
            0x30,
            &[&element(0x30, &to_be_signed), outside[1], outside[2]],
        ))
    };
    let long_serial = element(2, &[&[1; 26]]);
    let no_seconds = element(0x30, &[b"\x17\x0b2511250000Z", b"\x17\x0b3511250000Z"]);
    for (version, serial, validity) in [
        (inside[0], inside[1], inside[4]),
        (inside[0], long_serial.as_slice(), inside[4]),
        (inside[0], inside[1], no_seconds.as_slice()),
        (&[], inside[1], inside[4]),
    ] {
        let key = with(version, serial, validity).unwrap();
        assert_eq!(
            key.public_jwk().unwrap(),
            common::key("p256.spki").public_jwk().unwrap()
        );
    }
    // A missing field, or one of another kind, shifts the others: no key is guessed.
    for (version, serial, validity) in [
        (inside[0], [].as_slice(), inside[4]),
        (inside[0], inside[1], &[]),
        (inside[1], inside[1], inside[4]),
    ] {
        let error = with(version, serial, validity).unwrap_err().to_string();
        assert!(
            error.starts_with("found an X.509 certificate that is damaged"),
            "{error}"
        );
    }
}

/// An element of DER.
fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = match body.len() {
        short @ ..0x80 => vec![short as u8],
        middle @ ..0x100 => vec![0x81, middle as u8],
        long => [&[0x82], (long as u16).to_be_bytes().as_slice()].concat(),
    };
    [&[tag], length.as_slice(), &body].concat()
}

/// The content of an element.
fn body(element: &[u8]) -> &[u8] {
    let length = element[1];
    match length {
        0x80.. => &element[2 + usize::from(length & 0x7f)..],
        _ => &element[2..],
    }
}

/// The elements that follow each other.
fn elements(mut all: &[u8]) -> Vec<&[u8]> {
    let mut cut = Vec::new();
    while !all.is_empty() {
        let mut end = all.len() - body(all).len();
        end += match all[1] {
            short @ ..0x80 => usize::from(short),
            _ => all[2..end]
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte)),
        };
        let (one, rest) = all.split_at(end);
        cut.push(one);
        all = rest;
    }
    cut
}

/// K1
#[test]
fn k1_no_flipped_byte_of_a_der_file_causes_a_panic() {
    for name in [
        "p256.spki",
        "p256.sec1",
        "ed25519.pkcs8-v2",
        "rsa-pss-sha384.spki",
    ] {
        let der = der_of(&file(name));
        for place in 0..der.len() {
            for flip in [0x01, 0xff] {
                let mut der = der.clone();
                der[place] ^= flip;
                let _ = Key::from_der(&der);
            }
        }
    }
}

fn one(set: Result<countersign_keys::KeySet, KeyError>) -> Result<Key, KeyError> {
    set.map(|set| set.into_keys().next().unwrap())
}
