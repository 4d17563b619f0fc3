//! The interval of a proportion.
//!
//! Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the
//! binomial", Biometrika 26 (1934), in its form by quantiles of the beta distribution.

use statrs::distribution::{Beta, ContinuousCDF};

/// The exact two-sided interval of the proportion behind `hits` of `trials`.
///
/// It covers at least as often as it says, often more. `None` of no trials, or of more hits than trials.
pub fn proportion_interval(hits: u64, trials: u64, confidence: f64) -> Option<(f64, f64)> {
    if trials == 0 || hits > trials || !(0.0..1.0).contains(&confidence) {
        return None;
    }
    let tail = (1.0 - confidence) / 2.0;
    let (x, n) = (hits as f64, trials as f64);
    let low = if hits == 0 { 0.0 } else { Beta::new(x, n - x + 1.0).ok()?.inverse_cdf(tail) };
    let high = if hits == trials { 1.0 } else { Beta::new(x + 1.0, n - x).ok()?.inverse_cdf(1.0 - tail) };
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_intervals() {
        // SciPy 1.17, `binomtest(x, n).proportion_ci(0.95, "exact")`.
        for (hits, trials, low, high) in [
            (4, 20, 0.057_333_997_050, 0.436_614_002_997),
            (0, 10, 0.0, 0.308_497_107_819),
            (10, 10, 0.691_502_892_181, 1.0),
            (50, 1000, 0.037_335_397_605, 0.065_390_487_915),
            (1, 100_000, 2.531_784e-7, 5.571_516e-5),
        ] {
            let interval = proportion_interval(hits, trials, 0.95).expect("has trials");
            assert!((interval.0 - low).abs() < 1e-9, "{hits} of {trials}: {interval:?}");
            assert!((interval.1 - high).abs() < 1e-9, "{hits} of {trials}: {interval:?}");
        }
    }

    #[test]
    fn no_trials_no_interval() {
        assert_eq!(proportion_interval(0, 0, 0.95), None);
        assert_eq!(proportion_interval(3, 2, 0.95), None);
        assert_eq!(proportion_interval(1, 2, 1.0), None);
    }

    #[test]
    fn covers_at_least_as_often_as_it_says() {
        // No drawing needed: the binomial probabilities of all outcomes that cover add up to the coverage.
        for trials in [5, 20, 100] {
            let intervals: Vec<_> = (0..=trials)
                .map(|hits| proportion_interval(hits, trials, 0.95).expect("has trials"))
                .collect();
            for truth in (1..100).map(|percent| f64::from(percent) / 100.0) {
                let covered: f64 = (0..=trials)
                    .zip(&intervals)
                    .filter(|(_, (low, high))| *low <= truth && truth <= *high)
                    .map(|(hits, _)| probability(hits, trials, truth))
                    .sum();
                assert!(covered >= 0.95 - 1e-9, "n = {trials}, p = {truth}: {covered}");
            }
        }
    }

    proptest! {
        #[test]
        fn each_limit_leaves_half_of_the_rest_beyond(trials in 1_u64..200, drawn in 0_u64..200) {
            let hits = drawn % (trials + 1);
            let (low, high) = proportion_interval(hits, trials, 0.9).expect("has trials");
            if hits > 0 {
                let beyond: f64 = (hits..=trials).map(|x| probability(x, trials, low)).sum();
                prop_assert!((beyond - 0.05).abs() < 1e-7, "{}", beyond);
            }
            if hits < trials {
                let beyond: f64 = (0..=hits).map(|x| probability(x, trials, high)).sum();
                prop_assert!((beyond - 0.05).abs() < 1e-7, "{}", beyond);
            }
        }
    }

    /// The binomial probability, by a product of factors rather than by the beta function.
    fn probability(hits: u64, trials: u64, truth: f64) -> f64 {
        let choices: f64 = (0..hits).map(|i| (((trials - i) as f64) / (i + 1) as f64).ln()).sum();
        (choices + hits as f64 * truth.ln() + (trials - hits) as f64 * (1.0 - truth).ln()).exp()
    }
}
