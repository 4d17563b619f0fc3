//! A made-up relocation ladder: what it costs is said, and how sure one is of it.

use super::Synthetic;
use crate::config::{Answer, Contrasts, Program, RunKind, Source, Workload};
use crate::results::{EstimateRow, LadderRole, LadderRow, Run};

/// What a contrast of the ladder comes to, each with half the width of its interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Costs {
    pub(crate) contrast: &'static str,
    /// Seconds a relocation.
    pub(crate) relocation: (f64, f64),
    /// Seconds a page.
    pub(crate) page: (f64, f64),
    /// Seconds by which programs that are not in the fit differ from what it says.
    pub(crate) off: f64,
}

/// Pointers, stride, and pages beyond those of the Go runtime.
const RUNGS: [(u32, u32, i64); 4] = [(100, 8, 1), (100, 4096, 100), (10_000, 8, 20), (10_000, 256, 625)];
/// Relocations and pages of a program of which nothing more is known.
const OF_RUNTIME: (i64, i64) = (5112, 29);
const CONSTANT: f64 = 0.3e-3;
/// Half the width of every interval of a difference.
const HALF: f64 = 20e-6;

impl Costs {
    /// Adds what the ladder leaves in a run.
    pub(super) fn climb(&self, data: &Synthetic, run: &mut Run) {
        for (metric, unit, costs) in [
            ("cpu-time", "seconds", [(CONSTANT, 10e-6), self.relocation, self.page]),
            ("minor-faults", "count", [(7.0, 1.0), (0.0004, 0.0001), (0.998, 0.003)]),
        ] {
            for (statistic, (estimate, half)) in
                ["constant", "per-relocation", "per-page"].into_iter().zip(costs)
            {
                run.estimates.push(EstimateRow {
                    kind: "ladder".to_owned(),
                    name: self.contrast.to_owned(),
                    toolchain: "go1.27.3".to_owned(),
                    target: "linux/amd64".to_owned(),
                    metric: metric.to_owned(),
                    condition: "pinned".to_owned(),
                    statistic: statistic.to_owned(),
                    unit: unit.to_owned(),
                    estimate,
                    low: Some(estimate - half),
                    high: Some(estimate + half),
                    confidence: 0.95,
                    units: 4,
                    starts: 400,
                    ..EstimateRow::default()
                });
            }
        }
        for (pointers, stride, pages) in RUNGS {
            let rung = program(pointers, stride);
            let row = self.row(&rung.name, LadderRole::Rung, i64::from(pointers), pages, 0.0);
            run.ladder.push(row);
            if !run.info.rungs.contains(&rung) {
                run.info.rungs.push(rung);
            }
        }
        for base in &data.programs {
            run.ladder.push(self.row(base.name, LadderRole::Program, 0, 0, self.off));
        }
    }

    fn row(&self, program: &str, role: LadderRole, relocations: i64, pages: i64, off: f64) -> LadderRow {
        let (relocations, pages) = (relocations + OF_RUNTIME.0, pages + OF_RUNTIME.1);
        let fitted = CONSTANT + self.relocation.0 * relocations as f64 + self.page.0 * pages as f64;
        let difference = fitted + off;
        LadderRow {
            contrast: self.contrast.to_owned(),
            program: program.to_owned(),
            toolchain: "go1.27.3".to_owned(),
            target: "linux/amd64".to_owned(),
            metric: "cpu-time".to_owned(),
            role,
            relocations,
            pages,
            unit: "seconds".to_owned(),
            difference,
            low: difference - HALF,
            high: difference + HALF,
            units: 10,
            fitted,
            fitted_low: fitted - HALF,
            fitted_high: fitted + HALF,
            residual: off,
        }
    }
}

fn program(pointers: u32, stride: u32) -> Program {
    let source = format!("{{\"ladder\":{{\"pointers\":{pointers},\"stride\":{stride}}}}}");
    let source: Source = serde_json::from_str(&source).expect("is a source");
    Program {
        name: format!("ladder-{pointers}-{stride}"),
        what: "a rung".to_owned(),
        source,
        own_c: false,
        trials: false,
        stands_for: None,
        runs: RunKind::Default,
        variants: Vec::new(),
        distributions: true,
        contrasts: Contrasts::All,
        start: Answer::default(),
        workload: Workload::default(),
        speed: None,
    }
}
