//! The command line, and the exit status of each command.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{
    checkconfig, checktoken, demo, genconfig, genkey, gentoken, inspect, jwks, jws, serve,
};
use crate::config::ConfigFile;
use crate::delicate;
use crate::failure::{Failure, REFUSED, USAGE};
use crate::json::Record;
use crate::output::Console;

/// JWT authentication for real-time servers: make, check and explain tokens and keys.
#[derive(Parser)]
#[command(name = "countersign", version, after_help = AFTER)]
struct Line {
    #[command(flatten)]
    config: ConfigFile,
    /// Print results as JSON, one object on each line
    #[arg(long, global = true, display_order = 91)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

const AFTER: &str = "\
Examples:
  countersign serve                       a WebSocket server, with a token ready to use
  countersign demo                        how a token is issued, checked and explained
  countersign genconfig                   write config.json with a new secret
  countersign gentoken -u 42              a connection token for user 42
  countersign gentoken -q | countersign checktoken -
  countersign inspect TOKEN               what a token says, and which check fails

A configuration is a .json, .toml or .yaml file with the option names of Centrifugo. Environment
variables such as COUNTERSIGN_TOKEN_HMAC_SECRET_KEY win over the file.

Exit status: 0 accepted or done, 1 refused, 2 wrong usage or configuration.";

#[derive(Subcommand)]
enum Command {
    /// Make a connection token
    Gentoken(gentoken::Connection),
    /// Make a subscription token
    Gensubtoken(gentoken::Subscription),
    /// Check a connection token
    #[command(after_help = checktoken::CONNECTION_HELP)]
    Checktoken(checktoken::Args),
    /// Check a subscription token
    #[command(after_help = checktoken::SUBSCRIPTION_HELP)]
    Checksubtoken(checktoken::Args),
    /// Show what a token says, and each check that it passes or fails
    Inspect(inspect::Args),
    /// Make a key
    Genkey(genkey::Args),
    /// Write a configuration with a new secret
    Genconfig(genconfig::Args),
    /// Check a configuration and show what it means
    Checkconfig(checkconfig::Args),
    /// Sign and verify any payload
    #[command(subcommand)]
    Jws(jws::Command),
    /// Show which keys of an endpoint are used, and why others are skipped
    Jwks(jwks::Args),
    /// Issue, check and explain a token with a new key
    Demo,
    /// Serve WebSocket connections to the clients of Centrifugo
    Serve(serve::Args),
    /// Show the version of this program
    Version,
}

/// Runs the command that the command line names.
pub(crate) fn main() -> ExitCode {
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(error) => return usage(&error),
    };
    let mut console = Console::new(line.json);
    let ended = run(line, &mut console).and_then(|()| Ok(console.flush()?));
    ExitCode::from(match ended {
        Ok(()) => 0,
        Err(Failure::Refused) => match console.flush() {
            Ok(()) => REFUSED,
            Err(_) => USAGE,
        },
        Err(Failure::Usage(sentence)) => {
            console.error(sentence);
            USAGE
        }
        // The reader of the output has gone away, so report nothing. The status is not that of an
        // accepted token.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => USAGE,
        Err(Failure::Output(error)) => {
            console.error(format_args!("standard output: {error}"));
            USAGE
        }
    })
}

fn run(line: Line, console: &mut Console) -> Result<(), Failure> {
    // Global options may stand before the command, or after it if the command takes them.
    let config = &line.config;
    match line.command {
        Command::Gentoken(args) => gentoken::connection(&args, args.config.or(config), console),
        Command::Gensubtoken(args) => {
            gentoken::subscription(&args, args.config.or(config), console)
        }
        Command::Checktoken(args) => checktoken::run(
            checktoken::Kind::Connection,
            &args,
            args.config.or(config),
            console,
        ),
        Command::Checksubtoken(args) => checktoken::run(
            checktoken::Kind::Subscription,
            &args,
            args.config.or(config),
            console,
        ),
        Command::Inspect(args) => inspect::run(&args, args.config.or(config), console),
        Command::Jwks(args) => jwks::run(&args, args.config.or(config), console),
        Command::Genconfig(args) => genconfig::run(args.config.or(config), console),
        Command::Checkconfig(args) => checkconfig::run(&args, args.config.or(config), console),
        Command::Genkey(_) | Command::Jws(_) | Command::Demo | Command::Version
            if config.is_named() =>
        {
            Err(Failure::Usage(
                "this command reads no configuration; leave -c out".into(),
            ))
        }
        Command::Serve(args) => serve::run(&args, args.config.or(config), console),
        Command::Genkey(args) => genkey::run(&args, console),
        Command::Jws(command) => jws::run(&command, console),
        Command::Demo => demo::run(console),
        Command::Version => version(console),
    }
}

fn version(console: &mut Console) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    if console.is_json() {
        return Ok(console.line(Record::new().text("version", version).finish())?);
    }
    Ok(console.line(format_args!("countersign {version}"))?)
}

/// Prints a message of clap: help to standard output, errors to standard error.
fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().ansi().to_string();
    // If this fails, no stream is left for an error.
    if error.use_stderr() {
        let _ = write!(anstream::stderr(), "{}", delicate::hidden(&text));
        ExitCode::from(USAGE)
    } else {
        let mut out = anstream::stdout();
        let _ = write!(out, "{text}").and_then(|()| out.flush());
        ExitCode::SUCCESS
    }
}
