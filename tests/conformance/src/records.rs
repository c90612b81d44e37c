//! Reads the files in `data/`: records of `name: value` lines, with a blank line between two
//! records.
//!
//! A line that begins with a space continues the one before it; one that begins with `#` is a
//! comment. A name may occur more than once.

/// One record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    fields: Vec<(String, String)>,
}

impl Record {
    /// The value of a name that may occur at most once.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        let value = values.next();
        assert!(values.next().is_none(), "{name} twice in {self:?}");
        value
    }

    /// The value of a name that must occur exactly once.
    pub(crate) fn need(&self, name: &str) -> &str {
        self.get(name)
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// The values of a name.
    pub(crate) fn all<'r>(&'r self, name: &str) -> impl Iterator<Item = &'r str> {
        self.fields
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The same record, its names and values changed by `change`.
    pub(crate) fn mapped(&self, change: impl Fn(&str) -> String) -> Self {
        let fields = self.fields.iter();
        Self {
            fields: fields
                .map(|(name, value)| (change(name), change(value)))
                .collect(),
        }
    }

    /// The second words of the names that begin with `first`: `alg` of `each alg`.
    pub(crate) fn names<'r>(&'r self, first: &'r str) -> impl Iterator<Item = &'r str> {
        self.fields.iter().filter_map(move |(name, _)| {
            let rest = name.strip_prefix(first)?;
            rest.strip_prefix(' ')
        })
    }

    /// Whether any value contains a text.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        self.fields.iter().any(|(_, value)| value.contains(text))
    }

    /// Fails on a name that no code reads, so that a typing error can't disable a case.
    pub(crate) fn hold_names_to(&self, known: &[&str]) {
        for (name, _) in &self.fields {
            let word = name.split(' ').next().unwrap_or_default();
            assert!(known.contains(&word), "{name:?} is not read, in {self:?}");
        }
    }
}

/// Reads a file of records.
pub(crate) fn read(text: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let mut record = Record::default();
    for line in text.lines().chain([""]) {
        if line.starts_with('#') {
            continue;
        }
        if line.trim().is_empty() {
            if !record.fields.is_empty() {
                records.push(core::mem::take(&mut record));
            }
        } else if line.starts_with(' ') {
            let (_, value) = record.fields.last_mut().expect("a first line");
            value.push(' ');
            value.push_str(line.trim());
        } else {
            let (name, value) = line
                .split_once(": ")
                .or_else(|| Some((line.strip_suffix(':')?, "")))
                .unwrap_or_else(|| panic!("no `name: value` in {line:?}"));
            let field = (name.trim().to_owned(), value.trim().to_owned());
            record.fields.push(field);
        }
    }
    records
}
