//! What an experiment could have seen: the smallest effect it finds, and how many units a wish takes.
//!
//! The power of a t test comes from the noncentral t distribution, here by its definition: the normal
//! probability, averaged over the scaled chi distribution of the standard deviation seen.
//!
//! Sources: Johnson, Kotz and Balakrishnan, "Continuous univariate distributions" 2, on the noncentral t; Cohen,
//! "Statistical power analysis for the behavioral sciences".

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::gamma::ln_gamma;

use super::quantile;

/// Fewer units than this stand behind no published number.
pub const FEWEST_UNITS: usize = 8;

/// How often a two-sided t test of the mean of `units` normal units finds an effect of this size.
///
/// `deviation` is the true standard deviation of a unit. `None` of fewer than two units or a deviation that is
/// not above 0.
pub fn power(effect: f64, deviation: f64, units: usize, significance: f64) -> Option<f64> {
    let n = units as f64;
    let critical = quantile::two_sided(1.0 - significance, n - 1.0)?;
    (deviation > 0.0 && effect.is_finite()).then_some(())?;
    Some(beyond(critical, n - 1.0, effect / deviation * n.sqrt()))
}

/// The smallest effect that such a test finds with this probability, in the unit of `deviation`; an effect seen
/// to be absent is smaller than this, nothing more.
///
/// `None` of fewer than two units, or unless `significance` < `wanted` < 1.
pub fn smallest_effect(deviation: f64, units: usize, wanted: f64, significance: f64) -> Option<f64> {
    (0.0 < significance && significance < wanted && wanted < 1.0).then_some(())?;
    let found = |effect: f64| power(effect * deviation, deviation, units, significance);
    let mut high = 1.0;
    while found(high)? < wanted {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if found(middle)? < wanted { low = middle } else { high = middle }
    }
    Some(high * deviation)
}

/// How many units bring the half width of the t interval down to this, taking a pilot's standard deviation for
/// the true one; at least [`FEWEST_UNITS`].
///
/// The half width then comes out about this wide on average, not for certain: the standard deviation of a small
/// pilot is itself unsure (`deviation` gives its interval; its upper limit makes a cautious plan). `None` where
/// no count below 2^32 does.
pub fn units_for(deviation: f64, half_width: f64, confidence: f64) -> Option<usize> {
    (deviation >= 0.0 && half_width > 0.0 && 0.0 < confidence && confidence < 1.0).then_some(())?;
    let wide = |quantile: f64, units: f64| quantile * deviation / units.sqrt() > half_width;
    // The normal quantile is smaller than any t: a count to start from that cannot be too large.
    let normal = quantile::two_sided(confidence, f64::INFINITY)?;
    let mut units = (normal * deviation / half_width).powi(2).ceil().max(FEWEST_UNITS as f64);
    while units < f64::from(u32::MAX) && wide(quantile::two_sided(confidence, units - 1.0)?, units) {
        units += 1.0;
    }
    (units < f64::from(u32::MAX)).then(|| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count, checked above")]
        let units = units as usize;
        units
    })
}

/// The probability that a noncentral t lies beyond `critical` on either side.
fn beyond(critical: f64, degrees: f64, noncentrality: f64) -> f64 {
    let normal = Normal::standard();
    let half = degrees / 2.0;
    let constant = 2.0_f64.ln() + half * half.ln() - ln_gamma(half);
    // The density of s, a standard deviation seen over the true one: nothing to speak of lies further out. The
    // midpoint rule is exact beyond need for a function that fades away at both ends.
    let reach = 12.0 / (2.0 * degrees).sqrt();
    let (low, high) = ((1.0 - reach).max(0.0), 1.0 + reach);
    let parts = 2000;
    let width = (high - low) / f64::from(parts);
    (0..parts)
        .map(|part| {
            let s = low + (f64::from(part) + 0.5) * width;
            let density = (constant + (degrees - 1.0) * s.ln() - half * s * s).exp();
            let outside =
                normal.cdf(noncentrality - critical * s) + normal.cdf(-noncentrality - critical * s);
            density * outside * width
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::draws::{self, share, tolerance};
    use crate::stats::mean_interval;

    #[test]
    fn known_tails_of_the_noncentral_t() {
        // SciPy 1.17, `nct.sf(t, df, nc) + nct.cdf(-t, df, nc)`.
        for (critical, degrees, noncentrality, expected) in [
            (2.364_624, 7.0, 3.0, 0.730_630_182_5),
            (12.7062, 1.0, 5.0, 0.305_160_210_1),
            (1.98, 120.0, 3.2, 0.887_674_670_8),
            (2.364_624, 7.0, 0.0, 0.050_000_018_5),
        ] {
            let found = beyond(critical, degrees, noncentrality);
            assert!((found - expected).abs() < 2e-6, "{critical} {degrees} {noncentrality}: {found}");
        }
    }

    #[test]
    fn known_smallest_effects() {
        // SciPy 1.17: the effect in standard deviations with power 0.9 at 5 %.
        for (units, expected) in
            [(4, 2.506_895_3), (8, 1.341_802_4), (20, 0.764_457_9), (30, 0.612_445_5), (121, 0.297_070_7)]
        {
            let found = smallest_effect(0.02, units, 0.9, 0.05).expect("has units");
            assert!((found / 0.02 - expected).abs() < 1e-5, "{units}: {found}");
        }
    }

    #[test]
    fn nothing_to_plan_with() {
        assert_eq!(power(1.0, 1.0, 1, 0.05), None);
        assert_eq!(power(1.0, 0.0, 8, 0.05), None);
        assert_eq!(smallest_effect(1.0, 1, 0.9, 0.05), None);
        assert_eq!(smallest_effect(1.0, 8, 1.0, 0.05), None);
        assert_eq!(smallest_effect(f64::NAN, 8, 0.9, 0.05), None);
        assert_eq!(units_for(1.0, 0.0, 0.95), None);
        assert_eq!(units_for(1.0, 1e-9, 0.95), None);
        assert_eq!(units_for(f64::NAN, 1.0, 0.95), None);
    }

    #[test]
    fn units_are_as_many_as_needed_and_no_more() {
        assert_eq!(units_for(0.0, 1.0, 0.95), Some(FEWEST_UNITS));
        assert_eq!(units_for(1.0, 5.0, 0.95), Some(FEWEST_UNITS));
        // The textbook case: half a standard deviation takes 18 units, as t(0.975, 17) = 2.1098.
        assert_eq!(units_for(1.0, 0.5, 0.95), Some(18));
        for half_width in [0.05, 0.1, 0.3, 0.6] {
            let units = units_for(1.0, half_width, 0.95).expect("is possible");
            let half = |n: usize| {
                quantile::two_sided(0.95, n as f64 - 1.0).expect("has degrees") / (n as f64).sqrt()
            };
            assert!(half(units) <= half_width && half(units - 1) > half_width, "{half_width}: {units}");
        }
    }

    #[test]
    fn the_smallest_effect_is_found_nine_times_in_ten() {
        let mut normal = draws::Normal::seeded(12);
        let trials = 4000;
        for units in [8, 16] {
            let effect = smallest_effect(1.0, units, 0.9, 0.05).expect("has units");
            let found = share(trials, || {
                let sample: Vec<f64> = normal.draws(units).iter().map(|unit| unit + effect).collect();
                let (low, high) = mean_interval(&sample, 0.95).and_then(|e| e.interval).expect("has units");
                low > 0.0 || high < 0.0
            });
            assert!((found - 0.9).abs() < tolerance(0.9, trials), "{units}: {found}");
        }
    }
}
