//! Prints one item: its signature and its public parts.

use quote::ToTokens as _;
use syn::{Attribute, Fields, FnArg, ImplItem, Item, Pat, Type, Visibility, parse_quote};

use crate::sources::{Module, item};

/// A text, and the number of public items in it.
#[derive(Debug)]
pub(super) struct Printed {
    pub(super) text: String,
    pub(super) items: usize,
}

/// The name of a public item. Re-exports have none.
pub(super) fn public_name(item: &Item) -> Option<String> {
    let (visibility, name) = match item {
        Item::Const(it) => (&it.vis, &it.ident),
        Item::Enum(it) => (&it.vis, &it.ident),
        Item::Fn(it) => (&it.vis, &it.sig.ident),
        Item::Static(it) => (&it.vis, &it.ident),
        Item::Struct(it) => (&it.vis, &it.ident),
        Item::Trait(it) => (&it.vis, &it.ident),
        Item::Type(it) => (&it.vis, &it.ident),
        Item::Macro(it) => {
            let exported = it.attrs.iter().any(|it| it.path().is_ident("macro_export"));
            return exported.then(|| it.ident.as_ref().map(ToString::to_string))?;
        }
        _ => return None,
    };
    item::is_public(visibility).then(|| name.to_string())
}

/// Prints an item under its exported name.
pub(super) fn item(name: &str, item: &Item) -> Option<Printed> {
    let name = syn::parse_str::<syn::Ident>(name).ok()?;
    let mut item = item.clone();
    match &mut item {
        Item::Const(it) => {
            keep(&mut it.attrs);
            it.ident = name;
            shorten(&mut it.expr);
        }
        Item::Static(it) => {
            keep(&mut it.attrs);
            it.ident = name;
            shorten(&mut it.expr);
        }
        Item::Enum(it) => {
            keep(&mut it.attrs);
            it.ident = name;
            for variant in &mut it.variants {
                keep(&mut variant.attrs);
                variant
                    .fields
                    .iter_mut()
                    .for_each(|field| keep(&mut field.attrs));
            }
        }
        Item::Fn(it) => {
            keep(&mut it.attrs);
            it.sig.ident = name;
            signature(&mut it.sig);
            it.block = parse_quote!({});
        }
        Item::Struct(it) => {
            keep(&mut it.attrs);
            it.ident = name;
            hide_private(&mut it.fields);
        }
        Item::Trait(it) => {
            keep(&mut it.attrs);
            it.ident = name;
            it.items.iter_mut().for_each(trait_item);
        }
        Item::Type(it) => {
            keep(&mut it.attrs);
            it.ident = name;
        }
        Item::Macro(it) => keep(&mut it.attrs),
        _ => return None,
    }
    let mut text = print(item.clone());
    if matches!(item, Item::Fn(_)) {
        text = without_bodies(&text);
    }
    Some(Printed { text, items: 1 })
}

/// Prints a `pub use` of an item of another crate.
pub(super) fn foreign(item: &syn::ItemUse) -> Option<Printed> {
    let mut item = item.clone();
    keep(&mut item.attrs);
    let text = print(Item::Use(item));
    Some(Printed { text, items: 0 })
}

/// Prints a public module around its items, `inner`.
pub(super) fn module(name: &str, module: &Module, inner: &str) -> String {
    let mut text = String::new();
    let mut attributes = module.attributes.clone();
    keep(&mut attributes);
    for attribute in attributes {
        text.push_str(&attribute.to_token_stream().to_string().replace(' ', ""));
        text.push('\n');
    }
    text.push_str(&format!("pub mod {name} {{\n"));
    for line in inner.trim_end().lines() {
        let indent = if line.is_empty() { "" } else { "    " };
        text.push_str(&format!("{indent}{line}\n"));
    }
    text.push_str("}\n");
    text
}

/// The public part of an `impl` of the type `own_name`, exported as `name`, unless there is none.
pub(super) fn implementation(
    own_name: &str,
    name: &str,
    item: &Item,
    is_private_trait: impl Fn(&str) -> bool,
) -> Option<Printed> {
    let Item::Impl(it) = item else {
        return None;
    };
    let mut it = it.clone();
    let Type::Path(path) = it.self_ty.as_mut() else {
        return None;
    };
    let of = path.path.segments.last_mut()?;
    if of.ident != own_name {
        return None;
    }
    of.ident = syn::parse_str(name).ok()?;
    keep(&mut it.attrs);
    if let Some((_, path, _)) = &it.trait_ {
        if is_private_trait(&path.segments.last()?.ident.to_string()) {
            return None;
        }
        it.items.retain(|item| matches!(item, ImplItem::Type(_)));
        return Some(Printed {
            text: print(Item::Impl(it)),
            items: 0,
        });
    }
    it.items.retain_mut(|item| match item {
        ImplItem::Fn(function) if item::is_public(&function.vis) => {
            keep(&mut function.attrs);
            signature(&mut function.sig);
            function.block = parse_quote!({});
            true
        }
        ImplItem::Const(constant) if item::is_public(&constant.vis) => {
            keep(&mut constant.attrs);
            shorten(&mut constant.expr);
            true
        }
        ImplItem::Type(alias) => item::is_public(&alias.vis),
        _ => false,
    });
    it.items.sort_by_key(|item| match item {
        ImplItem::Fn(function) => (1, function.sig.ident.to_string()),
        ImplItem::Const(constant) => (0, constant.ident.to_string()),
        _ => (0, String::new()),
    });
    let items = it.items.len();
    (items > 0).then(|| Printed {
        text: without_bodies(&print(Item::Impl(it))),
        items,
    })
}

/// Keeps only the attributes that matter to users.
fn keep(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| {
        [
            "cfg",
            "deprecated",
            "derive",
            "macro_export",
            "must_use",
            "non_exhaustive",
            "repr",
        ]
        .iter()
        .any(|name| attribute.path().is_ident(name))
    });
    for attribute in attributes {
        if attribute.path().is_ident("must_use") {
            attribute.meta = parse_quote!(must_use);
        }
    }
}

/// Leaves out long values, such as tables and keys. Short ones, such as limits, are shown.
fn shorten(value: &mut syn::Expr) {
    const LONGEST: usize = 50;
    if value.to_token_stream().to_string().len() > LONGEST {
        *value = parse_quote!(_);
    }
}

/// Removes `mut` before arguments, which callers don't see.
fn signature(signature: &mut syn::Signature) {
    for argument in &mut signature.inputs {
        match argument {
            FnArg::Receiver(receiver) if receiver.reference.is_none() => receiver.mutability = None,
            FnArg::Typed(typed) => {
                if let Pat::Ident(name) = typed.pat.as_mut() {
                    name.mutability = None;
                }
            }
            FnArg::Receiver(_) => {}
        }
    }
}

fn trait_item(item: &mut syn::TraitItem) {
    match item {
        syn::TraitItem::Fn(function) => {
            keep(&mut function.attrs);
            signature(&mut function.sig);
            if function.default.is_some() {
                function.default = Some(parse_quote!({}));
            }
        }
        syn::TraitItem::Const(constant) => keep(&mut constant.attrs),
        syn::TraitItem::Type(alias) => keep(&mut alias.attrs),
        _ => {}
    }
}

fn hide_private(fields: &mut Fields) {
    fields.iter_mut().for_each(|field| keep(&mut field.attrs));
    match fields {
        Fields::Named(named) => {
            let all = named.named.len();
            let public: Vec<_> = named
                .named
                .iter()
                .filter(|field| item::is_public(&field.vis))
                .cloned()
                .collect();
            let hidden = public.len() < all;
            named.named = public.into_iter().collect();
            if hidden {
                named.named.push(syn::Field {
                    attrs: Vec::new(),
                    vis: Visibility::Inherited,
                    mutability: syn::FieldMutability::None,
                    ident: Some(parse_quote!(private)),
                    colon_token: None,
                    ty: parse_quote!(_),
                });
            }
        }
        Fields::Unnamed(unnamed) => {
            for field in unnamed
                .unnamed
                .iter_mut()
                .filter(|field| !item::is_public(&field.vis))
            {
                field.vis = Visibility::Inherited;
                field.ty = parse_quote!(_);
            }
        }
        Fields::Unit => {}
    }
}

fn print(item: Item) -> String {
    prettyplease::unparse(&syn::File {
        shebang: None,
        attrs: Vec::new(),
        items: vec![item],
    })
}

/// Functions end with `;`.
fn without_bodies(text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        match line.strip_suffix(" {}") {
            Some(signature) => lines.push_str(&format!("{signature};\n")),
            None => lines.push_str(&format!("{line}\n")),
        }
    }
    lines
}
