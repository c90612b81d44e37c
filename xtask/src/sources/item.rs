//! Questions about one item of a source file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned as _;

/// How often `word`, a name or a keyword, occurs in the tokens.
pub(crate) fn says(tokens: TokenStream, word: &str) -> usize {
    let count = |token| match token {
        TokenTree::Ident(ident) => usize::from(ident == word),
        TokenTree::Group(group) => says(group.stream(), word),
        _ => 0,
    };
    tokens.into_iter().map(count).sum()
}

/// Whether `pub` occurs in the tokens, except in `pub(crate)` and similar.
pub(crate) fn makes_public(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_public = match token {
            TokenTree::Ident(ident) if ident == "pub" => !is_parenthesis(tokens.peek()),
            TokenTree::Group(group) => makes_public(group.stream()),
            _ => false,
        };
        if is_public {
            return true;
        }
    }
    false
}

fn is_parenthesis(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

/// Whether an item is compiled only for tests.
pub(crate) fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<syn::Ident>()
                    .is_ok_and(|condition| condition == "test"))
    })
}

/// Whether an item is compiled only with this feature.
pub(crate) fn is_behind(attributes: &[syn::Attribute], feature: &str) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::MetaNameValue>()
                .is_ok_and(|condition| {
                    condition.path.is_ident("feature") && is_text(&condition.value, feature)
                })
    })
}

fn is_text(expression: &syn::Expr, text: &str) -> bool {
    match expression {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(literal),
            ..
        }) => literal.value() == text,
        _ => false,
    }
}

/// Whether an item is declared `pub`. A private module around it may still hide it.
pub(crate) fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

/// The attributes before an item.
pub(crate) fn attributes_of(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The name that an item defines, if it defines one.
pub(crate) fn name_of(item: &syn::Item) -> Option<String> {
    let ident = match item {
        syn::Item::Const(it) => &it.ident,
        syn::Item::Enum(it) => &it.ident,
        syn::Item::Fn(it) => &it.sig.ident,
        syn::Item::Macro(it) => it.ident.as_ref()?,
        syn::Item::Static(it) => &it.ident,
        syn::Item::Struct(it) => &it.ident,
        syn::Item::Trait(it) => &it.ident,
        syn::Item::Type(it) => &it.ident,
        syn::Item::Union(it) => &it.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// The lines from the first to the last of an item.
pub(crate) fn span_of(item: &syn::Item) -> core::ops::RangeInclusive<usize> {
    let span = item.span();
    span.start().line..=span.end().line
}

#[cfg(test)]
mod tests {
    use super::{attributes_of, is_behind, says};

    #[test]
    fn code_behind_a_feature_is_recognised() {
        for (text, behind) in [
            (r#"#[cfg(feature = "std")] mod a;"#, true),
            (r#"#[cfg(feature = "other")] mod a;"#, false),
            (r#"#[cfg(not(feature = "std"))] mod a;"#, false),
            (r#"#[doc = "std"] mod a;"#, false),
            ("mod a;", false),
        ] {
            let item: syn::Item = syn::parse_str(text).unwrap();
            assert_eq!(is_behind(attributes_of(&item), "std"), behind, "{text}");
        }
    }

    #[test]
    fn a_word_is_found_only_in_code() {
        let text =
            "/// unsafe\nfn a() { let b = \"unsafe\"; unsafe { c(unsafe_code) } } // unsafe\n";
        assert_eq!(says(text.parse().unwrap(), "unsafe"), 1);
    }
}
