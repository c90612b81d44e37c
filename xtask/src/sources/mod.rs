//! The Rust sources of our crates, read once by `syn` for `audit`, `coverage` and `tidy`.
//!
//! Macros are not expanded.

mod code_lines;
pub(crate) mod item;
mod tree;

pub(crate) use tree::{Module, Tree};
