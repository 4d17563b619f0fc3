//! The interval of a mean over independent units.
//!
//! Source: Student, "The probable error of a mean", Biometrika 6 (1908).

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A mean with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// The interval; `None` of fewer than two units.
    pub interval: Option<(f64, f64)>,
    /// How many units.
    pub units: usize,
}

impl Estimate {
    /// The same after a function that keeps order, such as `exp`.
    pub fn map(self, function: impl Fn(f64) -> f64) -> Self {
        let interval = self.interval.map(|(low, high)| (function(low), function(high)));
        Self { mean: function(self.mean), interval, ..self }
    }
}

/// The mean of independent units with its two-sided t interval; `None` of no units.
pub fn mean_interval(units: &[f64], confidence: f64) -> Option<Estimate> {
    let count = units.len();
    if count == 0 {
        return None;
    }
    let n = count as f64;
    let mean = units.iter().sum::<f64>() / n;
    let variance = units.iter().map(|unit| (unit - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let interval = StudentsT::new(0.0, 1.0, n - 1.0).ok().map(|student| {
        let half = student.inverse_cdf(f64::midpoint(1.0, confidence)) * (variance / n).sqrt();
        (mean - half, mean + half)
    });
    Some(Estimate { mean, interval, units: count })
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn a_known_interval() {
        // Mean 10, standard deviation 2, n = 4; t(0.975, 3) = 3.182446 (any table of Student's t).
        let estimate = mean_interval(&[8.0, 9.0, 10.0, 13.0], 0.95).expect("has units");
        let half = 3.182_446 * (14.0_f64 / 3.0).sqrt() / 2.0;
        let (low, high) = estimate.interval.expect("has an interval");
        assert!((estimate.mean - 10.0).abs() < 1e-12);
        assert!((high - 10.0 - half).abs() < 1e-5 && (10.0 - low - half).abs() < 1e-5);
    }

    #[test]
    fn one_unit_has_no_interval() {
        assert_eq!(mean_interval(&[1.5], 0.95), Some(Estimate { mean: 1.5, interval: None, units: 1 }));
        assert_eq!(mean_interval(&[], 0.95), None);
    }

    #[test]
    fn ninety_five_of_a_hundred_intervals_hold_the_truth() {
        let mut draw = ChaCha8Rng::seed_from_u64(1);
        // Near enough to normal: the sum of twelve uniform draws.
        let mut normal =
            || (0..12).map(|_| f64::from(draw.next_u32()) / f64::from(u32::MAX)).sum::<f64>() - 6.0;
        let trials = 4000;
        let hits = (0..trials).filter(|_| {
            let units: Vec<f64> = (0..8).map(|_| normal()).collect();
            let estimate = mean_interval(&units, 0.95).expect("has units");
            estimate.interval.is_some_and(|(low, high)| low <= 0.0 && 0.0 <= high)
        });
        let share = hits.count() as f64 / f64::from(trials);
        assert!((0.94..0.96).contains(&share), "{share}");
    }
}
