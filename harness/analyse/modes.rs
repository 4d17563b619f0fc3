//! Whether the starts of a case fall into two groups: then their centre stands for neither.
//!
//! Tested are wall times as scheduled, where the scheduler's tick can do that, each as a share of its block's
//! mean: blocks that differ make no modes.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::values::METRICS;
use super::{LEAST_UNITS, Said, Units, mean};
use crate::results::EstimateRow;
use crate::stats::{Estimate, dip_test};

/// What is tested, and the clock's tick in its unit: wall times are kept to the microsecond.
const TESTED: (&str, &str, f64) = ("wall-time", "scheduled", 1e-6);

/// Starts that are tested, drawn from all: enough for groups that can be seen at all.
const MOST: usize = 200;

/// Uniform samples that the dip is held against.
const DRAWS: u32 = 499;

/// The row of a case: the p-value of one mode.
pub(super) fn of_case(units: &Units<'_>, case: &str, rows: &mut Vec<EstimateRow>) {
    let (metric, condition, tick) = TESTED;
    let Some(index) = METRICS.iter().position(|(name, ..)| *name == metric) else { return };
    if units.group.condition != condition || units.group.cache != "faulted" {
        return;
    }
    // Values of a coarse clock dip for their steps alone: a tick's worth of noise fills them.
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut values = Vec::new();
    let mut copies = std::collections::BTreeSet::new();
    for (row, block) in units.counted(metric) {
        let Some(starts) = block.get(case) else { continue };
        let mut rounds: Vec<(&u32, f64)> = starts.iter().map(|(round, all)| (round, all[index])).collect();
        rounds.sort_by_key(|(round, _)| **round);
        let times: Vec<f64> =
            rounds.into_iter().map(|(_, time)| time + tick * (random.random::<f64>() - 0.5)).collect();
        let centre = mean(&times);
        values.extend(times.into_iter().map(|time| time / centre));
        copies.insert((&row.layout, row.copy));
    }
    if copies.len() < LEAST_UNITS {
        return;
    }
    values.shuffle(&mut random);
    values.truncate(MOST);
    let Some(dip) = dip_test(&values, DRAWS, 0) else { return };
    let (kind, statistic, unit) = ("case", "dip-p", "probability");
    let said = Said { kind, name: case, metric, statistic, unit, starts: values.len() as u64 };
    let one = Estimate { mean: dip.p_value, interval: None, units: copies.len() };
    rows.push(units.row(&said, one));
}
