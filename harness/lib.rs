//! `gopie` settles what `-buildmode=pie` costs and buys a Go program.
//!
//! The library behind the one binary. Data flows one way:
//! `config -> plan -> build -> elf | measure -> results -> analyse -> claims -> report`;
//! `docs/architecture.md` has the picture and the invariants.

pub mod analyse;
pub mod answers;
pub mod build;
pub mod cache;
pub mod calibrate;
pub mod claims;
pub mod cli;
pub mod command;
pub mod compare;
pub mod config;
pub mod diff;
pub mod digest;
pub mod doctor;
pub mod elf;
pub mod hint;
pub mod imports;
pub mod inspect;
pub mod interrupt;
pub mod machine;
pub mod measure;
pub mod paired;
pub mod pipeline;
pub mod plan;
pub mod probe;
pub mod process;
pub mod report;
pub mod results;
pub mod schedule;
pub mod stats;
pub mod sys;
pub mod target;
pub mod toolchain;
pub mod ui;
pub mod verify;
