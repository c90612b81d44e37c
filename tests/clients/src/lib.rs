//! The gateway against real clients of Centrifugo: see `README.md` and `tests/clients.rs`.
#![forbid(unsafe_code)]
