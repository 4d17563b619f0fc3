//! Tests of the whole program: from what is typed to files and exit status.
//!
//! Those that build need a Go toolchain, found or fetched as the program does it; where there is none and no
//! network they fail and say so.

mod bench;
mod broken;
mod command_line;
mod compare;
mod criterion;
mod diff;
mod end_to_end;
mod fixtures;
mod going_on;
mod inspect;
mod ladder;
mod layouts;
mod matrix;
mod misbehaving;
mod modules;
mod mutation;
mod packages;
mod probe;
mod why_cgo;

use bench::Bench;
