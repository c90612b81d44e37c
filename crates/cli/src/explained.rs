//! An explain trace on the screen and as JSON.

use std::io::{self, Write};

use countersign::{Error, Outcome, Step};

use crate::json::{Record, list};
use crate::output::{BAD, DIM, GOOD, styled};

/// Writes a line for each step.
pub(crate) fn write(out: &mut impl Write, steps: &[Step]) -> io::Result<()> {
    for Step {
        stage,
        outcome,
        detail,
        ..
    } in steps
    {
        let (style, word) = match outcome {
            Outcome::Passed => (GOOD, "passed"),
            Outcome::Failed(_) => (BAD, "failed"),
            Outcome::NotReached => (DIM, "not reached"),
        };
        let word = styled(style, format!("{word:<11}"));
        let line = format!("  {word}  {:<10}  {detail}", stage.as_str());
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Writes a line for each step up to the one that failed.
pub(crate) fn write_up_to_failure(out: &mut impl Write, steps: &[Step]) -> io::Result<()> {
    let taken = steps
        .iter()
        .take_while(|step| step.outcome != Outcome::NotReached);
    let taken: Vec<Step> = taken.cloned().collect();
    write(out, &taken)
}

/// The steps as a list.
pub(crate) fn steps_json(steps: &[Step]) -> String {
    list(steps.iter().map(|step| {
        let record = Record::new().text("stage", step.stage.as_str());
        match step.outcome {
            Outcome::Passed => record.text("outcome", "passed"),
            Outcome::Failed(code) => record.text("outcome", "failed").text("code", code.as_str()),
            Outcome::NotReached => record.text("outcome", "not_reached"),
        }
        .text("detail", &step.detail)
        .finish()
    }))
}

/// Adds the members that describe a refusal.
pub(crate) fn refusal(record: Record, error: &Error) -> Record {
    let code = error.code();
    record
        .raw("accepted", false)
        .text("code", code.as_str())
        .text("message", error.to_string())
        .text("advice", code.advice().to_string())
        .text("fault", code.fault().to_string())
}

/// Adds the members that describe a line that can't be a token.
pub(crate) fn unreadable(record: Record, sentence: &str) -> Record {
    let code = countersign::Code::Malformed;
    record
        .raw("accepted", false)
        .text("code", code.as_str())
        .text("message", sentence)
        .text("advice", code.advice().to_string())
        .text("fault", code.fault().to_string())
}
