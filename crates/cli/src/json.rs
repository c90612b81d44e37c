//! Writes JSON: objects whose members keep their order, and indented text.
//!
//! JSON of a token is written unchanged, so that no number is rounded and no duplicate name is
//! lost.

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::UnixTime;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::escape::{push_json, visible_json};

/// An object, member by member.
pub(crate) struct Record(String);

impl Record {
    pub(crate) fn new() -> Self {
        Self("{".into())
    }

    /// Adds a member whose value is already JSON.
    pub(crate) fn raw(mut self, name: &str, json: impl Display) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&quoted(name));
        self.0.push(':');
        self.0.push_str(&json.to_string());
        self
    }

    pub(crate) fn text(self, name: &str, text: impl AsRef<str>) -> Self {
        self.raw(name, quoted(text.as_ref()))
    }

    pub(crate) fn texts<T: AsRef<str>>(
        self,
        name: &str,
        texts: impl IntoIterator<Item = T>,
    ) -> Self {
        let items: Vec<String> = texts.into_iter().map(|it| quoted(it.as_ref())).collect();
        self.raw(name, format!("[{}]", items.join(",")))
    }

    /// Seconds since the epoch, or `null` for never.
    pub(crate) fn time(self, name: &str, time: Option<UnixTime>) -> Self {
        match time {
            Some(time) => self.raw(name, time),
            None => self.raw(name, "null"),
        }
    }

    /// Adds bytes, usually JSON: as JSON if they are valid, as a string if they are UTF-8, else in
    /// base64 under a name that begins with `b64` (`b64info`).
    pub(crate) fn bytes(self, name: &str, bytes: &[u8]) -> Self {
        match (value(bytes), str::from_utf8(bytes)) {
            (Some(json), _) => self.raw(name, json),
            (None, Ok(text)) => self.text(name, text),
            (None, Err(_)) => self.text(&format!("b64{name}"), STANDARD.encode(bytes)),
        }
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A list of values that are already JSON.
pub(crate) fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("[{}]", items.join(","))
}

/// A string of JSON.
pub(crate) fn quoted(text: &str) -> String {
    visible_json(&Value::from(text).to_string())
}

/// The single JSON value in these bytes, on one line.
pub(crate) fn value(bytes: &[u8]) -> Option<String> {
    let raw: &RawValue = serde_json::from_slice(bytes).ok()?;
    // In valid JSON, raw line breaks and tabs occur only between tokens: inside strings they are
    // escaped.
    Some(visible_json(&raw.get().replace(['\n', '\r', '\t'], " ")))
}

/// JSON laid out on several lines, each after `margin`. Characters that act on a
/// terminal are escaped as JSON escapes them.
pub(crate) fn pretty(json: &str, margin: &str) -> String {
    let mut out = String::from(margin);
    let mut depth = 0_usize;
    let (mut in_string, mut escaped) = (false, false);
    let mut characters = json.chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            push_json(&mut out, character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            ' ' | '\t' | '\n' | '\r' => {}
            '{' | '[' => {
                out.push(character);
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                // An empty list or object stays on its line.
                if let Some(end) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth = depth.saturating_add(1);
                    break_line(&mut out, margin, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, margin, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                break_line(&mut out, margin, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                in_string = character == '"';
                out.push(character);
            }
        }
    }
    out
}

fn break_line(out: &mut String, margin: &str, depth: usize) {
    // Limit the indentation: a thousand nested arrays must not make lines of two thousand spaces.
    const DEEPEST: usize = 40;
    out.push('\n');
    out.push_str(margin);
    out.push_str(&"  ".repeat(depth.min(DEEPEST)));
}

#[cfg(test)]
mod tests {
    use super::{Record, pretty, value};

    #[test]
    fn indented_json_has_the_same_content() {
        for json in [
            r#"{"a":1,"b":[],"c":{"d":[1,2.50,"x, {y}: \" \\"],"e":{}},"f":null}"#,
            "12345678901234567890123",
            r#""text""#,
            "[[[]]]",
        ] {
            let laid_out = pretty(json, "  ");
            let packed = laid_out.replace("\n", "").replace("  ", "");
            assert_eq!(
                packed.replace(": ", ":"),
                json.replace(": ", ":"),
                "{laid_out}"
            );
        }
    }

    #[test]
    fn a_record_keeps_the_order_of_its_members() {
        let record = Record::new().text("z", "\"").raw("a", 1).texts("l", ["x"]);
        assert_eq!(record.finish(), r#"{"z":"\"","a":1,"l":["x"]}"#);
    }

    #[test]
    fn json_of_several_lines_becomes_one_line() {
        assert_eq!(value(b" {\"a\":\n1} ").as_deref(), Some("{\"a\": 1}"));
        assert_eq!(value(b"{} {}"), None);
        assert_eq!(value(b"\xff"), None);
        assert_eq!(
            value("\"\u{9b}\"".as_bytes()).as_deref(),
            Some(r#""\u009b""#)
        );
    }
}
