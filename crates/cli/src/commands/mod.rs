//! One file for each command.

pub(crate) mod checkconfig;
pub(crate) mod checktoken;
pub(crate) mod demo;
pub(crate) mod genconfig;
pub(crate) mod genkey;
pub(crate) mod gentoken;
pub(crate) mod inspect;
pub(crate) mod jwks;
pub(crate) mod jws;
pub(crate) mod serve;
