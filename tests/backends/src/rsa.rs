//! RSA signatures that no library makes: raw signatures over any encoded message.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::hex;
use crate::keys::RsaHex;

/// A hash, with what the paddings need to know about it.
#[derive(Clone, Copy, Debug)]
pub struct Hash {
    /// The hash of some bytes.
    pub of: fn(&[u8]) -> Vec<u8>,
    /// Its length in bytes.
    pub len: usize,
    /// The `DigestInfo` before the hash (RFC 8017 section 9.2, note 1), in hexadecimal.
    pub prefix: &'static str,
}

/// SHA-256.
pub const SHA256: Hash = Hash {
    of: |bytes| Sha256::digest(bytes).to_vec(),
    len: 32,
    prefix: "3031300d060960864801650304020105000420",
};

/// SHA-384.
pub const SHA384: Hash = Hash {
    of: |bytes| Sha384::digest(bytes).to_vec(),
    len: 48,
    prefix: "3041300d060960864801650304020205000430",
};

/// SHA-512.
pub const SHA512: Hash = Hash {
    of: |bytes| Sha512::digest(bytes).to_vec(),
    len: 64,
    prefix: "3051300d060960864801650304020305000440",
};

/// `message^d mod n`, as long as the modulus.
#[must_use]
pub fn sign_raw(key: &RsaHex, message: &[u8]) -> Vec<u8> {
    let (n, d) = (hex(key.n), hex(key.d));
    let modulus = BoxedUint::from_be_slice_vartime(&n);
    let precision = modulus.bits_precision();
    let bits = u32::try_from(8 * n.len()).unwrap();
    let number = |bytes| {
        let number = BoxedUint::from_be_slice(bytes, bits).unwrap();
        crypto_bigint::Resize::resize(number, precision)
    };
    let params = BoxedMontyParams::new(Odd::new(modulus).unwrap());
    let power = BoxedMontyForm::new(number(message), &params).pow(&number(&d));
    let bytes = power.retrieve().to_be_bytes();
    bytes[bytes.len() - n.len()..].to_vec()
}

/// `00 01 FF … 00 || digest_info`, of `len` bytes (RFC 8017 section 9.2).
#[must_use]
pub fn pkcs1(len: usize, digest_info: &[u8]) -> Vec<u8> {
    let padding = vec![0xff; len - 3 - digest_info.len()];
    [&[0, 1], padding.as_slice(), &[0], digest_info].concat()
}

/// The encoding of PSS (RFC 8017 section 9.1.1). Every parameter that a careless verifier might
/// not check can be chosen.
#[derive(Clone, Copy, Debug)]
pub struct Pss {
    /// The hash of the message.
    pub hash: Hash,
    /// The hash inside MGF1.
    pub mgf: Hash,
    /// The length of the salt in bytes.
    pub salt: usize,
    /// The last byte.
    pub trailer: u8,
    /// The byte between the zeros and the salt.
    pub separator: u8,
}

impl Pss {
    /// The parameters that RFC 7518 section 3.5 requires.
    #[must_use]
    pub fn proper(hash: Hash) -> Self {
        Self {
            hash,
            mgf: hash,
            salt: hash.len,
            trailer: 0xbc,
            separator: 1,
        }
    }

    /// The encoded message, as long as a modulus of `bits` bits.
    #[must_use]
    pub fn encode(&self, message: &[u8], bits: usize) -> Vec<u8> {
        let len = (bits - 1).div_ceil(8);
        let salt = vec![0x7e; self.salt];
        let hashed = (self.hash.of)(&[&[0; 8], &(self.hash.of)(message)[..], &salt].concat());
        let zeros = vec![0; len - self.salt - self.hash.len - 2];
        let mut block = [&zeros[..], &[self.separator], &salt].concat();
        for (byte, mask) in block.iter_mut().zip(self.mask(&hashed, len)) {
            *byte ^= mask;
        }
        block[0] &= 0xff >> (8 * len - (bits - 1));
        let encoded = [&block[..], &hashed, &[self.trailer]].concat();
        [vec![0; bits.div_ceil(8) - len], encoded].concat()
    }

    /// MGF1 (RFC 8017 section B.2.1), at least `len` bytes.
    fn mask(&self, seed: &[u8], len: usize) -> Vec<u8> {
        (0..u32::try_from(len).unwrap())
            .flat_map(|counter| (self.mgf.of)(&[seed, &counter.to_be_bytes()].concat()))
            .take(len)
            .collect()
    }
}
