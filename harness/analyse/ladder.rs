//! The relocation ladder: what a relocation costs, and what a page does that relocations write to; pure.
//!
//! The paired differences of the rungs are fitted on how many relocations the changed side has more than its
//! twin, and on how many more pages they write to, each contrast by itself. A rung is one point, whose value is a
//! mean over fresh copies, and weighs by the width of its interval: rungs that cost more also scatter more. What
//! the fit then says of the programs under test, which it has not seen, stands beside what was measured of them.

use crate::config::{Contrast, Program};
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

/// The estimates of a run, those of the ladder's fits at their end, and the ladder itself.
///
/// The rungs are no programs under test: they add to no family of intervals, and of them no more is kept than the
/// fits rest on.
pub fn of_run(
    samples: &Samples,
    timed: &[Timed],
    rungs: &[Program],
    contrasts: &[Contrast],
    facts: &[FactRow],
    sha256: &str,
) -> (Vec<EstimateRow>, Vec<LadderRow>) {
    let is_rung = |one: &Timed| rungs.iter().any(|rung| rung.name == one.program);
    let (of_ladder, under_test): (Vec<Timed>, Vec<Timed>) = timed.iter().cloned().partition(is_rung);
    let mut all = super::estimates(samples, &under_test, contrasts, sha256);
    let fitted: Vec<Contrast> = contrasts.iter().filter(|contrast| contrast.ladder).cloned().collect();
    let mut own = super::estimates(samples, &of_ladder, &fitted, sha256);
    own.retain(|row| row.kind == "contrast" && row.statistic == "difference");
    for row in &mut own {
        (row.low_simultaneous, row.high_simultaneous) = (None, None);
    }
    all.extend(own);
    let ladder = ladder(&all, facts, timed, rungs, contrasts);
    all.extend(ladder.coefficients);
    (all, ladder.rows)
}

/// What came of the ladder.
#[derive(Clone, Debug, Default, PartialEq)]
struct Ladder {
    /// The rungs, and the programs that were not in the fit.
    rows: Vec<LadderRow>,
    /// The coefficients of each fit, as rows of kind `ladder`.
    coefficients: Vec<EstimateRow>,
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

/// Fits every contrast of the ladder in every place.
fn ladder(
    estimates: &[EstimateRow],
    facts: &[FactRow],
    timed: &[Timed],
    rungs: &[Program],
    contrasts: &[Contrast],
) -> Ladder {
    let mut ladder = Ladder::default();
    let mut places: Vec<(&str, &str)> = Vec::new();
    for one in timed.iter().filter(|one| rungs.iter().any(|rung| rung.name == one.program)) {
        let place = (one.toolchain.as_str(), one.target.as_str());
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for place in places {
        for contrast in contrasts.iter().filter(|contrast| contrast.ladder) {
            for (metric, scatter_grows) in METRICS {
                let own = timed.iter().filter(|one| (one.toolchain.as_str(), one.target.as_str()) == place);
                let mut measured: Vec<Measured<'_>> = own
                    .filter_map(|one| {
                        let is_rung = rungs.iter().any(|rung| rung.name == one.program);
                        let role = if is_rung { LadderRole::Rung } else { LadderRole::Program };
                        Measured::of(estimates, facts, one, contrast, metric, role)
                    })
                    .collect();
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
            self.coefficients.push(EstimateRow {
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
