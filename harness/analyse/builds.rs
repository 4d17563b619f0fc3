//! From the costs of link steps to estimates of contrasts; pure.
//!
//! In a repeat every case is built once, so that the two sides of a contrast are compared repeat by repeat. The
//! units are repeats on one machine: how the linker's work varies, not how programs do.

use crate::config::Contrast;
use crate::results::{ArtifactRow, BuildRow, EstimateRow};
use crate::stats::mean_interval;

use super::{CONFIDENCE, LEAST_UNITS};

/// A metric, its unit, and where it stands in a row.
type Metric = (&'static str, &'static str, fn(&BuildRow) -> Option<f64>);

/// What is estimated of a link step.
const METRICS: [Metric; 3] = [
    ("link-cpu-time", "seconds", |row| row.cpu_seconds),
    ("link-wall-time", "seconds", |row| row.wall_seconds),
    ("link-peak-memory", "bytes", |row| row.peak_bytes.map(|bytes| bytes as f64)),
];

/// Ratio and difference of every contrast of which both sides were linked.
pub fn build_costs(
    builds: &[BuildRow],
    artifacts: &[ArtifactRow],
    contrasts: &[Contrast],
) -> Vec<EstimateRow> {
    let mut rows = Vec::new();
    for base in artifacts.iter().filter(|row| !row.stripped) {
        for contrast in contrasts.iter().filter(|one| one.base == base.variant && !one.control) {
            let changed = artifacts.iter().find(|row| {
                row.variant == contrast.changed
                    && !row.stripped
                    && (&row.program, &row.toolchain, &row.target)
                        == (&base.program, &base.toolchain, &base.target)
            });
            let Some(changed) = changed else { continue };
            for (metric, unit, value) in METRICS {
                let pairs = pairs(builds, [&base.id, &changed.id], value);
                let mut push = |statistic: &str, unit: &str, units: Vec<f64>, back: fn(f64) -> f64| {
                    if units.len() < LEAST_UNITS {
                        return;
                    }
                    let Some(estimate) = mean_interval(&units, CONFIDENCE) else { return };
                    let estimate = estimate.map(back);
                    let row = EstimateRow {
                        kind: "contrast".to_owned(),
                        name: contrast.name.clone(),
                        program: base.program.clone(),
                        toolchain: base.toolchain.clone(),
                        target: base.target.clone(),
                        metric: metric.to_owned(),
                        condition: "scheduled".to_owned(),
                        cache: "packages".to_owned(),
                        scope: "repeats".to_owned(),
                        statistic: statistic.to_owned(),
                        unit: unit.to_owned(),
                        starts: 2 * estimate.units as u64,
                        ..EstimateRow::default()
                    };
                    rows.push(row.with(estimate, CONFIDENCE));
                };
                let logs = pairs.iter().map(|(base, changed)| (changed / base).ln());
                push("ratio", "ratio", logs.filter(|log| log.is_finite()).collect(), f64::exp);
                push("difference", unit, pairs.iter().map(|(a, b)| b - a).collect(), f64::from);
            }
        }
    }
    rows
}

/// Both sides' values, repeat by repeat.
fn pairs(
    builds: &[BuildRow],
    [base, changed]: [&str; 2],
    value: fn(&BuildRow) -> Option<f64>,
) -> Vec<(f64, f64)> {
    let links = || builds.iter().filter(|row| row.step == "link");
    let other = |repeat| links().find(|row| row.case == changed && row.repeat == repeat);
    links()
        .filter(|row| row.case == base)
        .filter_map(|row| Some((value(row)?, value(other(row.repeat)?)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::synthetic::Synthetic;

    fn builds(repeats: u32, failed: Option<u32>) -> Vec<BuildRow> {
        let row = |repeat: u32, side: usize| {
            let slow = 0.3 * (1.0 + f64::from(repeat)) * [1.0, 1.5][side];
            let known = failed != Some(repeat);
            BuildRow {
                step: "link".to_owned(),
                case: ["hello/static/go1.27.3/linux-amd64", "hello/pie-internal/go1.27.3/linux-amd64"][side]
                    .to_owned(),
                repeat,
                position: 0,
                wall_seconds: known.then_some(slow * 2.0),
                cpu_seconds: known.then_some(slow),
                peak_bytes: known.then_some(50_000_000),
                reason: String::new(),
            }
        };
        (0..repeats).flat_map(|repeat| [row(repeat, 0), row(repeat, 1)]).collect()
    }

    #[test]
    fn sides_are_compared_repeat_by_repeat() {
        let run = Synthetic::default().run();
        let of = |builds: &[BuildRow]| build_costs(builds, &run.artifacts, &run.info.contrasts);
        let rows = of(&builds(8, None));
        let ratio = |metric: &str| {
            let row =
                rows.iter().find(|row| row.metric == metric && row.statistic == "ratio").expect("is there");
            (row.name.as_str(), (row.estimate * 1e6).round(), row.units)
        };
        assert_eq!(ratio("link-cpu-time"), ("pie-given-internal", 1_500_000.0, 8));
        assert_eq!(ratio("link-peak-memory"), ("pie-given-internal", 1_000_000.0, 8));
        assert_eq!(rows.len(), 6);
        assert!(of(&builds(8, Some(3))).is_empty(), "seven repeats are too few");
    }
}
