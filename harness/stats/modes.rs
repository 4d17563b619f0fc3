//! Has a distribution more than one mode? Starts that fall into two groups have no one centre to speak of.
//!
//! The dip is the largest distance between the empirical distribution function and the nearest unimodal one.
//! Its p-value is found among uniform samples of the same size, the hardest unimodal case to tell from two
//! modes. Values from a coarse clock dip for their steps alone: add a tick's worth of noise to them first.
//!
//! Source: Hartigan and Hartigan, "The dip test of unimodality", The Annals of Statistics 13 (1985).

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The dip of a sample, and how surprising it is of one mode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dip {
    /// Between 1 / (2 n) and 1/4 (of one value alone 1/2).
    pub statistic: f64,
    /// The share of uniform samples that dip as deeply, the sample itself counted among them.
    pub p_value: f64,
}

/// The dip test against `draws` seeded uniform samples; `None` of no values, or of one that is not finite.
pub fn dip_test(values: &[f64], draws: u32, seed: u64) -> Option<Dip> {
    let statistic = dip(values)?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let as_deep = (0..draws)
        .filter(|_| {
            let sample: Vec<f64> = values.iter().map(|_| random.random()).collect();
            // A sample that ties with the floor of 1 / (2 n) is as deep, whatever the rounding.
            dip(&sample).is_some_and(|drawn| drawn >= statistic - 1e-12)
        })
        .count();
    Some(Dip { statistic, p_value: (as_deep + 1) as f64 / (f64::from(draws) + 1.0) })
}

/// The dip statistic; `None` of no values, or of one that is not finite.
///
/// Never below 1 / (2 n): no continuous distribution comes closer to a step of 1 / n.
pub fn dip(values: &[f64]) -> Option<f64> {
    if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let steps = steps_of(values);
    let (mut low, mut high) = (0, steps.len() - 1);
    let mut depth: f64 = 1.0;
    // Each round narrows the modal interval to where the hulls about it are furthest apart; outside it the
    // empirical function stays as it is against its hull. A round is linear, and few are needed.
    while low < high {
        let within = &steps[low..=high];
        let minorant = hull(within, |step| step.before, 1.0);
        let majorant = hull(within, |step| step.after, -1.0);
        // A concave function less a convex one is largest at a corner of one of them.
        let mut widest = (f64::NEG_INFINITY, 0);
        for place in 0..within.len() {
            let apart = majorant.heights[place] - minorant.heights[place];
            if apart > widest.0 && (minorant.is_corner[place] || majorant.is_corner[place]) {
                widest = (apart, place);
            }
        }
        let (apart, place) = widest;
        if apart <= depth {
            break;
        }
        // The place is a corner itself, so this always narrows.
        let left = (0..=place).rev().find(|i| minorant.is_corner[*i]).unwrap_or(0);
        let right = (place..within.len()).find(|i| majorant.is_corner[*i]).unwrap_or(place);
        for (step, height) in within.iter().zip(&minorant.heights).take(left) {
            depth = depth.max(step.after - height);
        }
        for (step, height) in within.iter().zip(&majorant.heights).skip(right + 1) {
            depth = depth.max(height - step.before);
        }
        (low, high) = (low + left, low + right);
    }
    Some(depth / (2.0 * values.len() as f64))
}

/// A step of the empirical distribution function, in counts of values.
struct Step {
    at: f64,
    before: f64,
    after: f64,
}

/// The steps in order; equal values make one step.
fn steps_of(values: &[f64]) -> Vec<Step> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut steps: Vec<Step> = Vec::new();
    for (value, before) in sorted.iter().zip(0..) {
        match steps.last_mut() {
            Some(last) if last.at >= *value => last.after += 1.0,
            _ => {
                let before = f64::from(before);
                steps.push(Step { at: *value, before, after: before + 1.0 });
            }
        }
    }
    steps
}

/// A convex (or concave) hull: its height at each step, and whether it touches there.
struct Hull {
    heights: Vec<f64>,
    is_corner: Vec<bool>,
}

/// The greatest convex minorant of the steps' heights (`bend` 1) or their least concave majorant (`bend` -1).
fn hull(steps: &[Step], height: impl Fn(&Step) -> f64, bend: f64) -> Hull {
    let slope = |from: usize, to: usize| {
        (height(&steps[to]) - height(&steps[from])) / (steps[to].at - steps[from].at)
    };
    let mut corners: Vec<usize> = Vec::new();
    for next in 0..steps.len() {
        while let [.., first, second] = corners[..]
            && bend * (slope(second, next) - slope(first, second)) <= 0.0
        {
            corners.pop();
        }
        corners.push(next);
    }
    let mut heights = vec![0.0; steps.len()];
    let mut is_corner = vec![false; steps.len()];
    for pair in corners.windows(2) {
        for place in pair[0]..pair[1] {
            heights[place] =
                height(&steps[pair[0]]) + slope(pair[0], pair[1]) * (steps[place].at - steps[pair[0]].at);
        }
    }
    for corner in corners {
        heights[corner] = height(&steps[corner]);
        is_corner[corner] = true;
    }
    Hull { heights, is_corner }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::draws::{Normal, share, tolerance};

    /// The quality of 63 departments of statistics: Scully (1982), the paper's own example.
    const FACULTY: [f64; 63] = [
        30.0, 33.0, 35.0, 36.0, 37.0, 37.0, 39.0, 39.0, 39.0, 39.0, 39.0, 40.0, 40.0, 40.0, 40.0, 41.0, 42.0,
        43.0, 43.0, 43.0, 44.0, 44.0, 45.0, 45.0, 46.0, 46.0, 47.0, 47.0, 48.0, 48.0, 48.0, 49.0, 50.0, 50.0,
        51.0, 52.0, 52.0, 53.0, 53.0, 53.0, 53.0, 53.0, 54.0, 54.0, 57.0, 57.0, 59.0, 60.0, 60.0, 60.0, 61.0,
        61.0, 61.0, 61.0, 62.0, 62.0, 62.0, 62.0, 63.0, 66.0, 70.0, 72.0, 72.0,
    ];

    #[test]
    fn the_example_of_the_paper() {
        // 0.05952381 and a p-value of 0.087, as the R package diptest 0.77 has them.
        let found = dip_test(&FACULTY, 4000, 1).expect("has values");
        assert!((found.statistic - 0.059_523_809_523_8).abs() < 1e-12, "{found:?}");
        assert!((found.p_value - 0.087).abs() < tolerance(0.087, 4000), "{found:?}");
    }

    #[test]
    fn known_dips() {
        // The values of the Python package diptest 0.12, but for its 0 where nothing is nearer than 1 / (2 n).
        for (values, expected) in [
            (&[1.0, 2.0][..], 0.25),
            (&[1.0, 1.0, 1.0], 1.0 / 6.0),
            (&[1.0, 2.0, 3.0, 4.0], 0.125),
            (&[0.0, 0.1, 5.0, 5.1], 0.245),
            (&[12.0, 0.0, 1.0, 2.0, 10.0, 11.0], 0.2),
            (&[0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 2.0], 1.5 / 7.0),
            (&[0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0], 1.0 / 18.0),
            (&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0], 1.0 / 12.0),
            (&[0.0, 0.1, 0.3, 0.35, 0.9, 0.95, 1.1, 2.0, 2.1, 2.15], 0.128_571_428_571),
        ] {
            let found = dip(values).expect("has values");
            assert!((found - expected).abs() < 1e-9, "{values:?}: {found}");
        }
        assert_eq!(dip(&[]), None);
        assert_eq!(dip(&[1.0, f64::NAN]), None);
    }

    #[test]
    fn known_quantiles() {
        // The paper's table 1, with the digits of the million samples behind R's `qDiptab`.
        for (size, [half, rare]) in
            [(10, [0.097_78, 0.139_61]), (50, [0.048_85, 0.070_27]), (100, [0.035_46, 0.051_13])]
        {
            let mut random = ChaCha8Rng::seed_from_u64(9);
            let trials = 2000;
            let dips: Vec<f64> = (0..trials)
                .map(|_| dip(&(0..size).map(|_| random.random()).collect::<Vec<f64>>()).expect("has values"))
                .collect();
            for (quantile, expected) in [(half, 0.5), (rare, 0.05)] {
                let above = dips.iter().filter(|dip| **dip > quantile).count() as f64 / f64::from(trials);
                assert!((above - expected).abs() < tolerance(expected, trials), "{size}: {above}");
            }
        }
    }

    #[test]
    fn two_groups_are_seen_and_one_is_not() {
        let mut normal = Normal::seeded(10);
        let one = normal.draws(200);
        assert!(dip_test(&one, 400, 1).expect("has values").p_value > 0.05);
        let two: Vec<f64> = one.iter().zip(0..).map(|(value, i)| value + f64::from(i % 2) * 5.0).collect();
        assert!(dip_test(&two, 400, 1).expect("has values").p_value < 0.01);
        assert_eq!(dip_test(&two, 400, 1), dip_test(&two, 400, 1));
    }

    #[test]
    fn uniform_samples_alarm_as_often_as_the_level_says() {
        let mut random = ChaCha8Rng::seed_from_u64(11);
        let trials = 300;
        let mut seed = 0;
        let alarms = share(trials, || {
            seed += 1;
            let values: Vec<f64> = (0..20).map(|_| random.random()).collect();
            dip_test(&values, 99, seed).expect("has values").p_value <= 0.05
        });
        assert!((alarms - 0.05).abs() < tolerance(0.05, trials), "{alarms}");
    }

    proptest! {
        #[test]
        fn place_scale_and_direction_do_not_matter(values in prop::collection::vec(-50..50_i32, 1..80)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let depth = dip(&values).expect("has values");
            prop_assert!(depth >= 0.5 / values.len() as f64 && depth <= 0.25_f64.max(0.5 / values.len() as f64));
            let turned: Vec<f64> = values.iter().map(|value| 1e4 - 3.0 * value).collect();
            prop_assert!((dip(&turned).expect("has values") - depth).abs() < 1e-9);
        }

        #[test]
        fn no_unimodal_function_is_nearer(values in prop::collection::vec(0.0..1.0, 2..60), mode in 0.0..1.0, bend in 1.0..4.0) {
            // Convex up to the mode and concave after it.
            let function = |x: f64| {
                if x < mode { mode * (x / mode).powf(bend) } else { 1.0 - (1.0 - mode) * ((1.0 - x) / (1.0 - mode)).powf(bend) }
            };
            let count = values.len() as f64;
            let apart = steps_of(&values).iter().map(|step| {
                (step.after / count - function(step.at)).max(function(step.at) - step.before / count)
            }).fold(0.0, f64::max);
            prop_assert!(dip(&values).expect("has values") <= apart + 1e-12);
        }
    }
}
