//! Protobuf in a form that people can write: `1:1 4:{1:"token" 4:'js'}`.
//!
//! A field is `NUMBER:VALUE`. A value is a number (varint), a text in quotes of either kind, a
//! message in braces, or bytes as `xHEX`.

use crate::encoding::unhex;

/// A message with its length before it, as in a frame. `{}` is an empty message.
pub(super) fn delimited(text: &str) -> Vec<u8> {
    let message = if text == "{}" {
        Vec::new()
    } else {
        message(text)
    };
    let mut bytes = varint(message.len() as u64);
    bytes.extend(message);
    bytes
}

fn message(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (number, after) = rest.split_once(':').expect("NUMBER:VALUE");
        let number: u64 = number.parse().expect("the number of a field");
        let content;
        match after.chars().next().expect("a value") {
            quote @ ('"' | '\'') => {
                let (text, after) = after[1..].split_once(quote).expect("a closing quote");
                content = Some(text.as_bytes().to_vec());
                rest = after;
            }
            '{' => {
                let end = closing(after);
                content = Some(message(&after[1..end]));
                rest = &after[end + 1..];
            }
            first => {
                let (word, after) = after.split_once(' ').unwrap_or((after, ""));
                rest = after;
                if first == 'x' {
                    content = Some(unhex(&word[1..]));
                } else {
                    content = None;
                    bytes.extend(varint(number << 3));
                    bytes.extend(varint(word.parse().expect("a number")));
                }
            }
        }
        if let Some(content) = content {
            bytes.extend(varint(number << 3 | 2));
            bytes.extend(varint(content.len() as u64));
            bytes.extend(content);
        }
        rest = rest.trim_start();
    }
    bytes
}

/// The position of the brace that closes the text. Braces in quotes don't count.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '{') => depth += 1,
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
        if depth == 0 {
            return at;
        }
    }
    panic!("no closing brace in {text:?}")
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

#[cfg(test)]
mod tests {
    use super::delimited;

    #[test]
    fn fields_are_encoded_as_protobuf_says() {
        for (text, bytes) in [
            ("{}", &b"\x00"[..]),
            ("1:1", b"\x02\x08\x01"),
            ("1:300 2:0", b"\x05\x08\xac\x02\x10\x00"),
            ("4:{1:\"}\"} 2:'\"'", b"\x08\x22\x03\x0a\x01}\x12\x01\""),
            ("3:xff0a 16:{}", b"\x07\x1a\x02\xff\x0a\x82\x01\x00"),
        ] {
            assert_eq!(delimited(text), bytes, "{text}");
        }
    }
}
