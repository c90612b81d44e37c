//! The spelling of options: in a file, and as environment variables.

use std::ffi::OsStr;

/// The prefix of an environment variable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefix {
    /// `CENTRIFUGO_`: read like the options of a file of Centrifugo.
    Centrifugo,
    /// `COUNTERSIGN_`: our variables, which override the others.
    Countersign,
}

impl Prefix {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Centrifugo => "CENTRIFUGO_",
            Self::Countersign => "COUNTERSIGN_",
        }
    }

    /// The prefix of a variable that may concern us.
    pub(super) fn of(variable: &str) -> Option<Self> {
        [Self::Centrifugo, Self::Countersign]
            .into_iter()
            .find(|prefix| variable.starts_with(prefix.text()))
    }
}

/// Whether a container platform sets this variable by itself, for a service whose name begins like
/// our prefix. Refusing it would keep every program next to that service from starting.
pub(super) fn is_of_a_service(name: &str, value: &OsStr) -> bool {
    let value = value.to_string_lossy();
    let is_address = value.starts_with("tcp://") || value.starts_with("udp://");
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.contains("_PORT_")
        || (name.ends_with("_PORT") && is_address)
}

/// How one layer of a configuration writes the names of options.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    File,
    Variable(Prefix),
}

impl Spelling {
    /// An option's name as this layer writes it.
    pub(super) fn write(self, option: &str) -> String {
        match self {
            Self::File => option.into(),
            Self::Variable(prefix) => {
                let upper = option.replace('.', "_").to_ascii_uppercase();
                format!("{}{upper}", prefix.text())
            }
        }
    }

    /// A common form of all names of one option: case makes no difference, and in a variable a
    /// section ends with `_`.
    pub(super) fn key(self, name: &str) -> String {
        let name = name.to_lowercase();
        match self {
            Self::File => name,
            Self::Variable(prefix) => {
                let prefix = prefix.text().to_lowercase();
                name.strip_prefix(&prefix)
                    .unwrap_or(&name)
                    .replace('.', "_")
            }
        }
    }
}
