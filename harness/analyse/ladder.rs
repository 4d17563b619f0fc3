//! The relocation ladder: what a relocation costs, and what a page does that relocations write to; pure.
//!
//! The paired differences of the rungs are fitted on how many relocations the changed side has more than its
//! twin, and on how many more pages they write to, each contrast by itself. A rung is one point, whose value is a
//! mean over fresh copies, and weighs by the width of its interval: rungs that cost more also scatter more. What
//! the fit then says of the programs under test, which it has not seen, stands beside what was measured of them.

use std::collections::BTreeSet;

use crate::config::Contrast;
use crate::plan::Timed;
use crate::results::{EstimateRow, FactRow, LadderRole, LadderRow, Samples};
use crate::stats::{Fit, Point, least_squares};

use super::CONFIDENCE;

/// Metrics that are fitted, and whether their scatter grows with them.
const METRICS: [(&str, bool); 2] = [("cpu-time", true), ("minor-faults", false)];

/// The condition, the recipe and the scope of the ladder.
const WHERE: (&str, &str, &str) = ("pinned", "faulted", "this-layout");

/// Statistics of the coefficients, in the order in which they are fitted.
const COEFFICIENTS: [&str; 3] = ["constant", "per-relocation", "per-page"];

/// What came of the ladder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ladder {
    /// The rungs, and the programs that were not in the fit.
    pub rows: Vec<LadderRow>,
    /// The rungs' differences, and as rows of kind `ladder` the coefficients of each fit.
    pub estimates: Vec<EstimateRow>,
}

/// Climbs the ladder: estimates and facts of a run so far, its programs under test, and its rungs.
///
/// The rungs add to no family of intervals, and of them no more is kept than the fits rest on.
pub fn ladder(
    samples: &Samples,
    (estimates, facts): (&[EstimateRow], &[FactRow]),
    (programs, rungs): (&[Timed], &[Timed]),
    contrasts: &[Contrast],
    sha256: &str,
) -> Ladder {
    let fitted: Vec<Contrast> = contrasts.iter().filter(|contrast| contrast.ladder).cloned().collect();
    let mut own = super::estimates(samples, rungs, &fitted, sha256);
    own.retain(|row| row.kind == "contrast" && row.statistic == "difference");
    for row in &mut own {
        (row.low_simultaneous, row.high_simultaneous) = (None, None);
    }
    let mut ladder = climb(&[estimates, &own].concat(), facts, (programs, rungs), &fitted);
    own.append(&mut ladder.estimates);
    Ladder { estimates: own, ..ladder }
}

/// A measured difference with what explains it.
struct Measured<'a> {
    row: &'a EstimateRow,
    role: LadderRole,
    relocations: i64,
    pages: i64,
    low: f64,
    high: f64,
    weight: f64,
}

/// Fits every contrast in every place.
fn climb(
    estimates: &[EstimateRow],
    facts: &[FactRow],
    (programs, rungs): (&[Timed], &[Timed]),
    contrasts: &[Contrast],
) -> Ladder {
    let mut ladder = Ladder::default();
    let place = |one: &Timed| (one.toolchain.clone(), one.target.clone());
    let places: BTreeSet<(String, String)> = rungs.iter().map(place).collect();
    for here in places {
        for contrast in contrasts {
            for (metric, scatter_grows) in METRICS {
                let of = |timed: &'_ [Timed], role| -> Vec<Measured<'_>> {
                    let own = timed.iter().filter(|one| place(one) == here);
                    own.filter_map(|one| Measured::of(estimates, facts, one, contrast, metric, role))
                        .collect()
                };
                let mut measured = of(rungs, LadderRole::Rung);
                measured.extend(of(programs, LadderRole::Program));
                if scatter_grows && measured.iter().all(|one| one.high > one.low) {
                    for one in &mut measured {
                        one.weight = (one.high - one.low).powi(-2);
                    }
                }
                ladder.fit(contrast, &measured);
            }
        }
    }
    ladder
}

impl<'a> Measured<'a> {
    fn of(
        estimates: &'a [EstimateRow],
        facts: &[FactRow],
        one: &Timed,
        contrast: &Contrast,
        metric: &str,
        role: LadderRole,
    ) -> Option<Self> {
        let row = estimates.iter().find(|row| {
            row.kind == "contrast"
                && row.name == contrast.name
                && (&row.program, &row.toolchain, &row.target) == (&one.program, &one.toolchain, &one.target)
                && row.metric == metric
                && (row.condition.as_str(), row.cache.as_str(), row.scope.as_str()) == WHERE
                && row.statistic == "difference"
        })?;
        let more = |metric: &str| -> Option<i64> {
            let of = |variant: &str| -> Option<i64> {
                let case = one.case(variant).to_string();
                let same = |row: &&FactRow| row.case == case && row.metric == metric && row.key.is_empty();
                i64::try_from(facts.iter().find(same)?.number?).ok()
            };
            Some(of(&contrast.changed)? - of(&contrast.base)?)
        };
        let (relocations, pages) = (more("relocations")?, more("relocated-pages")?);
        Some(Self { row, role, relocations, pages, low: row.low?, high: row.high?, weight: 1.0 })
    }

    fn predictors(&self) -> [f64; 2] {
        [self.relocations as f64, self.pages as f64]
    }
}

impl Ladder {
    fn fit(&mut self, contrast: &Contrast, measured: &[Measured<'_>]) {
        let rungs: Vec<&Measured<'_>> = measured.iter().filter(|one| one.role == LadderRole::Rung).collect();
        let points: Vec<Point> = rungs
            .iter()
            .map(|one| Point { weight: one.weight, ..Point::new(one.predictors(), one.row.estimate) })
            .collect();
        // Rungs that were not built, or too few of them, make no fit; the report says so.
        let (Some(first), Ok(fit)) = (rungs.first(), least_squares(&points)) else { return };
        let starts = rungs.iter().map(|one| one.row.starts).sum();
        let units = u32::try_from(rungs.len()).unwrap_or(u32::MAX);
        for (place, statistic) in COEFFICIENTS.into_iter().enumerate() {
            let interval = fit.interval(place, CONFIDENCE);
            let Some(coefficient) = fit.coefficients.get(place) else { continue };
            self.estimates.push(EstimateRow {
                kind: "ladder".to_owned(),
                program: String::new(),
                statistic: statistic.to_owned(),
                estimate: coefficient.value,
                low: interval.map(|ends| ends.0),
                high: interval.map(|ends| ends.1),
                low_simultaneous: None,
                high_simultaneous: None,
                confidence: CONFIDENCE,
                units,
                starts,
                ..first.row.clone()
            });
        }
        self.rows.extend(measured.iter().filter_map(|one| row(contrast, &fit, one)));
    }
}

/// What the fit says of a difference, and how far off one that is measured as well may be.
fn row(contrast: &Contrast, fit: &Fit, one: &Measured<'_>) -> Option<LadderRow> {
    let at = one.predictors();
    let fitted = fit.predict(&at)?;
    let of_fit = fit.mean_interval(&at, CONFIDENCE)?.1 - fitted;
    let of_one = fit.prediction_interval(&at, CONFIDENCE)?.1 - fitted;
    // The interval of the fit is for a point of weight 1.
    let own = (of_one.powi(2) - of_fit.powi(2)).max(0.0) / one.weight;
    let half = (of_fit.powi(2) + own).sqrt();
    Some(LadderRow {
        contrast: contrast.name.clone(),
        program: one.row.program.clone(),
        toolchain: one.row.toolchain.clone(),
        target: one.row.target.clone(),
        metric: one.row.metric.clone(),
        role: one.role,
        relocations: one.relocations,
        pages: one.pages,
        unit: one.row.unit.clone(),
        difference: one.row.estimate,
        low: one.low,
        high: one.high,
        units: one.row.units,
        fitted,
        fitted_low: fitted - half,
        fitted_high: fitted + half,
        residual: one.row.estimate - fitted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = ["r1", "r2", "r3", "r4", "mine"];
    /// Relocations and pages of each PIE, the last of a program that is no rung.
    const OF: [(u64, u64); 5] = [(100, 1), (100, 100), (10_000, 20), (10_000, 600), (5000, 50)];

    fn contrast() -> Contrast {
        let text = "name = \"pie\"\nwhat = \"PIE\"\nbase = \"exe\"\nchanged = \"pie\"\nladder = true";
        toml::from_str(text).expect("is a contrast")
    }

    fn timed() -> Vec<Timed> {
        let one = |name: &&str| Timed {
            program: (*name).to_owned(),
            toolchain: "go1.27.3".to_owned(),
            target: "linux/amd64".to_owned(),
            variants: vec!["exe".to_owned(), "pie".to_owned()],
            stripped: true,
        };
        NAMES.iter().map(one).collect()
    }

    fn facts() -> Vec<FactRow> {
        let fact = |name: &str, variant: &str, metric: &str, number: u64| FactRow {
            case: format!("{name}/{variant}/go1.27.3/linux-amd64/stripped"),
            metric: metric.to_owned(),
            key: String::new(),
            unit: "count".to_owned(),
            number: Some(number),
            text: String::new(),
        };
        let of = |(name, (relocations, pages)): (&&str, &(u64, u64))| {
            // The twin has a few too: what is fitted is the difference.
            [("exe", 47, 2), ("pie", relocations + 47, pages + 2)].map(|(variant, relocations, pages)| {
                [
                    fact(name, variant, "relocations", relocations),
                    fact(name, variant, "relocated-pages", pages),
                ]
            })
        };
        NAMES.iter().zip(&OF).flat_map(of).flatten().collect()
    }

    /// Differences of 0.3 ms, 5 ns a relocation and 2 us a page, each with what it is off and its half interval.
    fn estimates(off: [f64; 5], half: [f64; 5]) -> Vec<EstimateRow> {
        let row = |place: usize, metric: &str, unit: &str, estimate: f64, half: f64| EstimateRow {
            kind: "contrast".to_owned(),
            name: "pie".to_owned(),
            program: NAMES[place].to_owned(),
            toolchain: "go1.27.3".to_owned(),
            target: "linux/amd64".to_owned(),
            metric: metric.to_owned(),
            condition: "pinned".to_owned(),
            cache: "faulted".to_owned(),
            scope: "this-layout".to_owned(),
            statistic: "difference".to_owned(),
            unit: unit.to_owned(),
            estimate,
            low: Some(estimate - half),
            high: Some(estimate + half),
            units: 10,
            starts: 100,
            ..EstimateRow::default()
        };
        let of = |place: usize| {
            let (relocations, pages) = (OF[place].0 as f64, OF[place].1 as f64);
            let time = 0.3e-3 + 5e-9 * relocations + 2e-6 * pages + off[place];
            [
                row(place, "cpu-time", "seconds", time, half[place]),
                row(place, "minor-faults", "count", 7.0 + pages, 0.0),
            ]
        };
        (0..NAMES.len()).flat_map(of).collect()
    }

    fn climbed(estimates: &[EstimateRow]) -> Ladder {
        let timed = timed();
        let (rungs, programs) = timed.split_at(4);
        climb(estimates, &facts(), (programs, rungs), &[contrast()])
    }

    fn coefficient<'a>(ladder: &'a Ladder, metric: &str, statistic: &str) -> &'a EstimateRow {
        let same = |row: &&EstimateRow| row.metric == metric && row.statistic == statistic;
        ladder.estimates.iter().find(same).expect("is fitted")
    }

    fn close(value: f64, expected: f64) -> bool {
        (value - expected).abs() <= 1e-6 * expected.abs()
    }

    #[test]
    fn what_was_put_in_comes_out() {
        let ladder = climbed(&estimates([0.0; 5], [1e-5; 5]));
        for (statistic, expected) in [("constant", 0.3e-3), ("per-relocation", 5e-9), ("per-page", 2e-6)] {
            let row = coefficient(&ladder, "cpu-time", statistic);
            assert!(close(row.estimate, expected), "{row:?}");
            assert_eq!(
                (row.kind.as_str(), row.name.as_str(), row.units, row.starts),
                ("ladder", "pie", 4, 400)
            );
        }
        assert!(close(coefficient(&ladder, "minor-faults", "per-page").estimate, 1.0));
        let mine = ladder.rows.iter().find(|row| row.role == LadderRole::Program).expect("is predicted");
        assert_eq!((mine.relocations, mine.pages), (5000, 50));
        assert!(close(mine.fitted, 0.3e-3 + 25e-6 + 100e-6), "{mine:?}");
    }

    #[test]
    fn a_program_does_not_bear_on_the_fit() {
        let off = |mine| climbed(&estimates([1e-6, -2e-6, 2e-6, -1e-6, mine], [1e-5; 5]));
        let (near, far) = (off(0.0), off(1e-3));
        assert_eq!(near.estimates, far.estimates);
        let mine = |ladder: &Ladder| ladder.rows.iter().find(|row| row.program == "mine").cloned();
        let (near, far) = (mine(&near).expect("is there"), mine(&far).expect("is there"));
        assert!(near.as_predicted() && !far.as_predicted());
        assert!(close(far.residual - near.residual, 1e-3));
    }

    #[test]
    fn what_is_measured_badly_weighs_little_and_is_predicted_widely() {
        let off = [0.0, 0.0, 0.0, 200e-6, 0.0];
        let even = climbed(&estimates(off, [1e-5; 5]));
        let uneven = climbed(&estimates(off, [1e-5, 1e-5, 1e-5, 1e-3, 1e-3]));
        let page = |ladder: &Ladder| coefficient(ladder, "cpu-time", "per-page").estimate;
        assert!((page(&uneven) - 2e-6).abs() < (page(&even) - 2e-6).abs());
        let width = |program: &str| {
            let row = uneven.rows.iter().find(|row| row.program == program).expect("is there");
            row.fitted_high - row.fitted_low
        };
        assert!(width("mine") > 10.0 * width("r1"), "{} {}", width("mine"), width("r1"));
    }

    #[test]
    fn too_few_rungs_make_no_fit() {
        let (all, timed) = (estimates([0.0; 5], [1e-5; 5]), timed());
        for few in [0, 3] {
            assert_eq!(climb(&all, &facts(), (&timed[4..], &timed[..few]), &[contrast()]), Ladder::default());
        }
        let unmarked = Contrast { ladder: false, ..contrast() };
        let both = (&timed[4..], &timed[..4]);
        let none = ladder(&Samples::default(), (&all, &facts()), both, &[unmarked], "");
        assert_eq!(none, Ladder::default());
    }
}
