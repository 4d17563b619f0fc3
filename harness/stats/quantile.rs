//! The quantiles that intervals stand on; `None` where the degrees of freedom allow no answer.

use statrs::distribution::{ContinuousCDF, FisherSnedecor, Normal, StudentsT};

/// The `probability` quantile of Student's t; `None` unless `degrees` is above 0 (it may be infinite).
pub(super) fn student(probability: f64, degrees: f64) -> Option<f64> {
    (0.0..=1.0).contains(&probability).then_some(())?;
    if degrees > 1e4 {
        // statrs loses digits here (the fifth of t(0.975, 1e6)); the expansion about the normal quantile,
        // Abramowitz and Stegun 26.7.5, is exact to 1e-12 from here on.
        let z = Normal::standard().inverse_cdf(probability);
        let first = (z.powi(3) + z) / (4.0 * degrees);
        let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * degrees.powi(2));
        return Some(if z.is_finite() { z + first + second } else { z });
    }
    Some(StudentsT::new(0.0, 1.0, degrees).ok()?.inverse_cdf(probability))
}

/// The quantile that a two-sided t interval of this confidence reaches out to.
pub fn two_sided(confidence: f64, degrees: f64) -> Option<f64> {
    student(f64::midpoint(1.0, confidence), degrees)
}

/// The `probability` quantile of the ratio of two variances.
pub(super) fn fisher(probability: f64, above: f64, below: f64) -> Option<f64> {
    (0.0..=1.0).contains(&probability).then_some(())?;
    Some(FisherSnedecor::new(above, below).ok()?.inverse_cdf(probability))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_agree_with_another_library() {
        // The right-hand sides are SciPy 1.17's.
        for (probability, degrees, expected) in [
            (0.975, 1.0, 12.706_204_736),
            (0.975, 3.5, 2.940_088_638),
            (0.975, 7.0, 2.364_624_252),
            (0.975, 200.0, 1.971_896_224),
            (0.975, 1e6, 1.959_966_357),
            (0.975, f64::INFINITY, 1.959_963_985),
            (0.996_428_571_428_571_4, 7.0, 3.752_698_243),
        ] {
            let value = student(probability, degrees).expect("has degrees");
            assert!((value - expected).abs() < 1e-7 * expected, "t({probability}, {degrees}) = {value}");
        }
        for (above, below, expected) in
            [(19.0, 9.0, 3.683_338_083), (9.0, 19.0, 2.880_052_047), (1.0, 1.0, 647.789_011)]
        {
            let value = fisher(0.975, above, below).expect("has degrees");
            assert!((value - expected).abs() < 1e-6 * expected, "F({above}, {below}) = {value}");
        }
    }

    #[test]
    fn the_two_ways_to_the_t_quantile_meet() {
        let steps = [9_990.0, 9_999.0, 10_001.0, 10_010.0].map(|df| student(0.975, df).expect("has degrees"));
        assert!((steps[1] - steps[2]).abs() < 1e-7, "{steps:?}");
    }

    #[test]
    fn no_degrees_no_quantile() {
        assert_eq!(student(0.975, 0.0), None);
        assert_eq!(student(0.975, f64::NAN), None);
        assert_eq!(student(1.5, 3.0), None);
        assert_eq!(fisher(0.975, 3.0, 0.0), None);
    }
}
