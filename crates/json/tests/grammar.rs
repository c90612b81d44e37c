//! Compares the grammar with that of `serde_json`, which most Rust programs use.

use countersign_json::{JsonError, Kind, MAX_DEPTH, Object, UnreadValue, Value, utf8};
use serde_json::Value as Other;

const TEXTS: [&str; 9] = [
    r#"{"a":[1,-2.5e+3,0,true,false,null],"b":{"c":"d"}}"#,
    r#"{"\u0061\"\\\/\b\f\n\r\t":"\ud83d\ude00\u00e9 é😀","x":""}"#,
    " {\r\n\t\"n\" : [ 0.5E-7 , -0 , 10e0 ] , \"o\" : { } , \"p\" : [ ] } ",
    r#"{"u":"\uD7FF\uE000\uFFFF\u0000\ud800\udc00"}"#,
    r#"{"big":123456789012345678901234567890,"f":1.7976931348623157e308,"s":5e-324}"#,
    r#"{"s":["\ud800x","\udc00","\ud800\ud800"]}"#,
    r#"{"deep":[[[[{"a":[{"b":[]}]}]]]]}"#,
    r#"{"a":1e400}"#,
    "{}",
];

/// Bytes that replace one byte of a text: those that matter in JSON, and some that don't.
const BYTES: &[u8] = b"\"\\{}[]:, \t\n\x01/utfnbe+-.019aDd\x7f";

/// Checks that both readers agree about a text. Our stricter rules have their own errors, for
/// which `serde_json` may accept the text.
fn agree(text: &str) {
    let other = serde_json::from_str::<Other>(text);
    let object = Object::parse(text.as_bytes());
    nested_reading_agrees(text, object.as_ref().ok());
    match object {
        Ok(object) => {
            let other = other.unwrap_or_else(|error| panic!("{text:?}: {error}"));
            same_members(object, &other);
        }
        Err(JsonError::NotAnObject) => assert!(!other.is_ok_and(|it| it.is_object()), "{text:?}"),
        // serde_json rounds while it reads, and accepts some numbers just above the largest
        // float.
        Err(JsonError::Duplicate(_) | JsonError::NumberOutOfRange { .. }) => {}
        Err(_) => assert!(other.is_err(), "{text:?}"),
    }
}

/// Checks that an [`UnreadValue`] accepts what `Object::parse` accepts, however deep it goes in.
fn nested_reading_agrees(text: &str, object: Option<&Object<'_>>) {
    if let Some(object) = object {
        let read = UnreadValue::read(text, |document| descend_members(document, *object));
        assert!(read.is_some(), "{text:?}");
    }
    let whole = UnreadValue::read(text, |document| {
        document.members(|_, value| value.value().map(drop))
    });
    let arrays = UnreadValue::read(text, |document| {
        document.members(|_, value| value.elements(|value| value.value().map(drop)))
    });
    let objects = UnreadValue::read(text, |document| {
        document.members(|_, value| value.members(|_, value| value.value().map(drop)))
    });
    assert_eq!(whole.is_some(), object.is_some(), "{text:?}");
    assert!(object.is_some() || arrays.or(objects).is_none(), "{text:?}");
}

fn descend_members<'a>(unread: UnreadValue<'_, 'a>, object: Object<'a>) -> Option<()> {
    let mut expected = object.iter();
    unread.members(|name, unread| {
        let (expected_name, expected) = expected.next()?;
        assert_eq!(name, expected_name);
        descend(unread, expected)
    })?;
    expected.next().is_none().then_some(())
}

fn descend<'a>(unread: UnreadValue<'_, 'a>, value: Value<'a>) -> Option<()> {
    match value.kind() {
        Kind::Object => descend_members(unread, value.as_object()?),
        Kind::Array => {
            let mut expected = value.as_array()?.iter();
            unread.elements(|unread| descend(unread, expected.next()?))?;
            expected.next().is_none().then_some(())
        }
        _ => (unread.value()? == value).then_some(()),
    }
}

#[test]
fn a_value_that_nobody_reads_is_refused() {
    for text in [r#"{"a":}"#, r#"{"a":1}"#, r#"{"a":[,]}"#] {
        let read = UnreadValue::read(text, |document| document.members(|_, _| Some(())));
        assert_eq!(read, None, "{text}");
        let read = UnreadValue::read(text, |document| {
            document.members(|_, value| value.elements(|_| Some(())))
        });
        assert_eq!(read, None, "{text}");
    }
    assert_eq!(UnreadValue::read("1", |_| Some(())), None);
}

#[test]
fn nested_reading_accepts_the_same_depth_as_an_object() {
    for depth in [MAX_DEPTH - 1, MAX_DEPTH] {
        let text = format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        let object = Object::parse(text.as_bytes());
        assert_eq!(object.is_ok(), depth < MAX_DEPTH);
        nested_reading_agrees(&text, object.as_ref().ok());
    }
}

fn same_members(object: Object<'_>, other: &Other) {
    for (name, value) in object {
        same(value, &other[&*name]);
    }
    assert_eq!(object.iter().count(), other.as_object().unwrap().len());
}

fn same(value: Value<'_>, other: &Other) {
    assert_eq!(value.as_str().as_deref(), other.as_str());
    assert_eq!(value.as_bool(), other.as_bool());
    assert_eq!(value.as_number().is_some(), other.is_number());
    match (value.as_object(), value.as_array()) {
        (Some(object), _) => same_members(object, other),
        (_, Some(array)) => {
            let others = other.as_array().unwrap();
            assert_eq!(array.iter().count(), others.len());
            for (value, other) in array.iter().zip(others) {
                same(value, other);
            }
        }
        _ => {}
    }
}

#[test]
fn every_text_with_a_byte_exchanged_added_or_missing_is_read_as_by_serde_json() {
    for text in TEXTS {
        agree(text);
        for at in 0..=text.len() {
            let (before, behind) = text.as_bytes().split_at(at);
            let rest = behind.get(1..).unwrap_or_default();
            let mut bent = vec![before.to_vec(), [before, rest].concat()];
            for byte in BYTES {
                bent.push([before, &[*byte], rest].concat());
                bent.push([before, &[*byte], behind].concat());
            }
            for bent in bent.iter().filter_map(|bytes| str::from_utf8(bytes).ok()) {
                agree(bent);
            }
        }
    }
}

#[test]
fn every_escape_is_read_as_by_serde_json() {
    for unit in 0..=0xffff_u32 {
        agree(&format!(r#"{{"a":"\u{unit:04x}"}}"#));
    }
    for first in [0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000] {
        for second in [0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0x41] {
            agree(&format!(r#"{{"a":"\u{first:04X}\u{second:04x}"}}"#));
        }
    }
    for byte in 0..=0x7f_u8 {
        let character = char::from(byte);
        agree(&format!("{{\"a\":\"\\{character}\"}}"));
        agree(&format!("{{\"a\":\"{character}\"}}"));
        agree(&format!("{{\"a\":\"\\u00{character}1\"}}"));
    }
}

/// Whether `serde_json` accepts these depends on its features.
#[test]
fn f10_the_error_about_a_huge_number_has_its_place() {
    let digits = format!("-{}.5", "9".repeat(310));
    for number in [
        "1e309",
        "1e400",
        "-1e400",
        "1.8e308",
        "1e99999999999999999999",
        &digits,
    ] {
        for (text, line, column) in [
            (format!(r#"{{"exp":{number}}}"#), 1, 8),
            (format!("{{\n \"a\": [0, {number}]}}"), 2, 11),
        ] {
            let error = Object::parse(text.as_bytes()).unwrap_err();
            assert_eq!(
                error,
                JsonError::NumberOutOfRange { line, column },
                "{text}"
            );
        }
    }
    let sentence = Object::parse(b"{\"a\":1e400}").unwrap_err().to_string();
    assert_eq!(
        sentence,
        "found a number at line 1, column 6 that no 64-bit float holds; readers would differ \
         about it"
    );
    let exact = format!("{}.{}", "1".repeat(308), "1".repeat(308));
    for number in [
        "1.7976931348623157e308",
        "0e999",
        "1e-400",
        "-0.0e-99999",
        &exact,
    ] {
        assert!(
            Object::parse(format!("{{\"a\":{number}}}").as_bytes()).is_ok(),
            "{number}"
        );
    }
}

#[test]
fn numbers_do_not_count_as_nesting() {
    let text = format!("{{\"a\":{}1.5e3{}}}", "[".repeat(99), "]".repeat(99));
    assert!(Object::parse(text.as_bytes()).is_ok());
}

#[test]
fn an_error_names_the_place_where_reading_stopped() {
    for (text, line, column) in [
        ("{\"a\":1,}", 1, 8),
        ("{\"a\":01}", 1, 7),
        ("{\n\"a\":\n tru}", 3, 5),
        ("{} x", 1, 4),
        ("{\"a\"", 1, 4),
        ("{\"a\":\"\\x\"}", 1, 7),
        ("{\"a\":\"b\u{1}\"}", 1, 8),
    ] {
        let error = Object::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error, JsonError::Syntax { line, column }, "{text:?}");
    }
}

/// Strings are scanned eight bytes at a time. So this tries each special byte at each place of
/// such a word, after each kind of byte that could cause a carry.
#[test]
fn special_bytes_are_found_at_every_place_of_a_string() {
    let specials = [
        "\"", "\\", "\\n", "\u{0}", "\u{1f}", "\n", " ", "!", "#", "[", "]", "\u{7f}", "\u{80}",
        "\u{e9}",
    ];
    for before in ["a", " ", "!", "\u{80}", "\u{7ff}", "\u{ffff}"] {
        for length in 0..=17 {
            for special in specials {
                for after in 0..=9 {
                    let (before, after) = (before.repeat(length), "z".repeat(after));
                    agree(&format!("{{\"k\":\"{before}{special}{after}\"}}"));
                    agree(&format!("{{\"{before}{special}{after}\":1}}"));
                    agree(&format!("{{\"k\":\"{before}{special}{after}"));
                }
            }
        }
    }
}

#[test]
fn a_reader_and_an_object_give_the_same_members_or_error() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let many: String = (0..40).map(|i| format!("\"n{i}\":{i},")).collect();
    let (unique, twice) = (format!("{{{many}\"n\":0}}"), format!("{{{many}\"n20\":0}}"));
    for text in [
        "{}",
        " { } ",
        r#"{"a":1}"#,
        r#" {"a":[1,{"b":2}],"\u0063":"x\ny"} "#,
        &unique,
        &twice,
        &deep,
        "",
        "[]",
        "{",
        r#"{"a"}"#,
        r#"{"a":1,}"#,
        r#"{"a":1}x"#,
        r#"{"a":1,"a":2}"#,
        r#"{"a":1e400}"#,
        r#"{"a":1,"\ud800":2}"#,
        r#"{"a":nul}"#,
        r#"{,}"#,
        r#"{"a":1 "b":2}"#,
    ] {
        let mut members = Vec::new();
        let read = Object::each_member(text, |name, value| members.push((name, value)));
        let object = Object::parse(text.as_bytes());
        assert_eq!(
            read.map(|()| members),
            object.map(|object| object.iter().collect()),
            "{text:.60}"
        );
    }
    assert_eq!(utf8(b"{\"a\":\"\xff\"}"), Err(JsonError::NotUtf8));
}
