//! From what the stages give to rows of a run's tables.

use anyhow::Result;

use crate::build::Outcome;
use crate::measure::{Affinity, Block};
use crate::plan::Case;
use crate::results::{ArtifactRow, BlockFile, BlockRow, FactRow, SampleRow, StartRow, StartStatus};
use crate::sys::spawn::End;

/// Rows of `artifacts.csv`; the effective `CGO_ENABLED` is what Go wrote into the artifact.
pub(super) fn artifacts(outcomes: &[Outcome], facts: &[FactRow]) -> Vec<ArtifactRow> {
    let row = |outcome: &Outcome| {
        let id = outcome.case.to_string();
        let said =
            |fact: &&FactRow| fact.case == id && fact.metric == "go-setting" && fact.key == "CGO_ENABLED";
        let cgo_enabled = facts.iter().find(said).map(|fact| fact.text.clone()).unwrap_or_default();
        let Case { program, variant, toolchain, target, stripped } = outcome.case.clone();
        ArtifactRow {
            id,
            program,
            variant,
            toolchain,
            target,
            stripped,
            status: outcome.status,
            reason: outcome.reason.clone(),
            cgo_enabled,
            sha256: outcome.artifact.as_ref().map(|artifact| artifact.sha256.clone()).unwrap_or_default(),
            size: outcome.artifact.as_ref().map(|artifact| artifact.size),
            command: outcome.command.clone(),
            environment: outcome.environment.clone(),
        }
    };
    outcomes.iter().map(row).collect()
}

/// The fact whether a second build elsewhere gave the same bytes.
pub(super) fn rebuilt(case: &Case, first: Option<&str>, second: Result<String>) -> FactRow {
    let (number, text) = match second {
        Ok(second) => (Some(u64::from(first == Some(second.as_str()))), second),
        Err(error) => (None, format!("{error:#}")),
    };
    FactRow {
        case: case.to_string(),
        metric: "rebuilt-identical".to_owned(),
        key: String::new(),
        unit: "bool".to_owned(),
        number,
        text,
    }
}

/// The file of a finished block. A block in which any start ended badly is voided as a whole.
pub(super) fn block(
    done: &Block,
    number: u32,
    affinity: Affinity,
    copy: u32,
    cases: &[Case],
    expected: i32,
    environment_bytes: u32,
) -> BlockFile {
    let mut starts = Vec::with_capacity(done.starts.len());
    let mut samples = Vec::with_capacity(3 * done.starts.len());
    for (number_of_start, start) in (0..).zip(&done.starts) {
        let outcome = &start.outcome;
        starts.push(StartRow {
            start: number_of_start,
            case: cases[start.arm].to_string(),
            affinity: affinity.word().to_owned(),
            gomaxprocs: affinity.gomaxprocs().to_owned(),
            cache: "written".to_owned(),
            layout: "default".to_owned(),
            copy,
            block: number,
            round: start.round,
            position: start.position,
            environment_bytes,
            status: match outcome.end {
                End::Status(status) if status == expected => StartStatus::Ok,
                End::Status(_) => StartStatus::WrongStatus,
                End::Signal(_) => StartStatus::Signal,
                End::Timeout => StartStatus::Timeout,
            },
        });
        let values = [
            ("cpu-time", "seconds", outcome.cpu.as_secs_f64()),
            ("wall-time", "seconds", outcome.wall.as_secs_f64()),
            ("minor-faults", "count", outcome.minor_faults as f64),
        ];
        samples.extend(values.map(|(metric, unit, value)| SampleRow {
            start: number_of_start,
            metric: metric.to_owned(),
            unit: unit.to_owned(),
            value,
        }));
    }
    let bad = starts.iter().filter(|start| start.status != StartStatus::Ok).count();
    let block = BlockRow {
        block: number,
        program: cases.first().map(|case| case.program.clone()).unwrap_or_default(),
        affinity: affinity.word().to_owned(),
        copy,
        cpu: done.cpu,
        rounds: done.rounds,
        seconds: done.time.as_secs_f64(),
        steal_seconds: done.controls.steal,
        cpu_pressure_seconds: done.controls.cpu_pressure,
        voided: bad > 0,
        reason: if bad > 0 { format!("{bad} of {} starts ended badly", starts.len()) } else { String::new() },
    };
    BlockFile { block, starts, samples }
}
