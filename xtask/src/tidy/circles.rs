//! No import circle between the modules of a crate.
//!
//! A module that uses a name depends on the module that defines it. A re-export (`pub use`)
//! passes a name on. It is not a dependency itself, and neither is `mod`. Tests don't count.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;

use super::workspace::{Complaints, Workspace};
use crate::metadata::Package;
use crate::sources::{Module, Tree, item};

/// The path of a module from the root of its crate, without `crate`.
type Path = Vec<String>;

/// No crate has a circle, and neither has xtask.
pub(super) fn check(workspace: &Workspace) -> Complaints {
    let members = workspace.metadata.members();
    let ours = members.filter(|package| package.is_for_users() || package.name == "xtask");
    ours.flat_map(of_package).collect()
}

fn of_package(package: &Package) -> Complaints {
    let root = match Tree::of(package) {
        Ok(tree) => tree.root,
        Err(error) => return vec![error],
    };
    let mut complaints = Vec::new();
    for circle in circles(&arrows(&root)) {
        let names: Vec<String> = circle.iter().map(|path| shown(path)).collect();
        complaints.push(format!(
            "{}: these modules import each other: {}; move what they share into another module",
            package.name,
            names.join(", ")
        ));
    }
    complaints
}

fn shown(path: &[String]) -> String {
    core::iter::once("crate")
        .chain(path.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join("::")
}

/// Which modules each module depends on.
fn arrows(root: &Module) -> BTreeMap<Path, BTreeSet<Path>> {
    let names = Names::of(root);
    let mut arrows = BTreeMap::new();
    for (path, module) in modules(root) {
        let mut targets = BTreeSet::new();
        for used in uses_of(module) {
            if let Some(target) = names.definer(&path, &used) {
                targets.insert(target);
            }
        }
        targets.remove(&path);
        arrows.insert(path, targets);
    }
    arrows
}

/// The root and all modules below it.
fn modules(root: &Module) -> Vec<(Path, &Module)> {
    let mut found = vec![(Path::new(), root)];
    let mut next = 0;
    while let Some((path, module)) = found.get(next).cloned() {
        for inner in &module.modules {
            let mut below = path.clone();
            below.push(inner.name.clone());
            found.push((below, inner));
        }
        next = next.saturating_add(1);
    }
    found
}

/// The paths that a module uses: those of `use`, and those with `::` in its code.
fn uses_of(module: &Module) -> Vec<Path> {
    let mut used = Vec::new();
    for item in &module.items {
        match item {
            syn::Item::Use(it) if is_re_export(it) => {}
            syn::Item::Use(it) => used.extend(imported(&it.tree).into_iter().map(|it| it.path)),
            other => written_paths(other.to_token_stream(), &mut used),
        }
    }
    used
}

/// `use` with a visibility passes names on. It makes them part of the module's own interface.
fn is_re_export(item: &syn::ItemUse) -> bool {
    !matches!(item.vis, syn::Visibility::Inherited)
}

/// One name that a `use` imports, and its path.
struct Import {
    /// `None` for `*`.
    name: Option<String>,
    path: Path,
}

fn imported(tree: &syn::UseTree) -> Vec<Import> {
    let mut found = Vec::new();
    import(tree, &mut Path::new(), &mut found);
    found
}

fn import(tree: &syn::UseTree, prefix: &mut Path, found: &mut Vec<Import>) {
    let with = |prefix: &Path, last: &syn::Ident| {
        let mut path = prefix.clone();
        if last != "self" {
            path.push(last.to_string());
        }
        path
    };
    match tree {
        syn::UseTree::Path(it) => {
            prefix.push(it.ident.to_string());
            import(&it.tree, prefix, found);
            prefix.pop();
        }
        syn::UseTree::Group(it) => {
            for inner in &it.items {
                import(inner, prefix, found);
            }
        }
        syn::UseTree::Name(it) => {
            let path = with(prefix, &it.ident);
            let name = path.last().cloned();
            found.push(Import { name, path });
        }
        syn::UseTree::Rename(it) => found.push(Import {
            name: Some(it.rename.to_string()),
            path: with(prefix, &it.ident),
        }),
        syn::UseTree::Glob(_) => found.push(Import {
            name: None,
            path: prefix.clone(),
        }),
    }
}

/// Adds every `a::b::c` in the tokens, also inside macros.
fn written_paths(tokens: TokenStream, found: &mut Vec<Path>) {
    let mut path = Path::new();
    let mut colons = 0;
    let mut end = |path: &mut Path| {
        let path = core::mem::take(path);
        if path.len() > 1 {
            found.push(path);
        }
    };
    let mut groups = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    end(&mut path);
                }
                path.push(ident.to_string());
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons = usize::saturating_add(colons, 1);
            }
            TokenTree::Group(group) => {
                end(&mut path);
                colons = 0;
                groups.push(group.stream());
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {
                end(&mut path);
                colons = 0;
            }
        }
    }
    end(&mut path);
    for group in groups {
        written_paths(group, found);
    }
}

/// The paths behind the names in each module.
struct Names {
    modules: BTreeMap<Path, Scope>,
}

#[derive(Default)]
struct Scope {
    defined: BTreeSet<String>,
    imports: Vec<Import>,
}

impl Names {
    fn of(root: &Module) -> Self {
        let mut modules = BTreeMap::new();
        for (path, module) in self::modules(root) {
            let mut scope = Scope::default();
            for item in &module.items {
                match item {
                    syn::Item::Use(it) => scope.imports.extend(imported(&it.tree)),
                    other => scope.defined.extend(item::name_of(other)),
                }
            }
            modules.insert(path, scope);
        }
        Self { modules }
    }

    /// The module that defines the item at the path `used`, seen from the module `at`. `None` if
    /// it is in another crate.
    fn definer(&self, at: &[String], used: &[String]) -> Option<Path> {
        self.follow(at, used, MOST_STEPS)
    }

    /// Gives up after more steps than any real chain of re-exports has.
    fn follow(&self, at: &[String], used: &[String], steps: usize) -> Option<Path> {
        let steps = steps.checked_sub(1)?;
        let Some((first, rest)) = used.split_first() else {
            return Some(at.to_vec());
        };
        match first.as_str() {
            "crate" => return self.follow(&[], rest, steps),
            "self" => return self.follow(at, rest, steps),
            "super" => return self.follow(at.split_last()?.1, rest, steps),
            _ => {}
        }
        let mut inner = at.to_vec();
        inner.push(first.clone());
        if self.modules.contains_key(&inner) {
            return self.follow(&inner, rest, steps);
        }
        let scope = self.modules.get(at)?;
        if scope.defined.contains(first) {
            return Some(at.to_vec());
        }
        for import in &scope.imports {
            let mut path = import.path.clone();
            match &import.name {
                Some(name) if name == first => path.extend_from_slice(rest),
                // A name that another module re-exports by `*`.
                None if path != at => path.extend_from_slice(used),
                _ => continue,
            }
            // A `use` of another crate's names begins with that crate.
            if path == used {
                continue;
            }
            if let Some(found) = self.follow(at, &path, steps) {
                return Some(found);
            }
        }
        None
    }
}

const MOST_STEPS: usize = 24;

/// The groups of modules in which each module depends on all others, directly or through others.
fn circles(arrows: &BTreeMap<Path, BTreeSet<Path>>) -> Vec<Vec<&Path>> {
    let reached: BTreeMap<&Path, BTreeSet<&Path>> = arrows
        .keys()
        .map(|from| (from, reachable(arrows, from)))
        .collect();
    let reaches = |from: &Path, to: &Path| reached.get(from).is_some_and(|it| it.contains(to));
    let mut told: BTreeSet<&Path> = BTreeSet::new();
    let mut circles = Vec::new();
    for from in arrows.keys() {
        if told.contains(from) || !reaches(from, from) {
            continue;
        }
        let circle: Vec<&Path> = arrows
            .keys()
            .filter(|to| reaches(from, to) && reaches(to, from))
            .collect();
        told.extend(circle.iter().copied());
        circles.push(circle);
    }
    circles
}

fn reachable<'a>(arrows: &'a BTreeMap<Path, BTreeSet<Path>>, from: &'a Path) -> BTreeSet<&'a Path> {
    let mut reached = BTreeSet::new();
    let mut to_visit = vec![from];
    while let Some(module) = to_visit.pop() {
        for target in arrows.get(module).into_iter().flatten() {
            if reached.insert(target) {
                to_visit.push(target);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::{arrows, circles, shown};
    use crate::sources::Module;

    fn module(name: &str, text: &str, modules: Vec<Module>) -> Module {
        Module {
            name: name.to_owned(),
            attributes: Vec::new(),
            visibility: syn::Visibility::Inherited,
            items: syn::parse_file(text).unwrap().items,
            modules,
        }
    }

    /// The circles among modules `a`, `b` and `a::c` under a root that re-exports names.
    fn found(a: &str, b: &str, c: &str) -> Vec<String> {
        let root = module(
            "crate",
            "mod a; mod b; pub use a::A; pub use b::{B, b};",
            vec![
                module("a", a, vec![module("c", c, Vec::new())]),
                module("b", b, Vec::new()),
            ],
        );
        let arrows = arrows(&root);
        let circles = circles(&arrows);
        let mut names = circles
            .iter()
            .flatten()
            .map(|path| shown(path))
            .collect::<Vec<_>>();
        names.sort();
        names
    }

    #[test]
    fn an_import_in_one_direction_is_not_a_circle() {
        assert!(found("use crate::B; struct A;", "struct B;", "use super::A;").is_empty());
        let re_exported = "pub use c::C; pub struct A;";
        assert!(found(re_exported, "struct B;", "use super::A; pub struct C;").is_empty());
    }

    #[test]
    fn a_circle_is_found_however_its_names_are_written() {
        for (a, b) in [
            (
                "use crate::b::B; pub struct A;",
                "use crate::a::A; pub struct B;",
            ),
            ("use crate::B; pub struct A;", "use crate::A; pub struct B;"),
            ("pub struct A(crate::b::B);", "pub struct B(super::a::A);"),
            (
                "use crate::b::*; pub struct A;",
                "use crate::a; struct B(a::A);",
            ),
            (
                "pub struct A; fn f() { print!(\"{}\", crate::b()) }",
                "use crate::A as X; fn b() {}",
            ),
        ] {
            assert_eq!(found(a, b, ""), ["crate::a", "crate::b"], "{a} {b}");
        }
    }

    #[test]
    fn a_module_and_its_parent_that_use_each_other_are_a_circle() {
        let a = "use self::c::C; pub struct A(C);";
        let c = "use super::A; pub struct C(Box<A>);";
        assert_eq!(found(a, "", c), ["crate::a", "crate::a::c"]);
    }
}
