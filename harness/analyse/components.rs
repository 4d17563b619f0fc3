//! Where the scatter of a contrast comes from: copies (or layouts), blocks of one copy, rounds of one block.
//!
//! Standard deviations of the logarithm of the ratio, estimated from every round, the slow ones too: they say
//! how the design is to be spent, and no interval rests on them.

use std::collections::BTreeSet;

use super::values::{METRICS, pairs};
use super::{DEFAULT_LAYOUT, LEAST_UNITS, Said, TAKEN_APART, Units};
use crate::config::Contrast;
use crate::results::EstimateRow;
use crate::stats::{Estimate, Nested, components};

/// The statistics, the outermost level first.
const LEVELS: [&str; 3] = ["sd-copies", "sd-blocks", "sd-rounds"];

/// What the outermost is called where the units are layouts.
const LAYOUTS: &str = "sd-layouts";

/// Rows of a primary contrast or a control. A level that cannot be told from the one outside has none.
pub(super) fn of_contrast(units: &Units<'_>, contrast: &Contrast, rows: &mut Vec<EstimateRow>) {
    if !contrast.primary && !contrast.control {
        return;
    }
    let [base, changed] = [&contrast.base, &contrast.changed].map(|name| units.one.case(name).to_string());
    for (index, (metric, _, _)) in METRICS.into_iter().enumerate() {
        if !TAKEN_APART.contains(&(metric, units.group.condition)) {
            continue;
        }
        let layouts: BTreeSet<&str> = units.counted(metric).map(|(row, _)| row.layout.as_str()).collect();
        let mut values: Vec<Nested<2>> = Vec::new();
        for (row, block) in units.counted(metric) {
            let layout = layouts.iter().position(|layout| *layout == row.layout).unwrap_or_default();
            let layout = u32::try_from(layout).unwrap_or(u32::MAX);
            let unit = if row.layout == DEFAULT_LAYOUT { row.copy } else { layout };
            let logs = pairs(block, [&base, &changed], index).into_iter();
            let logs = logs.map(|(base, changed)| (changed / base).ln()).filter(|log| log.is_finite());
            values.extend(logs.map(|log| ([unit, row.block], log)));
        }
        let Some(found) = components(&values).filter(|found| found[0].units >= LEAST_UNITS) else { continue };
        let outermost = if units.group.scope == "this-layout" { LEVELS[0] } else { LAYOUTS };
        let names = std::iter::once(outermost).chain(LEVELS.into_iter().skip(1));
        for (component, statistic) in found.iter().zip(names) {
            let Some(variance) = component.truncated() else { continue };
            let starts = 2 * values.len() as u64;
            let (kind, name) = ("contrast", contrast.name.as_str());
            let said = Said { kind, name, metric, statistic, unit: "log-ratio", starts };
            let one = Estimate { mean: variance.sqrt(), interval: None, units: component.units };
            rows.push(units.row(&said, one));
        }
    }
}
