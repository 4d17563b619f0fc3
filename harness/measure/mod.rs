//! Timed starts: interleaved, shuffled, in blocks over fresh copies.
//!
//! A block starts every artifact of one program once a round, in a new order each round, for a given time, in
//! one condition. All it starts are fresh copies of the artifacts' bytes, all written the same way; the next
//! block but one has other copies. What the numbers mean is for `analyse` to say.

mod block;
mod controls;
mod copies;
mod runner;

pub use block::{Affinity, Block, BlockSpec, Start, run_block};
pub use controls::Controls;
pub use copies::Copies;
pub use runner::{Arm, Runner, Starter};
