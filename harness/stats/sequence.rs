//! An interval that may be looked at after every unit: it holds for all numbers of units at once.
//!
//! An ordinary interval watched until it looks good covers less than it says. This one comes from mixing the
//! likelihood ratio of the t statistic over normally distributed effect sizes, which is a martingale where the
//! mean is true, so Ville's inequality bounds its whole course. It asks for independent normal units of one
//! variance, which need not be known, and pays with width.
//!
//! Sources: Robbins, "Statistical methods related to the law of the iterated logarithm", The Annals of
//! Mathematical Statistics 41 (1970); Lai, "On confidence sequences", The Annals of Statistics 4 (1976); Wang and
//! Ramdas, "Anytime-valid t-tests and confidence sequences for Gaussian means with unknown variance" (2023).

use super::interval::Estimate;
use super::spread::moments;

/// The mean of the units so far with the interval that holds at every number of units with this confidence.
///
/// `planned` is the number of units at which the interval should be tightest, chosen before the first unit is
/// seen. There is no interval as long as too few units rule nothing out. `None` of fewer than two units, or of
/// one that is not finite.
pub fn sequence_interval(units: &[f64], confidence: f64, planned: f64) -> Option<Estimate> {
    let (mean, deviation, degrees) = moments(units)?;
    let n = degrees + 1.0;
    let rarity = 1.0 / (1.0 - confidence);
    // Mixing effect sizes of variance `spread`, the mean m is ruled out where
    //   (1 + n spread)^(-1/2) ((1 + q) / (1 + q / (1 + n spread)))^(n / 2) >= rarity,
    // with q = t^2 / (n - 1) and t the statistic of m. Solved for q:
    let spread = mixture(rarity, planned)?;
    let growth = 1.0 + n * spread;
    let ratio = (growth.sqrt() * rarity).powf(2.0 / n);
    let interval = (ratio < growth).then(|| {
        let t = (degrees * (ratio - 1.0) / (1.0 - ratio / growth)).sqrt();
        let half = t * deviation / n.sqrt();
        (mean - half, mean + half)
    });
    Some(Estimate { mean, interval, units: units.len() })
}

/// The variance of the mixture that is tightest at about `planned` units: the width of the sequence of a known
/// variance is least where n spread solves x = 2 ln(rarity) + ln(1 + x).
fn mixture(rarity: f64, planned: f64) -> Option<f64> {
    (rarity > 1.0 && rarity.is_finite() && planned > 0.0 && planned.is_finite()).then_some(())?;
    let mut x = 2.0 * rarity.ln() + 1.0;
    for _ in 0..100 {
        x = 2.0 * rarity.ln() + x.ln_1p();
    }
    Some(x / planned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::draws::{Normal, tolerance};
    use crate::stats::mean_interval;

    #[test]
    fn watched_at_every_unit_it_still_holds() {
        let mut normal = Normal::seeded(16);
        let trials = 800;
        let (mut held, mut watched) = (0, 0);
        for _ in 0..trials {
            let units: Vec<f64> = normal.draws(100).iter().map(|unit| 5.0 + 0.1 * unit).collect();
            let truth = |estimate: Option<Estimate>| {
                estimate
                    .and_then(|found| found.interval)
                    .is_none_or(|(low, high)| (low..=high).contains(&5.0))
            };
            held += u32::from((2..=100).all(|n| truth(sequence_interval(&units[..n], 0.95, 20.0))));
            watched += u32::from((8..=100).all(|n| truth(mean_interval(&units[..n], 0.95))));
        }
        let part = |count: u32| f64::from(count) / f64::from(trials);
        assert!(part(held) > 0.95 - tolerance(0.95, trials), "{}", part(held));
        assert!(part(watched) < 0.85, "an ordinary interval that is watched: {}", part(watched));
    }

    #[test]
    fn the_martingale_keeps_its_mean() {
        // Where the mean is true, the likelihood ratio that the interval inverts has mean 1 at every n.
        let mut normal = Normal::seeded(17);
        let trials = 20_000;
        for count in [2_usize, 5, 12] {
            let n = count as f64;
            let growth = 1.0 + n * 0.2;
            let ratios: Vec<f64> = (0..trials)
                .map(|_| {
                    let (mean, deviation, degrees) = moments(&normal.draws(count)).expect("has units");
                    let q = n * (mean / deviation).powi(2) / degrees;
                    ((1.0 + q) / (1.0 + q / growth)).powf(n / 2.0) / growth.sqrt()
                })
                .collect();
            let (mean, deviation, degrees) = moments(&ratios).expect("has trials");
            assert!((mean - 1.0).abs() < 4.0 * deviation / degrees.sqrt(), "{count}: {mean}");
        }
    }

    #[test]
    fn the_limits_are_where_the_ratio_reaches_the_rarity() {
        let units = Normal::seeded(18).draws(15);
        let (mean, deviation, degrees) = moments(&units).expect("has units");
        let (_, high) = sequence_interval(&units, 0.95, 15.0).and_then(|e| e.interval).expect("has units");
        let growth = 1.0 + 15.0 * mixture(20.0, 15.0).expect("is planned");
        let q = 15.0 * ((high - mean) / deviation).powi(2) / degrees;
        let ratio = ((1.0 + q) / (1.0 + q / growth)).powf(7.5) / growth.sqrt();
        assert!((ratio - 20.0).abs() < 1e-8, "{ratio}");
    }

    #[test]
    fn wider_than_an_interval_looked_at_once_but_not_by_far() {
        let units = Normal::seeded(19).draws(30);
        let width = |found: Option<Estimate>| {
            let (low, high) = found.and_then(|found| found.interval).expect("has units");
            high - low
        };
        let ratio = width(sequence_interval(&units, 0.95, 30.0)) / width(mean_interval(&units, 0.95));
        assert!((1.2..1.8).contains(&ratio), "{ratio}");
    }

    #[test]
    fn too_few_units_rule_nothing_out() {
        assert_eq!(sequence_interval(&[1.0, 1.1], 0.95, 20.0).expect("has units").interval, None);
        assert_eq!(sequence_interval(&[1.0], 0.95, 20.0), None);
        assert_eq!(sequence_interval(&[1.0, 2.0], 1.0, 20.0), None);
        assert_eq!(sequence_interval(&[1.0, 2.0], 0.95, 0.0), None);
    }
}
