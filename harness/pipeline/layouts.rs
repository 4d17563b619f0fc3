//! The same programs in other function layouts: built through the same store, their answers checked.
//!
//! A layout is a seed of `-randlayout`. Seeds count from 1, so that anybody can build the same ones. What is
//! timed of them, and for how long, is for `timing` to say.

use std::collections::HashMap;

use anyhow::{Context, Result};

use super::prepare::{Prepared, cores, surroundings};
use super::stages::{fail, less_missing};
use crate::build::{self, Outcome, Setup};
use crate::cache::Cache;
use crate::plan::{Case, Plan, Timed};
use crate::results::{LayoutRow, NotMeasured, Status};
use crate::ui::Phase;
use crate::{answers, interrupt, schedule};

/// One function layout of all that is started in it. What is to be timed stands with its place in the plan,
/// so that blocks keep their numbers whatever is missing.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) seed: u32,
    /// What start-up is timed on.
    pub(super) started: Vec<(u32, Timed)>,
    /// What speed is timed on.
    pub(super) at_work: Vec<(u32, Timed)>,
    pub(super) outcomes: Vec<Outcome>,
}

/// What is planned, each with its place, stripped as what ships is; without what was not started as it ships.
fn as_shipped(planned: &[Timed], shipped: &[Timed]) -> Vec<(u32, Timed)> {
    let same = |one: &Timed, other: &Timed| {
        (&one.program, &one.toolchain, &one.target) == (&other.program, &other.toolchain, &other.target)
    };
    let like = |(place, one): (u32, &Timed)| {
        let ships = shipped.iter().find(|other| same(one, other))?;
        Some((place, Timed { stripped: ships.stripped, ..one.clone() }))
    };
    (0..).zip(planned).filter_map(like).collect()
}

/// Every case to build: the unstripped ones, and those that are started.
fn cases(all: &[&(u32, Timed)]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (_, one) in all {
        for name in &one.variants {
            let case = one.case(name);
            for case in [case.with_stripped(false), case] {
                if !cases.contains(&case) {
                    cases.push(case);
                }
            }
        }
    }
    cases
}

/// Builds every layout of the plan and asks each artifact for its answers.
pub(super) fn build(
    setup: &Setup<'_>,
    cache: &Cache,
    prepared: &Prepared,
    plan: &Plan,
    shipped: &[Timed],
) -> Result<Vec<Layout>> {
    let started = as_shipped(&plan.over_layouts, shipped);
    let at_work = as_shipped(&plan.at_work, shipped);
    let cases = cases(&started.iter().chain(&at_work).collect::<Vec<_>>());
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let phase = Phase::ticking("layouts", cases.len() * plan.layouts as usize);
    let mut seen: HashMap<(Case, String), u32> = HashMap::new();
    let mut layouts = Vec::new();
    for seed in 1..=plan.layouts {
        let config = build::with_layout(setup.config, seed);
        let own = Setup { config: &config, ..*setup };
        let mut outcomes =
            build::build_all(&own, &cases, &|case| phase.step(&format!("{case} layout {seed}")));
        interrupt::check()?;
        let works = |case: &Case| at_work.iter().any(|(_, one)| one.is_of(case));
        check(cache, prepared, &mut outcomes, &works)?;
        for outcome in &mut outcomes {
            let Some(artifact) = &outcome.artifact else { continue };
            // The same bytes again are no other layout.
            match seen.get(&(outcome.case.clone(), artifact.sha256.clone())) {
                Some(earlier) => {
                    let reason = format!("the same bytes as in layout {earlier}");
                    fail(outcome, reason);
                    outcome.status = Status::Skipped;
                }
                None => {
                    seen.insert((outcome.case.clone(), artifact.sha256.clone()), seed);
                }
            }
        }
        let left = |all: &[(u32, Timed)]| -> Vec<(u32, Timed)> {
            let of = |(place, one): &(u32, Timed)| {
                less_missing(vec![one.clone()], &outcomes).into_iter().map(|one| (*place, one)).collect()
            };
            all.iter().flat_map(|one| -> Vec<(u32, Timed)> { of(one) }).collect()
        };
        let (started, at_work) = (left(&started), left(&at_work));
        layouts.push(Layout { seed, started, at_work, outcomes });
    }
    Ok(layouts)
}

/// Asks what will be started for its answers: the start-up command, and the work that speed is timed on.
fn check(
    cache: &Cache,
    prepared: &Prepared,
    outcomes: &mut [Outcome],
    works: &(dyn Fn(&Case) -> bool + Sync),
) -> Result<()> {
    let asked: Vec<&mut Outcome> = outcomes.iter_mut().filter(|outcome| outcome.artifact.is_some()).collect();
    let checked = schedule::run_all(
        asked,
        cores(),
        |_| String::new(),
        |outcome| -> Result<()> {
            let Some(artifact) = &outcome.artifact else { return Ok(()) };
            let program = prepared.programs.iter().find(|program| program.name == outcome.case.program);
            let program = program.context("the program is not configured")?;
            let around = surroundings(cache, prepared, &outcome.case.toolchain);
            let artifact = (artifact.path.as_path(), artifact.sha256.as_str());
            let mut answer = answers::check(artifact, program, &around, false)?;
            if let (Ok(()), Some(speed), true) = (&answer, &program.speed, works(&outcome.case)) {
                answer = answers::check_speed(artifact, program, speed, &around)?;
            }
            if let Err(wrong) = answer {
                let reason = wrong.to_string();
                fail(outcome, reason);
            }
            Ok(())
        },
    );
    interrupt::check()?;
    checked.into_iter().collect()
}

/// Rows of `layouts.csv`: what was to be started.
pub(super) fn rows(layouts: &[Layout], plan: &Plan, shipped: &[Timed]) -> Vec<LayoutRow> {
    let planned: Vec<(u32, Timed)> = [&plan.over_layouts, &plan.at_work]
        .into_iter()
        .flat_map(|planned| as_shipped(planned, shipped))
        .collect();
    let mut rows = Vec::new();
    for layout in layouts {
        let own =
            layout.outcomes.iter().filter(|outcome| planned.iter().any(|(_, one)| one.is_of(&outcome.case)));
        rows.extend(own.map(|outcome| LayoutRow {
            case: outcome.case.to_string(),
            layout: layout.seed.to_string(),
            sha256: outcome.artifact.as_ref().map(|artifact| artifact.sha256.clone()).unwrap_or_default(),
            size: outcome.artifact.as_ref().map(|artifact| artifact.size),
            status: outcome.status,
            reason: outcome.reason.clone(),
        }));
    }
    rows
}

/// What could not be had in every layout, with the first reason.
pub(super) fn not_measured(rows: &[LayoutRow], layouts: u32) -> Vec<NotMeasured> {
    let mut missing: Vec<(&str, usize, &str)> = Vec::new();
    for row in rows.iter().filter(|row| row.status != Status::Built) {
        match missing.iter_mut().find(|(case, ..)| *case == row.case) {
            Some((_, number, _)) => *number += 1,
            None => missing.push((&row.case, 1, &row.reason)),
        }
    }
    let said = missing.into_iter().map(|(case, number, reason)| NotMeasured {
        what: format!("{number} of {layouts} function layouts of {case}"),
        why: reason.to_owned(),
    });
    said.collect()
}

/// What was built in a layout.
pub(super) fn outcomes(layouts: &[Layout], seed: u32) -> &[Outcome] {
    layouts.iter().find(|layout| layout.seed == seed).map_or(&[], |layout| layout.outcomes.as_slice())
}
