//! Runs the commands of the README.

use crate::support;

use std::path::Path;

use support::Place;

/// A command, the exit status that its comment promises, and its output.
struct Example {
    command: String,
    status: i32,
    output: Vec<String>,
}

fn examples() -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut in_console = false;
    for line in include_str!("../README.md").lines() {
        if line.starts_with("```") {
            in_console = line == "```console";
        } else if let (true, Some(command)) = (in_console, line.strip_prefix("$ ")) {
            let (command, status) = match command.split_once("    # exit ") {
                Some((command, status)) => (command, status.parse().unwrap()),
                None => (command, 0),
            };
            examples.push(Example {
                command: command.to_owned(),
                status,
                output: Vec::new(),
            });
        } else if in_console {
            examples.last_mut().unwrap().output.push(line.to_owned());
        }
    }
    examples
}

#[test]
fn every_command_of_the_readme_does_what_the_readme_says() {
    let place = Place::new();
    let program = Path::new(env!("CARGO_BIN_EXE_countersign"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let examples = examples();
    assert!(examples.len() > 15);
    for example in examples {
        let output = std::process::Command::new("sh")
            .args(["-c", &example.command])
            .current_dir(place.path())
            .env("PATH", &path)
            .env_remove("COUNTERSIGN_INTEROP")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let about = format!("{}: {said}", example.command);
        assert_eq!(output.status.code(), Some(example.status), "{about}");
        for line in example.output {
            assert!(said.contains(&line), "{line:?} of {about}");
        }
    }
}
