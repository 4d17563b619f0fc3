//! From what the stages give to rows of a run's tables.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;

use crate::build;
use crate::machine::Machine;
use crate::measure::{Affinity, Condition, Library, Measured, Recipe, Sentinel, Sitting, quiet};
use crate::plan::Case;
use crate::results::{
    ArtifactRow, BlockFile, BlockRow, FactRow, LibraryRow, SampleRow, StartRow, StartStatus,
};
use crate::sys::spawn::{End, Outcome};

/// Rows of `artifacts.csv`; the effective `CGO_ENABLED` is what Go wrote into the artifact.
pub(super) fn artifacts(outcomes: &[build::Outcome], facts: &[FactRow]) -> Vec<ArtifactRow> {
    let row = |outcome: &build::Outcome| {
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

/// Rows of `libraries.csv`.
pub(super) fn libraries(found: &[Library]) -> Vec<LibraryRow> {
    let row = |library: &Library| LibraryRow {
        path: library.path.display().to_string(),
        loader: library.loader,
        sha256: library.sha256.clone(),
    };
    found.iter().map(row).collect()
}

/// What a finished block was of.
pub(super) struct BlockOf<'a> {
    pub(super) number: u32,
    pub(super) condition: Condition,
    pub(super) recipe: Recipe,
    pub(super) layout: &'a str,
    pub(super) copy: u32,
    pub(super) cases: &'a [Case],
    /// The exit status that starts end with.
    pub(super) expected: i32,
    pub(super) length_by: &'a str,
    pub(super) sitting: &'a Sitting,
    pub(super) machine: &'a Machine,
}

/// The file of a finished block. A block in which any start ended badly is voided as a whole.
pub(super) fn block(measured: &Measured, of: &BlockOf<'_>) -> BlockFile {
    let done = &measured.block;
    let mut starts = Vec::with_capacity(done.starts.len());
    let mut samples = Vec::with_capacity(3 * done.starts.len());
    for (number_of_start, start) in (0..).zip(&done.starts) {
        let outcome = &start.outcome;
        starts.push(StartRow {
            start: number_of_start,
            case: of.cases[start.arm].to_string(),
            affinity: of.condition.affinity.word().to_owned(),
            gomaxprocs: of.condition.gomaxprocs().to_owned(),
            cache: of.recipe.word().to_owned(),
            layout: of.layout.to_owned(),
            copy: of.copy,
            block: of.number,
            round: start.round,
            position: start.position,
            environment_bytes: measured.environment_bytes,
            status: status(outcome.end, of.expected),
        });
        let values = [
            ("cpu-time", "seconds", outcome.cpu.as_secs_f64()),
            ("wall-time", "seconds", to_microseconds(outcome.wall)),
            ("minor-faults", "count", outcome.minor_faults as f64),
        ];
        samples.extend(values.map(|(metric, unit, value)| SampleRow {
            start: number_of_start,
            metric: metric.to_owned(),
            unit: unit.to_owned(),
            value,
        }));
    }
    BlockFile { block: block_row(measured, of, &starts), starts, samples }
}

/// Makes samples of starts those of work: metrics of their own, lest the two ever be mixed.
pub(super) fn at_work(file: &mut BlockFile) {
    file.samples.retain(|sample| sample.unit == "seconds");
    for sample in &mut file.samples {
        sample.metric.insert_str(0, "workload-");
    }
}

fn status(end: End, expected: i32) -> StartStatus {
    match end {
        End::Status(status) if status == expected => StartStatus::Ok,
        End::Status(_) => StartStatus::WrongStatus,
        End::Signal(_) => StartStatus::Signal,
        End::Timeout => StartStatus::Timeout,
        End::LeftProcesses(_) => StartStatus::LeftProcesses,
    }
}

/// Wall times are kept to the microsecond, as the kernel gives CPU times: what lies below is noise.
fn to_microseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

fn block_row(measured: &Measured, of: &BlockOf<'_>, starts: &[StartRow]) -> BlockRow {
    let done = &measured.block;
    let sentinel = Sentinel::of(&done.sentinel);
    let sum = |count: fn(&Outcome) -> u64| done.starts.iter().map(|start| count(&start.outcome)).sum();
    let reason = reason(starts, quiet::voided(measured));
    let pinned = of.condition.affinity == Affinity::Pinned;
    BlockRow {
        block: of.number,
        program: of.cases.first().map(|case| case.program.clone()).unwrap_or_default(),
        affinity: of.condition.affinity.word().to_owned(),
        gomaxprocs: of.condition.gomaxprocs().to_owned(),
        condition: of.condition.word().to_owned(),
        cache: of.recipe.word().to_owned(),
        layout: of.layout.to_owned(),
        copy: of.copy,
        cpu: pinned.then(|| of.sitting.cpu()),
        cpus: if pinned { 1 } else { of.sitting.cpus() },
        rounds: done.rounds,
        seconds: done.time.as_secs_f64(),
        length_by: of.length_by.to_owned(),
        environment_bytes: measured.environment_bytes,
        sentinel_starts: sentinel.map_or(0, |sentinel| sentinel.starts),
        sentinel_seconds: sentinel.map(|sentinel| sentinel.median),
        sentinel_slow: sentinel.map(|sentinel| sentinel.slow),
        steal_seconds: done.controls.steal,
        cpu_pressure_seconds: done.controls.cpu_pressure,
        clock_jump_seconds: done.controls.clock_jump(),
        clock_source: done.controls.clock_source.clone(),
        major_faults: sum(|outcome| outcome.major_faults),
        voluntary_switches: sum(|outcome| outcome.voluntary_switches),
        involuntary_switches: sum(|outcome| outcome.involuntary_switches),
        pages: measured.before.total,
        resident_before: measured.before.resident,
        resident_after: measured.after.resident,
        folios_before: measured.before.folios,
        folios_after: measured.after.folios,
        held: measured.held,
        libraries_replicated: of.sitting.not_replicated().is_none(),
        huge_pages: of.machine.huge_pages.clone(),
        address_randomisation: of.machine.address_randomisation.clone(),
        file_system: match of.recipe {
            Recipe::Tmpfs => "tmpfs".to_owned(),
            Recipe::Faulted | Recipe::Written => of.machine.file_system.clone(),
        },
        unquiet: quiet::unquiet(done),
        voided: !reason.is_empty(),
        reason,
    }
}

/// Why a block is voided: what starts ended badly, and how, and what else spoilt it.
fn reason(starts: &[StartRow], spoilt: String) -> String {
    let mut bad: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for start in starts.iter().filter(|start| start.status != StartStatus::Ok) {
        *bad.entry((&start.case, start.status.word().to_owned())).or_default() += 1;
    }
    let bad = bad.into_iter().map(|((case, status), count)| {
        let all = starts.iter().filter(|start| start.case == case).count();
        format!("{count} of {all} starts of {case}: {status}")
    });
    bad.chain((!spoilt.is_empty()).then_some(spoilt)).collect::<Vec<_>>().join("; ")
}
