//! The bootstrap-t interval of a mean of units, for units that are not normal.
//!
//! Each resample is studentised by its own standard error; the interval may lie askew about the mean, as skewed
//! units ask for. The plain percentile bootstrap is left out on purpose: over few units it is far too narrow.
//!
//! Source: Efron and Tibshirani, "An introduction to the bootstrap" (1993), chapter 12.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::interval::Estimate;
use super::power::FEWEST_UNITS;
use super::spread::moments;

/// The mean of units with its two-sided bootstrap-t interval from `resamples` seeded resamples.
///
/// No interval of fewer than eight units: resamples of one value again and again, which have no standard error,
/// are too common then. `None` of fewer than two units, or of one that is not finite.
pub fn bootstrap_t(units: &[f64], confidence: f64, resamples: usize, seed: u64) -> Option<Estimate> {
    let count = units.len();
    let (mean, deviation, _) = moments(units)?;
    let error = deviation / (count as f64).sqrt();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut drawn = vec![0.0; count];
    let mut studentised: Vec<f64> = (0..resamples)
        .filter_map(|_| {
            drawn.fill_with(|| units[random.random_range(0..count)]);
            let (centre, deviation, _) = moments(&drawn)?;
            (deviation > 0.0).then(|| (centre - mean) / (deviation / (count as f64).sqrt()))
        })
        .collect();
    studentised.sort_by(f64::total_cmp);
    let tail = (1.0 - confidence) / 2.0;
    let limits =
        (count >= FEWEST_UNITS).then(|| quantile(&studentised, tail).zip(quantile(&studentised, 1.0 - tail)));
    // The upper quantile gives the lower limit: where resamples lie too high, the mean itself may.
    let interval = limits.flatten().map(|(low, high)| (mean - high * error, mean - low * error));
    Some(Estimate { mean, interval, units: count })
}

/// The quantile of sorted values, straight between neighbours; `None` of no values.
fn quantile(sorted: &[f64], probability: f64) -> Option<f64> {
    let place = probability.clamp(0.0, 1.0) * (sorted.len().checked_sub(1)? as f64);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the last index"
    )]
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    Some(sorted[below] + (sorted[above] - sorted[below]) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::draws::{Normal, share, tolerance};
    use crate::stats::mean_interval;

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let units = Normal::seeded(13).draws(12);
        assert_eq!(bootstrap_t(&units, 0.95, 500, 1), bootstrap_t(&units, 0.95, 500, 1));
        assert_ne!(bootstrap_t(&units, 0.95, 500, 1), bootstrap_t(&units, 0.95, 500, 2));
    }

    #[test]
    fn few_units_have_no_interval() {
        assert_eq!(bootstrap_t(&[1.0, 2.0, 6.0], 0.95, 500, 1).expect("has units").interval, None);
        assert_eq!(bootstrap_t(&[1.0], 0.95, 500, 1), None);
        assert_eq!(bootstrap_t(&[2.0; 9], 0.95, 500, 1).expect("has units").interval, None);
    }

    #[test]
    fn known_quantiles() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 1.0), Some(4.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn holds_for_normal_units_and_better_than_t_for_skewed_ones() {
        let mut normal = Normal::seeded(14);
        let trials = 600;
        let mut seed = 0;
        let mut holds = |units: &[f64], truth: f64| {
            seed += 1;
            let found = bootstrap_t(units, 0.95, 199, seed).expect("has units");
            found.interval.is_some_and(|(low, high)| low <= truth && truth <= high)
        };
        let plain = share(trials, || holds(&normal.draws(10), 0.0));
        assert!((plain - 0.95).abs() < tolerance(0.95, trials), "{plain}");
        let mut student = 0;
        let skewed = share(trials, || {
            let units: Vec<f64> = normal.draws(10).into_iter().map(f64::exp).collect();
            let truth = 0.5_f64.exp();
            let (low, high) = mean_interval(&units, 0.95).and_then(|e| e.interval).expect("has units");
            student += u32::from(low <= truth && truth <= high);
            holds(&units, truth)
        });
        assert!(skewed > f64::from(student) / f64::from(trials) + 0.02, "{skewed}, t {student}");
    }

    #[test]
    fn the_percentile_bootstrap_over_three_copies_is_too_narrow() {
        // The resamples of three units can be counted out, which is the bootstrap of infinitely many draws.
        let resampled = |units: &[f64]| -> Vec<f64> {
            (0..27).map(|i| (units[i % 3] + units[i / 3 % 3] + units[i / 9]) / 3.0).collect()
        };
        let covers = |mut means: Vec<f64>| {
            means.sort_by(f64::total_cmp);
            // The first value that at least a fortieth of them do not exceed, and its mirror image.
            let out = means.len().div_ceil(40) - 1;
            u32::from(means[out] <= 0.0 && 0.0 <= means[means.len() - 1 - out])
        };
        let mut normal = Normal::seeded(15);
        let trials = 2000;
        let (mut alone, mut contrast, mut student) = (0, 0, 0);
        for _ in 0..trials {
            let (first, second) = (normal.draws(3), normal.draws(3));
            alone += covers(resampled(&first));
            let others = resampled(&second);
            contrast +=
                covers(resampled(&first).iter().flat_map(|a| others.iter().map(move |b| a - b)).collect());
            let (low, high) = mean_interval(&first, 0.95).and_then(|e| e.interval).expect("has units");
            student += u32::from(low <= 0.0 && 0.0 <= high);
        }
        let part = |count: u32| f64::from(count) / f64::from(trials);
        // The interval of one mean ends at the least and the greatest unit: it misses when all three lie on one
        // side, 2 in 8. That of a difference of two arms, three copies each, covers some 81 %.
        assert!((part(alone) - 0.75).abs() < tolerance(0.75, trials), "{}", part(alone));
        assert!((part(contrast) - 0.81).abs() < tolerance(0.81, trials), "{}", part(contrast));
        assert!((part(student) - 0.95).abs() < tolerance(0.95, trials), "{}", part(student));
    }
}
