//! Timed starts: interleaved, shuffled, in blocks over fresh copies.
//!
//! A block starts every artifact of one program once a round, in a new order each round, for a given time, in
//! one condition. All it starts are fresh copies of the artifacts' bytes, all written the same way; the next
//! block but one has other copies. What the numbers mean is for `analyse` to say.
//!
//! Apart from that stands `memory`: programs that wait, one or many at once, and what they then hold.

mod block;
mod controls;
mod copies;
pub mod memory;
mod runner;
mod standstill;

pub use block::{Affinity, Block, BlockSpec, Start, run_block};
pub use controls::Controls;
pub use copies::Copies;
pub use runner::{Arm, Runner, Starter};
