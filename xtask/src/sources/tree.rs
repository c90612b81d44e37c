//! The modules of one crate, without the code that is compiled only for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens as _;

use super::{code_lines, item};
use crate::metadata::Package;

/// One module, and the modules inside it.
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) attributes: Vec<syn::Attribute>,
    pub(crate) visibility: syn::Visibility,
    /// Everything but modules.
    pub(crate) items: Vec<syn::Item>,
    pub(crate) modules: Vec<Module>,
}

/// A crate: its root module, and which lines of its files hold code.
pub(crate) struct Tree {
    pub(crate) root: Module,
    pub(crate) code: BTreeMap<PathBuf, BTreeSet<usize>>,
}

impl Tree {
    /// Reads the library of a package, or its program if it has none.
    ///
    /// # Errors
    ///
    /// A file is missing, or is not valid Rust.
    pub(crate) fn of(package: &Package) -> Result<Self, String> {
        let target = package
            .library()
            .or_else(|| package.targets.iter().find(|target| target.is("bin")))
            .ok_or_else(|| format!("{} has no sources", package.name))?;
        let mut reader = Reader::default();
        let root = reader.file(
            &target.src_path,
            "crate",
            Vec::new(),
            syn::Visibility::Inherited,
            IsRoot(true),
        )?;
        Ok(Self {
            root,
            code: reader.code,
        })
    }

    /// How often its code contains `word`, without the modules behind a feature of that name.
    pub(crate) fn says(&self, word: &str) -> usize {
        let modules = self.root.all();
        let modules = modules
            .iter()
            .filter(|module| !item::is_behind(&module.attributes, word));
        let items = modules.flat_map(|module| &module.items);
        items
            .map(|item| item::says(item.to_token_stream(), word))
            .sum()
    }
}

impl Module {
    /// The module with this name inside this one.
    pub(crate) fn module(&self, name: &str) -> Option<&Self> {
        self.modules.iter().find(|module| module.name == name)
    }

    /// This module and all below it.
    pub(crate) fn all(&self) -> Vec<&Self> {
        let below = self.modules.iter().flat_map(Self::all);
        core::iter::once(self).chain(below).collect()
    }
}

/// Whether the file of `mod x;` is beside this file, as for `lib.rs` and `mod.rs`.
#[derive(Clone, Copy)]
struct IsRoot(bool);

#[derive(Default)]
struct Reader {
    code: BTreeMap<PathBuf, BTreeSet<usize>>,
}

impl Reader {
    fn file(
        &mut self,
        path: &Path,
        name: &str,
        attributes: Vec<syn::Attribute>,
        visibility: syn::Visibility,
        is_root: IsRoot,
    ) -> Result<Module, String> {
        let at = |error: &dyn core::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read_to_string(path).map_err(|error| at(&error))?;
        let file = syn::parse_file(&text).map_err(|error| at(&error))?;
        self.code
            .insert(path.to_owned(), code_lines::of_code(&file));
        let parent = path.parent().unwrap_or(Path::new(""));
        let folder = if is_root.0 || path.ends_with("mod.rs") {
            parent.to_owned()
        } else {
            parent.join(name)
        };
        self.module(&folder, name, attributes, visibility, file.items)
    }

    fn module(
        &mut self,
        folder: &Path,
        name: &str,
        attributes: Vec<syn::Attribute>,
        visibility: syn::Visibility,
        items: Vec<syn::Item>,
    ) -> Result<Module, String> {
        let mut module = Module {
            name: name.to_owned(),
            attributes,
            visibility,
            items: Vec::new(),
            modules: Vec::new(),
        };
        for item in items
            .into_iter()
            .filter(|item| !item::is_test(item::attributes_of(item)))
        {
            let syn::Item::Mod(inner) = item else {
                module.items.push(item);
                continue;
            };
            let name = inner.ident.to_string();
            let read = match inner.content {
                Some((_, items)) => {
                    let folder = folder.join(&name);
                    self.module(&folder, &name, inner.attrs, inner.vis, items)?
                }
                None => {
                    let path = file_of(folder, &name);
                    self.file(&path, &name, inner.attrs, inner.vis, IsRoot(false))?
                }
            };
            module.modules.push(read);
        }
        Ok(module)
    }
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    let beside = folder.join(format!("{name}.rs"));
    if beside.exists() {
        beside
    } else {
        folder.join(name).join("mod.rs")
    }
}
