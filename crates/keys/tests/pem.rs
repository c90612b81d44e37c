//! PEM as it stands in files, configurations and environment variables (C9).

use crate::common;

use base64::Engine as _;
use common::{file, key};
use countersign_keys::{Key, KeyErrorReason};
use countersign_signature::KeyMaterial;

#[test]
fn c9_a_pem_loads_even_if_its_line_breaks_were_changed() {
    for name in [
        "rsa2048.spki",
        "p256.pkcs8",
        "ed25519.certificate",
        "p521.sec1",
    ] {
        let text = file(name);
        let wanted = key(name).thumbprint_input().unwrap();
        let base64_in_one_line = {
            let block = text.rsplit_once("-----BEGIN").unwrap().1;
            let (label, body) = block.split_once("-----\n").unwrap();
            let (body, end) = body.split_once("-----END").unwrap();
            format!(
                "-----BEGIN{label}-----\n{}\n-----END{end}",
                body.replace('\n', "")
            )
        };
        for (how, mangled) in [
            ("CRLF", text.replace('\n', "\r\n")),
            ("CR", text.replace('\n', "\r")),
            ("\\n in two characters", text.replace('\n', "\\n")),
            ("\\r\\n in four characters", text.replace('\n', "\\r\\n")),
            ("\\n and real line breaks", text.replace('\n', "\\n\n")),
            ("no line breaks at all", text.replace('\n', " ")),
            ("no final line break", text.trim_end().to_owned()),
            ("a byte order mark", format!("\u{feff}{text}")),
            ("space around it", format!("\n \t{text}\n\n ")),
            ("indented lines", text.replace('\n', "\n    ")),
            ("blank lines", text.replace('\n', "\n\n")),
            (
                "explanatory text",
                format!("Subject: CN = test\n{text}see above: a key\n"),
            ),
            ("one line of base64", base64_in_one_line),
        ] {
            let key =
                Key::from_pem(&mangled).unwrap_or_else(|error| panic!("{name}, {how}: {error}"));
            assert_eq!(key.thumbprint_input().unwrap(), wanted, "{name}, {how}");
        }
    }
}

#[test]
fn c9_anything_but_one_whole_block_is_refused() {
    let public = file("p256.spki");
    let relabelled = |name, from: &str, to: &str| file(name).replace(from, to);
    let body = public.lines().nth(1).unwrap();
    let bundle = public.repeat(6);
    for (text, sentence) in [
        (
            String::new(),
            "found no key in PEM; a key begins with a line such as -----BEGIN PUBLIC KEY-----",
        ),
        (
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n".into(),
            "found no key in PEM; a key begins with a line such as -----BEGIN PUBLIC KEY-----",
        ),
        (
            public.clone() + &file("p256.pkcs8"),
            "found 2 PEM blocks (PUBLIC KEY, PRIVATE KEY); exactly one key is expected; \
             keep only the key that you need",
        ),
        (
            bundle,
            "found 6 PEM blocks (PUBLIC KEY, PUBLIC KEY, PUBLIC KEY, PUBLIC KEY, …); exactly \
             one key is expected; keep only the key that you need",
        ),
        (
            public.replace("-----END PUBLIC KEY-----", ""),
            "found a PEM block PUBLIC KEY without its end; it must end with -----END PUBLIC \
             KEY-----",
        ),
        (
            public.replace("END PUBLIC KEY-----", "END PUBLIC KEY"),
            "found a PEM block PUBLIC KEY without its end; it must end with -----END PUBLIC \
             KEY-----",
        ),
        (
            public.replace("-----END PUBLIC KEY-----", "") + &public,
            "found a PEM block PUBLIC KEY without its end; it must end with -----END PUBLIC \
             KEY-----",
        ),
        (
            public.replace("END PUBLIC", "END PRIVATE"),
            "found a PEM block PUBLIC KEY that ends as \"PRIVATE KEY\"; it must end with \
             -----END PUBLIC KEY-----",
        ),
        (
            public.replace(body, &format!("{body}\nwhat is this?")),
            "found a PEM block PUBLIC KEY that is not valid base64; copy the whole file again; \
             between its first and last line there is only base64",
        ),
        (
            public.replace(body, &body[1..]),
            "found a PEM block PUBLIC KEY that is not valid base64; copy the whole file again; \
             between its first and last line there is only base64",
        ),
        (
            relabelled("p256.pkcs8", "PRIVATE KEY", "PUBLIC KEY"),
            "found a private key in PKCS#8 form under the label PUBLIC KEY; the right label is \
             PRIVATE KEY",
        ),
        (
            relabelled("p256.certificate", "CERTIFICATE", "PRIVATE KEY"),
            "found an X.509 certificate under the label PRIVATE KEY; the right label is \
             CERTIFICATE",
        ),
        (
            relabelled(
                "rsa2048.pkcs8-encrypted",
                "ENCRYPTED PRIVATE KEY",
                "PRIVATE KEY",
            ),
            "found an encrypted private key; decrypt it first (openssl pkey -in FILE -out PLAIN); \
             passphrases are not supported",
        ),
        (
            relabelled("p256.spki", "PUBLIC KEY", "OPENSSH PRIVATE KEY"),
            "found an OpenSSH private key; convert a copy of it first \
             (ssh-keygen -p -m PKCS8 -f COPY)",
        ),
        (
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----".into(),
            "found no key under the label PUBLIC KEY; this label belongs to a public key in \
             SubjectPublicKeyInfo form; make or copy it again",
        ),
        (
            "-----BEGIN \u{1b}[31m-----\n-----END \u{1b}[31m-----".into(),
            "found a PEM block without a label; a block begins with a line such as \
             -----BEGIN PUBLIC KEY-----",
        ),
    ] {
        let error = Key::from_pem(&text).unwrap_err();
        assert_eq!(error.to_string(), sentence);
    }
}

/// C9
#[test]
fn c9_a_private_key_where_a_public_one_belongs_is_refused_and_the_reverse() {
    let provider = countersign_ring::provider();
    let private = key("p256.pkcs8");
    for error in [
        private.verifiers(&provider).unwrap_err(),
        private.verifier(&provider, "ES256").unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            "found a P-256 private key; verifying takes the public key alone \
             (openssl pkey -in FILE -pubout)",
        );
    }
    let error = key("p256.spki").signer(&provider, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "found a P-256 key; ES256 signs with the private key"
    );
    let public = private.into_public().unwrap();
    assert!(public.was_private());
    assert_eq!(public.verifiers(&provider).unwrap().len(), 1);
}

#[test]
fn the_form_of_a_file_is_recognised_by_its_content() {
    let pem = file("p384.spki");
    let jwk = key("p384.spki").to_jwk().unwrap();
    for text in [
        pem.clone(),
        jwk.clone(),
        format!("\u{feff}\r\n{jwk}"),
        // What stands before a block may begin as DER does.
        format!("0 of our keys\n{pem}"),
        format!(r#"{{"keys":[{jwk}]}}"#),
    ] {
        let set = countersign_keys::read(text.as_bytes()).unwrap();
        assert_eq!(set.keys().next().unwrap().to_jwk().unwrap(), jwk);
    }
    for (bytes, found) in [
        (
            b"secret".as_slice(),
            "found no key in any form that is known",
        ),
        (b"", "found no key in any form that is known"),
        (
            b"LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUNvd0JRWURLMlZ3QXlFQQ==\n",
            "found a PEM in base64; decode it once (base64 -d FILE > NEW.pem)",
        ),
        (b"[]", "found something else than an object"),
        (b"{}", "found no member \"kty\""),
        (b"0", "found bytes that are not a key in DER"),
        (
            b"-----BEGIN PUBLIC KEY-----\xff",
            "found PEM with bytes that are not UTF-8",
        ),
    ] {
        let error = countersign_keys::read(bytes).unwrap_err();
        assert_eq!(error.reason(), KeyErrorReason::Unreadable);
        assert!(error.to_string().starts_with(found), "{error}");
    }
}

#[test]
fn a_wrong_label_of_the_right_kind_gives_a_warning() {
    for (name, from, to, sentence) in [
        (
            "rsa2048.spki",
            "PUBLIC KEY",
            "RSA PUBLIC KEY",
            "found a public key in SubjectPublicKeyInfo form under the label RSA PUBLIC KEY; \
             the right label is PUBLIC KEY",
        ),
        (
            "rsa2048.pkcs1-public",
            "RSA PUBLIC KEY",
            "PUBLIC KEY",
            "found an RSA public key in PKCS#1 form under the label PUBLIC KEY; the right label is \
             RSA PUBLIC KEY",
        ),
        (
            "p256.pkcs8",
            "PRIVATE KEY",
            "EC PRIVATE KEY",
            "found a private key in PKCS#8 form under the label EC PRIVATE KEY; the right label is \
             PRIVATE KEY",
        ),
        (
            "p256.certificate",
            "CERTIFICATE",
            "PUBLIC KEY",
            "found an X.509 certificate under the label PUBLIC KEY; the right label is CERTIFICATE",
        ),
    ] {
        let mislabelled = Key::from_pem(&file(name).replace(from, to)).unwrap();
        let right = key(name);
        assert_eq!(right.warnings(), [], "{name}");
        let [warning] = mislabelled.warnings() else {
            panic!("{name}: {:?}", mislabelled.warnings());
        };
        assert_eq!(warning.to_string(), sentence);
        assert_eq!(
            mislabelled.thumbprint_input().unwrap(),
            right.thumbprint_input().unwrap()
        );
    }
}

#[test]
fn the_error_about_an_ssh_key_says_how_to_convert_it() {
    let rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 me@host\n";
    let ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0 me@host\n";
    let private = |kind: &str| {
        let bytes = format!("openssh-key-v1\0\0{kind}\0");
        let body = base64::engine::general_purpose::STANDARD.encode(bytes);
        format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{body}\n-----END OPENSSH PRIVATE KEY-----\n")
    };
    for (text, found, needed) in [
        (
            rsa.to_owned(),
            "an ssh public key",
            "(ssh-keygen -e -m PKCS8 -f FILE)",
        ),
        (
            ed25519.to_owned(),
            "an ssh public key of type Ed25519",
            "| openssl pkey -pubin -inform DER -out NEW.pem",
        ),
        (
            private("ssh-rsa"),
            "an OpenSSH private key",
            "(ssh-keygen -p -m PKCS8 -f COPY)",
        ),
        (
            private("ssh-ed25519"),
            "an OpenSSH private key",
            "make a new key (openssl genpkey -algorithm ed25519 -out FILE)",
        ),
    ] {
        for error in [
            countersign_keys::read(text.as_bytes()).unwrap_err(),
            Key::from_pem(&text).unwrap_err(),
        ] {
            assert_eq!(error.reason(), KeyErrorReason::Unsupported);
            assert_eq!(error.found(), found);
            assert!(error.needed().ends_with(needed), "{error}");
        }
    }
}

/// What the error for an ssh public key of type Ed25519 advises, done here.
#[test]
fn an_ed25519_key_of_ssh_becomes_pem_with_the_advised_prefix() {
    let KeyMaterial::OkpPublic(public) = key("ed25519.spki").material().clone() else {
        panic!("no Ed25519 key")
    };
    let line = format!(
        "ssh-ed25519 {}",
        base64::engine::general_purpose::STANDARD
            .encode([b"\0\0\0\x0bssh-ed25519\0\0\0\x20", public.bytes()].concat())
    );
    let error = Key::from_pem(&line).unwrap_err();
    let octal = error.needed().split('\'').nth(1).unwrap();
    let prefix = octal.split('\\').skip(1);
    let prefix: Vec<u8> = prefix
        .map(|it| u8::from_str_radix(it, 8).unwrap())
        .collect();
    let read = Key::from_der(&[&prefix[..], public.bytes()].concat()).unwrap();
    assert_eq!(
        read.to_pem().unwrap(),
        key("ed25519.spki").to_pem().unwrap()
    );
}

/// Found by fuzzing (`tests/fuzz/corpus/der`): it was taken for PEM that is not UTF-8.
#[test]
fn a_der_file_that_contains_the_first_words_of_pem_is_read_as_der() {
    let mut der = common::der_of(&file("rsa2048.pkcs8"));
    let words = b"-----BEGIN ";
    let at = der.len() - 100;
    der[at..at + words.len()].copy_from_slice(words);
    assert!(Key::from_der(&der).is_ok());
    assert_eq!(countersign_keys::read(&der).unwrap().keys().count(), 1);
}
