//! The program behind `cargo xtask conformance`: runs the suite and shows the result.
//!
//! Exit 0: no surprise. Exit 1: there is a surprise. Exit 2: the command line is wrong.
#![forbid(unsafe_code)]

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, panic};

use countersign_conformance::{compatibility, run, suites};

const USAGE: &str = "Usage: cargo xtask conformance [--json] [SUITE…] | --write-docs";

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments == ["--write-docs"] {
        let path = root.join("docs/compatibility.md");
        return match fs::write(&path, compatibility()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("{}: {error}", path.display())),
        };
    }
    let mut as_json = false;
    let mut names = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--json" => as_json = true,
            "--help" | "-h" => {
                println!("{}", usage());
                return ExitCode::SUCCESS;
            }
            name if suites().any(|known| known == name) => names.push(argument),
            other => {
                eprintln!(
                    "error: {other:?} is unknown, or can't be combined with other \
                 arguments\n\n{}",
                    usage()
                );
                return ExitCode::from(2);
            }
        }
    }
    // Hide the message of a panic that one case causes on purpose.
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<&str>() != Some(&"scripted panic") {
            usual(info);
        }
    }));
    let report = run(&names);
    if as_json {
        println!("{}", report.to_json());
    } else {
        print!("{report}");
    }
    // A run of some suites must not overwrite the report on all of them.
    if names.is_empty() {
        let path = root.join("target/conformance.md");
        let written = fs::create_dir_all(root.join("target"))
            .and_then(|()| fs::write(&path, report.to_markdown()));
        if let Err(error) = written {
            return fail(&format!("{}: {error}", path.display()));
        }
    }
    if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn usage() -> String {
    let known: Vec<&str> = suites().collect();
    format!("{USAGE}\n\nSuites: {}", known.join(", "))
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("error: {reason}");
    ExitCode::FAILURE
}
