//! `gopie` settles what `-buildmode=pie` costs and buys a Go program.
//!
//! The library behind the one binary. Data flows one way:
//! `config -> plan -> build -> elf | measure -> results -> analyse -> claims -> report`;
//! `docs/architecture.md` has the picture and the invariants.

pub mod cache;
pub mod config;
pub mod digest;
pub mod hint;
pub mod machine;
pub mod results;
pub mod toolchain;
