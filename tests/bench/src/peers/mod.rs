//! Other people's libraries, at the work that this project does.

pub(crate) mod go;
pub(crate) mod jsonwebtoken;
pub(crate) mod jwt_simple;
pub(crate) mod raw;
