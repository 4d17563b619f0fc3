//! How far values spread: the standard deviation, alone and relative, and the ratio of two.
//!
//! All three lean on the normal distribution much harder than the interval of a mean does: a few outlying
//! values move them, and more values do not heal it. Take logarithms of ratios first.
//!
//! Sources: Snedecor and Cochran, "Statistical methods", on the chi-square interval of a variance and the F
//! interval of a ratio; Vangel, "Confidence intervals for a normal coefficient of variation", The American
//! Statistician 50 (1996).

use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::quantile;

/// A standard deviation with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The standard deviation, or a ratio of two.
    pub value: f64,
    /// The interval of it.
    pub interval: (f64, f64),
}

/// The standard deviation of values with its two-sided interval; `None` of fewer than two values.
pub fn deviation(values: &[f64], confidence: f64) -> Option<Spread> {
    let (_, value, degrees) = moments(values)?;
    let chi = ChiSquared::new(degrees).ok()?;
    let tail = tail_of(confidence)? / 2.0;
    let limit = |probability| value * (degrees / chi.inverse_cdf(probability)).sqrt();
    Some(Spread { value, interval: (limit(1.0 - tail), limit(tail)) })
}

/// The one-sided upper bound of the relative standard deviation (standard deviation by mean), as a fraction.
///
/// Vangel's approximation allows for the mean being estimated and is vouched for up to a third. `None` beyond
/// that, of fewer than two values, or of a mean that is not above 0.
pub fn relative_deviation_bound(values: &[f64], confidence: f64) -> Option<f64> {
    let (mean, deviation, degrees) = moments(values)?;
    (mean > 0.0).then_some(())?;
    let relative = deviation / mean;
    (relative <= 1.0 / 3.0).then_some(())?;
    let chi = ChiSquared::new(degrees).ok()?.inverse_cdf(tail_of(confidence)?);
    let below = ((chi + 2.0) / (degrees + 1.0) - 1.0) * relative.powi(2) + chi / degrees;
    (below > 0.0).then(|| relative / below.sqrt())
}

/// How many times wider the first values spread than the second, with its two-sided interval.
///
/// `None` of fewer than two values on a side, or where the second do not spread at all.
pub fn deviation_ratio(first: &[f64], second: &[f64], confidence: f64) -> Option<Spread> {
    let (_, above, above_degrees) = moments(first)?;
    let (_, below, below_degrees) = moments(second)?;
    (below > 0.0).then_some(())?;
    let value = above / below;
    let probability = 1.0 - tail_of(confidence)? / 2.0;
    let low = value / quantile::fisher(probability, above_degrees, below_degrees)?.sqrt();
    let high = value * quantile::fisher(probability, below_degrees, above_degrees)?.sqrt();
    Some(Spread { value, interval: (low, high) })
}

/// Mean, standard deviation and degrees of freedom; `None` of fewer than two values, or of one not finite.
pub(super) fn moments(values: &[f64]) -> Option<(f64, f64, f64)> {
    if values.len() < 2 || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    Some((mean, (squares / (n - 1.0)).sqrt(), n - 1.0))
}

fn tail_of(confidence: f64) -> Option<f64> {
    (confidence > 0.0 && confidence < 1.0).then_some(1.0 - confidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::draws::{Normal, share, tolerance};

    #[test]
    fn a_known_deviation() {
        // 1 to 10 have variance 55 / 6; chi-square(9) is 2.70039 and 19.02277 (any table).
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        let spread = deviation(&values, 0.95).expect("has values");
        let variance: f64 = 55.0 / 6.0;
        assert!((spread.value - variance.sqrt()).abs() < 1e-12);
        assert!((spread.interval.0 - (9.0 * variance / 19.022_768).sqrt()).abs() < 1e-6);
        assert!((spread.interval.1 - (9.0 * variance / 2.700_389_5).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn two_values_know_next_to_nothing() {
        // Chi-square(0.025, 1) = 0.000982069.
        let spread = deviation(&[0.0, 2.0_f64.sqrt()], 0.95).expect("has values");
        assert!((spread.value - 1.0).abs() < 1e-12);
        assert!((spread.interval.1 - (1.0 / 0.000_982_069_117_f64).sqrt()).abs() < 1e-4, "{spread:?}");
    }

    #[test]
    fn a_known_ratio() {
        let first: Vec<f64> = (1..=20).map(|i| f64::from(i) * 2.0).collect();
        let second: Vec<f64> = (1..=10).map(f64::from).collect();
        let spread = deviation_ratio(&first, &second, 0.95).expect("has values");
        let ratio = (4.0 * 35.0 / (55.0 / 6.0_f64)).sqrt();
        assert!((spread.value - ratio).abs() < 1e-12);
        assert!((spread.interval.0 - ratio / 3.683_338_083_f64.sqrt()).abs() < 1e-7);
        assert!((spread.interval.1 - ratio * 2.880_052_047_f64.sqrt()).abs() < 1e-7);
    }

    #[test]
    fn nothing_to_say_says_nothing() {
        assert_eq!(deviation(&[1.0], 0.95), None);
        assert_eq!(deviation(&[1.0, f64::NAN], 0.95), None);
        assert_eq!(deviation(&[1.0, 2.0], 1.0), None);
        assert_eq!(deviation_ratio(&[1.0, 2.0], &[3.0, 3.0], 0.95), None);
        assert_eq!(relative_deviation_bound(&[-1.0, 1.0], 0.95), None);
        assert_eq!(relative_deviation_bound(&[0.001, 100.0], 0.95), None);
    }

    #[test]
    fn a_small_relative_deviation_is_bounded_as_a_deviation_is() {
        // With chi-square(0.05, 19) = 10.117013 (any table) the bound is 1.3704 times what was seen.
        let mut normal = Normal::seeded(4);
        let values: Vec<f64> = (0..20).map(|_| 1.15 + 0.005 * normal.draw()).collect();
        let (mean, deviation, _) = moments(&values).expect("has values");
        let bound = relative_deviation_bound(&values, 0.95).expect("has a bound");
        let factor = (19.0 / 10.117_013_f64).sqrt();
        assert!((bound / (deviation / mean * factor) - 1.0).abs() < 1e-4, "{bound}");
    }

    #[test]
    fn the_intervals_hold_the_truth_as_often_as_they_say() {
        let mut normal = Normal::seeded(5);
        let trials = 4000;
        let within = |spread: Option<Spread>, truth: f64| {
            spread.is_some_and(|spread| spread.interval.0 <= truth && truth <= spread.interval.1)
        };
        let alone = share(trials, || within(deviation(&normal.draws(8), 0.95), 1.0));
        assert!((alone - 0.95).abs() < tolerance(0.95, trials), "{alone}");
        let ratio = share(trials, || within(deviation_ratio(&normal.draws(20), &normal.draws(9), 0.95), 1.0));
        assert!((ratio - 0.95).abs() < tolerance(0.95, trials), "{ratio}");
        for truth in [0.005, 0.1, 0.25] {
            let bound = share(trials, || {
                let values: Vec<f64> = (0..20).map(|_| 1.0 + truth * normal.draw()).collect();
                relative_deviation_bound(&values, 0.95).is_none_or(|bound| truth <= bound)
            });
            assert!((bound - 0.95).abs() < tolerance(0.95, trials), "{truth}: {bound}");
        }
    }
}
