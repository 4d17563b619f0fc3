//! Seeded draws for the tests of coverage, and how far a simulated share may stray.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of normal draws.
pub(super) struct Normal(ChaCha8Rng);

impl Normal {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// One draw of mean 0 and standard deviation 1, after Box and Muller (1958).
    pub(super) fn draw(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.0.random::<f64>()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.0.random::<f64>()).cos()
    }

    pub(super) fn draws(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.draw()).collect()
    }
}

/// The share of trials in which something held.
pub(super) fn share(trials: u32, mut holds: impl FnMut() -> bool) -> f64 {
    let held = (0..trials).filter(|_| holds()).count();
    held as f64 / f64::from(trials)
}

/// Four standard deviations of a share of `trials`: a right claim fails once in 16 000 seeds.
pub(super) fn tolerance(expected: f64, trials: u32) -> f64 {
    4.0 * (expected * (1.0 - expected) / f64::from(trials)).sqrt()
}
