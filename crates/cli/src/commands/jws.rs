//! `jws sign` and `jws verify`: any payload, any key, no claims.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};

use countersign::jws::{NewHeader, Scratch, Unverified, sign};
use countersign::keys::KeyErrorReason;
use countersign::signature::AlgorithmName;
use countersign::{Code, Error, KeySet, Keyring, default_provider};

use crate::explained::{refusal, unreadable};
use crate::failure::Failure;
use crate::json::Record;
use crate::keys::{self, KeyFile};
use crate::output::Console;
use crate::tokens::{self, Given, LINE_LIMIT};

/// `jws`.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Sign all bytes of standard input, and print the token
    #[command(after_help = "\
Examples:
  echo -n 'any bytes' | countersign jws sign --key private.pem
  countersign jws sign --key keys.jwks --kid 2027-01 --typ JWT < claims.json")]
    Sign(Sign),
    /// Verify a token and print its payload, byte for byte
    #[command(after_help = "\
Examples:
  countersign jws verify --key public.pem TOKEN
  countersign jws verify --key keys.jwks - < tokens

If standard input has several tokens, their payloads are separated by line breaks.")]
    Verify(Verify),
}

/// `jws sign`.
#[derive(clap::Args)]
pub(crate) struct Sign {
    #[command(flatten)]
    file: KeyFile,
    /// Algorithm to sign with [default: the key's own]
    #[arg(long)]
    alg: Option<String>,
    /// Name of the key (kid): chooses a key of a JWK Set, or names a key that has no name
    #[arg(long)]
    kid: Option<String>,
    /// Media type of the token, for the header, such as JWT
    #[arg(long)]
    typ: Option<String>,
}

/// `jws verify`.
#[derive(clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    file: KeyFile,
    /// Token, or - to read tokens from standard input, one on each line
    #[arg(value_name = "TOKEN|-")]
    token: OsString,
}

/// Runs the command.
pub(crate) fn run(command: &Command, console: &mut Console) -> Result<(), Failure> {
    match command {
        Command::Sign(args) => args.run(console),
        Command::Verify(args) => args.run(console),
    }
}

impl Sign {
    fn run(&self, console: &mut Console) -> Result<(), Failure> {
        let (set, warnings) = self.file.read()?;
        let path = self.file.path();
        let key = keys::to_sign(set, self.kid.as_deref(), path)?;
        let key = self.file.with_options(key);
        let signer = key
            .signer(&default_provider(), self.alg.as_deref())
            .map_err(|error| match error.reason() {
                KeyErrorReason::NoAlgorithm => Failure::key(path, &error),
                _ => {
                    let reason = self.file.reason(&key, &error);
                    Failure::Usage(format!("{}: {reason}", path.display()))
                }
            })?;
        let short = keys::short_secret(&key, signer.algorithm(), path);
        warn(console, warnings.into_iter().chain(short))?;
        let mut payload = Vec::new();
        io::stdin()
            .read_to_end(&mut payload)
            .map_err(|error| Failure::Usage(format!("standard input: {error}")))?;
        let mut header = NewHeader::EMPTY;
        header.typ = self.typ.as_deref();
        header.kid = key.kid();
        let token =
            sign(&*signer, header, &payload).map_err(|error| Failure::Usage(error.to_string()))?;
        if token.len() > LINE_LIMIT {
            return Err(Failure::Usage(format!(
                "found a payload of {} bytes; the token has {}, and at most {LINE_LIMIT} are read",
                payload.len(),
                token.len()
            )));
        }
        let record = Record::new()
            .text("token", &token)
            .text("algorithm", signer.algorithm().as_str());
        Ok(console.result(record, token)?)
    }
}

impl Verify {
    fn run(&self, console: &mut Console) -> Result<(), Failure> {
        let (set, mut warnings) = self.file.read()?;
        let (keyring, unused) = self.keyring(&set)?;
        let path = self.file.path().display();
        warnings.extend(unused.iter().map(|key| format!("{path}: {}", key.reason)));
        let (mut refused, mut accepted) = (false, false);
        let mut used = BTreeSet::new();
        tokens::each(&self.token, |given| {
            let mut scratch = Scratch::default();
            let result = match &given.token {
                Ok(token) => open(&keyring, token, &mut scratch, |kid| {
                    why_unused(kid, &set, &unused)
                })
                .map_err(Some),
                Err(_) => Err(None),
            };
            let result = result.map(|(algorithm, payload)| {
                used.insert(algorithm);
                payload
            });
            match result {
                Ok(payload) if console.is_json() => {
                    let record = start(&given).raw("accepted", true);
                    console.line(record.bytes("payload", payload).finish())?;
                }
                Ok(payload) => {
                    // Bypass the console, which would remove colour codes from the payload.
                    let mut out = io::stdout().lock();
                    if accepted {
                        out.write_all(b"\n")?;
                    }
                    out.write_all(payload)?;
                    out.flush()?;
                    accepted = true;
                }
                Err(error) => {
                    refused = true;
                    tell(&given, error.as_ref(), console)?;
                }
            }
            Ok(())
        })?;
        if refused {
            return Err(Failure::Refused);
        }
        warnings.extend(set.keys().filter_map(|key| {
            let mut used = used.iter().rev();
            used.find_map(|algorithm| keys::short_secret(key, *algorithm, self.file.path()))
        }));
        warn(console, warnings)
    }

    /// The keys of the file that can verify, and those that can't.
    fn keyring(&self, set: &KeySet) -> Result<(Keyring, Vec<Unused>), Failure> {
        let path = self.file.path();
        let provider = default_provider();
        let mut keyring = Keyring::new(provider.clone());
        let mut unused: Vec<Unused> = Vec::new();
        for key in set.keys() {
            let key = self.file.with_options(key.clone());
            // Check each key alone first: a keyring that refuses one key is lost.
            match key.verifiers(&provider) {
                Ok(_) => {
                    keyring = keyring
                        .with(&key)
                        .map_err(|error| Failure::key(path, &error))?;
                }
                Err(error) => unused.push(Unused {
                    kid: key.kid().map(String::from),
                    reason: self.file.reason(&key, &error),
                }),
            }
        }
        if keyring.is_empty() {
            if let Some(key) = unused.into_iter().next() {
                return Err(Failure::Usage(format!(
                    "{}: {}",
                    path.display(),
                    key.reason
                )));
            }
            let skipped = set.skipped().next().map(|it| format!("; {it}"));
            return Err(Failure::Usage(format!(
                "{}: found no key that can verify{}",
                path.display(),
                skipped.unwrap_or_default()
            )));
        }
        Ok((keyring, unused))
    }
}

/// A key of the file that can't verify.
struct Unused {
    kid: Option<String>,
    /// Why.
    reason: String,
}

/// Why the key of this name isn't used, if the file has such a key and it can't be used.
fn why_unused(kid: &str, set: &KeySet, unused: &[Unused]) -> Option<String> {
    let skipped = set.skipped().find(|it| it.kid.as_deref() == Some(kid));
    let unused = unused.iter().find(|key| key.kid.as_deref() == Some(kid));
    match (skipped, unused) {
        (Some(skipped), _) => Some(skipped.reason.to_string()),
        (None, Some(unused)) => Some(unused.reason.clone()),
        (None, None) => None,
    }
}

fn open<'s>(
    keyring: &Keyring,
    token: &'s str,
    scratch: &'s mut Scratch,
    why_unused: impl Fn(&str) -> Option<String>,
) -> Result<(AlgorithmName, &'s [u8]), Error> {
    let token = Unverified::parse_within(LINE_LIMIT, token, scratch).map_err(Error::Token)?;
    let error = match keyring.open(&token, countersign::now()) {
        Ok(verified) => return Ok((verified.algorithm(), verified.payload())),
        Err(error) => error,
    };
    let kid = match error {
        Error::UnknownKey { .. } | Error::Algorithm { .. } => token.header().kid(),
        _ => None,
    };
    Err(match kid.and_then(|kid| Some((kid, why_unused(kid)?))) {
        Some((kid, reason)) => Error::SkippedKey {
            kid: kid.into(),
            reason,
        },
        None => error,
    })
}

fn start(given: &Given) -> Record {
    match given.line {
        Some(line) => Record::new().raw("line", line),
        None => Record::new(),
    }
}

/// Reports a refusal. `None` stands for a line that can't be a token.
fn tell(given: &Given, error: Option<&Error>, console: &mut Console) -> Result<(), Failure> {
    let unread = given.token.as_ref().err().map_or("", String::as_str);
    if console.is_json() {
        let record = match error {
            Some(error) => refusal(start(given), error),
            None => unreadable(start(given), unread),
        };
        console.line(record.finish())?;
    }
    let code = error.map_or(Code::Malformed, Error::code);
    let sentence = error.map_or(unread.to_owned(), Error::to_string);
    Ok(console.refused(code.as_str(), format_args!("{sentence}{}", given.place()))?)
}

fn warn(console: &mut Console, warnings: impl IntoIterator<Item = String>) -> Result<(), Failure> {
    if !console.is_json() {
        for warning in warnings {
            console.warning(warning)?;
        }
    }
    Ok(())
}
