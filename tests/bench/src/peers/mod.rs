//! Other libraries that do the same work as this project.

pub(crate) mod go;
pub(crate) mod jsonwebtoken;
pub(crate) mod jwt_simple;
pub(crate) mod raw;
