//! The order of the stages: the only room that knows them all.
//!
//! Whatever is finished is kept on disk before the next thing begins; Ctrl-C and errors leave a run that goes
//! on where it was when it is called again.

mod again;
mod builds;
mod emulate;
mod imports;
mod layouts;
mod memory;
mod prepare;
mod probes;
mod rows;
mod stages;
mod started;
mod timing;
mod traces;
mod trials;

use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::build::Outcome;
use crate::cache::Cache;
use crate::config::{Contrast, Program, RunKind};
use crate::measure::strays::{self, Watch};
use crate::plan::{Case, Plan, Timed};
use crate::results::{
    self, ArtifactRow, BuildRow, EmulatedRow, EstimateRow, FactRow, LadderRow, LayoutRow, MemoryRow,
    ProbeRow, Run, RunFolder, Samples, Status, table,
};
use crate::ui::say;
use crate::{analyse, answers, report};

pub use again::{facts_again, starts_again};
pub use prepare::Options;
use prepare::{not_measured, prepare, setup, surroundings};
pub use probes::probe_file;
use stages::{build_cases, check_answers, inspect, less_missing, rebuild, startable};

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The folder of results.
    pub run: PathBuf,
    /// The report.
    pub report: PathBuf,
    /// How many cases ended how.
    pub cases: Vec<(Status, usize)>,
    /// The failures, as `case: reason`.
    pub failures: Vec<String>,
    /// Why programs were not tried at all, each once, as `program: reason`.
    pub skipped: Vec<String>,
}

/// The plan of a run, without making anything but the cache.
pub fn plan(options: &Options) -> Result<Plan> {
    Ok(prepare(options, &Cache::open()?)?.plan)
}

/// Does the main job.
pub fn run(options: &Options) -> Result<Summary> {
    let cache = Cache::open()?;
    let prepared = prepare(options, &cache)?;
    let folder = RunFolder::open(&options.out.join("results"), prepared.info.clone())?;
    if folder.info().resumed > 0 {
        say(&format!("note: going on with {}, which was cut off", folder.path().display()));
    }
    let outputs = [options.out.join("results"), options.out.join("report")];
    let setup = setup(&cache, &prepared, &outputs);
    let mut outcomes = build_cases(&setup, &prepared.plan)?;
    let mut facts = inspect(&prepared.info, &mut outcomes)?;
    if options.kind == RunKind::Full {
        facts.extend(rebuild(&setup, &prepared.info, &outcomes)?);
    }
    let emulated = watched(options, || emulate::emulate(&cache, &prepared, &outcomes))?;
    EmulatedRow::keep(folder.path(), &emulated)?;
    let timed = startable(&prepared.plan.timed, &outcomes);
    watched(options, || check_answers(&cache, &prepared, &timed, &mut outcomes))?;
    let timed = less_missing(timed, &outcomes);
    let mut not_measured = not_measured(&prepared, &timed);
    let (rungs, timed) = apart(&prepared.info.rungs, timed);
    let artifacts = rows::artifacts(&outcomes, &facts);
    folder.keep_artifacts(&artifacts)?;
    folder.keep_facts(&facts)?;
    // Who measures has to be small; the facts are on disk.
    drop(facts);
    if !options.calibrations.is_empty() {
        folder.keep_calibrations(&options.calibrations)?;
    }
    let relaid = layouts::build(&setup, &cache, &prepared, &prepared.plan, &timed)?;
    let layout_rows = layouts::rows(&relaid, &prepared.plan, &timed);
    LayoutRow::keep(folder.path(), &layout_rows)?;
    let mut limits =
        timing::measure(&folder, &cache, &prepared, (&timed, &rungs), &outcomes, &relaid, options.alone)?;
    // Memory and traces are of home alone.
    let home = prepared.at_home(&timed);
    watched(options, || memory::measure(&folder, &cache, &prepared, &home, &outcomes))?;
    limits.extend(watched(options, || traces::measure(&folder, &cache, &prepared, &home, &outcomes))?);
    folder.keep_traces(home.len())?;
    let mut probed = watched(options, || probes::measure(&folder, &cache, &prepared, &timed, &outcomes))?;
    if options.kind > RunKind::Quick {
        probed.extend(imports::measure(&folder, &cache, &prepared, &outcomes)?);
    }
    ProbeRow::keep(folder.path(), &probed)?;
    trials::measure(&folder, &cache, &prepared, &outputs, options.alone)?;
    if options.kind == RunKind::Full && !options.facts_only {
        BuildRow::keep(folder.path(), &builds::measure(&folder, &setup, &prepared, &outcomes)?)?;
    }
    let costs = BuildRow::load(folder.path())?;
    let samples = folder.keep_samples()?;
    let (facts, memory) = (folder.facts()?, folder.keep_memory(home.len())?);
    let (estimates, ladder) = Measured {
        samples: &samples,
        memory: &memory,
        costs: &costs,
        artifacts: &artifacts,
        facts: &facts,
        timed: (&timed, &rungs),
        contrasts: &prepared.config.contrasts,
    }
    .comes_to();
    folder.keep_ladder(&ladder)?;
    let voided = timing::voided(&samples.0.blocks);
    for one in limits.iter().chain(&voided) {
        say(&format!("not measured: {}: {}", one.what, one.why));
    }
    not_measured.extend(limits.into_iter().chain(voided));
    not_measured.extend(layouts::not_measured(&layout_rows, prepared.plan.layouts));
    let path = folder.finish(&estimates, not_measured, now())?;
    let report = render(&path, &options.out.join("report"), None)?;
    Ok(summary(path, report, &artifacts))
}

/// Does some work in which programs are started, and lets none of their processes outlive it.
fn watched<T>(options: &Options, work: impl FnOnce() -> Result<T>) -> Result<T> {
    // Where the kernel does not tell of children, the timed starts say so.
    let watch = options.alone.then(Watch::begin).and_then(Result::ok);
    let done = work();
    let strays = watch.map(|watch| watch.hunt(None)).unwrap_or_default();
    if !strays.is_empty() {
        say(&format!("warning: {}", strays::words(&strays)));
    }
    done
}

/// Estimates of a finished run, from its samples and readings alone.
pub fn analyse_again(dir: &Path) -> Result<Vec<EstimateRow>> {
    let run = Run::load(dir)?;
    let samples = results::load_samples(dir)?;
    let (rungs, timed) = apart(&run.info.rungs, timed_of(&run, &samples.0));
    let (estimates, _) = Measured {
        samples: &samples,
        memory: &results::load_memory(dir)?,
        costs: &run.builds,
        artifacts: &run.artifacts,
        facts: &run.facts,
        timed: (&timed, &rungs),
        contrasts: &run.info.contrasts,
    }
    .comes_to();
    Ok(estimates)
}

/// All that estimates are made from. Samples and readings of memory come with the digest of the file that they are
/// kept in.
struct Measured<'a> {
    samples: &'a (Samples, String),
    memory: &'a (Vec<MemoryRow>, String),
    costs: &'a [BuildRow],
    artifacts: &'a [ArtifactRow],
    facts: &'a [FactRow],
    /// The programs under test, and the rungs of the ladder.
    timed: (&'a [Timed], &'a [Timed]),
    contrasts: &'a [Contrast],
}

impl Measured<'_> {
    /// The estimates, and the ladder.
    fn comes_to(&self) -> (Vec<EstimateRow>, Vec<LadderRow>) {
        let (samples, sha256) = self.samples;
        let (timed, contrasts) = (self.timed.0, self.contrasts);
        let mut estimates = analyse::estimates(samples, timed, contrasts, sha256);
        let ladder = analyse::ladder(samples, (&estimates, self.facts), self.timed, contrasts, sha256);
        estimates.extend(ladder.estimates);
        let (memory, sha256) = self.memory;
        estimates.extend(analyse::memory::estimates(memory, timed, contrasts, sha256));
        estimates.extend(analyse::build_costs(self.costs, self.artifacts, contrasts));
        (estimates, ladder.rows)
    }
}

/// The rungs of the ladder, and the programs under test.
fn apart(rungs: &[Program], timed: Vec<Timed>) -> (Vec<Timed>, Vec<Timed>) {
    timed.into_iter().partition(|one| rungs.iter().any(|rung| rung.name == one.program))
}

/// What was timed in a run, as its samples show it.
fn timed_of(run: &Run, samples: &Samples) -> Vec<Timed> {
    let started: HashSet<&str> = samples.starts.iter().map(|start| start.case.as_str()).collect();
    let mut timed: Vec<Timed> = Vec::new();
    for row in run.artifacts.iter().filter(|row| started.contains(row.id.as_str())) {
        let same = |one: &&mut Timed| {
            (&one.program, &one.toolchain, &one.target) == (&row.program, &row.toolchain, &row.target)
        };
        match timed.iter_mut().find(same) {
            Some(one) => one.variants.push(row.variant.clone()),
            None => timed.push(Timed {
                program: row.program.clone(),
                toolchain: row.toolchain.clone(),
                target: row.target.clone(),
                variants: vec![row.variant.clone()],
                stripped: row.stripped,
            }),
        }
    }
    timed
}

/// A program that was built one way and gave the right answers, with how it is started.
#[derive(Clone, Debug)]
pub struct Startable {
    /// The case.
    pub case: Case,
    /// The artifact.
    pub path: PathBuf,
    /// Arguments of the start-up command.
    pub args: Vec<String>,
    /// Its whole environment.
    pub env: Vec<(String, String)>,
    /// The exit status it ends with.
    pub status: i32,
}

/// Builds what the options ask for and keeps no run: every case that was built, with its artifact. Rungs of the
/// ladder are among them only by name.
pub fn artifacts(options: &Options) -> Result<Vec<(Case, PathBuf)>> {
    let cache = Cache::open()?;
    let prepared = prepare(options, &cache)?.without_rungs(options);
    let outcomes = build_cases(&setup(&cache, &prepared, &[]), &prepared.plan)?;
    let built = outcomes.into_iter().filter_map(|outcome| Some((outcome.case, outcome.artifact?.path)));
    Ok(built.collect())
}

/// Copies every artifact of what the options ask for into a folder; those of home are named by program and variant,
/// so that they stand beside those of another release.
pub fn keep_artifacts(options: &Options, folder: &Path) -> Result<()> {
    let cache = Cache::open()?;
    let prepared = prepare(options, &cache)?;
    let outcomes = build_cases(&setup(&cache, &prepared, &[]), &prepared.plan)?;
    table::make_dir(folder)?;
    for outcome in &outcomes {
        let (case, Some(artifact)) = (&outcome.case, &outcome.artifact) else { continue };
        let is_home = prepared.info.home() == Some((&case.toolchain, &case.target));
        let is_go = prepared.toolchains.iter().any(|one| one.release == case.toolchain);
        let target = case.target.replace('/', "-");
        let place = if is_go && !is_home { format!("-{}-{target}", case.toolchain) } else { String::new() };
        let stripped = if case.stripped { "-stripped" } else { "" };
        let path = folder.join(format!("{}-{}{place}{stripped}", case.program, case.variant));
        let bytes = std::fs::read(&artifact.path)
            .with_context(|| format!("cannot read {}", artifact.path.display()))?;
        table::write_file(&path, &bytes)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot make {} a program", path.display()))?;
    }
    Ok(())
}

/// Builds and checks what the options ask for and keeps no run: every stripped artifact, or the unstripped one
/// where there is no `strip`. Rungs of the ladder are among them only by name.
pub fn startables(options: &Options) -> Result<Vec<Startable>> {
    let cache = Cache::open()?;
    let prepared = prepare(options, &cache)?.without_rungs(options);
    let setup = setup(&cache, &prepared, &[]);
    let mut outcomes = build_cases(&setup, &prepared.plan)?;
    check_answers(&cache, &prepared, &[], &mut outcomes)?;
    let wanted = |outcome: &&Outcome| outcome.case.stripped == prepared.strip.is_some();
    let startable = |outcome: &Outcome| -> Option<Startable> {
        let program = prepared.programs.iter().find(|program| program.name == outcome.case.program)?;
        let around = surroundings(&cache, &prepared, &outcome.case.toolchain);
        let (args, env) = answers::start_command(program, &around, Path::new("/nonexistent"));
        Some(Startable {
            case: outcome.case.clone(),
            path: outcome.artifact.as_ref()?.path.clone(),
            args,
            env: env.into_iter().collect(),
            status: program.start.status,
        })
    };
    Ok(outcomes.iter().filter(wanted).filter_map(startable).collect())
}

/// Renders the report of a run into `report/<name>`; gives the path of its Markdown. With `criterion`, the folder
/// that Criterion writes and the name of a baseline there, those results stand beside the run's.
pub fn render(run: &Path, reports: &Path, criterion: Option<(&Path, &str)>) -> Result<PathBuf> {
    let run = Run::load(run)?;
    let criterion =
        criterion.map(|(folder, baseline)| results::load_criterion(folder, baseline)).transpose()?;
    let folder = reports.join(&run.info.name);
    for (name, bytes) in report::render_beside(&run, criterion.as_ref())? {
        let path = folder.join(name);
        table::make_dir(path.parent().unwrap_or(&folder))?;
        table::write_file(&path, &bytes)?;
    }
    Ok(folder.join("report.md"))
}

fn summary(run: PathBuf, report: PathBuf, artifacts: &[ArtifactRow]) -> Summary {
    let count = |status| artifacts.iter().filter(|row| row.status == status).count();
    let cases = [Status::Built, Status::Unsupported, Status::Skipped, Status::Failed];
    let failed = artifacts.iter().filter(|row| row.status == Status::Failed);
    // A stripped twin has the reason of what was not linked.
    let not_tried = artifacts.iter().filter(|row| row.status == Status::Skipped && !row.stripped);
    let mut skipped: Vec<String> = not_tried.map(|row| format!("{}: {}", row.program, row.reason)).collect();
    skipped.dedup();
    Summary {
        run,
        report,
        cases: cases.map(|status| (status, count(status))).into_iter().filter(|(_, n)| *n > 0).collect(),
        failures: failed.map(|row| format!("{}: {}", row.id, row.reason)).collect(),
        skipped,
    }
}

/// UTC, to the second.
pub fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}
