//! `inspect`: shows a token without trusting it, and each check that it passes or fails.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use countersign::claims::{ConnectionClaims, DecodeOptions, SubscriptionClaims};
use countersign::config::TokenConfig;
use countersign::jws::{DEFAULT_LIMIT, ParseError, Scratch, Unverified, danger};
use countersign::{Authenticator, Code, Error, Step, UnixTime};
use serde_json::value::RawValue;

use crate::config::{self, ConfigFile, Found};
use crate::dates;
use crate::escape::shown;
use crate::explained::{self, refusal, unreadable};
use crate::failure::Failure;
use crate::json::{self, Record, pretty, quoted};
use crate::output::{Console, HEAD, styled};
use crate::slips;
use crate::tokens::{self, Given, LINE_LIMIT};

/// `inspect`.
#[derive(clap::Args)]
#[command(after_help = "\
Without a configuration nothing is verified. With a configuration (-c FILE, config.json, or
COUNTERSIGN_… variables) every check is shown, and the exit status is 1 if a check fails.
Use -c none to ignore a config.json of another program.

Examples:
  countersign inspect TOKEN
  countersign inspect -c config.json TOKEN
  countersign inspect - < tokens")]
pub(crate) struct Args {
    /// Token, or - to read tokens from standard input, one on each line
    #[arg(value_name = "TOKEN|-")]
    token: OsString,
    /// Check it as a subscription token; by default, a token with a channel is one
    #[arg(long)]
    sub: bool,
    #[command(flatten)]
    pub(crate) config: ConfigFile,
}

/// The claims that are dates.
const DATES: [&str; 4] = ["exp", "nbf", "iat", "expire_at"];

/// Runs the command.
pub(crate) fn run(
    args: &Args,
    config: Option<&Path>,
    console: &mut Console,
) -> Result<(), Failure> {
    let judge = match config::load_if_any(config)? {
        Some(found) => Some(Judge::new(found)?),
        None => None,
    };
    let mut refused = false;
    let mut first = true;
    tokens::each(&args.token, |given| {
        if !first && !console.is_json() {
            console.line("")?;
        }
        first = false;
        let now = countersign::now();
        let verdict = match &given.token {
            Err(sentence) => {
                if console.is_json() {
                    console.line(unreadable(start(&given), sentence).finish())?;
                }
                Some((Code::Malformed, sentence.clone()))
            }
            Ok(token) => {
                let mut look = Look::at(token);
                let is_subscription = args.sub || look.has_channel();
                let explained = judge
                    .as_ref()
                    .map(|it| it.explain(token, is_subscription, now));
                if judge.is_none() {
                    look.judge_alone(token, is_subscription);
                }
                if console.is_json() {
                    let record = look.record(start(&given), explained.as_ref());
                    let record = match &judge {
                        Some(judge) => record.texts("warnings", &judge.warnings),
                        None => record,
                    };
                    console.line(record.finish())?;
                } else {
                    look.write(console, now)?;
                    if judge.is_none() {
                        console.line(
                            "  not verified: there is no configuration here; name one with -c",
                        )?;
                    }
                    if let (Some(judge), Some(explained)) = (&judge, &explained) {
                        judge.write(console, is_subscription, explained)?;
                    }
                }
                match explained {
                    Some(explained) => explained.error,
                    None => look.undecodable(),
                }
                .map(|error| (error.code(), error.to_string()))
            }
        };
        if let Some((code, sentence)) = verdict {
            refused = true;
            console.refused(code.as_str(), format_args!("{sentence}{}", given.place()))?;
        }
        Ok(())
    })?;
    if refused {
        return Err(Failure::Refused);
    }
    if let (Some(judge), false) = (judge, console.is_json()) {
        for warning in judge.warnings {
            console.warning(warning)?;
        }
    }
    Ok(())
}

fn start(given: &Given) -> Record {
    match given.line {
        Some(line) => Record::new().raw("line", line),
        None => Record::new(),
    }
}

/// The configuration that the token is checked against.
struct Judge {
    authenticator: Authenticator,
    warnings: Vec<String>,
    found: Found,
}

impl Judge {
    fn new(found: Found) -> Result<Self, Failure> {
        let (setup, warnings) = found.set_up()?;
        Ok(Self {
            authenticator: Authenticator::new(setup.rules),
            warnings,
            found,
        })
    }

    fn explain(&self, token: &str, is_subscription: bool, now: UnixTime) -> Judged {
        let (steps, error) = if is_subscription {
            let explained = self.authenticator.explain_subscription(token, now);
            (explained.steps, explained.result.err())
        } else {
            let explained = self.authenticator.explain_connection(token, now);
            (explained.steps, explained.result.err())
        };
        let hint = match error {
            Some(Error::Signature) => slips::hint(token, self.section(is_subscription)),
            _ => None,
        };
        Judged { steps, error, hint }
    }

    /// The options that apply to this kind of token.
    fn section(&self, is_subscription: bool) -> &TokenConfig {
        let config = &self.found.config;
        match &config.subscription_token {
            Some(section) if is_subscription => section,
            _ => &config.token,
        }
    }

    fn write(
        &self,
        console: &mut Console,
        is_subscription: bool,
        explained: &Judged,
    ) -> Result<(), Failure> {
        let kind = if is_subscription {
            "subscription"
        } else {
            "connection"
        };
        let head = format!("Checks, as a {kind} token with {}", self.found.name());
        console.line(styled(HEAD, head))?;
        explained::write(console.out(), &explained.steps)?;
        let end = match &explained.error {
            None => "accepted".to_owned(),
            Some(error) => format!(
                "refused: {}; a client should {}",
                error.code(),
                error.advice()
            ),
        };
        console.line(end)?;
        if let Some(hint) = explained.hint {
            console.line(format_args!("hint: {hint}"))?;
        }
        Ok(())
    }
}

/// The result of a verification. It leaves out everything that the token gives access to.
struct Judged {
    steps: Vec<Step>,
    error: Option<Error>,
    /// Hints about the cause of the error.
    hint: Option<&'static str>,
}

/// The readable parts of a token, each decoded separately.
struct Look {
    header: Option<Vec<u8>>,
    payload: Option<Vec<u8>>,
    signature_bytes: Option<usize>,
    has_three_parts: bool,
    /// Without a configuration: why every server would refuse it, or every server with the default
    /// limit.
    fault: Option<Error>,
}

impl Look {
    fn at(token: &str) -> Self {
        let mut parts = token.split('.').map(decoded);
        Self {
            header: parts.next().flatten(),
            payload: parts.next().flatten(),
            signature_bytes: parts.next().flatten().map(|bytes| bytes.len()),
            has_three_parts: token.split('.').count() == 3,
            fault: None,
        }
    }

    /// The fault of a token that can't be shown: it doesn't have three parts of base64url, or its
    /// header is not JSON.
    fn undecodable(&self) -> Option<Error> {
        let shown =
            self.has_three_parts && self.payload.is_some() && self.signature_bytes.is_some();
        let header = self.header.as_deref().and_then(json::value);
        self.fault.clone().filter(|_| !shown || header.is_none())
    }

    /// Finds a fault for which every server refuses the token, or else one for which servers with
    /// the default limit refuse it.
    fn judge_alone(&mut self, token: &str, is_subscription: bool) {
        let read = |limit| {
            let mut scratch = Scratch::default();
            let read = Unverified::parse_within(limit, token, &mut scratch);
            read.map(|_| ()).map_err(Error::Token)
        };
        let judged = read(LINE_LIMIT)
            .and_then(|()| self.decode_claims(is_subscription))
            .and_then(|()| read(DEFAULT_LIMIT));
        self.fault = judged.err();
    }

    fn decode_claims(&self, is_subscription: bool) -> Result<(), Error> {
        let payload = self.payload.as_deref().unwrap_or_default();
        let options = DecodeOptions::default();
        let decoded = if is_subscription {
            SubscriptionClaims::decode(payload, &options).map(|_| ())
        } else {
            ConnectionClaims::decode(payload, &options).map(|_| ())
        };
        decoded.map_err(Error::Claims)
    }

    /// The claims, each read separately, so that a faulty claim doesn't hide the others.
    fn claims(&self) -> BTreeMap<String, Box<RawValue>> {
        let payload = self.payload.as_deref().unwrap_or_default();
        serde_json::from_slice(payload).unwrap_or_default()
    }

    fn has_channel(&self) -> bool {
        self.claims().contains_key("channel")
    }

    fn write(&self, console: &mut Console, now: UnixTime) -> Result<(), Failure> {
        for (name, part) in [("Header", &self.header), ("Claims", &self.payload)] {
            console.line(styled(HEAD, name))?;
            console.line(match part {
                None => "  cannot be decoded".to_owned(),
                Some(bytes) if bytes.is_empty() => "  nothing".to_owned(),
                Some(bytes) => match json::value(bytes) {
                    Some(json) => pretty(&json, "  "),
                    None => format!("  not JSON: {}", shown(&String::from_utf8_lossy(bytes))),
                },
            })?;
        }
        let claims = self.claims();
        let dates = DATES
            .iter()
            .filter_map(|name| Some((name, claims.get(*name)?.get())));
        let mut dates = dates.peekable();
        if dates.peek().is_some() {
            console.line(styled(HEAD, "Dates"))?;
        }
        for (name, value) in dates {
            console.line(format_args!("  {name}: {}", date(name, value, now)))?;
        }
        console.line(styled(HEAD, "Signature"))?;
        console.line(match self.signature_bytes {
            None => "  cannot be decoded".to_owned(),
            Some(bytes) => format!("  {bytes} bytes"),
        })?;
        if let Some(fault) = &self.fault {
            let when = match fault {
                Error::Token(ParseError::TooLong { .. }) => "by default",
                _ => "with any key",
            };
            console.line(format_args!("  refused {when}: {fault}"))?;
        }
        Ok(())
    }

    fn record(&self, record: Record, explained: Option<&Judged>) -> Record {
        let part = |record: Record, name, part: &Option<Vec<u8>>| match part {
            Some(bytes) => record.bytes(name, bytes),
            None => record.raw(name, "null"),
        };
        let record = part(record, "header", &self.header);
        let record = part(record, "claims", &self.payload);
        let record = match self.signature_bytes {
            Some(bytes) => record.raw("signature_bytes", bytes),
            None => record.raw("signature_bytes", "null"),
        };
        match explained {
            Some(explained) => {
                let record = record
                    .raw("verified", true)
                    .raw("steps", explained::steps_json(&explained.steps));
                match &explained.error {
                    None => record.raw("accepted", true),
                    Some(error) => {
                        let record = refusal(record, error);
                        match explained.hint {
                            Some(hint) => record.text("hint", hint),
                            None => record,
                        }
                    }
                }
            }
            None => {
                let record = record.raw("verified", false);
                match (self.undecodable(), &self.fault) {
                    (Some(error), _) => refusal(record, &error),
                    (None, fault) => record.raw("accepted", "null").raw(
                        "problem",
                        fault
                            .as_ref()
                            .map_or("null".into(), |it| quoted(&it.to_string())),
                    ),
                }
            }
        }
    }
}

/// Reads one part by the rules for a whole token.
fn decoded(part: &str) -> Option<Vec<u8>> {
    let alone = format!("{part}..");
    let parts = danger::Parts::decode(LINE_LIMIT.saturating_add(2), &alone).ok()?;
    Some(parts.header)
}

/// Describes a date, given the text of its JSON.
fn date(name: &str, value: &str, now: UnixTime) -> String {
    if !value.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return "not a number, so the token is refused".into();
    }
    if name == "expire_at" {
        match value.parse::<i64>() {
            Ok(..=0) => return format!("{value}, the subscription never expires"),
            Ok(_) => {}
            Err(_) => return "not a whole number of 64 bits, so the token is refused".into(),
        }
    }
    match UnixTime::from_numeric_date(value) {
        Some(time) if time.looks_like_milliseconds() => {
            let words = dates::in_words(time, now);
            format!("{words}; it looks like milliseconds, and seconds are expected")
        }
        Some(time) => dates::in_words(time, now),
        None => "out of range, so the token is refused".into(),
    }
}
