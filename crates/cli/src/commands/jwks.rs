//! `jwks`: what a server makes of the keys that an endpoint publishes.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use countersign::config::JwksConfig;
use countersign::default_provider;
use countersign::jwks::{KeyReport, Report, Settings};

use crate::config::{self, ConfigFile};
use crate::failure::Failure;
use crate::json::{Record, list};
use crate::output::{BAD, Console, DIM, GOOD, HEAD, shown, styled};

/// What a server tells of every token then: it takes a set without a usable key for a fault
/// of the endpoint.
const UNAVAILABLE: &str = "keys_unavailable";
const NO_KEY: &str = "found no usable key; every token would be refused";

/// The characters of a `kid` that the table shows: one odd key must not spoil it.
const KID_WIDTH: usize = 48;

/// `jwks`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign jwks https://id.example/.well-known/jwks.json
  countersign jwks keys.json
  countersign jwks                  the endpoint of the configuration

It fetches as a server would, with the jwks_… options of the configuration if there is
one. The exit status is 1 if no key is usable or the keys could not be fetched.")]
pub(crate) struct Args {
    /// URL of an endpoint, or a file with a JWK Set
    #[arg(value_name = "URL|FILE")]
    source: Option<String>,
    #[command(flatten)]
    pub(crate) config: ConfigFile,
}

/// Runs the command.
pub(crate) fn run(args: &Args, path: Option<&Path>, console: &mut Console) -> Result<(), Failure> {
    let configured = config::load_if_any(path)?.map(|found| found.config.token);
    let options = match &configured {
        Some(token) => token.jwks.clone(),
        None => JwksConfig::default(),
    };
    let source = match (&args.source, &configured) {
        (Some(source), _) => source.clone(),
        (None, Some(token)) if token.jwks_public_endpoint.is_some() => {
            token.jwks_public_endpoint.clone().unwrap_or_default()
        }
        _ => {
            return Err(Failure::Usage(
                "found no endpoint: give a URL or a file, or set \
                 client.token.jwks_public_endpoint"
                    .into(),
            ));
        }
    };
    let report = if source.contains("://") {
        options
            .report(&source)
            .map_err(|error| Failure::Usage(error.to_string()))?
    } else {
        let document = std::fs::read(&source)
            .map_err(|error| Failure::Usage(format!("{}: {error}", shown(&source))))?;
        Report::of(&document, &default_provider(), &options.settings)
    };
    match report {
        Ok(report) => tell(&report, &options.settings, console),
        Err(error) => {
            if console.is_json() {
                let record = unavailable(Record::new().raw("usable", false), &error.to_string());
                console.line(record.finish())?;
            }
            console.refused(UNAVAILABLE, error)?;
            Err(Failure::Refused)
        }
    }
}

fn tell(report: &Report, settings: &Settings, console: &mut Console) -> Result<(), Failure> {
    let trusted = settings.removed_key_trusted_at_most();
    if console.is_json() {
        let keys = list(report.keys().iter().map(|key| record(key).finish()));
        let record = Record::new()
            .raw("usable", report.used() > 0)
            .raw("keys", keys)
            .raw("removed_key_trusted_at_most", trusted.as_secs());
        let record = if report.used() > 0 {
            record
        } else {
            unavailable(record, NO_KEY)
        };
        console.line(record.finish())?;
    } else {
        table(report, console)?;
        console.line(format_args!(
            "A removed key is trusted for at most {}: {} that a set is fresh, and {} more while \
             the endpoint fails.",
            duration(trusted),
            duration(trusted.saturating_sub(settings.stale_if_error)),
            duration(settings.stale_if_error),
        ))?;
    }
    if report.used() > 0 {
        return Ok(());
    }
    console.refused(UNAVAILABLE, NO_KEY)?;
    Err(Failure::Refused)
}

fn unavailable(record: Record, message: &str) -> Record {
    record.text("code", UNAVAILABLE).text("message", message)
}

fn record(key: &KeyReport) -> Record {
    let text = |record: Record, name: &str, text: Option<&str>| match text {
        Some(text) => record.text(name, text),
        None => record.raw(name, "null"),
    };
    let record = text(Record::new(), "kid", key.kid());
    let record = text(record, "kty", key.kty());
    let record = record.texts("algorithms", key.algorithms().iter().map(|it| it.as_str()));
    let record = text(record, "size", key.size());
    let record = text(record, "thumbprint", key.thumbprint());
    let record = record
        .raw("private", key.is_private())
        .raw("usable", key.is_usable());
    text(record, "skipped", key.skipped())
}

fn table(report: &Report, console: &mut Console) -> io::Result<()> {
    let head = ["KID", "KTY", "SIZE", "ALGORITHMS", "THUMBPRINT"].map(String::from);
    let rows: Vec<[String; 5]> = report.keys().iter().map(row).collect();
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths = [0, 1, 2, 3, 4].map(width);
    let line = |row: &[String; 5]| {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ")
    };
    console.line(styled(HEAD, format!("{}  USE", line(&head))))?;
    for (key, row) in report.keys().iter().zip(&rows) {
        let out = console.out();
        write!(out, "{}  ", line(row))?;
        match key.skipped() {
            None => writeln!(out, "{}", styled(GOOD, "usable"))?,
            Some(why) => writeln!(out, "{} {}", styled(BAD, "skipped:"), shown(why))?,
        }
        if key.is_private() {
            writeln!(
                out,
                "{}",
                styled(
                    BAD,
                    "  its private half is published: anyone can sign by it"
                )
            )?;
        }
    }
    console.line(styled(
        DIM,
        format!("{} usable, {} skipped", report.used(), report.skipped()),
    ))
}

fn row(key: &KeyReport) -> [String; 5] {
    let cell = |text: Option<&str>| text.map_or_else(|| "-".into(), |text| shown(text).to_string());
    let kid = cell(key.kid());
    let algorithms: Vec<&str> = key.algorithms().iter().map(|it| it.as_str()).collect();
    [
        match kid.char_indices().nth(KID_WIDTH) {
            Some((end, _)) => format!("{}…", kid.get(..end).unwrap_or_default()),
            None => kid,
        },
        cell(key.kty()),
        cell(key.size()),
        if algorithms.is_empty() {
            "-".into()
        } else {
            algorithms.join(" ")
        },
        cell(key.thumbprint()),
    ]
}

fn duration(duration: Duration) -> impl std::fmt::Display {
    humantime::format_duration(duration)
}
