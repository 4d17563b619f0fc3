//! From samples to estimates; pure.
//!
//! The unit is the fresh copy. Within a block the two sides of a contrast are compared round by round, which
//! takes out whatever changes slowly; the median over the rounds is the copy's one value; the estimate is the
//! mean over copies with a t interval. A ratio is that of `exp` of the mean logarithm.

pub mod memory;

use std::collections::HashMap;

use crate::config::Contrast;
use crate::plan::Timed;
use crate::results::{BlockRow, EstimateRow, Samples, StartStatus};
use crate::stats::{Estimate, mean_interval, median};

/// Confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;

/// Metric, unit, and whether a ratio is formed of it.
const METRICS: [(&str, &str, bool); 3] =
    [("cpu-time", "seconds", true), ("wall-time", "seconds", true), ("minor-faults", "count", false)];

/// One start's values of [`METRICS`].
type Values = [f64; METRICS.len()];

/// The good starts of one block: by case id, then by round.
type BlockValues<'a> = HashMap<&'a str, HashMap<u32, Values>>;

/// Estimates of every case that was started, and of every contrast of which both sides were.
pub fn estimates(
    samples: &Samples,
    timed: &[Timed],
    contrasts: &[Contrast],
    sha256: &str,
) -> Vec<EstimateRow> {
    let by_block = by_block(samples);
    let mut rows = Vec::new();
    for one in timed {
        let case = |variant: &String| one.case(variant).to_string();
        for condition in ["pinned", "scheduled"] {
            let used = |block: &&BlockRow| {
                block.program == one.program && block.affinity == condition && !block.voided
            };
            let blocks: Vec<&BlockValues<'_>> =
                samples.blocks.iter().filter(used).filter_map(|block| by_block.get(&block.block)).collect();
            let row = Row { one, condition, sha256 };
            for variant in &one.variants {
                row.of_case(&case(variant), &blocks, &mut rows);
            }
            for contrast in contrasts {
                if one.variants.contains(&contrast.base) && one.variants.contains(&contrast.changed) {
                    let sides = [case(&contrast.base), case(&contrast.changed)];
                    row.of_contrast(&contrast.name, &sides, &blocks, &mut rows);
                }
            }
        }
    }
    rows
}

fn by_block(samples: &Samples) -> HashMap<u32, BlockValues<'_>> {
    let mut values: HashMap<u64, Values> = HashMap::new();
    for sample in &samples.samples {
        if let Some(metric) = METRICS.iter().position(|(name, ..)| *name == sample.metric) {
            values.entry(sample.start).or_insert([f64::NAN; METRICS.len()])[metric] = sample.value;
        }
    }
    let mut blocks: HashMap<u32, BlockValues<'_>> = HashMap::new();
    for start in samples.starts.iter().filter(|start| start.status == StartStatus::Ok) {
        if let Some(values) = values.get(&start.start) {
            let block = blocks.entry(start.block).or_default();
            block.entry(start.case.as_str()).or_default().insert(start.round, *values);
        }
    }
    blocks
}

/// What the rows of one program in one condition have in common.
struct Row<'a> {
    one: &'a Timed,
    condition: &'a str,
    sha256: &'a str,
}

/// What a row says.
struct Said<'a> {
    kind: &'a str,
    name: &'a str,
    metric: &'a str,
    statistic: &'a str,
    unit: &'a str,
    starts: u64,
}

impl Row<'_> {
    fn of_case(&self, case: &str, blocks: &[&BlockValues<'_>], rows: &mut Vec<EstimateRow>) {
        for (index, (metric, unit, _)) in METRICS.into_iter().enumerate() {
            let mut centres = Vec::new();
            let mut starts = 0;
            for rounds in blocks.iter().filter_map(|block| block.get(case)) {
                let values: Vec<f64> = rounds.values().map(|values| values[index]).collect();
                let Some(centre) = median(&values) else { continue };
                let starts_here = values.len() as u64;
                let said = Said {
                    kind: "case",
                    name: case,
                    metric,
                    statistic: "copy-centre",
                    unit,
                    starts: starts_here,
                };
                rows.push(self.row(&said, Estimate { mean: centre, interval: None, units: 1 }));
                centres.push(centre);
                starts += starts_here;
            }
            if let Some(estimate) = mean_interval(&centres, CONFIDENCE) {
                let said = Said { kind: "case", name: case, metric, statistic: "centre", unit, starts };
                rows.push(self.row(&said, estimate));
            }
        }
    }

    fn of_contrast(
        &self,
        name: &str,
        [base, changed]: &[String; 2],
        blocks: &[&BlockValues<'_>],
        rows: &mut Vec<EstimateRow>,
    ) {
        for (index, (metric, unit, has_ratio)) in METRICS.into_iter().enumerate() {
            let mut ratios = Vec::new();
            let mut differences = Vec::new();
            let mut starts = 0;
            for block in blocks {
                let (Some(base), Some(changed)) = (block.get(base.as_str()), block.get(changed.as_str()))
                else {
                    continue;
                };
                let pairs: Vec<(f64, f64)> = base
                    .iter()
                    .filter_map(|(round, values)| Some((values[index], changed.get(round)?[index])))
                    .collect();
                let each = |of: fn(f64, f64) -> f64| {
                    // A CPU time of 0 (a very coarse clock) has no ratio.
                    let values = pairs.iter().map(|(base, changed)| of(*base, *changed));
                    median(&values.filter(|value| value.is_finite()).collect::<Vec<_>>())
                };
                differences.extend(each(|base, changed| changed - base));
                ratios.extend(each(|base, changed| (changed / base).ln()));
                starts += 2 * pairs.len() as u64;
            }
            let said = |statistic, unit| Said { kind: "contrast", name, metric, statistic, unit, starts };
            if has_ratio && let Some(estimate) = mean_interval(&ratios, CONFIDENCE) {
                rows.push(self.row(&said("ratio", "ratio"), estimate.map(f64::exp)));
            }
            if let Some(estimate) = mean_interval(&differences, CONFIDENCE) {
                rows.push(self.row(&said("difference", unit), estimate));
            }
        }
    }

    fn row(&self, said: &Said<'_>, estimate: Estimate) -> EstimateRow {
        EstimateRow {
            kind: said.kind.to_owned(),
            name: said.name.to_owned(),
            program: self.one.program.clone(),
            toolchain: self.one.toolchain.clone(),
            target: self.one.target.clone(),
            metric: said.metric.to_owned(),
            condition: self.condition.to_owned(),
            statistic: said.statistic.to_owned(),
            unit: said.unit.to_owned(),
            estimate: estimate.mean,
            low: estimate.interval.map(|(low, _)| low),
            high: estimate.interval.map(|(_, high)| high),
            confidence: CONFIDENCE,
            units: u32::try_from(estimate.units).unwrap_or(u32::MAX),
            starts: said.starts,
            samples_sha256: self.sha256.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
