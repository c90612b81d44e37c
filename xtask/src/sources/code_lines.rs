//! Which lines of a file are code. Tests, empty lines, comments and documentation are not.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;

use super::item;

/// The lines of code.
pub(super) fn of_code(file: &syn::File) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    mark(file.to_token_stream(), &mut lines);
    let tests = file
        .items
        .iter()
        .filter(|item| item::is_test(item::attributes_of(item)))
        .map(item::span_of);
    for test in tests {
        lines.retain(|line| !test.contains(line));
    }
    lines
}

fn mark(tokens: TokenStream, lines: &mut BTreeSet<usize>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let TokenTree::Punct(punct) = &token
            && punct.as_char() == '#'
        {
            let inner =
                |next: &TokenTree| matches!(next, TokenTree::Punct(p) if p.as_char() == '!');
            let _ = tokens.next_if(inner);
            if tokens.next_if(is_doc).is_some() {
                continue;
            }
        }
        match token {
            TokenTree::Group(group) => {
                lines.insert(group.span_open().start().line);
                mark(group.stream(), lines);
                lines.insert(group.span_close().end().line);
            }
            other => lines.extend(other.span().start().line..=other.span().end().line),
        }
    }
}

/// Whether this is the part of a documentation comment after its `#`.
fn is_doc(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else {
        return false;
    };
    let first = group.stream().into_iter().next();
    group.delimiter() == Delimiter::Bracket
        && matches!(first, Some(TokenTree::Ident(name)) if name == "doc")
}

#[cfg(test)]
mod tests {
    use super::of_code;

    #[test]
    fn comments_empty_lines_and_tests_are_not_counted() {
        let text = "//! Docs.\n\n/// More.\n#[derive(Debug)]\nstruct A {\n    // A comment.\n    a: u8,\n}\n\n\
                    #[cfg(test)]\nmod tests {\n    fn a() {}\n}\nconst B: &str = \"x\ny\";\n";
        // `#[derive]`, `struct A {`, `a: u8`, `}`, and two lines of `B`.
        assert_eq!(of_code(&syn::parse_file(text).unwrap()).len(), 6);
    }
}
