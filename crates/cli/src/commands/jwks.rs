//! `jwks`: shows which keys of an endpoint a server would use, and why it skips the others.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use countersign::config::{ConfiguredEndpoint, EndpointSource, JwksConfig};
use countersign::default_provider;
use countersign::fetch::FetchError;
use countersign::jwks::{Settings, inspect};
use countersign::published_keys::{KeyReport, Report};

use crate::config::{self, ConfigFile};
use crate::escape::shown;
use crate::failure::Failure;
use crate::json::{Record, list};
use crate::output::{BAD, Console, DIM, GOOD, HEAD, styled};

/// The code with which a server refuses every token if a set has no usable key: for the server, this
/// is a fault of the endpoint.
const UNAVAILABLE: &str = "keys_unavailable";
const NO_KEY: &str = "found no usable key; every token would be refused";

/// The most characters that a cell of the table shows.
const CELL_WIDTH: usize = 48;

/// `jwks`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  countersign jwks https://id.example/.well-known/jwks.json
  countersign jwks keys.json
  countersign jwks                  every endpoint of the configuration

It fetches as a server would, with the jwks_… options of the configuration if there is one.
To a file they apply only if -c names the configuration. The exit status is 1 if no key is
usable or the keys could not be fetched.")]
pub(crate) struct Args {
    /// URL of an endpoint, or a file with a JWK Set
    #[arg(value_name = "URL|FILE")]
    source: Option<OsString>,
    #[command(flatten)]
    pub(crate) config: ConfigFile,
}

/// Runs the command.
pub(crate) fn run(args: &Args, path: Option<&Path>, console: &mut Console) -> Result<(), Failure> {
    let Some(source) = &args.source else {
        return configured(path, console);
    };
    let url = source.to_str().filter(|source| source.contains("://"));
    // A file needs no configuration, unless an option names one for its limits.
    let config = match (url, path) {
        (None, None) => None,
        _ => config::load_if_any(path)?,
    };
    let url_or_none = url.unwrap_or_default();
    let mut endpoint =
        ConfiguredEndpoint::key_set(url_or_none, JwksConfig::default(), default_provider());
    if let Some(config) = config.map(|found| found.config) {
        // Ignore faults of other options; the commands that need those options report them.
        let configured = config.setup().endpoints().unwrap_or_default();
        let same = configured
            .into_iter()
            .find(|it| Some(it.source.as_str()) == url);
        match same {
            Some(found) => endpoint = found,
            None => endpoint.jwks = config.token.jwks,
        }
    }
    let report = match url {
        Some(_) => fetch(&endpoint)?,
        None => {
            let file = Path::new(source);
            let document = read(file, endpoint.jwks.settings.body_limit)
                .map_err(|error| Failure::file(file, &error))?;
            inspect(&document, &endpoint.provider, &endpoint.jwks.settings)
        }
    };
    if tell(report, &endpoint.jwks.settings, Record::new(), console)? {
        Ok(())
    } else {
        Err(Failure::Refused)
    }
}

/// Reads a file up to one byte more than the limit.
fn read(file: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut document = Vec::new();
    File::open(file)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut document)?;
    Ok(document)
}

/// Every endpoint of the configuration, each with its own options.
fn configured(path: Option<&Path>, console: &mut Console) -> Result<(), Failure> {
    let endpoints = match config::load_if_any(path)? {
        Some(found) => {
            let endpoints = found.config.setup().endpoints();
            endpoints.map_err(|error| found.fault(&error))?
        }
        None => Vec::new(),
    };
    if endpoints.is_empty() {
        return Err(Failure::Usage(
            "found no endpoint: give a URL or a file, or set client.token.jwks_public_endpoint or \
             client.token.jwks_issuer"
                .into(),
        ));
    }
    let mut is_good = true;
    for (index, endpoint) in endpoints.iter().enumerate() {
        let (word, url) = match &endpoint.source {
            EndpointSource::Issuer(issuer) => ("issuer", issuer.as_str()),
            other => ("endpoint", other.as_str()),
        };
        if endpoints.len() > 1 && !console.is_json() {
            let gap = if index > 0 { "\n" } else { "" };
            console.line(format_args!("{gap}{}", styled(HEAD, shown(url))))?;
        }
        let record = Record::new().text(word, url);
        let settings = &endpoint.jwks.settings;
        is_good &= tell(fetch(endpoint)?, settings, record, console)?;
    }
    if is_good {
        Ok(())
    } else {
        Err(Failure::Refused)
    }
}

fn fetch(endpoint: &ConfiguredEndpoint) -> Result<Result<Report, FetchError>, Failure> {
    endpoint.report().map_err(|error| {
        Failure::Usage(match error.setting() {
            Some(setting) => format!("`jwks_{setting}`: {error}"),
            None => error.to_string(),
        })
    })
}

/// Shows one set. Returns whether it has a usable key.
fn tell(
    report: Result<Report, FetchError>,
    settings: &Settings,
    record: Record,
    console: &mut Console,
) -> Result<bool, Failure> {
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            if console.is_json() {
                let record = unavailable(record.raw("usable", false), &error.to_string());
                console.line(record.finish())?;
            }
            console.refused(UNAVAILABLE, error)?;
            return Ok(false);
        }
    };
    let trusted = settings.removed_key_trusted_at_most();
    let is_usable = report.used() > 0;
    if console.is_json() {
        let keys = list(report.keys().iter().map(|key| self::record(key).finish()));
        let record = record
            .raw("usable", is_usable)
            .raw("keys", keys)
            .raw("removed_key_trusted_at_most", trusted.as_secs());
        let record = if is_usable {
            record
        } else {
            unavailable(record, NO_KEY)
        };
        console.line(record.finish())?;
    } else {
        table(&report, console)?;
        console.line(format_args!(
            "A removed key is trusted for at most {}: {} that a set is fresh, and {} more while \
             the endpoint fails.",
            duration(trusted),
            duration(trusted.saturating_sub(settings.stale_if_error)),
            duration(settings.stale_if_error),
        ))?;
    }
    if !is_usable {
        console.refused(UNAVAILABLE, NO_KEY)?;
    }
    Ok(is_usable)
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
    let record = text(record, "alg", key.alg());
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
                    "  its private half is published, so anyone can sign with it; replace this key"
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
    // A long name must not spoil the table.
    let cell = |text: Option<&str>| {
        let text = text.map_or_else(|| "-".into(), |text| shown(text).to_string());
        match text.char_indices().nth(CELL_WIDTH) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    };
    let algorithms: Vec<&str> = key.algorithms().iter().map(|it| it.as_str()).collect();
    [
        cell(key.kid()),
        cell(key.kty()),
        cell(key.size()),
        if algorithms.is_empty() {
            cell(key.alg())
        } else {
            algorithms.join(" ")
        },
        cell(key.thumbprint()),
    ]
}

fn duration(duration: Duration) -> impl std::fmt::Display {
    humantime::format_duration(duration)
}
