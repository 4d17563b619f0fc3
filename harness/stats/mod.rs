//! Arithmetic on samples; pure, and knows nothing of programs.

mod interval;
mod robust;

pub use interval::{Estimate, mean_interval};
pub use robust::median;
