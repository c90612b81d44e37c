//! Recognises keys in the formats of OpenSSH. They are not read: the error says how to convert
//! them.

use crate::{PemError, block};

/// How a file or a line begins: the name of the key's type, or the start of it.
const NAMES: [&[u8]; 6] = [
    b"ssh-rsa ",
    b"ssh-dss ",
    b"ssh-ed25519 ",
    b"ecdsa-sha2-nistp",
    b"sk-ssh-",
    b"sk-ecdsa-",
];

/// How the base64 of a key begins: the length and the first letters of the type's name.
const BLOBS: [&[u8]; 5] = [
    b"AAAAB3NzaC1",
    ED25519_BLOB,
    b"AAAAE2VjZHNhLXNoYTIt",
    b"AAAAGnNrLXNza",
    b"AAAAInNrLWVjZHNh",
];

const ED25519_BLOB: &[u8] = b"AAAAC3NzaC1";

/// Whether this is a line of `authorized_keys` or of a `.pub` file, with or without the name of
/// its type at the beginning.
#[must_use]
pub fn is_ssh_public_key(text: &[u8]) -> bool {
    let named = NAMES.iter().any(|name| text.starts_with(name));
    named || BLOBS.iter().any(|blob| contains(text, blob))
}

/// The error for an ssh public key, with a command that converts it.
pub(crate) fn public_key(text: &[u8]) -> PemError {
    if text.starts_with(b"ssh-ed25519 ") || contains(text, ED25519_BLOB) {
        // `ssh-keygen -e -m PKCS8` refuses Ed25519. The octal numbers are the DER that goes
        // before the 32 bytes of the key. The ssh form ends with the same 32 bytes.
        return PemError::unsupported(
            "an ssh public key of type Ed25519",
            "ssh-keygen cannot write it as PEM; convert it with (printf \
             '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; cut -d' ' -f2 FILE | \
             base64 -d | tail -c 32) | openssl pkey -pubin -inform DER -out NEW.pem",
        );
    }
    PemError::unsupported(
        "an ssh public key",
        "convert it to PEM first (ssh-keygen -e -m PKCS8 -f FILE)",
    )
}

/// The error for an OpenSSH private key.
pub(crate) fn private_key(block: &block::Block<'_>) -> PemError {
    let is_ed25519 = block
        .decode()
        .is_ok_and(|bytes| contains(&bytes, b"ssh-ed25519"));
    PemError::unsupported(
        "an OpenSSH private key",
        if is_ed25519 {
            "neither ssh-keygen nor openssl can convert an Ed25519 key from this format; make a \
             new key \
             (openssl genpkey -algorithm ed25519 -out FILE)"
        } else {
            "convert a copy of it first (ssh-keygen -p -m PKCS8 -f COPY)"
        },
    )
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
