//! Cases of the client protocol: frames in, frames out, over the command core of the gateway,
//! without a socket.
//!
//! `codec` is `json` or `protobuf`, with `v1` or `v2` before it where the steps use `open`.
//! `config` has the options beside the secret, `token NAME` the payload of a token that
//! `${NAME}` stands for. `do` lines are steps, with what the client is sent behind ` => `, several
//! messages with ` & ` between them, or `nothing`:
//!
//! | step | what happens |
//! |---|---|
//! | `send MESSAGE & MESSAGE` | the client sends a frame: lines of JSON, or Protobuf as [`protobuf`] writes it |
//! | `raw HEX` | the client sends these bytes as a frame |
//! | `open` | the client connects, with the token called `t` or as user 42; nothing is compared |
//! | `wait SECONDS` | both clocks run |
//! | `alive SECONDS` | the same, while the client answers each ping; pings are not shown |
//! | `keys down`, `keys up` | the keys of tokens are not available, and are again |
//! | `shutdown` | the server stops |
//!
//! A close is `close CODE REASON`; a ping of WebSocket itself is `websocket ping`.

mod client;
mod protobuf;

use crate::cases::{self, Verdict};
use crate::judge::{ACCEPT, Judge, PANICKED, guarded};
use crate::records::{self, Record};
use crate::report::Report;

use client::Client;

const FILE: &str = include_str!("../../data/protocol.txt");

const NAMES: [&str; 8] = [
    "row", "name", "each", "let", "codec", "config", "token", "do",
];

/// The suite.
pub(crate) fn suite() -> Report {
    let mut judge = Judge::new("protocol", "gateway");
    for record in &records::read(FILE) {
        record.hold_names_to(&NAMES);
        for values in cases::combinations(record) {
            let verdict = guarded(|| run(record, &values))
                .unwrap_or_else(|why| Verdict::refuse(PANICKED, &why));
            let name = cases::name(record, &values);
            judge.case(&name, ACCEPT, &verdict.word, || verdict.details.clone());
        }
    }
    judge.finish()
}

fn run(record: &Record, values: &cases::text::Values) -> Verdict {
    let mut client = Client::new(record, values);
    for line in record.all("do") {
        let line = cases::text::expand_text(line, client.values());
        let (step, expected) = match line.split_once(" => ") {
            Some((step, expected)) => (step, Some(expected)),
            None => (line.as_str(), None),
        };
        client.act(step);
        let found = client.take_sent();
        let Some(expected) = expected else { continue };
        let expected = client.written(expected);
        if found != expected {
            let found = client.shown(&found);
            let expected = client.shown(&expected);
            let difference = format!("{step}: expected {expected}, found {found}");
            return Verdict::refuse("differs", &difference);
        }
    }
    Verdict::accept("every step went as written")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::FILE;
    use crate::records;

    /// How many rows each section of the protocol has; `data/protocol.txt` names them.
    const ROWS: [(&str, usize); 7] = [
        ("2", 20),
        ("3", 18),
        ("4", 5),
        ("5", 25),
        ("6", 9),
        ("7", 8),
        ("10", 14),
    ];

    #[test]
    fn every_row_of_the_protocol_has_a_case() {
        let found: BTreeSet<String> = records::read(FILE)
            .iter()
            .map(|record| record.need("row").to_owned())
            .collect();
        let expected: BTreeSet<String> = ROWS
            .into_iter()
            .flat_map(|(section, rows)| (1..=rows).map(move |row| format!("{section}.{row}")))
            .collect();
        assert_eq!(found, expected);
    }
}
