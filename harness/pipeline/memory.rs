//! The memory of a run's programs: program after program, each kept as soon as it is finished.
//!
//! For every set of fresh copies each variant is started alone, in shuffled order; for some programs then many
//! copies of each file at once. What failed once is not tried again, so that a program that never waits costs
//! one time limit and not eight. The files are nobody's but the programs': nothing may lock them in memory.

use std::collections::HashSet;

use anyhow::Result;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::prepare::Prepared;
use super::started::Started;
use crate::analyse::memory::{N_COPIES, ONE_COPY};
use crate::build::Outcome;
use crate::cache::Cache;
use crate::config::RunKind;

use crate::measure::Arm;
use crate::measure::memory::{Failure, Memory, Pipes, available, of_copies, of_each};
use crate::plan::{Case, Timed};
use crate::results::{MemoryRow, OK, RunFolder};
use crate::ui::Phase;
use crate::{answers, interrupt};

/// How many copies at once at most.
const MOST_AT_ONCE: u32 = 32;

/// Measures whatever is not there yet.
pub(super) fn measure(
    folder: &RunFolder,
    cache: &Cache,
    prepared: &Prepared,
    timed: &[Timed],
    outcomes: &[Outcome],
) -> Result<()> {
    let phase = Phase::new("memory", timed.len());
    let pipes = Pipes::new()?;
    for (number, one) in timed.iter().enumerate() {
        interrupt::check()?;
        if !folder.has_memory(number) {
            phase.now(&one.program);
            let seed = prepared.info.sampling.seed ^ ((number as u64) << 32);
            let program = Measured { cache, prepared, outcomes, one, pipes: &pipes, seed };
            folder.keep_memory_of(number, &program.rows(is_started_many(prepared.info.kind, number))?)?;
        }
        phase.step(&one.program);
    }
    Ok(())
}

/// Whether the program of that number is also started many at once: the first two, in a quick run the first, in
/// a full run all.
fn is_started_many(kind: RunKind, number: usize) -> bool {
    match kind {
        RunKind::Quick => number < 1,
        RunKind::Default => number < 2,
        RunKind::Full => true,
    }
}

/// A program that is measured.
struct Measured<'a> {
    cache: &'a Cache,
    prepared: &'a Prepared,
    outcomes: &'a [Outcome],
    one: &'a Timed,
    pipes: &'a Pipes,
    seed: u64,
}

impl Measured<'_> {
    fn rows(&self, many: bool) -> Result<Vec<MemoryRow>> {
        let started = Started::of(self.cache, self.prepared, self.one, self.outcomes, false)?;
        let cases = &started.cases;
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let mut order: Vec<usize> = (0..cases.len()).collect();
        let (mut alone, mut together) = (HashSet::new(), HashSet::new());
        let mut rows = Vec::new();
        for copy in 0..self.prepared.info.sampling.copies {
            interrupt::check()?;
            let copies = started.copies(self.cache, self.seed ^ u64::from(copy))?;
            let arm = |number: usize| started.arm(&copies.paths()[number]);
            order.shuffle(&mut random);
            let tried: Vec<usize> = order.iter().copied().filter(|number| !alone.contains(number)).collect();
            let arms: Vec<Arm<'_>> = tried.iter().map(|number| arm(*number)).collect();
            let read = of_each(&arms, self.pipes, answers::START_LIMIT)?;
            let mut resident = 0;
            for (number, read) in tried.into_iter().zip(read) {
                let about = About { case: &cases[number], condition: ONE_COPY, copy };
                match read {
                    Ok(memory) => {
                        resident = memory.resident.max(resident);
                        about.add(1, &memory, &mut rows);
                    }
                    Err(failure) => {
                        about.failed(1, &failure, &mut rows);
                        alone.insert(number);
                    }
                }
            }
            let tried = order.iter().filter(|number| many && self.is_compared(**number));
            for number in tried {
                if alone.contains(number) || together.contains(number) {
                    continue;
                }
                let about = About { case: &cases[*number], condition: N_COPIES, copy };
                let most = most_at_once(available(), resident);
                if most < MOST_AT_ONCE && copy == 0 {
                    about.fewer(most, &mut rows);
                }
                match of_copies(arm(*number), most, self.pipes, answers::START_LIMIT)? {
                    Ok(sums) => sums.iter().for_each(|(at_once, sum)| about.add(*at_once, sum, &mut rows)),
                    Err(failure) => {
                        about.failed(most, &failure, &mut rows);
                        together.insert(*number);
                    }
                }
            }
        }
        Ok(rows)
    }

    /// Whether a variant is on a side of a primary contrast; in a full run any is.
    fn is_compared(&self, number: usize) -> bool {
        let name = &self.one.variants[number];
        let mut contrasts = self.prepared.config.contrasts.iter().filter(|contrast| contrast.primary);
        self.prepared.info.kind == RunKind::Full
            || contrasts.any(|contrast| contrast.base == *name || contrast.changed == *name)
    }
}

/// The greatest power of two up to [`MOST_AT_ONCE`] that takes no more than half of what is there, at least one.
fn most_at_once(available: Option<u64>, each: u64) -> u32 {
    let room = available.map_or(u64::MAX, |bytes| bytes / 2);
    let fits = |number: &u32| u64::from(*number) * each <= room;
    (1..=MOST_AT_ONCE).rev().filter(|number| number.is_power_of_two()).find(fits).unwrap_or(1)
}

/// What the rows of one reading have in common.
struct About<'a> {
    case: &'a Case,
    condition: &'a str,
    copy: u32,
}

impl About<'_> {
    fn row(&self, at_once: u32) -> MemoryRow {
        MemoryRow {
            case: self.case.to_string(),
            condition: self.condition.to_owned(),
            copy: self.copy,
            copies_at_once: at_once,
            metric: String::new(),
            unit: String::new(),
            value: None,
            status: OK.to_owned(),
            reason: String::new(),
        }
    }

    fn add(&self, at_once: u32, memory: &Memory, rows: &mut Vec<MemoryRow>) {
        let own = [("anonymous", memory.anonymous), ("page-tables", memory.page_tables)];
        // Alone it is started beside the other variants, with which it shares libraries.
        let shared = if self.condition == ONE_COPY {
            ("resident", memory.resident)
        } else {
            ("proportional", memory.proportional)
        };
        let huge = (memory.anonymous_huge > 0).then_some(("anonymous-huge", memory.anonymous_huge));
        rows.extend(own.into_iter().chain([shared]).chain(huge).map(|(metric, value)| MemoryRow {
            metric: metric.to_owned(),
            unit: "bytes".to_owned(),
            value: Some(value),
            ..self.row(at_once)
        }));
    }

    fn failed(&self, at_once: u32, failure: &Failure, rows: &mut Vec<MemoryRow>) {
        let (status, reason) = (failure.word().to_owned(), failure.to_string());
        rows.push(MemoryRow { status, reason, ..self.row(at_once) });
    }

    fn fewer(&self, most: u32, rows: &mut Vec<MemoryRow>) {
        let reason = format!("for {MOST_AT_ONCE} at once there was too little memory; {most} were started");
        rows.push(MemoryRow { status: "too-little-memory".to_owned(), reason, ..self.row(MOST_AT_ONCE) });
    }
}

#[cfg(test)]
mod tests {
    use super::most_at_once;

    #[test]
    fn no_more_are_started_than_half_the_memory_holds() {
        let rows = [
            (None, 1 << 40, 32),
            (Some(640), 10, 32),
            (Some(639), 10, 16),
            (Some(10), 10, 1),
            (Some(0), 10, 1),
        ];
        for (available, each, most) in rows {
            assert_eq!(most_at_once(available, each), most, "{available:?}");
        }
    }
}
