//! Arithmetic on samples; pure, and knows nothing of programs.

mod bootstrap;
mod collisions;
#[cfg(test)]
mod draws;
mod interval;
mod line;
mod modes;
mod nested;
mod power;
mod proportion;
mod quantile;
mod regression;
mod robust;
mod sequence;
mod simultaneous;
mod spread;

pub use bootstrap::bootstrap_t;
pub use collisions::{Agreement, Collisions, agreement, collisions, range};
pub use interval::{Estimate, mean_interval};
pub use line::{Line, line};
pub use modes::{Dip, dip, dip_test};
pub use nested::{Component, Nested, Term, components, nested_mean, satterthwaite, unit_means};
pub use power::{FEWEST_UNITS, power, smallest_effect, units_for};
pub use proportion::proportion_interval;
pub use quantile::two_sided;
pub use regression::{Coefficient, Fit, Point, Unfit, least_squares};
pub use robust::median;
pub use sequence::sequence_interval;
pub use simultaneous::{Member, simultaneous};
pub use spread::{Spread, deviation, deviation_ratio, relative_deviation_bound};
