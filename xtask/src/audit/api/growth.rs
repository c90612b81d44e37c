//! Public types that could not grow later without breaking their users.
//!
//! Anyone can write down a struct whose fields are all public, so one more field breaks their code.
//! The same is true of an error or a code if anyone may match all of its variants, and of an array
//! whose length is part of its type.

use syn::{Attribute, Fields, Item, Type};

use crate::sources::item;

/// The endings of the names of errors and of codes.
const CODES: &[&str] = &["Error", "ErrorKind", "Reason", "Code", "Fault"];

/// What keeps a public item from growing, if anything does.
pub(super) fn obstacle(item: &Item) -> Option<String> {
    match item {
        Item::Struct(it) if !is_non_exhaustive(&it.attrs) => {
            if has_private_field(&it.fields) {
                return array_in(&it.fields);
            }
            let obstacle = "can be written down by anyone, so it can't get another field: make it \
                            `#[non_exhaustive]`, or a field private";
            Some(obstacle.to_owned())
        }
        Item::Struct(it) => array_in(&it.fields),
        Item::Enum(it) if !is_non_exhaustive(&it.attrs) => {
            let name = it.ident.to_string();
            let is_code = CODES.iter().any(|ending| name.ends_with(ending));
            is_code.then(|| {
                "can be matched to the last variant, so it can't get another: make it \
                 `#[non_exhaustive]`"
                    .to_owned()
            })
        }
        Item::Const(it) if is_array(&it.ty) => Some(array()),
        Item::Static(it) if is_array(&it.ty) => Some(array()),
        _ => None,
    }
}

/// The same for an associated constant.
pub(super) fn obstacle_in_constant(constant: &syn::ImplItemConst) -> Option<String> {
    is_array(&constant.ty).then(array)
}

fn array() -> String {
    "has an array of fixed length, which can't get another element: make it a slice".to_owned()
}

fn is_array(of: &Type) -> bool {
    matches!(of, Type::Array(_))
}

fn array_in(fields: &Fields) -> Option<String> {
    let mut public = fields.iter().filter(|field| item::is_public(&field.vis));
    public.any(|field| is_array(&field.ty)).then(array)
}

fn has_private_field(fields: &Fields) -> bool {
    fields.iter().any(|field| !item::is_public(&field.vis))
}

fn is_non_exhaustive(attributes: &[Attribute]) -> bool {
    let mut attributes = attributes.iter();
    attributes.any(|attribute| attribute.path().is_ident("non_exhaustive"))
}
