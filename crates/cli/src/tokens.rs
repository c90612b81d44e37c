//! Reads tokens: one from the command line, or one from each line of standard input.

use std::ffi::OsStr;
use std::io::{self, BufRead, Read as _};

use crate::failure::Failure;

/// The longest line that is read, in bytes; all limits on tokens are far lower.
pub(crate) const LINE_LIMIT: usize = 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// One token, as it was read.
pub(crate) struct Given {
    /// The line of standard input, counted from 1; `None` for the command line.
    pub(crate) line: Option<u64>,
    /// The token, or the fault of the line.
    pub(crate) token: Result<String, String>,
}

impl Given {
    /// The addition to a sentence about it that names the line.
    pub(crate) fn place(&self) -> String {
        self.line
            .map_or_else(String::new, |line| format!(" (line {line})"))
    }
}

/// Calls the function with each token in turn: `argument`, or, if it is `-`, every line of standard
/// input that is not blank.
pub(crate) fn each(
    argument: &OsStr,
    mut take: impl FnMut(Given) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if argument != "-" {
        let token = argument.to_str().map(str::to_owned);
        return take(Given {
            line: None,
            token: token.ok_or_else(not_utf8),
        });
    }
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    let (mut number, mut found) = (0_u64, false);
    while let Some(is_whole) = read_line(&mut input, &mut line)? {
        number = number.saturating_add(1);
        // Some shells write a byte order mark before text that they pipe or save.
        if number == 1 && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        let token = if is_whole {
            String::from_utf8(line.clone()).map_err(|_| not_utf8())
        } else {
            Err(format!(
                "found a line of more than {LINE_LIMIT} bytes; give one token a line"
            ))
        };
        if token.as_ref().is_ok_and(|token| token.trim().is_empty()) {
            continue;
        }
        found = true;
        take(Given {
            line: Some(number),
            token,
        })?;
    }
    if found {
        Ok(())
    } else {
        // A script with an empty variable must not take this for "accepted".
        take(Given {
            line: None,
            token: Err("found no token on standard input; give one a line".into()),
        })
    }
}

/// Reads a line without its end. `None` at the end of the input; false for a line over the limit,
/// whose rest is skipped.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> Result<Option<bool>, Failure> {
    let unreadable = |error: io::Error| Failure::Usage(format!("standard input: {error}"));
    line.clear();
    let limit = u64::try_from(LINE_LIMIT)
        .unwrap_or(u64::MAX)
        .saturating_add(2);
    let read = input
        .by_ref()
        .take(limit)
        .read_until(b'\n', line)
        .map_err(unreadable)?;
    if read == 0 {
        return Ok(None);
    }
    let ended = line.pop_if(|byte| *byte == b'\n').is_some();
    line.pop_if(|byte| *byte == b'\r');
    if line.len() <= LINE_LIMIT {
        return Ok(Some(true));
    }
    if !ended {
        input.skip_until(b'\n').map_err(unreadable)?;
    }
    Ok(Some(false))
}

fn not_utf8() -> String {
    "found bytes that are not UTF-8; a token is ASCII".into()
}

#[cfg(test)]
mod tests {
    use super::{LINE_LIMIT, read_line};

    fn lines(mut input: &[u8]) -> Vec<(bool, usize)> {
        let mut line = Vec::new();
        let mut lines = Vec::new();
        while let Ok(Some(is_whole)) = read_line(&mut input, &mut line) {
            lines.push((is_whole, line.len()));
        }
        lines
    }

    #[test]
    fn lines_may_end_in_any_way() {
        assert_eq!(lines(b"ab\r\n\nc"), [(true, 2), (true, 0), (true, 1)]);
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn a_line_over_the_limit_is_skipped_and_not_kept() {
        for (length, is_whole) in [
            (LINE_LIMIT, true),
            (LINE_LIMIT + 1, false),
            (LINE_LIMIT * 5, false),
        ] {
            let input = [vec![b'a'; length], b"\nb\n".to_vec()].concat();
            let lines = lines(&input);
            assert_eq!(lines.len(), 2, "{length}");
            assert_eq!(lines[0].0, is_whole, "{length}");
            assert!(lines[0].1 <= LINE_LIMIT + 2);
            assert_eq!(lines[1], (true, 1));
        }
    }
}
