//! Libraries in Go, in a program that waits for requests: `tests/bench/go`.
//!
//! A line on its standard input asks for a number of verifications. A line on its standard output
//! says how many nanoseconds they took.

use core::cell::RefCell;
use core::time::Duration;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use countersign::signature::{AlgorithmName, KeyMaterial};
use countersign_test_backends::keys;

use crate::measure::Contestant;
use crate::tokens;

pub(crate) const CRISTALHQ: &str = "cristalhq/jwt (Go)";
pub(crate) const GOLANG_JWT: &str = "golang-jwt (Go)";

pub(crate) struct Go {
    child: Child,
    pipes: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Go {
    pub(crate) fn start(program: &Path) -> std::io::Result<Self> {
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let go = Self {
            child,
            pipes: RefCell::new((input, BufReader::new(output))),
        };
        go.tell(&format!("secret {}", hex(&tokens::secret())));
        if let KeyMaterial::EcPublic(key) = keys::verifying(AlgorithmName::ES384) {
            go.tell(&format!("es384 {}", hex(key.as_uncompressed())));
        }
        for name in [AlgorithmName::HS256, AlgorithmName::ES384] {
            go.tell(&format!("token {name} {}", tokens::token(name)));
        }
        Ok(go)
    }

    pub(crate) fn contestant(&self, name: &str, library: &str, alg: &str) -> Contestant<'_> {
        let allocations = self.ask(&format!("allocations {library} {alg}"));
        let call = format!("verify {library} {alg}");
        Contestant::elsewhere(name, Some(allocations), move |times| {
            Duration::from_nanos(self.ask(&format!("{call} {times}")))
        })
    }

    fn tell(&self, line: &str) {
        let (input, _) = &mut *self.pipes.borrow_mut();
        writeln!(input, "{line}").unwrap();
    }

    fn ask(&self, line: &str) -> u64 {
        self.tell(line);
        let (_, output) = &mut *self.pipes.borrow_mut();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        let number = answer.trim().parse();
        number.unwrap_or_else(|_| panic!("the Go program answered {answer:?} to {line:?}"))
    }
}

impl Drop for Go {
    fn drop(&mut self) {
        // It ends when its input ends, so an error here doesn't matter.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
