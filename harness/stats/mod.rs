//! Arithmetic on samples; pure, and knows nothing of programs.

mod interval;
mod line;
mod robust;

pub use interval::{Estimate, mean_interval};
pub use line::{Line, line};
pub use robust::median;
