//! `genkey`: a new key, private and public half, as PEM or JWK.

use std::io::ErrorKind;
use std::iter;
use std::path::{Path, PathBuf};

use countersign::{Key, KeyError, default_provider, generate_key, generate_rsa_key};

use crate::failure::Failure;
use crate::files::{self, NewFile};
use crate::json::Record;
use crate::output::Console;

const DEFAULT_BITS: usize = 2048;

/// `genkey`.
#[derive(clap::Args)]
#[command(after_help = "\
Algorithms:
  HS256 HS384 HS512                          a secret
  RS256 RS384 RS512 PS256 PS384 PS512        an RSA key of 2048 bits, or --bits
  ES256 ES384 ES512                          a key on P-256, P-384, P-521
  EdDSA                                      an Ed25519 key

Examples:
  countersign genkey ES256                   private PEM, then public PEM
  countersign genkey EdDSA --format jwk --kid 2027-01
  countersign genkey RS256 --bits 3072 --out backend   writes backend.key and backend.pub
  countersign genkey HS256                   a secret, for hmac_secret_key")]
pub(crate) struct Args {
    /// Algorithm that the key is for
    #[arg(value_name = "ALG")]
    algorithm: String,
    /// Length of an RSA key in bits, 2048 to 8192 [default: 2048]
    #[arg(long)]
    bits: Option<usize>,
    /// Form of the key; in the form pem, a secret is plain text, as a configuration expects it
    #[arg(long, value_enum, default_value = "pem")]
    format: Format,
    /// Name of the key (kid) in a JWK
    #[arg(long)]
    kid: Option<String>,
    /// Write PREFIX.key, which only you can read, and PREFIX.pub; never overwrite a file
    #[arg(long, value_name = "PREFIX")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Pem,
    Jwk,
}

/// A new secret as text: random bytes in base64url. The text itself is the secret.
pub(crate) fn new_secret(algorithm: &str) -> Result<String, Failure> {
    let key = generate_key(algorithm)?;
    secret_text(&key)
}

/// Runs the command.
pub(crate) fn run(args: &Args, console: &mut Console) -> Result<(), Failure> {
    let is_rsa = args.algorithm.starts_with("RS") || args.algorithm.starts_with("PS");
    if args.bits.is_some() && !is_rsa {
        return Err(Failure::Usage(
            "--bits is for RSA keys; the algorithm decides the length of others".into(),
        ));
    }
    if args.kid.is_some() && args.format == Format::Pem {
        return Err(Failure::Usage(
            "--kid needs --format jwk; PEM has no place for a name".into(),
        ));
    }
    let mut key = if is_rsa {
        generate_rsa_key(&args.algorithm, args.bits.unwrap_or(DEFAULT_BITS))?
    } else {
        generate_key(&args.algorithm)?
    };
    if let Some(kid) = &args.kid {
        key = key.with_kid(kid);
    }
    if !key.is_secret() {
        // Centrifugo skips a published key without `use`.
        key = key.with_use("sig");
    }
    if let Err(error) = key.signer(&default_provider(), Some(&args.algorithm)) {
        console.warning(format_args!(
            "this program cannot sign with this key: {error}"
        ))?;
    }
    let (private, public) = halves(&key, args.format)?;
    if let Some(prefix) = &args.out {
        return save(prefix, &private, public.as_deref(), console);
    }
    if console.is_json() {
        return Ok(console.line(record(&private, public.as_deref(), args.format))?);
    }
    if args.format == Format::Jwk && public.is_some() {
        console.note("the private key on the first line, the public key on the second:")?;
    }
    console.line(private.trim_end())?;
    if let Some(public) = public {
        console.line(public.trim_end())?;
    }
    Ok(())
}

/// The private and the public text; a secret has no public half.
fn halves(key: &Key, format: Format) -> Result<(String, Option<String>), Failure> {
    let told = |error: KeyError| Failure::made(&error);
    match format {
        Format::Pem if key.is_secret() => Ok((secret_text(key)?, None)),
        Format::Pem => Ok((
            key.to_pem().map_err(told)?,
            Some(key.public_pem().map_err(told)?),
        )),
        Format::Jwk => {
            let public = (!key.is_secret()).then(|| key.public_jwk()).transpose();
            Ok((key.to_jwk().map_err(told)?, public.map_err(told)?))
        }
    }
}

fn record(private: &str, public: Option<&str>, format: Format) -> String {
    let member = |record: Record, name, text: &str| match format {
        Format::Jwk => record.raw(name, text),
        Format::Pem => record.text(name, text),
    };
    let record = member(Record::new(), "private", private);
    match public {
        Some(public) => member(record, "public", public),
        None => record.raw("public", "null"),
    }
    .finish()
}

fn save(
    prefix: &Path,
    private: &str,
    public: Option<&str>,
    console: &mut Console,
) -> Result<(), Failure> {
    let named = |extension: &str| {
        let mut name = prefix.as_os_str().to_owned();
        name.push(extension);
        PathBuf::from(name)
    };
    let private = NewFile {
        path: named(".key"),
        text: private,
        is_public: false,
    };
    let public = public.map(|text| NewFile {
        path: named(".pub"),
        text,
        is_public: true,
    });
    let pair: Vec<NewFile<'_>> = iter::once(private).chain(public).collect();
    files::create(&pair).map_err(|(path, error)| match error.kind() {
        ErrorKind::AlreadyExists => Failure::Usage(format!(
            "{}: there is such a file already; name another with --out",
            path.display()
        )),
        _ => Failure::new_file(path, &error),
    })?;
    let written: Vec<String> = (pair.iter().map(|file| file.path.display().to_string())).collect();
    let record = Record::new().texts("written", &written);
    Ok(console.result(record, format_args!("wrote {}", written.join(" and ")))?)
}

/// The bytes of a secret in base64url. The text is as hard to guess as the bytes, and has no
/// character that needs an escape.
fn secret_text(key: &Key) -> Result<String, Failure> {
    let jwk = key.to_jwk().map_err(|error| Failure::made(&error))?;
    let jwk: serde_json::Value = serde_json::from_str(&jwk).unwrap_or_default();
    let text = jwk.get("k").and_then(serde_json::Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| Failure::Usage("found a JWK without `k`; a secret has one".into()))
}
