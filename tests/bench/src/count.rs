//! Does one piece of work, so that `cargo xtask bench --check` can count its instructions.
//!
//! Valgrind counts only while [`counted`] runs. The work was done once before, so that caches are
//! filled.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)] // test code

use core::hint::black_box;
use std::process::ExitCode;

use countersign::{
    Authenticator, Authority, Issuer, Key, Keyring, Rules, Scratch, UnixTime, default_provider,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_060);
const ISSUED_AT: UnixTime = UnixTime::from_secs(1_700_000_000);

/// The pieces of work, by their names in the baseline.
const WORK: [(&str, fn()); 5] = [
    ("HS256 verification, borrowed", borrowed),
    ("HS256 verification, owned", owned),
    ("HS256 issuing", issuing),
    ("refused: unknown alg", unknown_alg),
    ("refused: bad base64", bad_base64),
];

fn main() -> ExitCode {
    let name = std::env::args().nth(1);
    let Some(name) = name else {
        for (name, _) in WORK {
            println!("{name}");
        }
        return ExitCode::SUCCESS;
    };
    let Some((_, work)) = WORK.iter().find(|(known, _)| *known == name) else {
        eprintln!("found {name:?}; without an argument the known names are listed");
        return ExitCode::from(2);
    };
    work();
    ExitCode::SUCCESS
}

/// Does the work twice; the second time is counted.
fn measure(mut work: impl FnMut()) {
    work();
    counted(&mut work);
}

/// Valgrind finds this function by its name.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    black_box(work)();
}

fn key() -> Key {
    Key::secret([0x5a; 64]).unwrap()
}

fn issuer() -> Issuer {
    Issuer::builder().key(key()).build().unwrap()
}

fn authenticator() -> Authenticator {
    let keyring = Keyring::new(default_provider()).with(&key()).unwrap();
    Authenticator::new(Rules::new(Authority::new(keyring)))
}

fn issue(issuer: &Issuer) -> String {
    let token = issuer.connection("42").issued_at(ISSUED_AT);
    let token = token.with(|set| set.exp(UnixTime::from_secs(4_102_444_800)));
    token.channel("news").sign().unwrap()
}

fn token() -> String {
    issue(&issuer())
}

fn borrowed() {
    let (authenticator, token, mut scratch) = (authenticator(), token(), Scratch::default());
    measure(|| {
        black_box(
            authenticator
                .connection_in(&token, NOW, &mut scratch)
                .unwrap(),
        );
    });
}

fn owned() {
    let (authenticator, token) = (authenticator(), token());
    measure(|| {
        black_box(authenticator.connection(&token, NOW).unwrap());
    });
}

fn issuing() {
    let issuer = issuer();
    measure(|| {
        black_box(issue(&issuer));
    });
}

/// A token whose header is replaced by `{"alg":"XS256"}`.
fn unknown_alg() {
    let token = token();
    let (_, rest) = token.split_once('.').unwrap();
    refused(&format!("eyJhbGciOiJYUzI1NiJ9.{rest}"));
}

fn bad_base64() {
    refused(&token().replacen('.', "=.", 1));
}

fn refused(token: &str) {
    let (authenticator, mut scratch) = (authenticator(), Scratch::default());
    measure(|| {
        let verdict = authenticator.connection_in(token, NOW, &mut scratch);
        assert!(black_box(verdict.is_err()));
    });
}
