//! Which items count as public, and how they are printed.

use std::collections::BTreeMap;

use super::Api;
use crate::sources::{Module, Tree};

fn module(name: &str, visibility: syn::Visibility, text: &str) -> Module {
    let file = syn::parse_file(text).unwrap();
    Module {
        name: name.to_owned(),
        attributes: Vec::new(),
        visibility,
        items: file.items,
        modules: Vec::new(),
    }
}

/// The interface of a crate that has a root and one private module `inner`.
fn api(root: &str, inner: &str) -> String {
    whole(root, inner).text
}

fn whole(root: &str, inner: &str) -> Api {
    let mut root = module("crate", syn::Visibility::Inherited, root);
    root.modules
        .push(module("inner", syn::Visibility::Inherited, inner));
    let tree = Tree {
        root,
        code: BTreeMap::new(),
    };
    Api::of("sample", &tree)
}

#[test]
fn private_items_are_not_shown() {
    let text = api(
        "pub use inner::Shown;",
        "pub struct Shown { pub a: u8, b: u8 } pub struct Hidden; \
         impl Shown { pub fn get(&self) -> u8 { self.a } fn set(&mut self) {} } \
         trait Secret {} impl Secret for Shown {} impl Clone for Shown { fn clone(&self) -> Self { todo() } }",
    );
    for needle in [
        "pub struct Shown",
        "pub a: u8",
        "pub fn get(&self) -> u8;",
        "impl Clone for Shown",
        "private",
    ] {
        assert!(text.contains(needle), "{needle} is not in\n{text}");
    }
    for needle in ["Hidden", "b: u8", "set", "Secret", "todo"] {
        assert!(!text.contains(needle), "{needle} is in\n{text}");
    }
}

#[test]
fn a_change_of_a_signature_changes_the_text_and_a_move_does_not() {
    let before = api("pub fn a() {} pub fn b(mut x: u8) {}", "");
    assert_eq!(before, api("pub fn b(x: u8) { x; } pub fn a() {}", ""));
    assert_ne!(before, api("pub fn a() {} pub fn b(x: u16) {}", ""));
}

#[test]
fn a_renamed_and_a_foreign_export_are_shown() {
    let text = api(
        "pub use inner::{Name as Other}; pub use core::fmt::{self as form, Debug};",
        "pub enum Name { A, B(u8) } impl Name { pub fn get(&self) -> u8 { 0 } }",
    );
    assert!(
        text.contains("impl Other {\n    pub fn get(&self) -> u8;"),
        "{text}"
    );
    assert!(text.contains("pub enum Other"), "{text}");
    assert_eq!(text.matches("pub use core::fmt").count(), 1, "{text}");
}

#[test]
fn a_macro_that_may_hide_a_public_item_is_found() {
    let private = "macro_rules! it { ($a:ident) => { fn $a() {} }; }";
    let public = "macro_rules! it { ($a:ident) => { pub fn $a() {} }; }";
    for (definition, call, found) in [
        (private, "", 0),
        (public, "", 0),
        (private, "it!(a);", 0),
        (public, "it!(a);", 1),
        (private, "it!(pub);", 1),
        ("", "another::it!(a);", 1),
        ("", "thread_local! { static A: u8 = 1; }", 0),
        ("", "thread_local! { pub static A: u8 = 1; }", 1),
        (private, "pub struct A(u8); impl A { it!(a); }", 1),
    ] {
        let complaints = whole(call, definition).complaints;
        assert_eq!(
            complaints.len(),
            found,
            "{definition} {call} {complaints:?}"
        );
    }
}

#[test]
fn a_public_type_that_could_not_grow_is_found() {
    for (text, found) in [
        ("pub struct A { pub a: u8 }", 1),
        ("pub struct A(pub u8);", 1),
        ("pub struct A;", 1),
        ("struct A { pub a: u8 }", 0),
        ("pub struct A { pub a: u8, b: u8 }", 0),
        ("#[non_exhaustive] pub struct A { pub a: u8 }", 0),
        ("#[non_exhaustive] pub struct A { pub a: [u8; 2] }", 1),
        ("pub struct A { pub a: [u8; 2], b: u8 }", 1),
        ("pub struct A { a: [u8; 2] }", 0),
        ("pub enum ReadError { A }", 1),
        ("pub enum ErrorCode { A }", 1),
        ("#[non_exhaustive] pub enum ReadError { A }", 0),
        ("pub enum Choice { A }", 0),
        ("pub const A: [u8; 2] = [1, 2];", 1),
        ("pub const A: &[u8] = &[1, 2];", 0),
        (
            "pub struct A(u8); impl A { pub const ALL: [u8; 1] = [1]; }",
            1,
        ),
        ("pub struct A(u8); impl A { const ALL: [u8; 1] = [1]; }", 0),
    ] {
        let complaints = whole(text, "").complaints;
        assert_eq!(complaints.len(), found, "{text} {complaints:?}");
    }
}
