//! The order of the stages: the only room that knows them all.
//!
//! Whatever is finished is kept on disk before the next thing begins; Ctrl-C and errors leave a run that goes
//! on where it was when it is called again.

mod rows;
mod timing;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::build::{self, Outcome, Setup};
use crate::cache::Cache;
use crate::config::{Config, Program, RunKind, select};
use crate::digest::Hasher;
use crate::hint::HintExt;
use crate::machine::Machine;
use crate::plan::{self, Axes, Case, Plan, Timed};
use crate::results::{
    ArtifactRow, FactRow, Harness, NotMeasured, Run, RunFolder, RunInfo, SCHEMA, Sampling, Status, table,
};
use crate::toolchain::{self, CCompiler, Strip, Toolchain};
use crate::ui::{Phase, say};
use crate::{analyse, answers, elf, interrupt, report, results, schedule};

/// What a run is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which kind of run.
    pub kind: RunKind,
    /// Names of programs; all of the kind where empty.
    pub programs: Vec<String>,
    /// Names of variants; all where empty.
    pub variants: Vec<String>,
    /// The toolchain: a path or a release.
    pub go: Option<String>,
    /// Time for all timed starts.
    pub budget: Option<Duration>,
    /// Seed of every shuffle.
    pub seed: u64,
    /// Name of the run.
    pub name: String,
    /// A user's configuration.
    pub config: Option<PathBuf>,
    /// The folder that `results/` and `report/` are in.
    pub out: PathBuf,
    /// The command line, for the record.
    pub command: Vec<String>,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The folder of results.
    pub run: PathBuf,
    /// The report.
    pub report: PathBuf,
    /// How many cases ended how.
    pub cases: Vec<(Status, usize)>,
    /// The first failures, as `case: reason`.
    pub failures: Vec<String>,
}

/// Everything that is found out before anything is built.
struct Prepared {
    config: Config,
    programs: Vec<Program>,
    toolchain: Toolchain,
    c_compiler: Option<CCompiler>,
    strip: Option<Strip>,
    plan: Plan,
    info: RunInfo,
}

const COPIES: u32 = 8;

fn budget(kind: RunKind) -> Duration {
    Duration::from_secs(match kind {
        RunKind::Quick => 10,
        RunKind::Default => 100,
        RunKind::Full => 600,
    })
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
    let setup = Setup {
        cache: &cache,
        config: &prepared.config,
        toolchains: std::slice::from_ref(&prepared.toolchain),
        c_compiler: prepared.c_compiler.as_ref(),
        strip: prepared.strip.as_ref(),
        libc: &prepared.info.machine.libc,
        outputs: &outputs,
        cores: cores(),
    };
    let mut outcomes = build_cases(&setup, &prepared.plan)?;
    let mut facts = inspect(&mut outcomes)?;
    if options.kind == RunKind::Full {
        facts.extend(rebuild(&setup, &outcomes)?);
    }
    let timed = startable(&prepared.plan.timed, &outcomes);
    check_answers(&cache, &prepared, &timed, &mut outcomes)?;
    let timed = less_missing(timed, &outcomes);
    let artifacts = rows::artifacts(&outcomes, &facts);
    folder.keep_artifacts(&artifacts)?;
    folder.keep_facts(&facts)?;
    timing::measure(&folder, &cache, &prepared, &timed, &outcomes)?;
    let (samples, sha256) = folder.keep_samples()?;
    let estimates = analyse::estimates(&samples, &timed, &prepared.config.contrasts, &sha256);
    let not_measured = not_measured(&prepared, &timed);
    let path = folder.finish(&estimates, not_measured, now())?;
    let report = render(&path, &options.out.join("report"))?;
    Ok(summary(path, report, &artifacts))
}

/// Renders the report of a run into `report/<name>`; gives the path of its Markdown.
pub fn render(run: &Path, reports: &Path) -> Result<PathBuf> {
    let run = Run::load(run)?;
    let folder = reports.join(&run.info.name);
    for (name, bytes) in report::render(&run)? {
        let path = folder.join(name);
        table::make_dir(path.parent().unwrap_or(&folder))?;
        table::write_file(&path, &bytes)?;
    }
    Ok(folder.join("report.md"))
}

fn prepare(options: &Options, cache: &Cache) -> Result<Prepared> {
    let mut config = match &options.config {
        Some(folder) => Config::load(folder)?,
        None => Config::embedded(cache)?,
    };
    let programs = if options.programs.is_empty() {
        plan::programs_of(&config, options.kind)
    } else {
        select("program", &config.programs, |program| &program.name, &options.programs)
            .usage("`gopie run --list` shows the names")?
    };
    config.variants = select("variant", &config.variants, |variant| &variant.name, &options.variants)
        .usage("`gopie run --list` shows the names")?;
    let known = |name: &str| config.variants.iter().any(|variant| variant.name == name);
    config.contrasts.retain(|contrast| known(&contrast.base) && known(&contrast.changed));
    let toolchain = toolchain::find(options.go.as_deref(), cache, &say)?;
    let c_compiler = toolchain::c_compiler();
    let strip = toolchain::strip();
    let machine = Machine::read(cache.root());
    let targets = vec![machine.host.clone()];
    let plan = plan::plan(&Axes {
        kind: options.kind,
        programs: &programs,
        variants: &config.variants,
        contrasts: &config.contrasts,
        toolchains: std::slice::from_ref(&toolchain.release),
        targets: &targets,
        host: &machine.host,
    });
    let sampling = Sampling {
        budget_seconds: options.budget.unwrap_or_else(|| budget(options.kind)).as_secs_f64(),
        copies: COPIES,
        seed: options.seed,
        timeout_seconds: answers::START_LIMIT.as_secs_f64(),
    };
    let mut info = RunInfo {
        schema: SCHEMA,
        name: options.name.clone(),
        command: options.command.clone(),
        kind: options.kind,
        started: now(),
        finished: None,
        resumed: 0,
        harness: Harness {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: env!("GOPIE_COMMIT").to_owned(),
            profile: env!("GOPIE_PROFILE").to_owned(),
        },
        machine,
        toolchains: vec![toolchain.clone()],
        targets,
        c_compiler: c_compiler.clone(),
        strip: strip.as_ref().map(|strip| strip.version.clone()),
        sampling,
        programs: programs.clone(),
        variants: config.variants.clone(),
        contrasts: config.contrasts.clone(),
        plan_sha256: String::new(),
        not_measured: Vec::new(),
    };
    info.plan_sha256 = plan_digest(&plan, &info)?;
    Ok(Prepared { config, programs, toolchain, c_compiler, strip, plan, info })
}

/// Digest over all that decides what a run does.
fn plan_digest(plan: &Plan, info: &RunInfo) -> Result<String> {
    let mut hasher = Hasher::default();
    hasher.field(serde_json::to_string(plan)?);
    let RunInfo { programs, variants, contrasts, toolchains, c_compiler, strip, sampling, kind, .. } = info;
    let rest = serde_json::to_string(&(
        (programs, variants, contrasts),
        (toolchains, c_compiler, strip, sampling, kind),
    ))?;
    hasher.field(rest);
    Ok(hasher.finish())
}

fn build_cases(setup: &Setup<'_>, plan: &Plan) -> Result<Vec<Outcome>> {
    let phase = Phase::ticking("build", plan.cases.len());
    let outcomes = build::build_all(setup, &plan.cases, &|case| phase.step(&case.to_string()));
    drop(phase);
    interrupt::check()?;
    Ok(outcomes)
}

/// Reads the facts of every artifact; one that cannot be read is a failed case.
fn inspect(outcomes: &mut [Outcome]) -> Result<Vec<FactRow>> {
    let phase = Phase::ticking("inspect", outcomes.len());
    let mut facts = Vec::new();
    for outcome in outcomes {
        interrupt::check()?;
        phase.step(&outcome.case.to_string());
        let Some(artifact) = &outcome.artifact else { continue };
        let bytes =
            fs::read(&artifact.path).with_context(|| format!("cannot read {}", artifact.path.display()))?;
        match elf::read(&bytes) {
            Ok(read) => facts.extend(results::facts::rows(&outcome.case.to_string(), &read)),
            Err(error) => fail(outcome, format!("cannot read the facts: {error}")),
        }
    }
    Ok(facts)
}

/// Builds every unstripped case a second time, in another folder and with an empty build cache.
fn rebuild(setup: &Setup<'_>, outcomes: &[Outcome]) -> Result<Vec<FactRow>> {
    let build_cache = setup.cache.scratch()?;
    let again: Vec<&Outcome> =
        outcomes.iter().filter(|outcome| !outcome.case.stripped && outcome.artifact.is_some()).collect();
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

/// Asks every artifact for its answers, those that are to be timed for their workload's too.
fn check_answers(
    cache: &Cache,
    prepared: &Prepared,
    timed: &[Timed],
    outcomes: &mut Vec<Outcome>,
) -> Result<()> {
    let (host, toolchain) = (&prepared.info.machine.host, &prepared.toolchain);
    let around =
        answers::Surroundings { cache, goroot: &toolchain.goroot, release: &toolchain.release, target: host };
    // Byte-identical artifacts of a program are asked once.
    let mut questions: HashMap<(String, String), (PathBuf, bool)> = HashMap::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.case.target == *host) {
        let Some(artifact) = &outcome.artifact else { continue };
        let key = (outcome.case.program.clone(), artifact.sha256.clone());
        let works = timed.iter().any(|one| one.variants.iter().any(|name| one.case(name) == outcome.case));
        questions.entry(key).or_insert_with(|| (artifact.path.clone(), false)).1 |= works;
    }
    let phase = Phase::ticking("check", questions.len());
    let answers = schedule::run_all(
        questions.into_iter().collect(),
        cores(),
        |_| String::new(),
        |((name, sha256), (path, works))| -> Result<_> {
            let program = prepared.programs.iter().find(|program| program.name == name);
            let program = program.context("the program is not configured")?;
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
        }
    }
    Ok(())
}

fn fail(outcome: &mut Outcome, reason: String) {
    outcome.status = Status::Failed;
    outcome.reason = reason;
    outcome.artifact = None;
}

fn find<'a>(outcomes: &'a [Outcome], case: &Case) -> Option<&'a build::Artifact> {
    outcomes.iter().find(|outcome| outcome.case == *case).and_then(|outcome| outcome.artifact.as_ref())
}

/// What is to be timed, less the variants that were not built, and as stripped artifacts where every variant
/// of the program has one.
fn startable(timed: &[Timed], outcomes: &[Outcome]) -> Vec<Timed> {
    let built = |one: Timed| less_missing(vec![Timed { stripped: false, ..one }], outcomes);
    let stripped = |one: Timed| {
        let stripped = Timed { stripped: true, ..one.clone() };
        let all = stripped.variants.iter().all(|name| find(outcomes, &stripped.case(name)).is_some());
        if all { stripped } else { one }
    };
    timed.iter().cloned().flat_map(built).map(stripped).collect()
}

/// Leaves out what has no artifact (any more); with fewer than two variants nothing is left of a program.
fn less_missing(mut timed: Vec<Timed>, outcomes: &[Outcome]) -> Vec<Timed> {
    for one in &mut timed {
        let there = |name: &String| find(outcomes, &one.case(name)).is_some();
        one.variants = one.variants.iter().filter(|name| there(name)).cloned().collect();
    }
    timed.retain(|one| one.variants.len() > 1);
    timed
}

fn not_measured(prepared: &Prepared, timed: &[Timed]) -> Vec<NotMeasured> {
    let mut list = Vec::new();
    let mut add = |what: &str, why: String| list.push(NotMeasured { what: what.to_owned(), why });
    if prepared.c_compiler.is_none() {
        add("variants that need a C compiler", "neither gcc nor clang nor cc is on PATH".to_owned());
    }
    if prepared.strip.is_none() {
        add("stripped artifacts", "strip is not on PATH; unstripped ones were timed".to_owned());
    }
    for one in &prepared.plan.timed {
        let left = timed.iter().find(|left| left.program == one.program && left.toolchain == one.toolchain);
        let started = left.map_or(&[][..], |left| &left.variants);
        let missing: Vec<&str> =
            one.variants.iter().filter(|name| !started.contains(name)).map(String::as_str).collect();
        if !missing.is_empty() {
            add(
                &format!("start-up of {} as {}", one.program, missing.join(", ")),
                "not built, see its case".to_owned(),
            );
        }
    }
    list
}

fn summary(run: PathBuf, report: PathBuf, artifacts: &[ArtifactRow]) -> Summary {
    let count = |status| artifacts.iter().filter(|row| row.status == status).count();
    let cases = [Status::Built, Status::Unsupported, Status::Skipped, Status::Failed];
    let failed = artifacts.iter().filter(|row| row.status == Status::Failed);
    Summary {
        run,
        report,
        cases: cases.map(|status| (status, count(status))).into_iter().filter(|(_, n)| *n > 0).collect(),
        failures: failed.map(|row| format!("{}: {}", row.id, row.reason)).collect(),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// UTC, to the second.
fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}
