//! Timed starts: interleaved, shuffled, in blocks over fresh copies.
//!
//! A block starts every artifact of one program once a round, in a new order each round, for a given time, in
//! one condition. All it starts are fresh copies of the artifacts' bytes, all written the same way and brought
//! into the page cache the same way. What the numbers mean is for `analyse` to say.
//!
//! Apart from that stand `memory`: programs that wait, one or many at once, and what they then hold; and `trace`:
//! what happens inside a start, which is described and compared with nothing.

mod block;
mod condition;
mod controls;
mod copies;
mod libraries;
pub mod memory;
pub mod pilot;
pub mod quiet;
mod runner;
mod seat;
mod sentinel;
mod set;
mod sitting;
mod standstill;
pub mod strays;
pub mod trace;

pub use block::{Block, Start};
pub use condition::{Addresses, Affinity, Condition, Procs, Recipe};
pub use controls::Controls;
pub use copies::Copies;
pub use libraries::{Library, libraries, listed};
pub use quiet::Sentinel;
pub use runner::{Arm, Runner, Starter};
pub use seat::{Seat, on_one_cpu};
pub use sentinel::sentinel;
pub use set::{CopySet, Write};
pub use sitting::{Command, Measured, Request, Sitting, padding, sit};
