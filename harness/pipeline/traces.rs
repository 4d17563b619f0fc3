//! The traced starts of a run: program after program, each kept as soon as it is finished.
//!
//! Fresh copies of every variant are started in turn, in shuffled order, pinned, each traced in every way that
//! applies to it. What told nothing once is not asked again.

use std::fs;

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::prepare::Prepared;
use super::started::Started;
use crate::build::Outcome;
use crate::cache::Cache;
use crate::config::RunKind;
use crate::measure::trace::{Reading, Subject};
use crate::measure::{self, Seat};
use crate::plan::{Case, Timed};
use crate::results::{NotMeasured, OK, RunFolder, TraceRow};
use crate::ui::Phase;
use crate::{answers, interrupt};

/// Traced starts of each case, in each way.
const STARTS: u32 = 8;

/// Traces whatever is not there yet: the programs that a quick run has, or in a full run all. Gives why nothing is
/// traced, where nothing can be.
pub(super) fn measure(
    folder: &RunFolder,
    cache: &Cache,
    prepared: &Prepared,
    timed: &[Timed],
    outcomes: &[Outcome],
) -> Result<Option<NotMeasured>> {
    if let Err(error) = measure::on_one_cpu(|| ()) {
        let why = format!("no permission to choose the CPU of a program (sched_setaffinity): {error}");
        return Ok(Some(NotMeasured { what: "what happens in a start".to_owned(), why }));
    }
    let phase = Phase::new("traces", timed.len());
    for (number, one) in timed.iter().enumerate() {
        interrupt::check()?;
        let wanted = prepared.info.kind == RunKind::Full || prepared.program(one)?.runs == RunKind::Quick;
        if wanted && !folder.has_traces(number) {
            phase.now(&one.program);
            let seed = prepared.info.sampling.seed ^ ((number as u64) << 40);
            let rows = rows(cache, prepared, one, outcomes, seed)?;
            folder.keep_traces_of(number, &rows)?;
        }
        phase.step(&one.program);
    }
    Ok(None)
}

fn rows(
    cache: &Cache,
    prepared: &Prepared,
    one: &Timed,
    outcomes: &[Outcome],
    seed: u64,
) -> Result<Vec<TraceRow>> {
    // The same bytes again tell the same.
    let own = |name: &&String| {
        prepared.config.variants.iter().any(|variant| variant.name == **name && variant.copy_of.is_none())
    };
    let one = Timed { variants: one.variants.iter().filter(own).cloned().collect(), ..one.clone() };
    let started = Started::of(cache, prepared, &one, outcomes, false)?;
    let cases = &started.cases;
    let copies = started.copies(cache, seed)?;
    let mut subjects = Vec::new();
    for path in copies.paths() {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        subjects.push(Subject::new(started.arm(path), &bytes, started.status, answers::START_LIMIT)?);
    }
    let _seat = Seat::take().context("cannot be pinned to one processor")?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    let mut rows = Vec::new();
    for start in 0..STARTS {
        order.shuffle(&mut random);
        for number in &order {
            interrupt::check()?;
            let readings = subjects[*number].trace(start)?;
            rows.extend(readings.into_iter().map(|reading| row(&cases[*number], start, reading)));
        }
    }
    for (case, subject) in cases.iter().zip(&subjects) {
        rows.extend(subject.nothing().iter().map(|nothing| TraceRow {
            case: case.to_string(),
            tool: nothing.tool.to_owned(),
            key: String::new(),
            start: 0,
            unit: String::new(),
            value: None,
            status: nothing.word.to_owned(),
            text: nothing.why.clone(),
        }));
    }
    Ok(rows)
}

fn row(case: &Case, start: u32, reading: Reading) -> TraceRow {
    TraceRow {
        case: case.to_string(),
        tool: reading.tool.to_owned(),
        key: reading.key,
        start,
        unit: reading.unit.to_owned(),
        value: Some(reading.value),
        status: OK.to_owned(),
        text: String::new(),
    }
}
