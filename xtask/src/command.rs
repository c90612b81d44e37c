//! The table of commands, and their exit codes.
//!
//! Exit 0: the command succeeded. Exit 1: it found something wrong. Exit 2: the command line is
//! wrong.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::{audit, bench, conformance, coverage, fuzz, test, tidy, timing};

struct Command {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result<(), Failure>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "audit",
        arguments: "",
        about: "write the audit sheets and the public interfaces, and check licences and sources",
        run: audit::run,
    },
    Command {
        name: "bench",
        arguments: "[--server] [--rounds N] [--write-docs] | --check | --write-baseline",
        about: "measure this project, or its server, and its peers, or compare instruction counts \
         with the baseline",
        run: bench::run,
    },
    Command {
        name: "conformance",
        arguments: "[--json] [SUITE…] | --write-docs",
        about: "check the backends and the layers above with vectors, cases and peers",
        run: conformance::run,
    },
    Command {
        name: "coverage",
        arguments: "",
        about: "measure how many lines of each crate are run by tests",
        run: coverage::run,
    },
    Command {
        name: "fuzz",
        arguments: "[TARGET] [--seconds N | --replay]",
        about: "fuzz each target for a minute, or only run its stored inputs",
        run: fuzz::run,
    },
    Command {
        name: "test",
        arguments: "[--long] [SUITE…]",
        about: "run every test of the workspace, or only the named suites",
        run: test::run,
    },
    Command {
        name: "tidy",
        arguments: "",
        about: "check the layers, the manifests and the sources against the project's rules",
        run: tidy::run,
    },
    Command {
        name: "timing",
        arguments: "[ROUNDS]",
        about: "measure whether the time to refuse a signature depends on where it is wrong",
        run: timing::run,
    },
];

/// Runs the command that the arguments name.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    match dispatch(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(reason)) => {
            eprintln!("error: {reason}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(reason)) => {
            eprintln!("error: {reason}\n\n{}", help());
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), Failure> {
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Failure::Usage("no command given".to_owned()));
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        println!("{}", help());
        return Ok(());
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(rest),
        None => Err(Failure::Usage(format!("no command is called {name:?}"))),
    }
}

fn help() -> String {
    let mut text = "Usage: cargo xtask COMMAND\n\nCommands:\n".to_owned();
    for command in COMMANDS {
        let call = format!("{} {}", command.name, command.arguments);
        text.push_str(&format!("  {}\n      {}\n", call.trim_end(), command.about));
    }
    text.push_str("  help\n      print this\n\nSuites of `test`:\n");
    for suite in &test::SUITES {
        text.push_str(&format!("  {:<10} {}\n", suite.name, suite.about));
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, Failure, dispatch, help};

    fn call(words: &[&str]) -> Result<(), Failure> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        dispatch(&words)
    }

    #[test]
    fn a_command_that_does_not_exist_is_a_usage_error() {
        for words in [
            &[][..],
            &["teste"],
            &["--tidy"],
            &["test", "no-such-suite"],
            &["tidy", "x"],
        ] {
            assert!(matches!(call(words), Err(Failure::Usage(_))), "{words:?}");
        }
        assert!(call(&["help"]).is_ok());
    }

    #[test]
    fn help_names_every_command() {
        for command in COMMANDS {
            assert!(help().contains(command.name));
        }
    }
}
