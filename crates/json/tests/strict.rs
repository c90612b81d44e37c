//! Texts that must be refused, and texts that must be accepted.

use countersign_json::{
    JsonError, Kind, MAX_DEPTH, Object, ObjectWriter, Value, known_in_another_case, quote,
};

#[test]
fn f1_f2_f3_duplicate_names_are_refused_at_every_level_and_through_escapes() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"x":{"a":1,"b":2,"a":3}}"#,
        r#"{"x":[{"a":1,"\u0061":2}]}"#,
        r#"{"\u0061":1,"a":2}"#,
    ] {
        let error = Object::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error, JsonError::Duplicate("a".into()), "{text}");
    }
    // Also after the names that are kept without allocating.
    let many: Vec<String> = (0..40).map(|i| format!(r#""n{i}":0"#)).collect();
    let text = format!("{{{}}}", many.join(","));
    assert!(Object::parse(text.as_bytes()).is_ok());
    for i in [0, 15, 16, 39] {
        let text = format!(r#"{{{},"n{i}":1}}"#, many.join(","));
        let error = Object::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error, JsonError::Duplicate(format!("n{i}")));
    }
}

#[test]
fn f4_names_are_compared_exactly() {
    let object = Object::parse("{\"SUB\":1,\"\u{17f}ub\":2,\"sub\":3}".as_bytes()).unwrap();
    assert_eq!(object.get("sub").unwrap().raw(), "3");
}

#[test]
fn f5_json_that_is_not_an_object_is_refused() {
    for text in ["null", "[]", "[\"HS256\"]", "\"x\"", "1", "", " ", "true"] {
        let error = Object::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error, JsonError::NotAnObject, "{text:?}");
    }
}

#[test]
fn f6_f8_text_that_is_not_json_by_rfc_8259_is_refused() {
    for text in [
        "\u{feff}{}",
        "{}{}",
        "{} x",
        "{\"a\":1,}",
        "{'a':1}",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":+1}",
        "{\"a\":\"\u{1}\"}",
        "{\"a\u{0}\":1}",
        "{/* c */}",
        "{\"a\"}",
        "{\"a\":1",
        "{\"a\":tru}",
        "{a:1}",
    ] {
        assert!(Object::parse(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn f7_invalid_utf_8_and_lone_surrogates_are_refused_in_ignored_members() {
    assert_eq!(
        Object::parse(b"{\"x\":{\"y\":\"\xff\"}}"),
        Err(JsonError::NotUtf8)
    );
    for text in [
        r#"{"x":{"y":"\ud800"}}"#,
        r#"{"x":["\udc00"]}"#,
        r#"{"\ud800":1}"#,
    ] {
        assert!(Object::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Object::parse(br#"{"x":"\ud83d\ude00"}"#).is_ok());
}

#[test]
fn f9_nesting_is_limited_in_ignored_members() {
    let nested = |depth: usize| format!("{{\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(Object::parse(nested(MAX_DEPTH - 1).as_bytes()).is_ok());
    assert_eq!(
        Object::parse(nested(MAX_DEPTH).as_bytes()),
        Err(JsonError::TooDeep)
    );
    assert_eq!(
        Object::parse(nested(1_000_000).as_bytes()),
        Err(JsonError::TooDeep)
    );
}

#[test]
fn f10_f11_huge_numbers_and_many_names_are_read_in_bounded_time() {
    let digits = format!("{{\"a\":{}}}", "9".repeat(1 << 20));
    assert!(Object::parse(digits.as_bytes()).is_err());
    assert!(Object::parse(b"{\"a\":1e400}").is_err());
    let many: Vec<String> = (0..100_000).map(|i| format!("\"{i}\":0")).collect();
    assert!(Object::parse(format!("{{{}}}", many.join(",")).as_bytes()).is_ok());
}

#[test]
fn f12_escapes_are_decoded_once() {
    let object = Object::parse(br#"{"k\u0069d":"a\u0062\/c\n"}"#).unwrap();
    assert_eq!(object.get("kid").unwrap().as_str().unwrap(), "ab/c\n");
}

#[test]
fn values_are_never_coerced() {
    let text = br#"{"s":"1","n":1,"b":true,"z":null,"a":[1,"x"],"o":{"p":{}}}"#;
    let object = Object::parse(text).unwrap();
    let kinds = [
        ("s", Kind::String),
        ("n", Kind::Number),
        ("b", Kind::Bool),
        ("z", Kind::Null),
        ("a", Kind::Array),
        ("o", Kind::Object),
    ];
    for (name, kind) in kinds {
        let value = object.get(name).unwrap();
        assert_eq!(value.kind(), kind, "{name}");
        assert_eq!(value.as_str().is_some(), kind == Kind::String, "{name}");
        assert_eq!(value.as_number().is_some(), kind == Kind::Number, "{name}");
        assert_eq!(value.as_bool().is_some(), kind == Kind::Bool, "{name}");
        assert_eq!(value.as_array().is_some(), kind == Kind::Array, "{name}");
        assert_eq!(value.as_object().is_some(), kind == Kind::Object, "{name}");
    }
    let array = object.get("a").unwrap().as_array().unwrap();
    let elements: Vec<_> = array.iter().map(|value| value.raw()).collect();
    assert_eq!(elements, ["1", "\"x\""]);
}

#[test]
fn members_and_elements_come_in_order() {
    let object = Object::parse(br#"{"b":[3,1,2],"a":1,"\u0063":2}"#).unwrap();
    let members: Vec<_> = object.iter().map(|(name, _)| name).collect();
    assert_eq!(members, ["b", "a", "c"]);
    let array = object.get("b").unwrap().as_array().unwrap();
    let elements: Vec<_> = array.into_iter().map(|value| value.raw()).collect();
    assert_eq!(elements, ["3", "1", "2"]);
    let empty = Object::parse(br#"{"a":[ ],"o":{ }}"#).unwrap();
    assert!(
        empty
            .get("a")
            .unwrap()
            .as_array()
            .unwrap()
            .iter()
            .next()
            .is_none()
    );
    assert!(
        empty
            .get("o")
            .unwrap()
            .as_object()
            .unwrap()
            .iter()
            .next()
            .is_none()
    );
}

#[test]
fn f4_a_known_name_in_another_case_is_found() {
    let known = ["sub", "exp", "kid", "b64", "expire_at"];
    for (name, right) in [
        ("SUB", Some("sub")),
        ("Exp", Some("exp")),
        ("EXP", Some("exp")),
        ("\u{17f}ub", Some("sub")),
        ("\u{17f}UB", Some("sub")),
        ("\u{212a}id", Some("kid")),
        ("B64", Some("b64")),
        ("Expire_At", Some("expire_at")),
        ("sub", None),
        ("kid", None),
        ("su", None),
        ("subs", None),
        ("", None),
        ("expireAt", None),
        // No other letter folds: not the dotless i, the sharp s or fullwidth letters.
        ("k\u{131}d", None),
        ("\u{ff53}ub", None),
        ("\u{df}ub", None),
    ] {
        assert_eq!(known_in_another_case(name, known), right, "{name:?}");
    }
    // A name that is known exactly is never reported.
    assert_eq!(known_in_another_case("A", ["a", "A"]), None);
}

#[test]
fn raw_text_is_kept_byte_for_byte() {
    let text = " {\"info\" :  { \"b\": 1.0,\n\"a\":\"\\u00e9\" }, \"list\": [ 1,\t2 ] } ";
    let object = Object::parse(text.as_bytes()).unwrap();
    assert_eq!(object.raw(), text);
    let info = object.get("info").unwrap();
    assert_eq!(info.raw(), "{ \"b\": 1.0,\n\"a\":\"\\u00e9\" }");
    assert_eq!(info.as_object().unwrap().raw(), info.raw());
    let list = object.get("list").unwrap().as_array().unwrap();
    assert_eq!(list.raw(), "[ 1,\t2 ]");
}

#[test]
fn the_name_of_a_kind_is_the_one_in_errors() {
    let object = Object::parse(br#"{"a":[null,true,-1,"",[],{}]}"#).unwrap();
    let array = object.get("a").unwrap().as_array().unwrap();
    let kinds: Vec<_> = array.iter().map(|value| value.kind().to_string()).collect();
    assert_eq!(
        kinds.join(", "),
        "null, a boolean, a number, a string, an array, an object",
    );
}

#[test]
fn written_json_can_be_read_again() {
    let wild = "\u{0}\u{1f}\"\\\n\r\t\u{7f}\u{2028}é😀";
    let text = ObjectWriter::new()
        .string(wild, wild)
        .strings("list", [wild, ""])
        .strings("none", [])
        .raw("object", "{}")
        .finish();
    let object = Object::parse(text.as_bytes()).unwrap();
    assert_eq!(object.get(wild).unwrap().as_str().unwrap(), wild);
    assert_eq!(
        object.get("list").unwrap().raw(),
        format!("[{},\"\"]", quote(wild))
    );
    assert_eq!(object.get("none").unwrap().raw(), "[]");
    assert_eq!(ObjectWriter::new().finish(), "{}");
    // A space is not a control character.
    assert_eq!(quote("\u{1f} \u{7f}"), "\"\\u001f \u{7f}\"");
}

#[test]
fn integers_are_written_as_the_standard_library_writes_them() {
    let powers = (0..19).map(|power| 10_i64.pow(power));
    let around = powers.flat_map(|power| [power - 1, power, power + 1, power / 2 * 3]);
    for number in around.chain([i64::MAX]) {
        for number in [number, -number] {
            let text = ObjectWriter::new().integer("n", number).finish();
            assert_eq!(text, format!(r#"{{"n":{number}}}"#));
        }
    }
    let text = ObjectWriter::new().integer("n", i64::MIN).finish();
    assert_eq!(text, r#"{"n":-9223372036854775808}"#);
}

#[test]
fn debug_shows_nothing_of_the_content() {
    let text = br#"{"d":"private","list":["private"]}"#;
    let object = Object::parse(text).unwrap();
    let list = object.get("list").unwrap().as_array().unwrap();
    let mut writer = ObjectWriter::new();
    writer.string("d", "private");
    for (shown, name) in [
        (format!("{object:?}"), "Object { bytes: 34"),
        (
            format!("{:?}", object.get("d").unwrap()),
            "Value { kind: String",
        ),
        (format!("{list:?}"), "Array"),
        (format!("{writer:?}"), "ObjectWriter"),
    ] {
        assert!(shown.starts_with(name), "{shown}");
        assert!(!shown.contains("private"), "{shown}");
    }
}

#[test]
fn in_a_collection_a_duplicate_name_spoils_only_its_member() {
    let text = br#"{"keys":[{"n":1,"n":2},{"a":{"b":1,"b":2}}]}"#;
    assert!(Object::parse(text).is_err());
    let collection = Object::parse_collection(text).unwrap();
    let keys = collection.get("keys").unwrap().as_array().unwrap();
    let refused = |key: &Value<'_>| Object::parse(key.raw().as_bytes()).is_err();
    assert_eq!(keys.iter().filter(refused).count(), 2);

    let duplicate = Object::parse_collection(br#"{"keys":[],"keys":[]}"#).unwrap_err();
    assert_eq!(duplicate, JsonError::Duplicate("keys".into()));
    let escaped = Object::parse_collection(br#"{"keys":[],"key\u0073":[]}"#).unwrap_err();
    assert_eq!(escaped, JsonError::Duplicate("keys".into()));
}

#[test]
fn in_a_collection_a_number_out_of_range_spoils_only_its_member() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for odd in [
        r#""\ud800""#,
        r#"{"\udc00":1}"#,
        "1e400",
        "-1e400",
        &"9".repeat(400),
        &deep,
    ] {
        let text = format!(r#"{{"a": {{"odd":{odd}}} ,"b":{{"good":1}},"\ud800":1}}"#);
        let collection = Object::parse_collection(text.as_bytes()).unwrap();
        let member = |name| collection.get(name).unwrap().raw().as_bytes();
        assert!(Object::parse(member("a")).is_err(), "{odd:.40}");
        assert!(Object::parse(member("b")).is_ok(), "{odd:.40}");
    }
}

#[test]
fn in_a_collection_a_lone_surrogate_spoils_only_its_member() {
    let text = br#"{"keys\ud800":1,"keys":"a\ud800b","kid\udc00x":2}"#;
    let collection = Object::parse_collection(text).unwrap();
    assert!(collection.get("keys").unwrap().as_str().is_none());
    assert!(collection.get("kid").is_none());
}

#[test]
fn both_readers_find_a_fault_at_the_same_place() {
    for text in [
        r#"{"a":x}"#,
        r#"{"a":1"#,
        r#"{"a":1}x"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[1 2]}"#,
        r#"{"a":1,}"#,
        r#"{"a" 1}"#,
        r#"{"a":truE}"#,
        r#"{"a":-}"#,
        r#"{"a":01}"#,
        r#"{"a":1.}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"\u12"}"#,
        "{\n\"a\":\"\n\"}",
        "{\n\"a",
        "{\n\n  b}",
    ] {
        let strict = Object::parse(text.as_bytes()).unwrap_err();
        assert!(matches!(strict, JsonError::Syntax { .. }), "{text}");
        let lax = Object::parse_collection(text.as_bytes()).unwrap_err();
        assert_eq!(strict, lax, "{text}");
    }
}

#[test]
fn a_collection_follows_the_same_strict_grammar() {
    let sound = |text: &str| Object::parse_collection(text.as_bytes()).is_ok();
    for value in [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "10",
        "1.5",
        "1e5",
        "1E+5",
        "-1.0e-05",
        r#""""#,
        r#""\"\\\/\b\f\n\r\t\u00E9é""#,
        "\"\u{7f}\"",
        "[]",
        "[ ]",
        "{}",
        "{ }",
        r#"[1, [2],{"a" : 3}]"#,
    ] {
        assert!(sound(&format!("\t\r\n {{ \"a\" : {value} }} ")), "{value}");
    }
    for value in [
        "",
        "nul",
        "nulll",
        "True",
        "+1",
        "01",
        "-",
        "--1",
        ".5",
        "1.",
        "1.e5",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "'a'",
        "\"a",
        r#""\x""#,
        r#""\u12""#,
        r#""\u12g4""#,
        "\"\n\"",
        "\"\0\"",
        "[",
        "]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{1:2}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{"a" 1}"#,
        "{]",
        "1,",
        "1 2",
        "/**/1",
        "\u{a0}1",
        "\0",
    ] {
        let text = format!("{{\"a\":{value}}}");
        assert!(!sound(&text), "{value}");
        // `Object::parse` refuses everything that the grammar refuses.
        assert!(Object::parse(text.as_bytes()).is_err(), "{value}");
    }
    for text in [
        "",
        " ",
        "[]",
        "null",
        "{",
        "}",
        "{}{}",
        "{} x",
        "\u{feff}{}",
    ] {
        assert!(!sound(text), "{text}");
    }
    let error = Object::parse_collection(b"{\"a\":1,\n\"b\":x}").unwrap_err();
    assert_eq!(error, JsonError::Syntax { line: 2, column: 5 });
}

#[test]
fn a_name_that_looks_like_the_text_behind_another_name_is_no_duplicate() {
    // Written with escapes, the third name is the text from the first name to the second one.
    for length in 0..200 {
        let second = "x".repeat(length);
        let text = format!(r#"{{"a":1,"{second}":2,"a\":1,\"{second}":3}}"#);
        let object = Object::parse(text.as_bytes());
        assert_eq!(object.map(|object| object.iter().count()), Ok(3), "{text}");
    }
}
