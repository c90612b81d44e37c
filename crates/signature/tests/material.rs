//! The checks that every key must pass.

use countersign_signature::{
    AkpPrivateKey, AkpPublicKey, Curve, EcPrivateKey, EcPublicKey, KeyMaterial, KeyRejected,
    KeyRejectedReason, OkpCurve, OkpPrivateKey, OkpPublicKey, RsaPrivateKey, RsaPrivateParts,
    RsaPublicKey, Secret,
};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16).unwrap()).collect();
    let byte = |pair: &[u32]| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit));
    digits.chunks(2).map(|pair| byte(pair).unwrap()).collect()
}

/// An odd number with this number of bits. No check tests whether it has two prime factors.
fn modulus(bits: usize) -> Vec<u8> {
    let mut bytes = vec![0; bits.div_ceil(8)];
    bytes[0] = 1 << ((bits - 1) % 8);
    *bytes.last_mut().unwrap() |= 1;
    bytes
}

const F4: &[u8] = &[1, 0, 1];

fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyRejected> {
    RsaPublicKey::new(modulus, exponent).map(drop)
}

#[test]
fn c1_c3_an_rsa_modulus_has_2048_to_8192_bits() {
    for bits in [1, 512, 1024, 2040, 2047, 8193, 16_384, 1 << 20] {
        let rejected = rsa(&modulus(bits), F4).unwrap_err();
        assert_eq!(rejected.reason(), KeyRejectedReason::Weak);
        assert_eq!(
            rejected.to_string(),
            format!("found an RSA key of {bits} bits; RSA keys have 2048 to 8192 bits")
        );
    }
    for bits in [2048, 2049, 2055, 2056, 3072, 4096, 8191, 8192] {
        let key = RsaPublicKey::new(modulus(bits), F4).unwrap();
        assert_eq!(key.bits(), bits);
    }
}

#[test]
fn c2_c3_an_rsa_exponent_is_odd_and_has_2_to_33_bits() {
    let n = modulus(2048);
    let table: [(&[u8], &str); 9] = [
        (&[], "an RSA exponent of 0"),
        (&[0], "an RSA exponent of 0"),
        (&[0, 0, 0], "an RSA exponent of 0"),
        (&[1], "an RSA exponent of 1"),
        (&[2], "an RSA exponent of 2"),
        (&[1, 0, 0], "an even RSA exponent of 17 bits"),
        (&[2, 0, 0, 0, 1], "an odd RSA exponent of 34 bits"),
        (&[0xff; 8], "an odd RSA exponent of 64 bits"),
        (&[0xff; 1024], "an odd RSA exponent of 8192 bits"),
    ];
    for (exponent, found) in table {
        let rejected = rsa(&n, exponent).unwrap_err();
        assert_eq!(rejected.found(), found);
    }
    let largest: &[u8] = &[1, 0xff, 0xff, 0xff, 0xff];
    for exponent in [&[3], &[17], F4, largest] {
        assert!(rsa(&n, exponent).is_ok(), "{exponent:?}");
    }
}

#[test]
fn c4_an_rsa_modulus_of_zero_or_even_is_refused() {
    let mut even = modulus(2048);
    *even.last_mut().unwrap() = 0;
    for n in [vec![], vec![0; 256], even] {
        assert!(rsa(&n, F4).is_err(), "{n:02x?}");
    }
}

#[test]
fn c4_leading_zeros_of_rsa_numbers_are_dropped() {
    let n = modulus(2048);
    for zeros in [1, 9, 100] {
        let zeros = vec![0; zeros];
        let (padded_n, padded_e) = ([&zeros, &n[..]].concat(), [&zeros, F4].concat());
        for key in [
            RsaPublicKey::new(padded_n.as_slice(), padded_e.as_slice()).unwrap(),
            RsaPublicKey::new(padded_n.clone(), padded_e.clone()).unwrap(),
        ] {
            assert_eq!((key.modulus(), key.exponent()), (&n[..], F4));
            assert_eq!(key, RsaPublicKey::new(n.as_slice(), F4).unwrap());
        }
    }
    // They don't make a short modulus long enough.
    let padded = [&[0; 128], &modulus(1024)[..]].concat();
    assert_eq!(
        rsa(&padded, F4).unwrap_err().found(),
        "an RSA key of 1024 bits"
    );
}

/// `number * factor`, big-endian.
fn times(number: &[u8], factor: u32) -> Vec<u8> {
    let mut product = Vec::new();
    let mut carry = 0_u64;
    for byte in number.iter().rev() {
        carry += u64::from(*byte) * u64::from(factor);
        product.push(carry.to_le_bytes()[0]);
        carry >>= 8;
    }
    while carry > 0 {
        product.push(carry.to_le_bytes()[0]);
        carry >>= 8;
    }
    product.reverse();
    product
}

/// A modulus of the faulty library is a power of 65537 modulo each of the small primes. `1 + m *
/// 2^k` is one too, where `m` is the product of these primes: it is 65537^0.
#[test]
fn c5_a_modulus_with_the_roca_fingerprint_is_refused() {
    let primes = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
        97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    let product = primes.iter().fold(vec![1], |m, prime| times(&m, *prime));
    let mut one = [&product[..], &[0; 255]].concat();
    *one.last_mut().unwrap() = 1;
    for n in [
        one.clone(),
        times(&one, 65_537),
        times(&times(&one, 65_537), 65_537),
    ] {
        let rejected = rsa(&n, F4).unwrap_err();
        assert_eq!(rejected.reason(), KeyRejectedReason::Weak);
        assert!(
            rejected.to_string().contains("CVE-2017-15361"),
            "{rejected}"
        );
    }
    // The sum is a multiple of 3, so it is no power of 65537 modulo 3.
    let mut other = one;
    *other.last_mut().unwrap() = 3;
    assert!(rsa(&other, F4).is_ok());
}

/// The base points (SP 800-186 section 3.2.1; SEC 2 section 2.4.1 for secp256k1).
fn base_points() -> [(Curve, Vec<u8>, Vec<u8>); 4] {
    [
        (
            Curve::P256,
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
        ),
        (
            Curve::P384,
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
        ),
        (
            Curve::P521,
            "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
            "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
        ),
        (
            Curve::SECP256K1,
            "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
            "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
        ),
    ]
    .map(|(curve, x, y)| (curve, hex(x), hex(y)))
}

fn ec(curve: Curve, x: &[u8], y: &[u8]) -> Result<(), KeyRejected> {
    EcPublicKey::new(curve, x, y).map(drop)
}

#[test]
fn c6_a_point_off_its_curve_is_refused() {
    for (curve, x, y) in base_points() {
        assert!(ec(curve, &x, &y).is_ok(), "{curve:?}");
        let n = curve.coordinate_bytes();
        let mut last_bit = y.clone();
        last_bit[n - 1] ^= 1;
        let mut first_bit = x.clone();
        first_bit[0] ^= 0x40;
        let zero = vec![0; n];
        for (x, y) in [
            (&x, &last_bit),
            (&first_bit, &y),
            (&y, &x),
            (&x, &zero),
            (&zero, &y),
            (&zero, &zero),
            (&vec![0xff; n], &vec![0xff; n]),
        ] {
            let rejected = ec(curve, x, y).unwrap_err();
            assert_eq!(rejected.reason(), KeyRejectedReason::Malformed);
            assert_eq!(
                rejected.found(),
                format!("a point that is not on the curve {}", curve.name())
            );
        }
    }
}

/// On P-521 the prime leaves room for `x + p` in the bytes of a coordinate, and on the
/// others for small coordinates only; a coordinate is below the prime or refused.
#[test]
fn c6_a_coordinate_that_is_not_reduced_is_refused() {
    let (curve, x, y) = &base_points()[2];
    let prime = [&[1], &[0xff; 65][..]].concat();
    let mut carry = 0;
    let mut unreduced = vec![0; 66];
    for i in (0..66).rev() {
        let sum = u16::from(x[i]) + u16::from(prime[i]) + carry;
        unreduced[i] = sum.to_be_bytes()[1];
        carry = sum >> 8;
    }
    assert!(ec(*curve, x, y).is_ok());
    assert!(ec(*curve, &unreduced, y).is_err());
    assert!(ec(*curve, &prime, &prime).is_err());
}

#[test]
fn c6_a_coordinate_of_another_length_is_refused() {
    for (curve, x, y) in base_points() {
        let n = curve.coordinate_bytes();
        for (x, y) in [
            (x[1..].to_vec(), y.clone()),
            (x.clone(), y[1..].to_vec()),
            (x.clone(), y[..n - 1].to_vec()),
            ([&[0], &x[..]].concat(), y.clone()),
            (x.clone(), [&[0], &y[..]].concat()),
            (x.clone(), vec![]),
            (vec![], vec![]),
            (x.clone(), vec![0; 1 << 20]),
        ] {
            let rejected = ec(curve, &x, &y).unwrap_err();
            assert_eq!(rejected.reason(), KeyRejectedReason::Malformed);
            assert_eq!(
                rejected.needed(),
                format!("a coordinate of {} has {n} bytes", curve.name())
            );
        }
    }
}

#[test]
fn c6_the_point_of_another_curve_is_refused() {
    for (curve, ..) in base_points() {
        for (other, x, y) in base_points() {
            assert_eq!(
                ec(curve, &x, &y).is_ok(),
                curve == other,
                "{curve:?} {other:?}"
            );
        }
    }
}

#[test]
fn c6_only_the_uncompressed_form_is_accepted() {
    for (curve, x, y) in base_points() {
        let point = [&[4], &x[..], &y[..]].concat();
        let key = EcPublicKey::from_uncompressed(curve, &point).unwrap();
        assert_eq!((key.x(), key.y()), (&x[..], &y[..]));
        assert_eq!(key.as_uncompressed(), point);

        for sign in [2, 3] {
            let compressed = [&[sign], &x[..]].concat();
            let rejected = EcPublicKey::from_uncompressed(curve, &compressed).unwrap_err();
            assert_eq!(rejected.reason(), KeyRejectedReason::Unsupported);
            assert!(rejected.to_string().contains("uncompressed"), "{rejected}");
        }
        let mut hybrid = point.clone();
        hybrid[0] = 6;
        for point in [
            &[],
            &[0][..],
            &[4],
            &hybrid,
            &point[1..],
            &point[..point.len() - 1],
            &[&point[..], &[0]].concat(),
        ] {
            assert!(
                EcPublicKey::from_uncompressed(curve, point).is_err(),
                "{curve:?}"
            );
        }
    }
}

fn ed25519(bytes: &[u8]) -> Result<(), KeyRejected> {
    OkpPublicKey::new(OkpCurve::ED25519, bytes).map(drop)
}

#[test]
fn b7_an_ed25519_key_of_small_order_is_refused() {
    // The eight points of the small subgroup, in their canonical encodings.
    let canonical = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];
    for key in canonical {
        let rejected = ed25519(&hex(key)).unwrap_err();
        assert_eq!(rejected.reason(), KeyRejectedReason::Weak, "{key}");
        assert_eq!(rejected.found(), "an Ed25519 key of small order");
    }
    // Other encodings of the same points: x = 0 with a sign, and y = 0 and 1 with p added.
    let other_forms = [
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];
    for key in other_forms {
        assert!(ed25519(&hex(key)).is_err(), "{key}");
    }
}

#[test]
fn b7_an_ed25519_key_in_other_than_its_canonical_encoding_is_refused() {
    // y = 3 and y = p + 3 are the same point.
    let mut three = [0; 32];
    three[0] = 3;
    assert!(ed25519(&three).is_ok());
    for low in 0xed..=0xff_u8 {
        for high in [0x7f, 0xff] {
            let mut key = [0xff; 32];
            (key[0], key[31]) = (low, high);
            assert!(ed25519(&key).is_err(), "{low:02x} {high:02x}");
        }
    }
}

#[test]
fn an_ed25519_key_that_is_not_a_point_or_has_a_wrong_length_is_refused() {
    for y in [2, 7, 8] {
        let mut key = [0; 32];
        key[0] = y;
        let rejected = ed25519(&key).unwrap_err();
        assert_eq!(rejected.reason(), KeyRejectedReason::Malformed, "{y}");
    }
    // RFC 8032 section 7.1, test 1.
    let good = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert!(ed25519(&good).is_ok());
    for key in [
        &[],
        &good[..31],
        &good[1..],
        &[&good[..], &[0]].concat(),
        &[&[0], &good[..]].concat(),
    ] {
        let rejected = ed25519(key).unwrap_err();
        assert_eq!(rejected.needed(), "an Ed25519 key has 32 bytes");
    }
}

#[test]
fn private_keys_of_a_wrong_length_or_with_another_public_key_are_refused() {
    let [(p256, x, y), (p384, ..), ..] = base_points();
    let public = EcPublicKey::new(p256, x, y).unwrap();
    for length in [0, 31, 33, 48] {
        assert!(
            EcPrivateKey::new(p256, vec![1; length], None).is_err(),
            "{length}"
        );
    }
    let rejected = EcPrivateKey::new(p384, vec![1; 48], Some(public)).unwrap_err();
    assert_eq!(
        rejected.to_string(),
        "found a public point on P-256; the private key is on P-384"
    );
    for length in [0, 31, 33, 64] {
        let key = OkpPrivateKey::new(OkpCurve::ED25519, vec![1; length], None);
        assert!(key.is_err(), "{length}");
    }
    let x25519 = OkpPublicKey::new(OkpCurve::X25519, vec![9; 32]).unwrap();
    assert!(OkpPrivateKey::new(OkpCurve::ED25519, vec![1; 32], Some(x25519)).is_err());
}

/// One key of every private kind. Each byte of a private part is `0xa7`.
fn private_keys() -> Vec<KeyMaterial<'static>> {
    let secret = || vec![0xa7; 32];
    let (curve, x, y) = base_points()[0].clone();
    let ec = EcPublicKey::new(curve, x, y).unwrap();
    let okp = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    let okp = OkpPublicKey::new(OkpCurve::ED25519, okp).unwrap();
    let akp = AkpPublicKey::new("ML-DSA-44", vec![1; 32]).unwrap();
    let rsa = RsaPublicKey::new(modulus(2048), F4).unwrap();
    vec![
        KeyMaterial::Secret(Secret::new(secret()).unwrap()),
        KeyMaterial::RsaPrivate(RsaPrivateKey::new(rsa, rsa_parts()).unwrap()),
        KeyMaterial::EcPrivate(EcPrivateKey::new(curve, secret(), Some(ec)).unwrap()),
        KeyMaterial::OkpPrivate(
            OkpPrivateKey::new(OkpCurve::ED25519, secret(), Some(okp)).unwrap(),
        ),
        KeyMaterial::AkpPrivate(AkpPrivateKey::new("ML-DSA-44", secret(), Some(akp)).unwrap()),
    ]
}

fn rsa_parts() -> RsaPrivateParts<'static> {
    let part = || vec![0xa7; 32];
    RsaPrivateParts::new(part(), [part(), part()], [part(), part()], part())
}

#[test]
fn c10_debug_marks_what_it_hides_and_shows_public_parts_in_hexadecimal() {
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let (_, x, y) = &base_points()[0];
    let [x, y] = [x, y].map(|bytes| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>());
    let n = format!("80{}01", "00".repeat(254));
    let table = [
        "Secret(Secret { bits: 256, bytes: [redacted], allow_short: false })".to_owned(),
        format!(
            "RsaPrivate(RsaPrivateKey {{ public: RsaPublicKey {{ modulus: {n}, exponent: 010001 }}, \
             parts: [redacted] }})"
        ),
        format!(
            "EcPrivate(EcPrivateKey {{ curve: P-256, d: [redacted], \
             public: Some(EcPublicKey {{ curve: P-256, x: {x}, y: {y} }}) }})"
        ),
        format!(
            "OkpPrivate(OkpPrivateKey {{ curve: Ed25519, seed: [redacted], \
             public: Some(OkpPublicKey {{ curve: Ed25519, bytes: {public} }}) }})"
        ),
        format!(
            "AkpPrivate(AkpPrivateKey {{ algorithm: \"ML-DSA-44\", seed: [redacted], \
             public: Some(AkpPublicKey {{ algorithm: \"ML-DSA-44\", bytes: {} }}) }})",
            "01".repeat(32)
        ),
    ];
    for (key, shown) in private_keys().iter().zip(table) {
        assert_eq!(format!("{key:?}"), shown);
    }
}

#[test]
fn c10_debug_and_display_show_no_secret() {
    let mut texts = vec![format!("{:?} {:#?}", rsa_parts(), rsa_parts())];
    for key in private_keys() {
        texts.push(format!("{key} {key:?} {key:#?}"));
        texts.push(match &key {
            KeyMaterial::Secret(key) => format!("{key:?} {key:#?}"),
            KeyMaterial::RsaPrivate(key) => format!("{key:?} {:?}", key.expose()),
            KeyMaterial::EcPrivate(key) => format!("{key:?} {key:#?}"),
            KeyMaterial::OkpPrivate(key) => format!("{key:?} {key:#?}"),
            KeyMaterial::AkpPrivate(key) => format!("{key:?} {key:#?}"),
            other => panic!("{other}"),
        });
        let name = countersign_signature::AlgorithmName::HS256;
        let rejections = [
            key.cannot_sign(name, "P-256"),
            key.cannot_verify(name, "P-256"),
        ];
        texts.push(format!(
            "{rejections:?} {} {}",
            rejections[0], rejections[1]
        ));
    }
    let short = Secret::new(vec![0xa7; 6]).unwrap();
    let rejected = short.bytes_for(countersign_signature::AlgorithmName::HS256, 32);
    let rejected = rejected.unwrap_err();
    texts.push(format!("{rejected} {rejected:?}"));
    for text in texts {
        let text = text.to_lowercase();
        // 0xa7 is 167.
        for shown in ["a7a7", "167", "0xa7"] {
            assert!(!text.contains(shown), "{shown} in {text}");
        }
    }
}

#[test]
fn a_key_says_what_kind_it_is_and_which_half() {
    let table = [
        ("a secret of 256 bits", None),
        (
            "an RSA private key of 2048 bits",
            Some("an RSA key of 2048 bits"),
        ),
        ("a P-256 private key", Some("a P-256 key")),
        ("an Ed25519 private key", Some("an Ed25519 key")),
        (
            "a private key for \"ML-DSA-44\"",
            Some("a key for \"ML-DSA-44\""),
        ),
    ];
    for (key, (said, public_said)) in private_keys().into_iter().zip(table) {
        assert_eq!(key.to_string(), said);
        assert!(!key.is_public());
        assert_eq!(key.is_private(), public_said.is_some());
        let public = key.public();
        assert_eq!(
            public.as_ref().map(ToString::to_string).as_deref(),
            public_said
        );
        if let Some(public) = public {
            assert!(public.is_public() && !public.is_private());
            assert_eq!(public.public().unwrap().to_string(), public.to_string());
        }
    }
}

#[test]
fn a15_an_empty_secret_is_refused() {
    let rejected = Secret::new(b"".as_slice()).unwrap_err();
    assert_eq!(rejected.reason(), KeyRejectedReason::Weak);
    assert!(Secret::new(b"x".as_slice()).is_ok());
}

#[test]
fn a16_a_secret_is_at_least_as_long_as_the_hash_unless_a_shorter_one_was_allowed() {
    use countersign_signature::AlgorithmName;
    let secret = |bytes| Secret::new(vec![7; bytes]).unwrap();
    for (hash, name) in [
        (32, AlgorithmName::HS256),
        (48, AlgorithmName::HS384),
        (64, AlgorithmName::HS512),
    ] {
        for long_enough in [secret(hash), secret(hash + 1), secret(1).allow_short()] {
            let bytes = long_enough.bytes_for(name, hash).unwrap();
            assert_eq!(bytes, long_enough.expose());
        }
        let rejected = secret(hash - 1).bytes_for(name, hash).unwrap_err();
        assert_eq!(rejected.reason(), KeyRejectedReason::Weak);
    }
}

#[test]
fn an_algorithm_key_pair_has_bytes_and_one_algorithm() {
    let long = "A".repeat(100_000);
    for alg in ["none", "NONE", "", "a b", "\u{1b}[31m", "É", long.as_str()] {
        for refused in [
            AkpPublicKey::new(alg, vec![1]).unwrap_err(),
            AkpPrivateKey::new(alg, vec![1], None).unwrap_err(),
        ] {
            let sentence = refused.to_string();
            assert!(
                sentence.starts_with("found a key for the algorithm \""),
                "{sentence}"
            );
            assert!(
                sentence.len() < 200 && !sentence.contains('\u{1b}'),
                "{sentence}"
            );
        }
    }
    assert!(AkpPublicKey::new("A".repeat(64), vec![1]).is_ok());
    assert!(AkpPublicKey::new("ML-DSA-44", vec![]).is_err());
    assert!(AkpPrivateKey::new("ML-DSA-44", vec![], None).is_err());
    let other = AkpPublicKey::new("ML-DSA-65", vec![1]).unwrap();
    assert!(AkpPrivateKey::new("ML-DSA-44", vec![1], Some(other)).is_err());
}

#[test]
fn a_private_key_gives_its_bytes_to_a_signer() {
    for key in private_keys() {
        let exposed = match &key {
            KeyMaterial::Secret(key) => key.expose(),
            KeyMaterial::RsaPrivate(key) => key.expose().d.as_ref(),
            KeyMaterial::EcPrivate(key) => key.expose(),
            KeyMaterial::OkpPrivate(key) => key.expose(),
            KeyMaterial::AkpPrivate(key) => key.expose(),
            other => panic!("{other}"),
        };
        assert_eq!(exposed, [0xa7; 32]);
    }
}
