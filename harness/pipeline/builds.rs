//! What builds cost: the link step of every variant, and whole builds from an empty cache; full runs only.
//!
//! One build at a time, in repeats that build every case once in shuffled order, each kept as soon as it is
//! finished. Before the first repeat of link steps every case is linked once for nothing: that brings files into the
//! page cache. What is built away from home, or in a full run alone, is left out.

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::prepare::Prepared;
use crate::build::{self, Cost, Outcome, Setup};
use crate::config::{Language, Variant};
use crate::interrupt;
use crate::plan::Case;
use crate::results::{BuildRow, RunFolder};
use crate::ui::Phase;

/// How many programs: the first of the run.
const PROGRAMS: usize = 2;
/// Repeats of link steps, as many as a number has to rest on.
const LINKS: u32 = 8;
/// Repeats of whole builds: too few for an interval, enough to see whether they agree.
const WHOLES: u32 = 2;

/// Measures whatever is not there yet; gives all of it.
pub(super) fn measure(
    folder: &RunFolder,
    setup: &Setup<'_>,
    prepared: &Prepared,
    outcomes: &[Outcome],
) -> Result<Vec<BuildRow>> {
    let gopie = std::env::current_exe().context("the path of gopie itself cannot be found")?;
    let go = prepared.programs.iter().filter(|program| program.source.language() == Language::Go);
    let programs: Vec<&str> = go.take(PROGRAMS).map(|program| program.name.as_str()).collect();
    let left_out = |name: &str| {
        let left_out = |variant: &Variant| variant.copy_of.is_some() || variant.is_only_in_full_runs();
        prepared.config.variants.iter().any(|variant| variant.name == name && left_out(variant))
    };
    let links: Vec<&Case> = outcomes
        .iter()
        .filter(|one| one.artifact.is_some() && !one.case.stripped && !left_out(&one.case.variant))
        .map(|one| &one.case)
        .filter(|case| programs.contains(&case.program.as_str()))
        .filter(|case| prepared.info.home() == Some((&case.toolchain, &case.target)))
        .collect();
    let primary: Vec<_> =
        prepared.config.contrasts.iter().filter(|one| one.primary && one.pie_only).collect();
    let is_side = |name: &str| primary.iter().any(|one| one.base == name || one.changed == name);
    let wholes: Vec<&Case> = links.iter().copied().filter(|case| is_side(&case.variant)).collect();
    let steps = links.len() * (LINKS as usize + 1) + wholes.len() * WHOLES as usize;
    let phase = Phase::ticking("link", steps);
    let warm_up = |cases: &[&Case]| -> Result<()> {
        for case in cases {
            interrupt::check()?;
            phase.step(&format!("{case} once for nothing"));
            // What goes wrong goes wrong again where it counts.
            let _ = build::link_cost(setup, case, &gopie);
        }
        Ok(())
    };
    let repeat = |step: &str, cases: &[&Case], number: u32| -> Result<Vec<BuildRow>> {
        if let Some(rows) = folder.builds(step, number)? {
            return Ok(rows);
        }
        // By the number of the repeat: the order stays what it is when a run goes on.
        let mut random = ChaCha8Rng::seed_from_u64(prepared.info.sampling.seed ^ u64::from(number));
        let mut order = cases.to_vec();
        order.shuffle(&mut random);
        let mut rows = Vec::new();
        for (position, case) in (0..).zip(order) {
            interrupt::check()?;
            phase.step(&format!("{case} {step}"));
            let cost = match step {
                "link" => build::link_cost(setup, case, &gopie),
                _ => build::whole_cost(setup, case, &gopie),
            };
            rows.push(row(step, case, (number, position), cost));
        }
        folder.keep_builds(step, number, &rows)?;
        Ok(rows)
    };
    let mut rows = Vec::new();
    if folder.builds("link", LINKS - 1)?.is_none() {
        warm_up(&links)?;
    }
    for number in 0..LINKS {
        rows.extend(repeat("link", &links, number)?);
    }
    for number in 0..WHOLES {
        rows.extend(repeat("empty-cache", &wholes, number)?);
    }
    Ok(rows)
}

fn row(step: &str, case: &Case, (repeat, position): (u32, u32), cost: Result<Cost>) -> BuildRow {
    let known = cost.as_ref().ok();
    BuildRow {
        step: step.to_owned(),
        case: case.to_string(),
        repeat,
        position,
        wall_seconds: known.map(|cost| cost.wall.as_secs_f64()),
        cpu_seconds: known.map(|cost| cost.cpu.as_secs_f64()),
        peak_bytes: known.map(|cost| cost.peak),
        reason: cost.err().map(|error| format!("{error:#}")).unwrap_or_default(),
    }
}
