//! The measured work, one file for each subject.

pub(crate) mod algorithms;
pub(crate) mod hs256;
pub(crate) mod keys;
pub(crate) mod processes;
pub(crate) mod reconnect;
pub(crate) mod refused;
pub(crate) mod threads;
