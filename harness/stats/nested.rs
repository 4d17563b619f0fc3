//! Which level of a nested design the scatter comes from: layout over copy over block over start, say.
//!
//! Every unit has a random effect of its own at each level, and the numbers of units may differ from group to
//! group. The components are estimated by equating the mean squares of the nested analysis of variance to what
//! they are expected to be; that needs no normal distribution and is unbiased, so a component may come out
//! below 0. The mean of the whole is another matter and gives equal weight to each unit.
//!
//! Sources: Gates and Shiue, "The analysis of variance of the s-stage hierarchical classification", Biometrics
//! 18 (1962); Searle and others, "Variance components" (1992), chapter 5; Satterthwaite, "An
//! approximate distribution of estimates of variance components", Biometrics Bulletin 2 (1946).

use std::collections::BTreeMap;

use super::interval::{Estimate, mean_interval};

/// One value and the group it belongs to at each level, the outermost first.
///
/// Numbers are read within the group outside: copy 0 of layout 1 is another copy than copy 0 of layout 2.
pub type Nested<const LEVELS: usize> = ([u32; LEVELS], f64);

/// What one level adds to the scatter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    /// The variance between units of this level within one unit of the level outside: unbiased, so a small one
    /// may come out negative. `None` where every unit outside has one unit of this level, so that the two cannot
    /// be told apart; it is then part of the level outside.
    pub variance: Option<f64>,
    /// How many units this level has in all.
    pub units: usize,
    /// Degrees of freedom: units less the units of the level outside.
    pub degrees: usize,
    /// The mean square of the analysis of variance; `None` of no degrees of freedom.
    pub mean_square: Option<f64>,
}

impl Component {
    /// The variance as it is shown: an estimate below 0 is no evidence of a component, hence 0.
    pub fn truncated(&self) -> Option<f64> {
        self.variance.map(|variance| variance.max(0.0))
    }
}

/// The variance components of a nested design: one for each level, the outermost first, and last the one of the
/// values within the innermost group. `None` of no values, or of one that is not finite.
pub fn components<const LEVELS: usize>(values: &[Nested<LEVELS>]) -> Option<Vec<Component>> {
    if values.is_empty() || values.iter().any(|(_, value)| !value.is_finite()) {
        return None;
    }
    let tree = Tree::of(values);
    let squares = tree.sums_of_squares(values);
    let units: Vec<usize> = (0..=LEVELS + 1).map(|level| tree.units(level)).collect();
    let mut found: Vec<Component> = Vec::with_capacity(LEVELS + 1);
    // From the innermost outwards: the mean square of a level holds its own component and those inside it.
    for level in (1..=LEVELS + 1).rev() {
        let degrees = units[level] - units[level - 1];
        let mean_square = (degrees > 0).then(|| squares[level] / degrees as f64);
        let variance = mean_square.map(|mean_square| {
            let inside = found.iter().rev().zip(level + 1..);
            let known: f64 = inside
                .filter_map(|(component, inner)| Some(component.variance? * tree.coefficient(level, inner)))
                .sum();
            (mean_square * degrees as f64 - known) / tree.coefficient(level, level)
        });
        found.push(Component { variance, units: units[level], degrees, mean_square });
    }
    found.reverse();
    Some(found)
}

/// The mean in which every unit of the outermost level has equal weight, and so on inwards, with its two-sided
/// t interval over the units of the outermost level; `None` of no values.
///
/// With no levels the values themselves are the units.
pub fn nested_mean<const LEVELS: usize>(values: &[Nested<LEVELS>], confidence: f64) -> Option<Estimate> {
    mean_interval(&unit_means(values), confidence)
}

/// The mean of each unit of the outermost level, in the order of their numbers.
pub fn unit_means<const LEVELS: usize>(values: &[Nested<LEVELS>]) -> Vec<f64> {
    if LEVELS == 0 {
        return values.iter().map(|(_, value)| *value).collect();
    }
    let mut means: Vec<(&[u32], f64)> = values.iter().map(|(path, value)| (&path[..], *value)).collect();
    for level in (1..=LEVELS).rev() {
        let mut groups: BTreeMap<&[u32], (f64, f64)> = BTreeMap::new();
        for (path, mean) in means {
            let (count, sum) = groups.entry(&path[..level]).or_default();
            *count += 1.0;
            *sum += mean;
        }
        means = groups.into_iter().map(|(path, (count, sum))| (path, sum / count)).collect();
    }
    means.into_iter().map(|(_, mean)| mean).collect()
}

/// One term of a linear combination of mean squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// What the mean square is multiplied by.
    pub coefficient: f64,
    /// The mean square.
    pub mean_square: f64,
    /// Its degrees of freedom.
    pub degrees: f64,
}

/// Satterthwaite's degrees of freedom of a linear combination of independent mean squares.
///
/// `None` of no terms or where the combination is not above 0. With negative coefficients the approximation is
/// poor unless the combination stays well above 0.
pub fn satterthwaite(terms: &[Term]) -> Option<f64> {
    let total: f64 = terms.iter().map(|term| term.coefficient * term.mean_square).sum();
    let below: f64 =
        terms.iter().map(|term| (term.coefficient * term.mean_square).powi(2) / term.degrees).sum();
    let degrees = total.powi(2) / below;
    (total > 0.0 && degrees.is_finite()).then_some(degrees)
}

/// The groups of each level, from level 0, which is the one group of everything.
struct Tree<const LEVELS: usize> {
    /// How many values each group holds, by the numbers that lead to it.
    counts: Vec<BTreeMap<Vec<u32>, f64>>,
    values: usize,
}

impl<const LEVELS: usize> Tree<LEVELS> {
    fn of(values: &[Nested<LEVELS>]) -> Self {
        let mut counts = vec![BTreeMap::new(); LEVELS + 1];
        for (path, _) in values {
            for (level, groups) in counts.iter_mut().enumerate() {
                *groups.entry(path[..level].to_vec()).or_insert(0.0) += 1.0;
            }
        }
        Self { counts, values: values.len() }
    }

    /// How many groups a level has; the values themselves are the level after the last.
    fn units(&self, level: usize) -> usize {
        self.counts.get(level).map_or(self.values, BTreeMap::len)
    }

    /// How often the component of level `inner` is expected in the sum of squares of `level`.
    fn coefficient(&self, level: usize, inner: usize) -> f64 {
        self.held(level, inner) - self.held(level - 1, inner)
    }

    /// How often the component of `inner` is expected in the sum over groups g of `level` of n(g) mean(g)^2:
    /// the sum over units h of `inner` of n(h)^2 / n(g that holds h).
    fn held(&self, level: usize, inner: usize) -> f64 {
        let Some(units) = self.counts.get(inner) else {
            return self.units(level) as f64;
        };
        units.iter().map(|(path, count)| count * count / self.counts[level][&path[..level]]).sum()
    }

    /// The sum of squares of each level about the means of the level outside; nothing for level 0.
    fn sums_of_squares(&self, values: &[Nested<LEVELS>]) -> Vec<f64> {
        // Centred first, lest the squares of a large common value swallow the differences.
        let middle = values.iter().map(|(_, value)| value).sum::<f64>() / self.values as f64;
        let means: Vec<BTreeMap<&[u32], f64>> = (0..=LEVELS)
            .map(|level| {
                let mut means: BTreeMap<&[u32], f64> = BTreeMap::new();
                for (path, value) in values {
                    let weight = 1.0 / self.counts[level][&path[..level]];
                    *means.entry(&path[..level]).or_default() += (value - middle) * weight;
                }
                means
            })
            .collect();
        let mut squares = vec![0.0; LEVELS + 2];
        for level in 1..=LEVELS {
            for (path, mean) in &means[level] {
                let outside = means[level - 1][&path[..level - 1]];
                squares[level] += self.counts[level][*path] * (mean - outside).powi(2);
            }
        }
        for (path, value) in values {
            squares[LEVELS + 1] += (value - middle - means[LEVELS][&path[..]]).powi(2);
        }
        squares
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::draws::{Normal, share, tolerance};

    /// Yields of dyestuff, six batches of five preparations: Davies, "Statistical methods in research and
    /// production" (1947).
    const DYESTUFF: [[f64; 5]; 6] = [
        [1545.0, 1440.0, 1440.0, 1520.0, 1580.0],
        [1540.0, 1555.0, 1490.0, 1560.0, 1495.0],
        [1595.0, 1550.0, 1605.0, 1510.0, 1560.0],
        [1445.0, 1440.0, 1595.0, 1465.0, 1545.0],
        [1595.0, 1630.0, 1515.0, 1635.0, 1625.0],
        [1520.0, 1455.0, 1450.0, 1480.0, 1445.0],
    ];

    fn dyestuff() -> Vec<Nested<1>> {
        (0..).zip(DYESTUFF).flat_map(|(batch, values)| values.map(|value| ([batch], value))).collect()
    }

    #[test]
    fn known_components() {
        // Batch 1764.05 and residual 2451.25, as Davies and everybody after him has them.
        let found = components(&dyestuff()).expect("has values");
        assert!((found[0].variance.expect("has degrees") - 1764.05).abs() < 1e-6);
        assert!((found[1].variance.expect("has degrees") - 2451.25).abs() < 1e-6);
        assert_eq!((found[0].units, found[0].degrees), (6, 5));
        assert_eq!((found[1].units, found[1].degrees), (30, 24));
        assert!((nested_mean(&dyestuff(), 0.95).expect("has values").mean - 1527.5).abs() < 1e-9);
    }

    #[test]
    fn a_large_common_value_changes_nothing() {
        let moved: Vec<_> = dyestuff().into_iter().map(|(path, value)| (path, value + 1e9)).collect();
        let found = components(&moved).expect("has values");
        assert!((found[0].variance.expect("has degrees") - 1764.05).abs() < 1e-3);
    }

    /// Three levels, unbalanced at each, one group of a single value among them.
    fn unbalanced() -> Vec<Nested<3>> {
        let sizes: [&[&[usize]]; 4] = [&[&[3, 1, 2], &[4]], &[&[2, 2]], &[&[1], &[5, 3], &[2]], &[&[6, 1]]];
        let mut values = Vec::new();
        for (a, copies) in (0..).zip(sizes) {
            for (b, blocks) in (0..).zip(copies) {
                for (c, starts) in (0..).zip(*blocks) {
                    values.extend((0..*starts).map(|_| ([a, b, c], 0.0)));
                }
            }
        }
        values
    }

    #[test]
    fn coefficients_are_those_of_the_quadratic_forms() {
        // Independent of the formula: a sum of squares is a quadratic form, so what it expects of a component
        // is the sum of its values on the indicators of that level's units.
        let design = unbalanced();
        let tree = Tree::of(&design);
        for inner in 1..=4 {
            let mut expected = vec![0.0; 5];
            for unit in 0..design.len() {
                // One indicator for each group: that of its first value.
                let same = |other: usize| {
                    if inner == 4 {
                        unit == other
                    } else {
                        design[unit].0[..inner] == design[other].0[..inner]
                    }
                };
                if (0..unit).any(same) {
                    continue;
                }
                let indicator: Vec<_> =
                    (0..design.len()).map(|i| (design[i].0, f64::from(u8::from(same(i))))).collect();
                for (sum, square) in expected.iter_mut().zip(tree.sums_of_squares(&indicator)) {
                    *sum += square;
                }
            }
            for level in 1..=4 {
                let found = if inner < level { 0.0 } else { tree.coefficient(level, inner) };
                assert!((found - expected[level]).abs() < 1e-9, "{inner} in {level}: {found}, {expected:?}");
            }
        }
    }

    #[test]
    fn unbalanced_components_are_right_on_average() {
        let mut normal = Normal::seeded(6);
        let design = unbalanced();
        let truth: [f64; 4] = [4.0, 1.0, 0.0, 2.0];
        let trials = 3000;
        let mut sums = [[0.0; 2]; 4];
        for _ in 0..trials {
            let mut effects: BTreeMap<&[u32], f64> = BTreeMap::new();
            let mut values = Vec::new();
            for (path, _) in &design {
                let mut value = 10.0 + truth[3].sqrt() * normal.draw();
                for level in 1..=3 {
                    value += *effects
                        .entry(&path[..level])
                        .or_insert_with(|| truth[level - 1].sqrt() * normal.draw());
                }
                values.push((*path, value));
            }
            for (sum, component) in sums.iter_mut().zip(components(&values).expect("has values")) {
                let variance = component.variance.expect("has degrees");
                *sum = [sum[0] + variance, sum[1] + variance.powi(2)];
            }
        }
        for (level, [sum, squares]) in sums.into_iter().enumerate() {
            let mean = sum / f64::from(trials);
            let error = ((squares / f64::from(trials) - mean.powi(2)) / f64::from(trials)).sqrt();
            assert!((mean - truth[level]).abs() < 4.0 * error, "{level}: {mean} +- {error}");
        }
    }

    #[test]
    fn a_level_of_single_units_belongs_to_the_one_outside() {
        let one_block: Vec<Nested<2>> =
            dyestuff().into_iter().map(|(path, value)| ([path[0], 7], value)).collect();
        let found = components(&one_block).expect("has values");
        assert_eq!((found[1].variance, found[1].degrees), (None, 0));
        assert!((found[0].variance.expect("has degrees") - 1764.05).abs() < 1e-6);
    }

    #[test]
    fn below_zero_is_kept_and_shown_as_zero() {
        let found = components(&[([0], 1.0), ([0], 3.0), ([1], 1.0), ([1], 3.0)]).expect("has values");
        assert_eq!(found[0].variance, Some(-1.0));
        assert_eq!(found[0].truncated(), Some(0.0));
        assert_eq!(components::<1>(&[]), None);
        assert_eq!(components(&[([0], f64::NAN)]), None);
    }

    #[test]
    fn each_outer_unit_weighs_the_same() {
        let values = [([0, 0], 1.0), ([0, 0], 1.0), ([0, 1], 3.0), ([1, 0], 6.0)];
        assert_eq!(unit_means(&values), vec![2.0, 6.0]);
        assert_eq!(nested_mean(&values[..3], 0.95).expect("has values").interval, None);
        assert_eq!(unit_means(&[([], 1.0), ([], 5.0)]), vec![1.0, 5.0]);
    }

    #[test]
    fn the_interval_over_copies_holds_where_one_over_starts_does_not() {
        let mut normal = Normal::seeded(7);
        let trials = 3000;
        let mut naive = 0;
        let held = share(trials, || {
            let mut values: Vec<Nested<1>> = Vec::new();
            for copy in 0..8 {
                let effect = normal.draw();
                values.extend((0..6).map(|_| ([copy], effect + normal.draw())));
            }
            let truth =
                |e: Option<Estimate>| e.and_then(|e| e.interval).is_some_and(|(l, h)| l <= 0.0 && 0.0 <= h);
            let flat: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
            naive += u32::from(truth(mean_interval(&flat, 0.95)));
            truth(nested_mean(&values, 0.95))
        });
        assert!((held - 0.95).abs() < tolerance(0.95, trials), "{held}");
        assert!(f64::from(naive) / f64::from(trials) < 0.8, "{naive}");
    }

    #[test]
    fn known_degrees_of_freedom() {
        // Welch's two samples: variances 4 and 9 of 10 and 5 values.
        let first = Term { coefficient: 0.1, mean_square: 4.0, degrees: 9.0 };
        let second = Term { coefficient: 0.2, mean_square: 9.0, degrees: 4.0 };
        let expected = (0.4_f64 + 1.8).powi(2) / (0.16 / 9.0 + 3.24 / 4.0);
        assert!((satterthwaite(&[first, second]).expect("is above 0") - expected).abs() < 1e-12);
        assert!((satterthwaite(&[first]).expect("is above 0") - 9.0).abs() < 1e-12);
        assert_eq!(satterthwaite(&[]), None);
        assert_eq!(satterthwaite(&[Term { coefficient: -1.0, ..first }]), None);
    }
}
