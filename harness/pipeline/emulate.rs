//! Artifacts for other targets, started under an emulator to see that they run.

use std::collections::BTreeMap;

use anyhow::Result;

use super::prepare::{Prepared, cores, surroundings};
use crate::answers;
use crate::build::Outcome;
use crate::cache::Cache;
use crate::results::EmulatedRow;
use crate::target::Target;
use crate::toolchain::{Emulator, emulator};
use crate::ui::Phase;
use crate::{interrupt, schedule};

/// Starts every artifact that is not of this machine's target, where there is an emulator for it.
pub(super) fn emulate(cache: &Cache, prepared: &Prepared, outcomes: &[Outcome]) -> Result<Vec<EmulatedRow>> {
    let host = &prepared.info.machine.host;
    let foreign: Vec<&Outcome> = outcomes
        .iter()
        .filter(|outcome| outcome.case.target != *host && outcome.artifact.is_some())
        .collect();
    let emulators: BTreeMap<String, Option<Emulator>> = (foreign.iter())
        .map(|outcome| &outcome.case.target)
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .map(|target| (target.clone(), Target::named(target).and_then(emulator)))
        .collect();
    let phase = Phase::ticking("emulate", foreign.len());
    let rows = schedule::run_all(
        foreign.iter().enumerate().collect(),
        cores(),
        |_| String::new(),
        |(number, outcome)| {
            let found = emulators.get(&outcome.case.target).and_then(Option::as_ref);
            let row = start(cache, prepared, outcome, found);
            phase.step(&outcome.case.to_string());
            row.map(|row| (number, row))
        },
    );
    drop(phase);
    interrupt::check()?;
    let mut rows = rows.into_iter().collect::<Result<Vec<_>>>()?;
    rows.sort_by_key(|(number, _)| *number);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn start(
    cache: &Cache,
    prepared: &Prepared,
    outcome: &Outcome,
    emulator: Option<&Emulator>,
) -> Result<EmulatedRow> {
    let row = |ran, reason| EmulatedRow {
        case: outcome.case.to_string(),
        emulator: emulator.map(|emulator| emulator.version.clone()).unwrap_or_default(),
        ran,
        reason,
    };
    let program = prepared.programs.iter().find(|program| program.name == outcome.case.program);
    let (Some(artifact), Some(program)) = (&outcome.artifact, program) else {
        return Ok(row(None, "it was not built".to_owned()));
    };
    let Some(emulator) = emulator else {
        let name = Target::named(&outcome.case.target).map_or("an emulator", |target| target.qemu);
        return Ok(row(None, format!("qemu-{name} is not on PATH")));
    };
    let around = answers::Surroundings {
        target: &outcome.case.target,
        ..surroundings(cache, prepared, &outcome.case.toolchain)
    };
    Ok(match answers::check_under(emulator, (&artifact.path, &artifact.sha256), program, &around)? {
        Ok(()) => row(Some(true), String::new()),
        Err(wrong) => row(Some(false), wrong.to_string()),
    })
}
