//! The good starts of a run, by block, case and round.

use std::collections::HashMap;

use crate::results::{Samples, StartStatus};

/// Metric, unit, and whether a ratio is formed of it.
pub(super) const METRICS: [(&str, &str, bool); 5] = [
    ("cpu-time", "seconds", true),
    ("wall-time", "seconds", true),
    ("minor-faults", "count", false),
    ("workload-cpu-time", "seconds", true),
    ("workload-wall-time", "seconds", true),
];

/// One start's values of [`METRICS`]; those that it does not have are not a number.
pub(super) type Values = [f64; METRICS.len()];

/// The good starts of one block: by case id, then by round.
pub(super) type BlockValues<'a> = HashMap<&'a str, HashMap<u32, Values>>;

pub(super) fn by_block(samples: &Samples) -> HashMap<u32, BlockValues<'_>> {
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

/// Both sides' values of one metric, round by round.
pub(super) fn pairs(block: &BlockValues<'_>, [base, changed]: [&str; 2], metric: usize) -> Vec<(f64, f64)> {
    let (Some(base), Some(changed)) = (block.get(base), block.get(changed)) else { return Vec::new() };
    let mut rounds: Vec<u32> = base.keys().copied().collect();
    rounds.sort_unstable();
    let both = |round: u32| Some((base.get(&round)?[metric], changed.get(&round)?[metric]));
    let known = |(base, changed): &(f64, f64)| base.is_finite() && changed.is_finite();
    rounds.into_iter().filter_map(both).filter(known).collect()
}
