//! Escapes text from strangers, so that it can't act on the reader's terminal.

use std::fmt::{self, Display};

/// Text in which characters that act on a terminal are escaped as Rust escapes them.
pub(crate) fn shown(text: &str) -> impl Display + '_ {
    struct Shown<'t>(&'t str);
    impl Display for Shown<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.chars().try_for_each(|character| {
                if acts(character) {
                    write!(f, "\\u{{{:x}}}", u32::from(character))
                } else {
                    write!(f, "{character}")
                }
            })
        }
    }
    Shown(text)
}

/// The same JSON, in which characters that act on a terminal are escaped as JSON escapes them.
pub(crate) fn visible_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        push_json(&mut out, character);
    }
    out
}

/// Adds one character of JSON, escaped if it acts on a terminal.
pub(crate) fn push_json(out: &mut String, character: char) {
    if acts(character) {
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    } else {
        out.push(character);
    }
}

/// Whether a character moves the cursor, ends the line, is invisible, or changes the
/// direction or order of the text around it (Unicode: Cc, Zl, Zp and most of Cf).
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0001}'
                | '\u{e0020}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::{shown, visible_json};

    #[test]
    fn characters_that_act_on_a_terminal_are_escaped() {
        let text = "a\u{1b}[2J\u{61c}\u{202e}\u{e0041}\u{9b}b";
        assert_eq!(
            shown(text).to_string(),
            r"a\u{1b}[2J\u{61c}\u{202e}\u{e0041}\u{9b}b"
        );
        assert_eq!(
            visible_json(&format!("\"{text}\"")),
            r#""a\u001b[2J\u061c\u202e\udb40\udc41\u009bb""#
        );
    }

    #[test]
    fn letters_of_every_script_stay() {
        for text in ["é", "שלום", "日本", "👩"] {
            assert_eq!(shown(text).to_string(), text);
            assert_eq!(visible_json(text), text);
        }
    }
}
