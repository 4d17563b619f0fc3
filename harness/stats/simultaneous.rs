//! Intervals for a family of contrasts that hold all at once.
//!
//! Bonferroni's inequality on t quantiles asks nothing of how the contrasts depend on each other. The
//! narrower max-t interval needs their joint distribution: contrasts share arms, their correlation would be
//! estimated from about eight units, and their degrees of freedom differ, so its coverage is not assured.
//!
//! Source: Dunn, "Multiple comparisons among means", Journal of the American Statistical Association 56 (1961).

use super::quantile;
use super::spread::moments;

/// One estimate of a family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// The estimate.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Degrees of freedom of the standard error.
    pub degrees: f64,
}

impl Member {
    /// The mean of independent units; `None` of fewer than two, or of one that is not finite.
    pub fn of(units: &[f64]) -> Option<Self> {
        let (mean, deviation, degrees) = moments(units)?;
        Some(Self { mean, standard_error: deviation / (degrees + 1.0).sqrt(), degrees })
    }
}

/// An interval for each member, so that all hold at once with at least this confidence.
///
/// A member without an interval (no degrees of freedom, no standard error) still counts as one of the family:
/// what was to be tested is decided before the data are seen.
pub fn simultaneous(family: &[Member], confidence: f64) -> Vec<Option<(f64, f64)>> {
    let each = 1.0 - (1.0 - confidence) / family.len() as f64;
    let interval = |member: &Member| {
        let half = quantile::two_sided(each, member.degrees)? * member.standard_error;
        half.is_finite().then_some((member.mean - half, member.mean + half))
    };
    family.iter().map(interval).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::draws::{Normal, share, tolerance};
    use crate::stats::mean_interval;

    #[test]
    fn seven_contrasts_reach_further_than_one() {
        let member = Member { mean: 1.0, standard_error: 2.0, degrees: 7.0 };
        let half = |count| {
            let (low, high) = simultaneous(&vec![member; count], 0.95)[0].expect("has an interval");
            assert!((1.0 - low - (high - 1.0)).abs() < 1e-12);
            (high - low) / 2.0
        };
        assert!((half(1) - 2.0 * 2.364_624_252).abs() < 1e-7);
        // t(1 - 0.05 / 14, 7), SciPy 1.17.
        assert!((half(7) - 2.0 * 3.752_698_243).abs() < 1e-7);
    }

    #[test]
    fn a_family_of_one_has_the_ordinary_interval() {
        let units = [8.0, 9.0, 10.0, 13.0];
        let (low, high) =
            simultaneous(&[Member::of(&units).expect("has units")], 0.95)[0].expect("has degrees");
        let (plain_low, plain_high) =
            mean_interval(&units, 0.95).and_then(|e| e.interval).expect("has units");
        assert!((low - plain_low).abs() < 1e-12 && (high - plain_high).abs() < 1e-12);
        assert_eq!(Member::of(&[1.0]), None);
    }

    #[test]
    fn a_member_without_degrees_counts_all_the_same() {
        let member = Member { mean: 0.0, standard_error: 1.0, degrees: 7.0 };
        let unknown = Member { degrees: 0.0, ..member };
        let intervals = simultaneous(&[member, unknown], 0.95);
        assert_eq!(intervals[1], None);
        assert_eq!(intervals[0], simultaneous(&[member, member], 0.95)[0]);
        assert_eq!(simultaneous(&[], 0.95), vec![]);
    }

    #[test]
    fn contrasts_that_share_an_arm_hold_together() {
        let mut normal = Normal::seeded(2);
        let trials = 2000;
        let (mut all, mut alone) = (0, 0);
        for _ in 0..trials {
            let shared = normal.draws(8);
            let contrasts: Vec<Vec<f64>> =
                (0..5).map(|_| shared.iter().map(|base| normal.draw() - base).collect()).collect();
            let members: Vec<Member> = contrasts.iter().filter_map(|units| Member::of(units)).collect();
            let truth = |interval: &Option<(f64, f64)>| interval.is_some_and(|(l, h)| l <= 0.0 && 0.0 <= h);
            all += u32::from(simultaneous(&members, 0.95).iter().all(truth));
            alone += u32::from(
                contrasts.iter().all(|units| truth(&mean_interval(units, 0.95).and_then(|e| e.interval))),
            );
        }
        let part = |count| f64::from(count) / f64::from(trials);
        assert!(part(all) > 0.95 - tolerance(0.95, trials), "{}", part(all));
        assert!(part(alone) < 0.90, "intervals one by one should not hold together: {}", part(alone));
    }

    #[test]
    fn independent_contrasts_lose_next_to_nothing() {
        let mut normal = Normal::seeded(3);
        let trials = 2000;
        let held = share(trials, || {
            let members: Vec<Member> = (0..5).filter_map(|_| Member::of(&normal.draws(8))).collect();
            simultaneous(&members, 0.95).iter().flatten().all(|(low, high)| *low <= 0.0 && 0.0 <= *high)
        });
        // (1 - 0.05 / 5)^5 = 0.951.
        assert!((held - 0.951).abs() < tolerance(0.951, trials), "{held}");
    }
}
