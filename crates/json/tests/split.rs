//! The raw texts of members and elements are exactly those of the input.

use countersign_json::Object;

#[test]
fn values_are_split_where_they_end_whatever_they_contain() {
    let values = [
        "null",
        "true",
        "false",
        "0",
        "-1.5e+3",
        r#""""#,
        r#""a""#,
        r#""\"""#,
        r#""\\""#,
        r#""\\\"]},{[:""#,
        "\"\u{e9}\u{1f600}\"",
        "[]",
        "{}",
        "[ ]",
        r#"[1, [2,{"a":"]"}], "\\"]"#,
        r#"{"}":"{","a":[{"b":{}}]}"#,
        "[[[[]]],[]]",
    ];
    for first in values {
        for second in values {
            for space in ["", " ", "\r\n\t "] {
                let text = format!(
                    "{space}{{{space}\"a\\\"\"{space}:{space}{first}{space},{space}\"b\"{space}:{space}{second}{space},\"c\":[{space}{second}{space},{space}{first}{space}]{space}}}{space}"
                );
                let object = Object::parse(text.as_bytes()).unwrap();
                let members: Vec<_> = object
                    .iter()
                    .map(|(name, value)| (name.into_owned(), value.raw().to_owned()))
                    .collect();
                assert_eq!(members.len(), 3, "{text}");
                assert_eq!(members[0], ("a\"".to_owned(), first.to_owned()));
                assert_eq!(members[1], ("b".to_owned(), second.to_owned()));
                let array = object.get("c").unwrap().as_array().unwrap();
                let elements: Vec<_> = array.iter().map(|value| value.raw()).collect();
                assert_eq!(elements, [second, first], "{text}");
            }
        }
    }
    for empty in ["{}", " { \n} "] {
        let object = Object::parse(empty.as_bytes()).unwrap();
        assert!(object.iter().next().is_none());
    }
}
