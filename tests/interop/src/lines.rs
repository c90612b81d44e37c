//! A program that answers line by line: a command a line on its standard input, an answer a line
//! on its standard output, both JSON.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::peer::Refused;

#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) name: &'static str,
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Lines {
    pub(crate) fn start(name: &'static str, program: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} did not start: {error}"));
        Self {
            name,
            commands: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    pub(crate) fn ask(&mut self, command: &Value) -> Result<Value, Refused> {
        let commands = self.commands.as_mut().unwrap();
        writeln!(commands, "{command}").unwrap();
        commands.flush().unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{} answered {line:?}: {error}", self.name));
        match answer["error"].as_str() {
            Some(reason) => Err(Refused(reason.to_owned())),
            None => Ok(answer),
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // The end of its input ends the program.
        drop(self.commands.take());
        let _ = self.child.wait();
    }
}

/// Where the programs are, and what they need.
fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether a program is to run: `cargo xtask test` made it ready, or somebody installed it.
pub(crate) fn is_wanted(name: &str, installed: &str) -> bool {
    let wanted = match crate::promised() {
        Some(ready) => ready.split(',').any(|it| it == name),
        None => folder().join(installed).exists(),
    };
    if !wanted {
        eprintln!("skipped: {name} is not installed in {}", folder().display());
    }
    wanted
}
