//! From samples to estimates; pure.
//!
//! What is estimated stands in `docs/methodology.md`. The units are fresh copies of one layout, or layouts.
//! Within a block the two sides of a contrast are compared round by round, which takes out whatever changes
//! slowly; a block's centre is the median over its rounds, a unit's the mean over its blocks, the estimate the
//! mean over units with a t interval. A ratio is that of `exp` of the mean logarithm. No number is given that
//! fewer than [`LEAST_UNITS`] units are behind.

mod builds;
mod components;
mod ladder;
pub mod memory;
mod modes;
mod parts;
mod values;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::config::{Contrast, PROPOSAL};
use crate::plan::Timed;
use crate::results::{BlockRow, EstimateRow, Samples};
use crate::stats::{Estimate, deviation, mean_interval, median};
pub use builds::build_costs;
pub use ladder::{Ladder, ladder};
pub use parts::REST;
use values::{BlockValues, METRICS, by_block, pairs};

/// Confidence of every interval, and of the primary family's intervals together.
pub const CONFIDENCE: f64 = 0.95;

/// Units that there are behind every number.
pub const LEAST_UNITS: usize = 8;

/// The metric and condition of the headline.
const HEADLINE: (&str, &str) = ("cpu-time", "pinned");

/// The metrics and conditions whose scatter and whose totals are taken apart.
const TAKEN_APART: [(&str, &str); 2] = [HEADLINE, ("wall-time", "scheduled")];

/// The function layout that Go's linker chooses by itself.
const DEFAULT_LAYOUT: &str = "default";

/// The scope whose units are layouts.
const OVER_LAYOUTS: &str = "over-layouts";

/// Conditions of a group of blocks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group<'a> {
    condition: &'a str,
    cache: &'a str,
    scope: &'static str,
}

impl<'a> Group<'a> {
    fn of(block: &'a BlockRow) -> Self {
        let scope = if block.layout == DEFAULT_LAYOUT { "this-layout" } else { OVER_LAYOUTS };
        Self { condition: &block.condition, cache: &block.cache, scope }
    }

    fn is_headline(&self) -> bool {
        (self.condition, self.cache, self.scope) == (HEADLINE.1, "faulted", "this-layout")
    }
}

/// Estimates of every case that was started, and of every contrast of which both sides were.
pub fn estimates(
    samples: &Samples,
    timed: &[Timed],
    contrasts: &[Contrast],
    sha256: &str,
) -> Vec<EstimateRow> {
    let by_block = by_block(samples);
    let applies = |one: &Timed, contrast: &Contrast| {
        one.variants.contains(&contrast.base) && one.variants.contains(&contrast.changed)
    };
    let primary = |contrast: &&Contrast| contrast.primary && !contrast.control;
    // Of home alone, which comes first: other releases are compared beside it, and explored.
    let home = timed.iter().find(|one| one.is_go()).map(|one| one.toolchain.as_str());
    let is_home = |one: &Timed| !one.is_go() || home == Some(&one.toolchain);
    let family: usize = timed
        .iter()
        .filter(|one| is_home(one))
        .map(|one| contrasts.iter().filter(primary).filter(|contrast| applies(one, contrast)).count())
        .sum();
    let mut rows = Vec::new();
    for one in timed {
        let own = || samples.blocks.iter().filter(|block| block.program == one.program && !block.voided);
        let groups: BTreeSet<Group<'_>> = own().map(Group::of).collect();

        for group in groups {
            let blocks = own().filter(|block| Group::of(block) == group);
            let blocks = blocks.filter_map(|block| Some((block, by_block.get(&block.block)?)));
            let family = if is_home(one) { family } else { 0 };
            let units = Units { one, sha256, family, blocks: blocks.collect(), group };
            let started = |variant: &&String| {
                let case = one.case(variant).to_string();
                units.blocks.iter().any(|(_, values)| values.contains_key(case.as_str()))
            };
            for variant in one.variants.iter().filter(started) {
                let case = one.case(variant).to_string();
                units.of_case(&case, &mut rows);
                modes::of_case(&units, &case, &mut rows);
            }
            for contrast in contrasts.iter().filter(|contrast| applies(one, contrast)) {
                units.of_contrast(contrast, &mut rows);
                components::of_contrast(&units, contrast, &mut rows);
                parts::of_total(&units, contrast, contrasts, &mut rows);
            }
            units.costs(&mut rows);
        }
    }
    rows
}

/// The blocks of one program in one group.
struct Units<'a> {
    one: &'a Timed,
    sha256: &'a str,
    /// How many contrasts the primary family has; none where these are not of it.
    family: usize,
    group: Group<'a>,
    blocks: Vec<(&'a BlockRow, &'a BlockValues<'a>)>,
}

/// What a row says.
#[derive(Clone, Copy)]
struct Said<'a> {
    kind: &'a str,
    name: &'a str,
    metric: &'a str,
    statistic: &'a str,
    unit: &'a str,
    starts: u64,
}

impl Units<'_> {
    /// The blocks that count: wall times in quiet ones alone.
    fn counted(&self, metric: &str) -> impl Iterator<Item = (&BlockRow, &BlockValues<'_>)> {
        let all = self.blocks.iter().map(|(row, values)| (*row, *values));
        all.filter(move |(row, _)| !metric.ends_with("wall-time") || row.unquiet.is_empty())
    }

    /// One value a block, by unit.
    fn by_unit(
        &self,
        metric: &str,
        value: impl Fn(&BlockValues<'_>) -> Option<f64>,
    ) -> HashMap<(String, u32), Vec<f64>> {
        let mut units: HashMap<(String, u32), Vec<f64>> = HashMap::new();
        for (row, values) in self.counted(metric) {
            if let Some(value) = value(values).filter(|value| value.is_finite()) {
                let copy = if row.layout == DEFAULT_LAYOUT { row.copy } else { 0 };
                units.entry((row.layout.clone(), copy)).or_default().push(value);
            }
        }
        units
    }

    fn centres(&self, metric: &str, value: impl Fn(&BlockValues<'_>) -> Option<f64>) -> Vec<f64> {
        let units: BTreeMap<_, _> = self.by_unit(metric, value).into_iter().collect();
        units.into_values().map(|blocks| mean(&blocks)).collect()
    }

    fn of_case(&self, case: &str, rows: &mut Vec<EstimateRow>) {
        for (index, (metric, unit, _)) in METRICS.into_iter().enumerate() {
            let of = |values: &BlockValues<'_>| -> Option<Vec<f64>> {
                let all = values.get(case)?.values().map(|values| values[index]);
                Some(all.filter(|value| value.is_finite()).collect())
            };
            let centres = self.centres(metric, |values| median(&of(values)?));
            let starts = self.starts(metric, |values| of(values).map_or(0, |values| values.len()));
            let said = Said { kind: "case", name: case, metric, statistic: "centre", unit, starts };
            if !self.push(&said, &centres, f64::from, rows) {
                continue;
            }
            let shown = TAKEN_APART.contains(&(metric, self.group.condition));
            if shown && self.group.scope != OVER_LAYOUTS {
                let said = Said { statistic: "copy-centre", starts: 0, ..said };
                let one = |mean| Estimate { mean, interval: None, units: 1 };
                rows.extend(centres.iter().map(|centre| self.row(&said, one(*centre))));
            }
        }
    }

    fn of_contrast(&self, contrast: &Contrast, rows: &mut Vec<EstimateRow>) {
        let [base, changed] = [&contrast.base, &contrast.changed].map(|name| self.one.case(name).to_string());
        let sides = [base.as_str(), changed.as_str()];
        let simultaneous = contrast.primary && !contrast.control && self.group.is_headline();
        for (index, (metric, unit, has_ratio)) in METRICS.into_iter().enumerate() {
            let both = |values: &BlockValues<'_>| pairs(values, sides, index);
            // A CPU time of 0 (a very coarse clock) has no ratio.
            let each = |values: &BlockValues<'_>, of: fn(f64, f64) -> f64| {
                let all = both(values).into_iter().map(|(base, changed)| of(base, changed));
                median(&all.filter(|value| value.is_finite()).collect::<Vec<_>>())
            };
            let means = |values: &BlockValues<'_>| -> Option<[f64; 2]> {
                let (base, changed): (Vec<f64>, Vec<f64>) = both(values).into_iter().unzip();
                (!base.is_empty()).then(|| [mean(&base), mean(&changed)])
            };
            let starts = self.starts(metric, |values| 2 * both(values).len());
            let said = |statistic, unit| Said {
                kind: "contrast",
                name: &contrast.name,
                metric,
                statistic,
                unit,
                starts,
            };
            let mut layouts = Vec::new();
            let mut add = |said: Said<'_>, centres: Vec<f64>, back: fn(f64) -> f64| {
                let first = rows.len();
                let all_at_once = simultaneous && self.family > 0;
                if self.push(&said, &centres, back, rows) && all_at_once && metric == HEADLINE.0 {
                    let confidence = 1.0 - (1.0 - CONFIDENCE) / self.family as f64;
                    let interval = mean_interval(&centres, confidence).and_then(|all| all.map(back).interval);
                    rows[first].low_simultaneous = interval.map(|(low, _)| low);
                    rows[first].high_simultaneous = interval.map(|(_, high)| high);
                }
            };
            let log = |base: f64, changed: f64| (changed / base).ln();
            if has_ratio {
                let centres = self.centres(metric, |values| each(values, log));
                add(said("ratio", "ratio"), centres.clone(), f64::exp);
                let dots = self.group.scope == OVER_LAYOUTS && metric.ends_with("cpu-time");
                if dots && centres.len() >= LEAST_UNITS {
                    let said = Said { starts: 0, ..said("layout-ratio", "ratio") };
                    let one = |log: &f64| Estimate { mean: log.exp(), interval: None, units: 1 };
                    let spread = deviation(&centres, CONFIDENCE).map(|spread| Estimate {
                        mean: spread.value,
                        interval: Some(spread.interval),
                        units: centres.len(),
                    });
                    let of_all = Said { statistic: "layout-deviation", unit: "log-ratio", ..said };
                    layouts.extend(spread.map(|spread| self.row(&of_all, spread)));
                    layouts.extend(centres.iter().map(|centre| self.row(&said, one(centre))));
                }
                let means =
                    |values: &BlockValues<'_>| means(values).map(|[base, changed]| log(base, changed));
                add(said("mean-ratio", "ratio"), self.centres(metric, means), f64::exp);
            }
            let less = |base: f64, changed: f64| changed - base;
            add(said("difference", unit), self.centres(metric, |values| each(values, less)), f64::from);
            if has_ratio {
                let means = |values: &BlockValues<'_>| means(values).map(|[base, changed]| changed - base);
                add(said("mean-difference", unit), self.centres(metric, means), f64::from);
            }
            rows.extend(layouts);
        }
    }

    /// What a start costs in each variant against the proposal: a family of its own for each program, for choosing
    /// between them.
    fn costs(&self, rows: &mut Vec<EstimateRow>) {
        let others: Vec<&String> = self.one.variants.iter().filter(|variant| *variant != PROPOSAL).collect();
        if !self.group.is_headline() || others.len() == self.one.variants.len() {
            return;
        }
        let base = self.one.case(PROPOSAL).to_string();
        let place = METRICS.iter().position(|(metric, ..)| *metric == HEADLINE.0);
        let (Some(index), metric) = (place, HEADLINE.0) else { return };
        let confidence = 1.0 - (1.0 - CONFIDENCE) / others.len() as f64;
        for variant in &others {
            let case = self.one.case(variant).to_string();
            let both = |values: &BlockValues<'_>| pairs(values, [&base, &case], index);
            let centres = self.centres(metric, |values| {
                let logs = both(values).into_iter().map(|(base, changed)| (changed / base).ln());
                median(&logs.filter(|log| log.is_finite()).collect::<Vec<_>>())
            });
            let starts = self.starts(metric, |values| 2 * both(values).len());
            let said =
                Said { kind: "cost", name: variant, metric, statistic: "ratio", unit: "ratio", starts };
            if self.push(&said, &centres, f64::exp, rows)
                && let Some(row) = rows.last_mut()
            {
                let interval = mean_interval(&centres, confidence).and_then(|all| all.map(f64::exp).interval);
                row.low_simultaneous = interval.map(|(low, _)| low);
                row.high_simultaneous = interval.map(|(_, high)| high);
            }
        }
    }

    /// How many starts are behind a metric.
    fn starts(&self, metric: &str, of: impl Fn(&BlockValues<'_>) -> usize) -> u64 {
        let counts = self.by_unit(metric, |values| Some(of(values) as f64));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of starts")]
        let sum = counts.into_values().flatten().sum::<f64>() as u64;
        sum
    }

    /// Adds the row of an estimate, where there are units enough.
    fn push(
        &self,
        said: &Said<'_>,
        centres: &[f64],
        back: fn(f64) -> f64,
        rows: &mut Vec<EstimateRow>,
    ) -> bool {
        let enough = centres.len() >= LEAST_UNITS;
        let estimate = mean_interval(centres, CONFIDENCE).filter(|_| enough);
        rows.extend(estimate.map(|estimate| self.row(said, estimate.map(back))));
        enough
    }

    fn row(&self, said: &Said<'_>, estimate: Estimate) -> EstimateRow {
        let row = EstimateRow {
            kind: said.kind.to_owned(),
            name: said.name.to_owned(),
            program: self.one.program.clone(),
            toolchain: self.one.toolchain.clone(),
            target: self.one.target.clone(),
            metric: said.metric.to_owned(),
            condition: self.group.condition.to_owned(),
            cache: self.group.cache.to_owned(),
            scope: self.group.scope.to_owned(),
            statistic: said.statistic.to_owned(),
            unit: said.unit.to_owned(),
            starts: said.starts,
            samples_sha256: self.sha256.chars().take(16).collect(),
            ..EstimateRow::default()
        };
        row.with(estimate, CONFIDENCE)
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests;
