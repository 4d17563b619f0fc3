//! Timed starts of a run: block after block, each kept as soon as it is finished.
//!
//! A pilot, whose samples are thrown away, tells how long the blocks of each program have to be. What hangs, or
//! leaves processes behind, is not started for ever: see [`TRIES`].

mod design;
mod voided;

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::layouts::{self, Layout};
use super::prepare::Prepared;
use super::rows::{self, BlockOf};
use super::stages::find;
use super::started::Started;
use crate::build::{Outcome, store};
use crate::cache::{Cache, Scratch};
use crate::measure::strays::Watch;
use crate::measure::{
    self, Affinity, Command, Condition, CopySet, Measured, Recipe, Request, Sitting, pilot,
};
use crate::plan::Timed;
use crate::results::{LibraryRow, NotMeasured, RunFolder};
use crate::sys::spawn::End;
use crate::ui::Phase;
use crate::{answers, interrupt, sys};
use design::{Doing, OverLayouts, Visit, Wanted, visits, visits_over_layouts};

pub(super) use voided::not_measured as voided;

const LEAST_BLOCK: f64 = 0.02;
/// Share of the budget that the pilot may take.
const PILOT: f64 = 0.06;
/// Share of the budget that starts in other layouts may take, where there are any.
const OVER_LAYOUTS: f64 = 0.1;
/// Share of the budget that work may take, where any is timed.
const AT_WORK: f64 = 0.5;
/// After so many blocks of a program in a condition in which a start hung or left processes that had to be hunted
/// down, it is not started like that any more: each costs a time limit, or leaves its traces on others.
const TRIES: u32 = 2;
/// Where a file system in memory is, wherever there is one.
const MEMORY: &str = "/dev/shm";

/// A folder that goes when it is dropped.
#[derive(Debug)]
enum Folder {
    Disk(Scratch),
    Memory(TempDir),
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        match self {
            Self::Disk(folder) => folder.as_ref(),
            Self::Memory(folder) => folder.path(),
        }
    }
}

/// All that the blocks of a run have in common.
struct Timing<'a> {
    folder: &'a RunFolder,
    cache: &'a Cache,
    prepared: &'a Prepared,
    outcomes: &'a [Outcome],
    layouts: &'a [Layout],
    phase: Phase,
    /// Seconds that a block has to last with so many arms, by program with its toolchain and affinity.
    needed: HashMap<(String, Affinity), (f64, usize)>,
    /// How many blocks went wrong as [`TRIES`] says.
    wrong: HashMap<(String, Doing, Condition), u32>,
}

/// Measures whatever of the plan is not there yet; gives what could not be measured as it should. With `alone`
/// this process has no children but those that it starts here.
pub(super) fn measure(
    folder: &RunFolder,
    cache: &Cache,
    prepared: &Prepared,
    (timed, rungs): (&[Timed], &[Timed]),
    outcomes: &[Outcome],
    layouts: &[Layout],
    alone: bool,
) -> Result<Vec<NotMeasured>> {
    if timed.is_empty() && rungs.is_empty() {
        return Ok(Vec::new());
    }
    let artifacts = timed.iter().chain(rungs).flat_map(|one| {
        one.variants.iter().filter_map(|name| Some(find(outcomes, &one.case(name))?.path.as_path()))
    });
    let libraries = measure::libraries(artifacts)?;
    LibraryRow::keep(folder.path(), &rows::libraries(&libraries))?;
    // What was read and built before leaves room behind; who measures has to be small.
    sys::memory::give_back();
    if let Err(error) = measure::on_one_cpu(|| ()) {
        let why = format!("no permission to choose the CPU of a program (sched_setaffinity): {error}");
        return Ok(vec![NotMeasured { what: "starts".to_owned(), why }]);
    }
    measure::sit(libraries, |sitting| {
        let watch = alone.then(Watch::begin).transpose();
        let not_watched = watch.map(|watch| watch.into_iter().for_each(|watch| sitting.watch(watch))).err();
        let sampling = &prepared.info.sampling;
        let share = |share: f64, of: fn(&Layout) -> &[(u32, Timed)]| {
            if layouts.iter().any(|layout| !of(layout).is_empty()) { share } else { 0.0 }
        };
        let shares = [
            share(OVER_LAYOUTS, |layout| layout.started.as_slice()),
            share(AT_WORK, |layout| layout.at_work.as_slice()),
        ];
        let wanted = Wanted {
            kind: prepared.info.kind,
            copies: sampling.copies,
            budget: sampling.budget_seconds * (1.0 - PILOT - shares[0] - shares[1]),
            ladder_budget: sampling.ladder_seconds,
            seed: sampling.seed,
            several_cpus: sitting.cpus() > 1,
        };
        let mut visits = visits(timed, rungs, &wanted);
        let over_layouts = |experiment: OverLayouts, planned: &[Timed], share: f64| OverLayouts {
            planned: u32::try_from(planned.len()).unwrap_or(u32::MAX),
            budget: sampling.budget_seconds * share,
            seed: sampling.seed,
            ..experiment
        };
        let starts = over_layouts(design::STARTS, &prepared.plan.over_layouts, shares[0]);
        let of = layouts.iter().map(|layout| (layout.seed, layout.started.as_slice()));
        visits.extend(visits_over_layouts(of, &starts));
        let work = over_layouts(design::WORK, &prepared.plan.at_work, shares[1]);
        let of = layouts.iter().map(|layout| (layout.seed, layout.at_work.as_slice()));
        visits.extend(visits_over_layouts(of, &work));
        let blocks = visits.iter().map(|visit| visit.conditions.len()).sum();
        let phase = Phase::new("measure", blocks);
        let (needed, wrong) = (HashMap::new(), HashMap::new());
        let mut timing = Timing { folder, cache, prepared, outcomes, layouts, phase, needed, wrong };
        // What the ladder needs is all that it gets.
        for one in timed {
            timing.pilot(sitting, one, sampling.budget_seconds * PILOT / (2 * timed.len()) as f64)?;
        }
        for visit in &visits {
            timing.visit(sitting, visit)?;
        }
        let mut list = not_as_it_should(sitting);
        list.extend(not_watched.map(|error| NotMeasured {
            what: "whether programs leave processes outside their group behind".to_owned(),
            why: format!("the kernel does not tell of children: {error}"),
        }));
        Ok(list)
    })
}

/// What this machine does not let be measured as it should.
fn not_as_it_should(sitting: &Sitting) -> Vec<NotMeasured> {
    let mut list = Vec::new();
    let mut add = |what: &str, why: String| list.push(NotMeasured { what: what.to_owned(), why });
    if let Some(why) = sitting.not_replicated() {
        add("fresh copies of the loader and the libraries", format!("mounts of its own: {why}"));
    }
    if let Some(why) = sitting.not_held() {
        add("files held in the page cache", format!("{why}; they are read in anew for each block"));
    }
    if sitting.cpus() < 2 {
        add("starts as scheduled", "there is one CPU: they would be the pinned ones again".to_owned());
    }
    list
}

impl<'a> Timing<'a> {
    fn started(&self, one: &Timed, layout: Option<u32>, doing: Doing) -> Result<Started<'a>> {
        let outcomes = match layout {
            None => self.outcomes,
            Some(seed) => layouts::outcomes(self.layouts, seed),
        };
        Started::of(self.cache, self.prepared, one, outcomes, doing == Doing::Work)
    }

    fn lay_out(
        &self,
        sitting: &Sitting,
        name: &str,
        started: &Started<'_>,
        (recipe, seed): (Recipe, u64),
    ) -> Result<CopySet<Folder>> {
        let folder = match recipe {
            Recipe::Tmpfs => Folder::Memory(
                TempDir::new_in(MEMORY).with_context(|| format!("cannot make a folder in {MEMORY}"))?,
            ),
            Recipe::Faulted | Recipe::Written => Folder::Disk(self.cache.scratch()?),
        };
        sitting.lay_out(folder, name, started.paths(), (recipe, seed), &store::write)
    }

    /// Finds out how long the blocks of a program have to be.
    fn pilot(&mut self, sitting: &mut Sitting, one: &Timed, seconds: f64) -> Result<()> {
        self.phase.now(&format!("{} pilot", one.program));
        let started = self.started(one, None, Doing::Start)?;
        let mut set = self.lay_out(sitting, &one.program, &started, (Recipe::Faulted, 0))?;
        let arm = |name: &String| one.variants.iter().position(|variant| variant == name);
        let contrasts = self.prepared.config.contrasts.iter();
        let pairs: Vec<(usize, usize)> =
            contrasts.filter_map(|contrast| Some((arm(&contrast.base)?, arm(&contrast.changed)?))).collect();
        for condition in [Condition::PINNED, Condition::SCHEDULED] {
            let request = self.request(condition, seconds.max(LEAST_BLOCK), u64::MAX);
            let command = Command { args: &started.args, env: &started.env };
            let measured = sitting
                .block(&mut set, &[command], &request)
                .with_context(|| format!("while starting {}", one.program))?;
            self.judge(&measured, one, Doing::Start, condition);
            if let Some(seconds) = pilot::seconds_needed(&measured.block, &pairs) {
                let needed = (seconds, one.variants.len());
                self.needed.insert((one.title(), condition.affinity), needed);
            }
        }
        Ok(())
    }

    fn request(&self, condition: Condition, seconds: f64, block: u64) -> Request {
        let seed = self.prepared.info.sampling.seed ^ (block << 32);
        Request {
            condition,
            time: Duration::from_secs_f64(seconds),
            limit: answers::START_LIMIT,
            seed,
            padding: measure::padding(seed),
        }
    }

    /// Counts the block if it went wrong; whether the program is given up in that condition.
    fn judge(&mut self, measured: &Measured, one: &Timed, doing: Doing, condition: Condition) -> bool {
        let hung = measured.block.starts.iter().any(|start| start.outcome.end == End::Timeout);
        if hung || !measured.strays.is_empty() {
            *self.wrong.entry((one.title(), doing, condition)).or_default() += 1;
        }
        self.is_given_up(one, doing, condition)
    }

    fn is_given_up(&self, one: &Timed, doing: Doing, condition: Condition) -> bool {
        self.wrong.get(&(one.title(), doing, condition)).is_some_and(|wrong| *wrong >= TRIES)
    }

    /// Seconds that a block has to last, by what the pilot found for each arm.
    fn needed(&self, one: &Timed, affinity: Affinity) -> Option<f64> {
        let (seconds, arms) = self.needed.get(&(one.title(), affinity))?;
        Some(seconds * one.variants.len() as f64 / *arms as f64)
    }

    /// Runs the blocks of a visit that are not there yet.
    fn visit(&mut self, sitting: &mut Sitting, visit: &Visit<'_>) -> Result<()> {
        interrupt::check()?;
        let one = visit.timed;
        let blocks: Vec<(u32, Condition)> =
            (visit.first_block..).zip(visit.conditions.iter().copied()).collect();
        let (done, missing): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|(block, condition)| {
            self.folder.has_block(*block) || self.is_given_up(one, visit.doing, *condition)
        });
        for _ in done {
            self.phase.step("done before, or given up");
        }
        if missing.is_empty() {
            return Ok(());
        }
        let layout = visit.layout.map_or_else(|| "default".to_owned(), |seed| seed.to_string());
        self.phase.now(&format!("{} layout {layout} copy {}", one.program, visit.copy));
        let started = self.started(one, visit.layout, visit.doing)?;
        let how = (visit.recipe, u64::from(visit.first_block));
        let mut set = self.lay_out(sitting, &one.program, &started, how)?;
        for (block, condition) in missing {
            // It may have been given up in this very visit.
            if self.is_given_up(one, visit.doing, condition) {
                self.phase.step("given up");
                continue;
            }
            let needed = self.needed(one, condition.affinity).filter(|_| visit.doing == Doing::Start);
            let by_pilot = needed.is_some_and(|needed| needed <= visit.seconds);
            let seconds = needed.map_or(visit.seconds, |needed| needed.min(visit.seconds)).max(LEAST_BLOCK);
            let mut request = self.request(condition, seconds, u64::from(block));
            if visit.doing == Doing::Work {
                request.limit = answers::WORKLOAD_LIMIT;
            }
            let command = Command { args: &started.args, env: &started.env };
            let measured = sitting
                .block_reading(&mut set, &[command], started.stdin.as_deref(), &request)
                .with_context(|| format!("while starting {}", one.program))?;
            let mut file = rows::block(
                &measured,
                &BlockOf {
                    number: block,
                    condition,
                    recipe: visit.recipe,
                    layout: &layout,
                    copy: visit.copy,
                    cases: &started.cases,
                    expected: started.status,
                    length_by: if by_pilot { "pilot" } else { "budget" },
                    sitting,
                    machine: &self.prepared.info.machine,
                },
            );
            if visit.doing == Doing::Work {
                rows::at_work(&mut file);
            }
            if self.judge(&measured, one, visit.doing, condition) {
                file.block.reason += "; it was not started like that again";
            }
            self.folder.keep_block(&file)?;
            self.phase.step(&format!("{} copy {} {}", one.program, visit.copy, condition.word()));
        }
        Ok(())
    }
}
