//! Rows of a comparison, from its units: a t interval over copies.

use crate::paired::Unit;
use crate::results::{ComparisonRow, Part, Setting, UnitRow};
use crate::stats::mean_interval;

/// The rows of its units.
pub(super) fn units(comparison: u32, units: Vec<Unit>) -> Vec<UnitRow> {
    let row = |(unit, of): (u32, Unit)| UnitRow {
        comparison,
        unit,
        rounds: of.rounds,
        base_seconds: of.base_seconds,
        log_ratio: of.log_ratio,
        quiet: of.quiet,
        voided: of.voided,
    };
    (0..).zip(units).map(row).collect()
}

/// The row of a comparison, from its units.
pub(super) fn row(
    comparison: u32,
    (part, setting, effect): (Part, Setting, &str),
    units: &[UnitRow],
    seconds: f64,
) -> ComparisonRow {
    let good: Vec<&UnitRow> = units.iter().filter(|unit| unit.voided.is_empty()).collect();
    let logs: Vec<f64> = good.iter().map(|unit| unit.log_ratio).collect();
    let estimate = mean_interval(&logs, 0.95).map(|estimate| estimate.map(f64::exp));
    let interval = estimate.and_then(|estimate| estimate.interval);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    ComparisonRow {
        comparison,
        part,
        setting,
        effect: effect.to_owned(),
        seconds,
        units: count(good.len()),
        quiet_units: count(good.iter().filter(|unit| unit.quiet).count()),
        voided_units: count(units.len() - good.len()),
        starts: good.iter().map(|unit| 2 * u64::from(unit.rounds)).sum(),
        ratio: estimate.map(|estimate| estimate.mean),
        low: interval.map(|(low, _)| low),
        high: interval.map(|(_, high)| high),
    }
}
