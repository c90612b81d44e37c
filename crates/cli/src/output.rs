//! Writes to the screen: results to standard output, everything else to standard error.
//!
//! Only a terminal gets colours, and not if `NO_COLOR` is set; `anstream` decides.

use std::fmt::Display;
use std::io::{self, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};

use crate::delicate;
use crate::json::Record;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const HEAD: Style = Style::new().bold();
const CARE: Style = AnsiColor::Yellow.on_default();

/// Both streams, and whether results are for machines.
pub(crate) struct Console {
    out: AutoStream<io::Stdout>,
    err: AutoStream<io::Stderr>,
    json: bool,
}

impl Console {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            out: anstream::stdout(),
            err: anstream::stderr(),
            json,
        }
    }

    /// Whether results are JSON, an object a line.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Standard output, for results.
    pub(crate) fn out(&mut self) -> &mut impl Write {
        &mut self.out
    }

    /// A line of a result.
    pub(crate) fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// A result, for machines or for people.
    pub(crate) fn result(&mut self, record: Record, text: impl Display) -> io::Result<()> {
        if self.json {
            self.line(record.finish())
        } else {
            self.line(text)
        }
    }

    /// Prints a refusal on one line: its code and the reason.
    pub(crate) fn refused(&mut self, code: &str, sentence: impl Display) -> io::Result<()> {
        // On a terminal, show the results before this refusal first.
        self.out.flush()?;
        writeln!(self.err, "{}: {sentence}", styled(BAD, code))
    }

    /// Prints a warning about something that works but should be corrected.
    pub(crate) fn warning(&mut self, sentence: impl Display) -> io::Result<()> {
        self.out.flush()?;
        writeln!(self.err, "{}: {sentence}", styled(CARE, "warning"))
    }

    /// A remark for a person. It isn't part of the result.
    pub(crate) fn note(&mut self, sentence: impl Display) -> io::Result<()> {
        self.out.flush()?;
        writeln!(self.err, "{sentence}")
    }

    /// An error that ends the command. If it can't be written, it is lost.
    pub(crate) fn error(&mut self, sentence: impl Display) {
        let _ = self.out.flush();
        let sentence = delicate::hidden(&sentence.to_string());
        let _ = writeln!(self.err, "{}: {sentence}", styled(BAD, "error"));
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A text in a style, for [`Console`].
pub(crate) fn styled(style: Style, text: impl Display) -> impl Display {
    format!("{style}{text}{style:#}")
}

/// A user's name in a sentence.
pub(crate) fn user(name: &str) -> String {
    if name.is_empty() {
        "anonymous user".into()
    } else {
        format!("user {name:?}")
    }
}
