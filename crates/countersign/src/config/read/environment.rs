//! Environment variables: which are ours, and how an option is called among them.

/// The prefix of our variables.
const PREFIX: &str = "COUNTERSIGN_";

/// The environment variable of an option.
pub(super) fn variable(option: &str) -> String {
    let upper = option.replace('.', "_").to_ascii_uppercase();
    format!("{PREFIX}{upper}")
}

/// Whether a variable of this name is read, or is an error.
pub(super) fn is_ours(variable: &str) -> bool {
    variable.starts_with(PREFIX) && !is_of_a_service(variable)
}

/// Whether Kubernetes sets this variable by itself, for a service whose name begins
/// like the prefix: it would keep every pod beside that service from starting.
fn is_of_a_service(name: &str) -> bool {
    let parts = ["_PORT_", "_SERVICE_HOST", "_SERVICE_PORT"];
    name.ends_with("_PORT") || parts.iter().any(|part| name.contains(part))
}
