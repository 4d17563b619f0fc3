//! Made-up estimates of work over function layouts, for a made-up run.

use crate::claims::speed::{START_OVER_LAYOUTS, WORK, WORK_FIXED};
use crate::config::Contrast;
use crate::results::{EstimateRow, Measure, Run};

/// What work shows: seconds of the baseline are 0.1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speed {
    /// Changed over base, by contrast and condition.
    pub(crate) ratio: fn(&str, &str) -> f64,
    /// Half the width of an interval, and of the control's.
    pub(crate) half: f64,
    pub(crate) noise: f64,
    /// What starting adds, in seconds.
    pub(crate) start: Option<f64>,
    pub(crate) layouts: u32,
}

impl Default for Speed {
    fn default() -> Self {
        Self { ratio: |_, _| 1.0, half: 0.005, noise: 0.004, start: Some(0.000_4), layouts: 16 }
    }
}

/// The run with work timed of every program.
pub(crate) fn with_speed(mut run: Run, speed: &Speed) -> Run {
    let rows = run.info.programs.iter().flat_map(|program| {
        let contrasts = run.info.contrasts.iter().filter(|one| one.pie_only || one.control);
        contrasts.flat_map(|contrast| rows(speed, contrast, &program.name)).collect::<Vec<_>>()
    });
    let rows: Vec<EstimateRow> = rows.collect();
    run.estimates.extend(rows);
    run
}

fn rows(speed: &Speed, contrast: &Contrast, program: &str) -> Vec<EstimateRow> {
    let row = |measure: Measure, statistic: &str, unit: &str, estimate: f64, half: f64| EstimateRow {
        kind: "contrast".to_owned(),
        name: contrast.name.clone(),
        program: program.to_owned(),
        toolchain: "go1.27.3".to_owned(),
        target: "linux/amd64".to_owned(),
        metric: measure.metric.to_owned(),
        condition: measure.condition.to_owned(),
        cache: measure.cache.to_owned(),
        scope: measure.scope.to_owned(),
        statistic: statistic.to_owned(),
        unit: unit.to_owned(),
        estimate,
        low: Some(estimate - half),
        high: Some(estimate + half),
        confidence: 0.95,
        units: speed.layouts,
        starts: u64::from(speed.layouts) * 6,
        samples_sha256: "cd".repeat(8),
        ..EstimateRow::default()
    };
    let mut rows = Vec::new();
    for measure in [WORK, WORK_FIXED] {
        let (ratio, half) = if contrast.control {
            (1.0, speed.noise)
        } else {
            ((speed.ratio)(&contrast.name, measure.condition), speed.half)
        };
        rows.push(row(measure, "ratio", "ratio", ratio, half));
        rows.push(row(measure, "difference", "seconds", 0.1 * (ratio - 1.0), 0.1 * half));
        for layout in 0..speed.layouts {
            let off = (f64::from(layout) / f64::from(speed.layouts) - 0.5) * 4.0 * half;
            let dot = row(measure, "layout-ratio", "ratio", ratio + off, 0.0);
            rows.push(EstimateRow { low: None, high: None, units: 1, ..dot });
        }
    }
    let start = speed.start.filter(|_| !contrast.control);
    rows.extend(start.map(|start| row(START_OVER_LAYOUTS, "difference", "seconds", start, start * 0.1)));
    rows
}
