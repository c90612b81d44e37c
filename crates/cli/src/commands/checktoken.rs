//! `checktoken` and `checksubtoken`: would a server with this configuration accept the token?

use std::ffi::OsString;
use std::path::Path;

use countersign::jws::danger;
use countersign::{Authenticator, Code, Connection, Error, Subscription};

use crate::config;
use crate::config::ConfigFile;
use crate::escape::shown;
use crate::explained::{refusal, unreadable};
use crate::failure::Failure;
use crate::json::{self, Record, quoted};
use crate::output::{Console, user};
use crate::tokens::{self, Given};

pub(crate) const CONNECTION_HELP: &str = "\
Examples:
  countersign checktoken TOKEN
  countersign gentoken -q -u 42 | countersign checktoken -

An accepted token is shown on standard output. A refused token gives one line on
standard error, its code first (\"expired: …\"), and the exit status 1.";

pub(crate) const SUBSCRIPTION_HELP: &str = "\
Examples:
  countersign checksubtoken TOKEN
  countersign gensubtoken -q -u 42 -s '$news' | countersign checksubtoken -

An accepted token is shown on standard output. A refused token gives one line on
standard error, its code first (\"expired: …\"), and the exit status 1.";

/// `checktoken` and `checksubtoken`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Token, or - to read tokens from standard input, one on each line
    #[arg(value_name = "TOKEN|-")]
    token: OsString,
    #[command(flatten)]
    pub(crate) config: ConfigFile,
}

/// The kind of token that is expected.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Connection,
    Subscription,
}

enum Accepted {
    Connection(Connection),
    Subscription(Subscription),
}

/// Runs the command.
pub(crate) fn run(
    kind: Kind,
    args: &Args,
    config: Option<&Path>,
    console: &mut Console,
) -> Result<(), Failure> {
    let (setup, warnings) = config::load(config)?.set_up()?;
    let authenticator = Authenticator::new(setup.rules);
    let mut refused = false;
    tokens::each(&args.token, |given| {
        let result = match &given.token {
            Err(sentence) => Err(Refusal::Unreadable(sentence)),
            Ok(token) => judge(kind, &authenticator, token)
                .map(|accepted| (accepted, token.as_str()))
                .map_err(Refusal::Error),
        };
        refused |= result.is_err();
        match result {
            Ok((accepted, token)) if console.is_json() => {
                let record = accepted.record(start(&given), token);
                let all = warnings.iter().map(String::as_str);
                let all = all.chain(accepted.warning());
                console.line(record.texts("warnings", all).finish())?;
            }
            Ok((accepted, token)) => {
                console.line(accepted.sentence())?;
                console.line(format_args!("payload: {}", payload(token)))?;
                console.line(accepted.vouched())?;
                if let Some(warning) = accepted.warning() {
                    console.warning(format_args!("{warning}{}", given.place()))?;
                }
            }
            Err(refusal) => refusal.tell(&given, &warnings, console)?,
        }
        Ok(())
    })?;
    if refused {
        return Err(Failure::Refused);
    }
    // Print each refusal in one line; print warnings only about accepted tokens.
    if !console.is_json() {
        for warning in &warnings {
            console.warning(warning)?;
        }
    }
    Ok(())
}

fn judge(kind: Kind, authenticator: &Authenticator, token: &str) -> Result<Accepted, Error> {
    let now = countersign::now();
    match kind {
        Kind::Connection => authenticator
            .connection(token, now)
            .map(Accepted::Connection),
        Kind::Subscription => authenticator
            .subscription(token, now)
            .map(Accepted::Subscription),
    }
}

fn start(given: &Given) -> Record {
    match given.line {
        Some(line) => Record::new().raw("line", line),
        None => Record::new(),
    }
}

/// The payload of an accepted token, with its bytes unchanged, on one line.
fn payload(token: &str) -> String {
    let parts = danger::Parts::decode(token.len(), token).ok();
    parts
        .and_then(|parts| json::value(&parts.payload))
        .unwrap_or_else(|| "null".into())
}

enum Refusal<'g> {
    Unreadable(&'g str),
    Error(Error),
}

impl Refusal<'_> {
    fn tell(
        &self,
        given: &Given,
        warnings: &[String],
        console: &mut Console,
    ) -> Result<(), Failure> {
        let (code, sentence) = match self {
            Self::Unreadable(sentence) => (Code::Malformed, (*sentence).to_owned()),
            Self::Error(error) => (error.code(), error.to_string()),
        };
        if console.is_json() {
            let record = match self {
                Self::Unreadable(sentence) => unreadable(start(given), sentence),
                Self::Error(error) => refusal(start(given), error),
            };
            console.line(record.texts("warnings", warnings).finish())?;
        }
        Ok(console.refused(code.as_str(), format_args!("{sentence}{}", given.place()))?)
    }
}

impl Accepted {
    fn sentence(&self) -> String {
        match self {
            // These are Centrifugo's words: it quotes the user of a subscription token, but not
            // that of a connection token.
            Self::Connection(it) if it.user().is_empty() => "valid token for anonymous user".into(),
            Self::Connection(it) => format!("valid token for user {}", shown(it.user())),
            Self::Subscription(it) => format!(
                "valid subscription token for {} and channel {:?}",
                subscriber(it),
                it.channel()
            ),
        }
    }

    /// Whose key verified the token, and the token's issuer and audience.
    fn vouched(&self) -> String {
        let (authority, iss, aud) = self.origin();
        let mut line = format!("authority: {authority:?}");
        if let Some(iss) = iss {
            line.push_str(&format!(", iss: {iss:?}"));
        }
        for audience in aud {
            line.push_str(&format!(", aud: {audience:?}"));
        }
        line
    }

    /// Adds the authority, `iss` and `aud` to the record.
    fn origin(&self) -> (&str, Option<&str>, Vec<&str>) {
        match self {
            Self::Connection(it) => (it.authority(), it.iss(), it.aud().collect()),
            Self::Subscription(it) => (it.authority(), it.iss(), it.aud().collect()),
        }
    }

    /// Warnings about an accepted token: possible mistakes in it.
    fn warning(&self) -> Option<&'static str> {
        let expires = match self {
            Self::Connection(it) => it.expires(),
            Self::Subscription(it) => it.expires(),
        };
        expires?.looks_like_milliseconds().then_some(
            "the time at which it expires looks like milliseconds; \
             `exp` and `expire_at` are seconds",
        )
    }

    fn record(&self, record: Record, token: &str) -> Record {
        let (authority, iss, aud) = self.origin();
        let record = record
            .raw("accepted", true)
            .text("authority", authority)
            .raw("iss", iss.map_or("null".into(), quoted))
            .texts("aud", aud);
        let record = match self {
            Self::Connection(it) => {
                let record = record
                    .text("kind", "connection")
                    .text("user", it.user())
                    .time("expires", it.expires());
                optional(record, "info", it.info())
                    .texts("channels", it.channels().map(|channel| channel.name))
            }
            Self::Subscription(it) => {
                let record = record
                    .text("kind", "subscription")
                    .text("user", it.user())
                    .text("channel", it.channel())
                    .raw("client", it.client().map_or("null".into(), quoted))
                    .time("expires", it.expires());
                optional(record, "info", it.info())
            }
        };
        record.raw("payload", payload(token))
    }
}

/// Who may use a subscription token: a user, one client (a connection id), or both.
fn subscriber(subscription: &Subscription) -> String {
    let name = subscription.user();
    match subscription.client() {
        None => user(name),
        Some(client) if !subscription.names_user() => format!("client {client:?}"),
        Some(client) => format!("{}, client {client:?}", user(name)),
    }
}

fn optional(record: Record, name: &str, bytes: Option<&[u8]>) -> Record {
    match bytes {
        Some(bytes) => record.bytes(name, bytes),
        None => record.raw(name, "null"),
    }
}
