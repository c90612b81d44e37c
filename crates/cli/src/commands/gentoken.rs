//! `gentoken` and `gensubtoken`: make tokens with the secret of the configuration, or with a given
//! key.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ArgAction;
use clap::builder::BoolishValueParser;
use countersign::config::{Config, ConfigError};
use countersign::new_claims::Opens;
use countersign::{BuildError, Issuer, IssuerBuilder, NewToken};

use crate::config::ConfigFile;
use crate::failure::Failure;
use crate::json::Record;
use crate::output::{Console, user};
use crate::{config, dates, keys};

/// How long a token lives by default: seven days, as with Centrifugo.
const DEFAULT_TTL: &str = "604800";

/// The flags for both kinds of token.
#[derive(clap::Args)]
struct Common {
    /// User id; without it, the user is anonymous
    #[arg(
        short,
        long,
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    user: String,
    /// Lifetime: seconds, or 10m, 12h, 7d; -1 for a token that never expires
    #[arg(short, long, default_value = DEFAULT_TTL, allow_hyphen_values = true,
          value_parser = Lifetime::parse)]
    ttl: Lifetime,
    /// Print only the token
    #[arg(short, long, value_name = "BOOL", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, value_parser = BoolishValueParser::new(),
          default_value = "false", default_missing_value = "true",
          hide_default_value = true, hide_possible_values = true)]
    quiet: bool,
    /// Data about the user that other clients see: any JSON
    #[arg(long, value_name = "JSON")]
    info: Option<String>,
    /// Issuer of the token (iss); by default the one that the configuration expects
    #[arg(long)]
    iss: Option<String>,
    /// Audience of the token (aud); by default the one that the configuration expects
    #[arg(long)]
    aud: Option<String>,
    /// Sign with the key of this file, not with the configuration's secret
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Algorithm to sign with, if the key fits several
    #[arg(long, requires = "key")]
    alg: Option<String>,
    /// Name of the key (kid): chooses a key of a JWK Set, or names a key that has no name
    #[arg(long, requires = "key")]
    kid: Option<String>,
}

/// `gentoken`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign gentoken -u 42
  countersign gentoken -u 42 -t 10m --info '{\"name\":\"Ann\"}' --channel news
  countersign gentoken -q -u 42 --key private.pem")]
pub(crate) struct Connection {
    #[command(flatten)]
    pub(crate) config: ConfigFile,
    #[command(flatten)]
    common: Common,
    /// Channel to subscribe the connection to; may be repeated
    #[arg(long, value_name = "CHANNEL", allow_hyphen_values = true)]
    channel: Vec<String>,
}

/// `gensubtoken`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign gensubtoken -u 42 -s '$news'
  countersign gensubtoken -q -u 42 -s '$news' -t 600")]
pub(crate) struct Subscription {
    #[command(flatten)]
    pub(crate) config: ConfigFile,
    #[command(flatten)]
    common: Common,
    /// Channel that the token gives access to
    #[arg(short = 's', long, value_name = "CHANNEL", allow_hyphen_values = true)]
    channel: String,
    /// The only client (connection id) that may use the token
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    client: Option<String>,
}

#[derive(Clone, Copy)]
struct Lifetime(Option<Duration>);

impl Lifetime {
    fn parse(text: &str) -> Result<Self, String> {
        dates::lifetime(text).map(Self)
    }
}

/// Runs `gentoken`.
pub(crate) fn connection(
    args: &Connection,
    config: Option<&Path>,
    console: &mut Console,
) -> Result<(), Failure> {
    let common = &args.common;
    let issuer = common.issuer(config, console, CONNECTION)?;
    let mut token = common.dress(issuer.connection(&common.user));
    for channel in &args.channel {
        token = token.channel(channel);
    }
    let token = token.sign()?;
    let about = format!("JWT for {}", user(&common.user));
    common.print(console, &issuer, &about, Record::new(), &token)
}

/// Runs `gensubtoken`.
pub(crate) fn subscription(
    args: &Subscription,
    config: Option<&Path>,
    console: &mut Console,
) -> Result<(), Failure> {
    let common = &args.common;
    let issuer = common.issuer(config, console, SUBSCRIPTION)?;
    let mut token = common.dress(issuer.subscription(&common.user, &args.channel));
    if let Some(client) = &args.client {
        token = token.with(|claims| claims.client(client));
    }
    let token = token.sign()?;
    let about = format!(
        "JWT for {} and channel {:?}",
        user(&common.user),
        args.channel
    );
    let record = Record::new().text("channel", &args.channel);
    common.print(console, &issuer, &about, record, &token)
}

/// How a configuration adds its expectations to a new token of this kind.
type Configure = fn(&Config, IssuerBuilder) -> Result<Issuer, ConfigError>;

const CONNECTION: Configure = Config::configure_connection_issuer;
const SUBSCRIPTION: Configure = Config::configure_subscription_issuer;

impl Common {
    fn issuer(
        &self,
        config: Option<&Path>,
        console: &mut Console,
        configure: Configure,
    ) -> Result<Issuer, Failure> {
        let (issuer, warnings) = match &self.key {
            Some(path) => self.issuer_of_key(path, config, configure)?,
            None => {
                let found = config::load(config)?;
                let issuer = configure(&found.config, self.named(Issuer::builder()))?;
                let (_, warnings) = found.set_up()?;
                (issuer, warnings)
            }
        };
        // With --quiet, print only the token; `checkconfig` shows these warnings too.
        if !self.quiet && !console.is_json() {
            for warning in warnings {
                console.warning(warning)?;
            }
        }
        Ok(issuer)
    }

    /// Adds `--iss` and `--aud`. If the configuration expects a pattern, it can't say which value
    /// to write.
    fn named(&self, mut builder: IssuerBuilder) -> IssuerBuilder {
        if let Some(iss) = &self.iss {
            builder = builder.iss(iss);
        }
        if let Some(aud) = &self.aud {
            builder = builder.aud(aud);
        }
        builder
    }

    /// Signs with the key of `--key`. The rest follows the configuration, if there is one.
    fn issuer_of_key(
        &self,
        path: &Path,
        config: Option<&Path>,
        configure: Configure,
    ) -> Result<(Issuer, Vec<String>), Failure> {
        let set = keys::read(path)?;
        let mut warnings: Vec<String> = keys::skipped(&set, path).collect();
        let key = keys::to_sign(set, self.kid.as_deref(), path)?.allow_short();
        let mut builder = self.named(Issuer::builder().key(key.clone()));
        if let Some(alg) = &self.alg {
            builder = builder.algorithm(alg);
        }
        let mut issuer = match builder.clone().build() {
            Err(BuildError::Key(error)) => return Err(Failure::key(path, &error)),
            built => built?,
        };
        warnings.extend(keys::short_secret(&key, issuer.algorithm(), path));
        if let Some(found) = config::load_if_any(config)? {
            issuer = configure(&found.config, builder)?;
        }
        Ok((issuer, warnings))
    }

    fn dress<'t, K: Opens>(&'t self, mut token: NewToken<'t, K>) -> NewToken<'t, K> {
        if let Some(lifetime) = self.ttl.0 {
            token = token.expires_in(lifetime);
        }
        match &self.info {
            Some(info) => token.with(|claims| claims.info_json(info)),
            None => token,
        }
    }

    fn print(
        &self,
        console: &mut Console,
        issuer: &Issuer,
        about: &str,
        record: Record,
        token: &str,
    ) -> Result<(), Failure> {
        let alg = issuer.algorithm().as_str();
        if console.is_json() {
            let record = record
                .text("token", token)
                .text("algorithm", alg)
                .text("user", &self.user);
            let record = match self.ttl.0 {
                Some(lifetime) => record.raw("ttl", lifetime.as_secs()),
                None => record.raw("ttl", "null"),
            };
            return Ok(console.line(record.finish())?);
        }
        if !self.quiet {
            // Centrifugo's words, which scripts look for.
            let alg = if alg == "HS256" { "HMAC SHA-256" } else { alg };
            let expiry = match self.ttl.0 {
                Some(lifetime) => format!("with expiration TTL {}", dates::go_style(lifetime)),
                None => "without expiration".into(),
            };
            console.line(format_args!("{alg} {about} {expiry}:"))?;
        }
        Ok(console.line(token)?)
    }
}
