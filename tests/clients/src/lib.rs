//! The gateway against real clients of Centrifugo: see `README.md` and `tests/`.
#![forbid(unsafe_code)]
