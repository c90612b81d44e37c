//! The public interface of a library, as text. The text changes only if the interface does.
//!
//! It follows `pub use` from the root through private modules and gathers the `impl`s of every
//! type it meets. It works on the source text: it expands no macro, and finds the type of an
//! `impl` by its name. Bodies, documentation and private fields are left out.

mod growth;
mod print;

use std::collections::BTreeMap;

use quote::ToTokens as _;
use syn::Visibility;

use crate::sources::{Module, Tree, item};
use print::Printed;

/// The interface of one library.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) text: String,
    /// How many public items there are: types, traits, functions, constants, methods.
    pub(super) items: usize,
    /// Items that may be public but are missing from the text.
    pub(super) complaints: Vec<String>,
}

impl Api {
    /// Reads the interface of a crate that others import as `name`.
    pub(super) fn of(name: &str, tree: &Tree) -> Self {
        let mut surface = Surface {
            root: &tree.root,
            items: 0,
            complaints: Vec::new(),
        };
        let body = surface.module(&[], &tree.root);
        let mut complaints = surface.complaints;
        complaints.extend(
            hidden_by_macros(tree.root.all())
                .map(|call| format!("`{call}!` may hide public items from docs/api")),
        );
        // An item that is exported twice is met twice.
        complaints.sort();
        complaints.dedup();
        Self {
            text: format!(
                "// The public interface of {name}, written by `cargo xtask audit`.\n\n{body}"
            ),
            items: surface.items,
            complaints: complaints
                .iter()
                .map(|it| format!("{name}: {it}"))
                .collect(),
        }
    }
}

/// The macros that are called in place of items, except our own macros that make nothing public.
fn hidden_by_macros(modules: Vec<&Module>) -> impl Iterator<Item = String> {
    let macros = modules.into_iter().flat_map(|module| &module.items);
    let macros = macros.filter_map(|item| match item {
        syn::Item::Macro(it) => Some(it),
        _ => None,
    });
    let (definitions, calls): (Vec<_>, Vec<_>) = macros.partition(|it| it.ident.is_some());
    let is_public = |it: &syn::ItemMacro| item::makes_public(it.mac.tokens.clone());
    let hides = move |call: &&syn::ItemMacro| {
        let name = call.mac.path.get_ident();
        let mut named = definitions.iter().filter(|it| it.ident.as_ref() == name);
        // What this macro of the standard library makes is as public as it is written.
        let is_plain = name.is_some_and(|name| name == "thread_local");
        is_public(call) || !is_plain && named.next().is_none_or(|it| is_public(it))
    };
    let calls = calls.into_iter().filter(hides);
    calls.map(|call| call.mac.path.to_token_stream().to_string())
}

struct Surface<'a> {
    root: &'a Module,
    items: usize,
    complaints: Vec<String>,
}

/// The public items of a module, sorted by name, so that moving a line in a file changes nothing.
type Shown<'a> = BTreeMap<String, Vec<Entry<'a>>>;

enum Entry<'a> {
    Item(&'a syn::Item),
    /// Re-exported from another crate.
    Foreign(&'a syn::ItemUse),
    Module(Vec<String>, &'a Module),
}

impl<'a> Surface<'a> {
    fn module(&mut self, path: &[String], module: &'a Module) -> String {
        let mut shown = Shown::new();
        self.collect(path, module, &mut shown);
        let mut text = String::new();
        for (name, entries) in shown {
            for entry in entries {
                let printed = match entry {
                    Entry::Foreign(item) => print::foreign(item),
                    Entry::Item(item) => self.item(&name, item),
                    Entry::Module(path, module) => {
                        let inner = self.module(&path, module);
                        Some(Printed {
                            text: print::module(&name, module, &inner),
                            items: 0,
                        })
                    }
                };
                if let Some(printed) = printed {
                    text.push_str(&printed.text);
                    text.push('\n');
                    self.items = self.items.saturating_add(printed.items);
                }
            }
        }
        text
    }

    fn item(&mut self, name: &str, item: &syn::Item) -> Option<Printed> {
        let mut printed = print::item(name, item)?;
        let own_name = print::public_name(item)?;
        let obstacle = growth::obstacle(item);
        self.complaints
            .extend(obstacle.map(|it| format!("`{name}` {it}")));
        self.complain_of_impls(&own_name);
        let mut impls: Vec<Printed> = self
            .root
            .all()
            .into_iter()
            .flat_map(|module| &module.items)
            .filter_map(|item| {
                print::implementation(&own_name, name, item, |it| self.is_private_trait(it))
            })
            .collect();
        impls.sort_by(|a, b| a.text.cmp(&b.text));
        for it in impls {
            printed.text.push_str(&it.text);
            printed.items = printed.items.saturating_add(it.items);
        }
        Some(printed)
    }

    /// What may be wrong with the public part of the `impl`s of a type: macros, which aren't
    /// expanded, and constants that can't grow.
    fn complain_of_impls(&mut self, own_name: &str) {
        let items = self.root.all().into_iter().flat_map(|module| &module.items);
        for item in items {
            let syn::Item::Impl(it) = item else { continue };
            let syn::Type::Path(path) = &*it.self_ty else {
                continue;
            };
            let is_own = path
                .path
                .segments
                .last()
                .is_some_and(|it| it.ident == own_name);
            if !is_own || it.trait_.is_some() {
                continue;
            }
            for inner in &it.items {
                match inner {
                    syn::ImplItem::Macro(call) => {
                        let call = call.mac.path.to_token_stream();
                        let complaint = "may hide public methods from docs/api";
                        self.complaints
                            .push(format!("`{call}!` in `{own_name}` {complaint}"));
                    }
                    syn::ImplItem::Const(constant) if item::is_public(&constant.vis) => {
                        let obstacle = growth::obstacle_in_constant(constant);
                        let constant = &constant.ident;
                        let complaint = obstacle.map(|it| format!("`{own_name}::{constant}` {it}"));
                        self.complaints.extend(complaint);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether a trait of this name is ours and not public anywhere.
    fn is_private_trait(&self, name: &str) -> bool {
        let modules = self.root.all();
        let mut traits = modules.iter().flat_map(|module| &module.items);
        traits.any(|item| {
            matches!(item, syn::Item::Trait(it)
                if it.ident == name && !matches!(it.vis, Visibility::Public(_)))
        })
    }

    /// Collects the public items of the module.
    fn collect(&self, path: &[String], module: &'a Module, shown: &mut Shown<'a>) {
        for item in &module.items {
            match item {
                syn::Item::Use(it) if item::is_public(&it.vis) => {
                    self.reexport(path, it, &it.tree, Vec::new(), shown);
                }
                _ => {
                    if let Some(name) = print::public_name(item) {
                        shown.entry(name).or_default().push(Entry::Item(item));
                    }
                }
            }
        }
        for inner in module
            .modules
            .iter()
            .filter(|it| item::is_public(&it.visibility))
        {
            let path = [path, core::slice::from_ref(&inner.name)].concat();
            shown
                .entry(inner.name.clone())
                .or_default()
                .push(Entry::Module(path, inner));
        }
    }

    fn reexport(
        &self,
        at: &[String],
        item: &'a syn::ItemUse,
        tree: &'a syn::UseTree,
        mut prefix: Vec<String>,
        shown: &mut Shown<'a>,
    ) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.reexport(at, item, &path.tree, prefix, shown);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.reexport(at, item, tree, prefix.clone(), shown);
                }
            }
            syn::UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.named(at, item, &prefix, &name, &name, shown);
            }
            syn::UseTree::Rename(rename) => {
                let (from, to) = (rename.ident.to_string(), rename.rename.to_string());
                self.named(at, item, &prefix, &from, &to, shown);
            }
            syn::UseTree::Glob(_) => match self.find(at, &prefix) {
                Some((path, module)) => self.collect(&path, module, shown),
                None => push_foreign(item, shown),
            },
        }
    }

    fn named(
        &self,
        at: &[String],
        item: &'a syn::ItemUse,
        prefix: &[String],
        from: &str,
        to: &str,
        shown: &mut Shown<'a>,
    ) {
        let Some((path, module)) = self.find(at, prefix) else {
            push_foreign(item, shown);
            return;
        };
        if let Some(inner) = module.module(from) {
            let path = [&path[..], &[from.to_owned()]].concat();
            shown
                .entry(to.to_owned())
                .or_default()
                .push(Entry::Module(path, inner));
            return;
        }
        if path == at {
            // The path leads back to this module: it is another crate, or an item that is
            // collected anyway.
            push_foreign(item, shown);
            return;
        }
        let mut there = Shown::new();
        self.collect(&path, module, &mut there);
        match there.remove(from) {
            Some(entries) => shown.entry(to.to_owned()).or_default().extend(entries),
            None => push_foreign(item, shown),
        }
    }

    /// Our module that a path means in the module at `at`.
    fn find(&self, at: &[String], path: &[String]) -> Option<(Vec<String>, &'a Module)> {
        let mut reached: Vec<String> = at.to_vec();
        for (index, part) in path.iter().enumerate() {
            match (index, part.as_str()) {
                (0, "crate") => reached.clear(),
                (0, "self") => {}
                (_, "super") => drop(reached.pop()),
                _ => reached.push(part.clone()),
            }
        }
        let mut module = self.root;
        for part in &reached {
            module = module.module(part)?;
        }
        Some((reached, module))
    }
}

/// Adds a re-export from another crate: the whole statement, once, sorted before our own items.
fn push_foreign<'a>(item: &'a syn::ItemUse, shown: &mut Shown<'a>) {
    let line = print::foreign(item).map_or_else(String::new, |printed| printed.text);
    let entries = shown.entry(format!(" {line}")).or_default();
    if entries.is_empty() {
        entries.push(Entry::Foreign(item));
    }
}

#[cfg(test)]
mod tests;
