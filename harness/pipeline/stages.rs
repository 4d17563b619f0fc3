//! The stages between the plan and the timed starts: build, inspect, check the answers.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::prepare::{Prepared, cores, surroundings};
use super::rows;
use crate::build::{self, Artifact, Outcome, Setup};
use crate::cache::Cache;
use crate::config::{RunKind, Variant};
use crate::plan::{Case, Plan, Timed};
use crate::results::{self, FactRow, RunInfo, Status};
use crate::ui::Phase;
use crate::{answers, elf, interrupt, schedule};

pub(super) fn build_cases(setup: &Setup<'_>, plan: &Plan) -> Result<Vec<Outcome>> {
    let phase = Phase::ticking("build", plan.cases.len());
    let outcomes = build::build_all(setup, &plan.cases, &|case| phase.step(&case.to_string()));
    drop(phase);
    interrupt::check()?;
    Ok(outcomes)
}

/// Reads the facts of every artifact, those of a rung of the ladder as far as they bear on its relocations and those
/// of other releases and targets as far as they are compared; one that cannot be read is a failed case.
pub(super) fn inspect(info: &RunInfo, outcomes: &mut [Outcome]) -> Result<Vec<FactRow>> {
    let phase = Phase::ticking("inspect", outcomes.len());
    let mut facts = Vec::new();
    for outcome in outcomes {
        interrupt::check()?;
        phase.step(&outcome.case.to_string());
        let Some(artifact) = &outcome.artifact else { continue };
        let bytes =
            fs::read(&artifact.path).with_context(|| format!("cannot read {}", artifact.path.display()))?;
        match elf::read(&bytes) {
            Ok(read) => {
                let is_rung = info.rungs.iter().any(|rung| rung.name == outcome.case.program);
                let away = is_away(info, &outcome.case);
                let mut rows = results::facts::rows(&outcome.case.to_string(), &read);
                rows.retain(|row| !is_rung || results::facts::OF_RUNGS.contains(&row.metric.as_str()));
                rows.retain(|row| !away || results::facts::is_of_matrix(&row.metric, &row.key));
                // Of the sets of distributions what they come to, without the sections of each.
                let variant = info.variants.iter().find(|variant| variant.name == outcome.case.variant);
                let aside = variant.is_some_and(Variant::is_only_in_full_runs);
                rows.retain(|row| !aside || row.metric != "section-size");
                facts.extend(rows);
            }
            Err(error) => fail(outcome, format!("cannot read the facts: {error}")),
        }
    }
    Ok(facts)
}

/// Whether a Go case is of another release or another target than home.
fn is_away(info: &RunInfo, case: &Case) -> bool {
    let is_go = info.toolchains.iter().any(|toolchain| toolchain.release == case.toolchain);
    is_go && info.home() != Some((&case.toolchain, &case.target))
}

/// Builds unstripped cases a second time, in another folder and with an empty build cache: at home what a default run
/// builds; of each further release and of each further target the first program as the variants of the map. Of copies
/// none is, which are the same build, nor of the ladder: nothing is said of its reproducibility.
pub(super) fn rebuild(setup: &Setup<'_>, info: &RunInfo, outcomes: &[Outcome]) -> Result<Vec<FactRow>> {
    let build_cache = setup.cache.scratch()?;
    let wanted = |outcome: &&Outcome| {
        let case = &outcome.case;
        let program = info.programs.iter().find(|program| program.name == case.program);
        let first = info.programs.first().is_some_and(|first| first.name == case.program);
        let near = info.home().is_some_and(|home| home.0 == case.toolchain || home.1 == case.target);
        let variant = info.variants.iter().find(|variant| variant.name == case.variant);
        let Some(variant) = variant.filter(|variant| variant.copy_of.is_none()) else { return false };
        let part = if is_away(info, case) {
            first && near && variant.map
        } else {
            program.is_some_and(|program| program.runs < RunKind::Full) && !variant.is_only_in_full_runs()
        };
        !case.stripped && outcome.artifact.is_some() && part
    };
    let again: Vec<&Outcome> = outcomes.iter().filter(wanted).collect();
    let phase = Phase::ticking("rebuild", again.len());
    let rows = schedule::run_all(
        again,
        setup.cores,
        |outcome| outcome.case.variant.clone(),
        |outcome| {
            let second = build::build_again(setup, &outcome.case, build_cache.path());
            phase.step(&outcome.case.to_string());
            let first = outcome.artifact.as_ref().map(|artifact| artifact.sha256.as_str());
            rows::rebuilt(&outcome.case, first, second)
        },
    );
    interrupt::check()?;
    Ok(rows)
}

/// Asks every artifact for its answers. Those that are to be timed do their workload too, and so does, but in a
/// quick run, every variant in the form that packages ship: stripped, where there is `strip`.
pub(super) fn check_answers(
    cache: &Cache,
    prepared: &Prepared,
    timed: &[Timed],
    outcomes: &mut Vec<Outcome>,
) -> Result<()> {
    let host = &prepared.info.machine.host;
    // Byte-identical artifacts of a program are asked once.
    let mut questions: HashMap<(String, String), (PathBuf, String, bool)> = HashMap::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.case.target == *host) {
        let Some(artifact) = &outcome.artifact else { continue };
        let key = (outcome.case.program.clone(), artifact.sha256.clone());
        let shipped = outcome.case.stripped == prepared.strip.is_some();
        let works = shipped && prepared.info.kind > RunKind::Quick && !prepared.info.facts_only
            || timed.iter().any(|one| one.variants.iter().any(|name| one.case(name) == outcome.case));
        let asked = || (artifact.path.clone(), outcome.case.toolchain.clone(), false);
        questions.entry(key).or_insert_with(asked).2 |= works;
    }
    let phase = Phase::ticking("check", questions.len());
    let answers = schedule::run_all(
        questions.into_iter().collect(),
        cores(),
        |_| String::new(),
        |((name, sha256), (path, toolchain, works))| -> Result<_> {
            let program = prepared.programs.iter().find(|program| program.name == name);
            let program = program.context("the program is not configured")?;
            let around = surroundings(cache, prepared, &toolchain);
            let answer = answers::check((&path, &sha256), program, &around, works)?;
            phase.step(&name);
            Ok(((name, sha256), answer))
        },
    );
    drop(phase);
    interrupt::check()?;
    let answers = answers.into_iter().collect::<Result<HashMap<_, _>>>()?;
    for outcome in outcomes {
        let Some(artifact) = &outcome.artifact else { continue };
        let key = (outcome.case.program.clone(), artifact.sha256.clone());
        if let Some(Err(wrong)) = answers.get(&key) {
            let reason = wrong.to_string();
            fail(outcome, reason);
            // It is this machine that lacks something.
            if matches!(wrong, answers::Wrong::NoLoader { .. }) {
                outcome.status = Status::Unsupported;
            }
        }
    }
    Ok(())
}

pub(super) fn fail(outcome: &mut Outcome, reason: String) {
    outcome.status = Status::Failed;
    outcome.reason = reason;
    outcome.artifact = None;
}

pub(super) fn find<'a>(outcomes: &'a [Outcome], case: &Case) -> Option<&'a Artifact> {
    outcomes.iter().find(|outcome| outcome.case == *case).and_then(|outcome| outcome.artifact.as_ref())
}

/// What is to be timed, less the variants that were not built, and as stripped artifacts where every variant
/// of the program has one.
pub(super) fn startable(timed: &[Timed], outcomes: &[Outcome]) -> Vec<Timed> {
    let built = |one: Timed| less_missing(vec![Timed { stripped: false, ..one }], outcomes);
    let stripped = |one: Timed| {
        let stripped = Timed { stripped: true, ..one.clone() };
        let all = stripped.variants.iter().all(|name| find(outcomes, &stripped.case(name)).is_some());
        if all { stripped } else { one }
    };
    timed.iter().cloned().flat_map(built).map(stripped).collect()
}

/// Leaves out what has no artifact (any more); with fewer than two variants nothing is left of a program.
pub(super) fn less_missing(mut timed: Vec<Timed>, outcomes: &[Outcome]) -> Vec<Timed> {
    for one in &mut timed {
        let there = |name: &String| find(outcomes, &one.case(name)).is_some();
        one.variants = one.variants.iter().filter(|name| there(name)).cloned().collect();
    }
    timed.retain(|one| one.variants.len() > 1);
    timed
}
