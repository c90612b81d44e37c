//! `checkconfig`: checks a configuration and shows what it means.

use std::io::{self, Write as _};
use std::path::Path;

use clap::ArgAction;
use clap::builder::BoolishValueParser;
use countersign::config::{Config, KeyText, TokenConfig};
use countersign::{Key, default_provider};
use humantime::format_duration;

use crate::config::{self, ConfigFile, Found};
use crate::dates;
use crate::delicate;
use crate::failure::Failure;
use crate::json::Record;
use crate::output::{Console, GOOD, HEAD, styled};

/// `checkconfig`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign checkconfig
  countersign checkconfig -c server.toml

The exit status is 2 if the configuration is not valid. Warnings go to standard error.")]
pub(crate) struct Args {
    /// Refuse all unknown options, also those that other programs may read
    #[arg(short, long, value_name = "BOOL", action = ArgAction::Set, num_args = 0..=1,
          require_equals = true, value_parser = BoolishValueParser::new(),
          default_value = "false", default_missing_value = "true",
          hide_default_value = true, hide_possible_values = true)]
    strict: bool,
    #[command(flatten)]
    pub(crate) config: ConfigFile,
}

/// Runs the command.
pub(crate) fn run(args: &Args, path: Option<&Path>, console: &mut Console) -> Result<(), Failure> {
    let checked = config::load(path).and_then(|found| {
        if args.strict {
            refuse_unknown(&found)?;
        }
        let (_, warnings) = found.set_up()?;
        Ok((found, warnings))
    });
    match checked {
        Ok((found, warnings)) => tell(&found, &warnings, console),
        Err(failure) => {
            if let (true, Failure::Usage(message)) = (console.is_json(), &failure) {
                let message = delicate::hidden(message);
                let record = Record::new().raw("valid", false).text("message", message);
                console.line(record.finish())?;
            }
            Err(failure)
        }
    }
}

fn refuse_unknown(found: &Found) -> Result<(), Failure> {
    let unknown = found.config.unknown();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{}: found unknown options: `{}`; correct or remove them. If they belong to another \
         program, leave --strict out",
        found.name(),
        unknown.join("`, `")
    )))
}

fn tell(found: &Found, warnings: &[String], console: &mut Console) -> Result<(), Failure> {
    let config = &found.config;
    if console.is_json() {
        let record = Record::new()
            .raw("valid", true)
            .text("source", found.name())
            .raw("connections", section_json(&config.token));
        let record = match &config.subscription_token {
            Some(token) => record.raw("subscriptions", section_json(token)),
            None => record.raw("subscriptions", "null"),
        };
        let record = record
            .texts("left_alone", config.left_alone())
            .texts("warnings", warnings);
        return Ok(console.line(record.finish())?);
    }
    for warning in warnings {
        console.warning(warning)?;
    }
    console.line(format_args!("{}: {}", found.name(), styled(GOOD, "valid")))?;
    write_section(console, "Connection tokens", &config.token)?;
    match &config.subscription_token {
        Some(token) => write_section(console, "Subscription tokens", token)?,
        None => console.line(format_args!(
            "{}: by the same keys and expectations",
            styled(HEAD, "Subscription tokens")
        ))?,
    }
    console.line(format_args!(
        "{}: {}",
        styled(HEAD, "Anonymous users"),
        anonymous(config)
    ))?;
    if !config.left_alone().is_empty() {
        console.line(format_args!(
            "{} (not about tokens, or of another program): {}",
            styled(HEAD, "Left alone"),
            config.left_alone().join(", ")
        ))?;
    }
    Ok(())
}

fn write_section(console: &mut Console, name: &str, token: &TokenConfig) -> io::Result<()> {
    console.line(styled(HEAD, name))?;
    let out = console.out();
    for key in keys(token) {
        writeln!(out, "  key       {key}")?;
    }
    for expectation in expectations(token) {
        writeln!(out, "  expected  {expectation}")?;
    }
    for issuer in &token.trusted_issuers {
        let name = issuer.exact_issuer().unwrap_or_default();
        writeln!(out, "  of the issuer {name:?}")?;
        for key in keys(issuer) {
            writeln!(out, "    key       {key}")?;
        }
        for expectation in expectations(issuer) {
            writeln!(out, "    expected  {expectation}")?;
        }
    }
    Ok(())
}

fn section_json(token: &TokenConfig) -> String {
    let record = Record::new()
        .texts("keys", keys(token))
        .texts("expected", expectations(token));
    let issuers = token
        .trusted_issuers
        .iter()
        .filter_map(TokenConfig::exact_issuer);
    record.texts("trusted_issuers", issuers).finish()
}

/// Each key and the algorithms that it is bound to. The setup has already read all keys.
fn keys(token: &TokenConfig) -> Vec<String> {
    if let Some(url) = &token.jwks_public_endpoint {
        return vec![format!("the keys that {url:?} publishes")];
    }
    if let Some(issuer) = &token.jwks_issuer {
        return vec![format!("the keys that the issuer {issuer:?} publishes")];
    }
    let previous = match token.hmac_previous_secret_key_valid_until {
        Some(until) => format!(", up to {}", dates::in_words(until, countersign::now())),
        None => ", the previous one".into(),
    };
    [
        (token.hmac_secret_key.as_ref().map(KeyText::secret), ""),
        (
            token.hmac_previous_secret_key.as_ref().map(KeyText::secret),
            &*previous,
        ),
        (token.rsa_public_key.as_ref().map(KeyText::public_key), ""),
        (token.ecdsa_public_key.as_ref().map(KeyText::public_key), ""),
        (token.eddsa_public_key.as_ref().map(KeyText::public_key), ""),
    ]
    .into_iter()
    .filter_map(|(key, more)| Some((key?.ok()?.allow_short(), more)))
    .map(|(key, more)| {
        let algorithms = algorithms(token, &key).join(", ");
        format!("{}: {algorithms}{more}", key.material())
    })
    .collect()
}

fn algorithms(token: &TokenConfig, key: &Key) -> Vec<&'static str> {
    let listed = |algorithm: &dyn countersign::signature::Algorithm| {
        let names = &token.algorithms;
        names.is_empty() || names.iter().any(|name| algorithm.name().is_spelled(name))
    };
    let verifiers = key.verifiers(&default_provider().only(listed));
    let verifiers = verifiers.into_iter().flatten();
    verifiers.map(|it| it.algorithm().as_str()).collect()
}

fn expectations(token: &TokenConfig) -> Vec<String> {
    let mut found = Vec::new();
    for (claim, exact, regex) in [
        ("iss", token.exact_issuer(), &token.issuer_regex),
        ("aud", token.audience.as_deref(), &token.audience_regex),
    ] {
        if let Some(exact) = exact {
            found.push(format!("`{claim}` is {exact:?}"));
        }
        if let Some(regex) = regex {
            found.push(format!("`{claim}` matches {regex:?} as a whole"));
        }
    }
    if let Some(typ) = &token.typ {
        found.push(format!("`typ` is {typ:?}"));
    }
    if let Some(claim) = &token.user_id_claim {
        found.push(format!("the user stands in `{claim}`"));
    }
    if token.require_exp {
        found.push("`exp` is there".into());
    }
    if let Some(age) = token.max_age {
        found.push(format!("`iat` is at most {} ago", format_duration(age)));
    }
    if !token.leeway.is_zero() {
        found.push(format!(
            "clocks differ by at most {}",
            format_duration(token.leeway)
        ));
    }
    found
}

fn anonymous(config: &Config) -> &'static str {
    match (
        config.allow_anonymous_connect_without_token,
        config.disallow_anonymous_connection_tokens,
    ) {
        (false, false) => "with a signed token that names no user",
        (true, false) => "with a signed token that names no user, or without a token",
        (true, true) => "without a token alone",
        (false, true) => "refused",
    }
}
