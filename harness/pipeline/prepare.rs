//! What a run is asked for, and all that is found out before anything is built.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use super::now;
use crate::answers;
use crate::build::{Fetched, Setup};
use crate::cache::Cache;
use crate::config::{Config, Program, RunKind, select};
use crate::digest::Hasher;
use crate::hint::HintExt;
use crate::interrupt;
use crate::machine::Machine;
use crate::plan::{self, Axes, Plan, Timed};
use crate::results::{Calibration, Harness, NotMeasured, RunInfo, SCHEMA, Sampling};
use crate::toolchain::{self, CCompiler, Folders, Strip, Toolchain};
use crate::ui::say;

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
    /// What the calibration beside the run came to, where there is one.
    pub calibration: Option<Calibration>,
    /// Whether this process has no children but those of the run, so that whatever else turns up among them was
    /// left behind by a program under test, and may be killed.
    pub alone: bool,
}

impl Options {
    /// The defaults of a kind of run, in the current folder.
    pub fn new(kind: RunKind) -> Self {
        Self {
            kind,
            programs: Vec::new(),
            variants: Vec::new(),
            go: None,
            budget: None,
            seed: 1,
            name: "local".to_owned(),
            config: None,
            out: PathBuf::from("."),
            command: Vec::new(),
            calibration: None,
            alone: false,
        }
    }
}

/// Everything that is found out before anything is built.
pub(super) struct Prepared {
    pub(super) config: Config,
    pub(super) programs: Vec<Program>,
    pub(super) toolchain: Toolchain,
    pub(super) c_compiler: Option<CCompiler>,
    pub(super) strip: Option<Strip>,
    pub(super) folders: Folders,
    pub(super) fetched: Fetched,
    pub(super) plan: Plan,
    pub(super) info: RunInfo,
}

impl Prepared {
    /// The program that is timed.
    pub(super) fn program(&self, one: &Timed) -> Result<&Program> {
        let program = self.programs.iter().find(|program| program.name == one.program);
        program.context("the program is not configured")
    }

    /// The same for the programs under test alone, and rungs of the ladder that are asked for by name.
    pub(super) fn without_rungs(mut self, options: &Options) -> Self {
        if !options.programs.is_empty() {
            return self;
        }
        let is_rung = |name: &str| self.info.rungs.iter().any(|rung| rung.name == name);
        self.plan.cases.retain(|case| !is_rung(&case.program));
        self.plan.timed.retain(|timed| !is_rung(&timed.program));
        self
    }
}

/// Two more than a number has to rest on: a copy or two may lose their blocks.
const COPIES: u32 = 10;

fn budget(kind: RunKind) -> Duration {
    Duration::from_secs(match kind {
        RunKind::Quick => 10,
        RunKind::Default => 100,
        RunKind::Full => 600,
    })
}

/// Share of the time for all starts that the ladder gets, where it is climbed.
const LADDER: f64 = 0.06;

/// Seconds for the starts of the programs under test, and for those of the ladder. A budget that somebody gives is
/// for both; the usual one has the ladder's on top.
fn seconds(options: &Options, rungs: &[Program]) -> (f64, f64) {
    let ladder = if rungs.is_empty() { 0.0 } else { LADDER };
    if let Some(budget) = options.budget {
        let budget = budget.as_secs_f64();
        return (budget * (1.0 - ladder), budget * ladder);
    }
    let budget = budget(options.kind).as_secs_f64();
    (budget, budget * ladder)
}

pub(super) fn prepare(options: &Options, cache: &Cache) -> Result<Prepared> {
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
    let toolchain = toolchain::find(
        options.go.as_deref(),
        cache,
        &|text| say(&format!("note: {text}")),
        interrupt::flag(),
    )?;
    let c_compiler = toolchain::c_compiler();
    let strip = toolchain::strip();
    let machine = Machine::read(cache.root());
    let targets = vec![machine.host.clone()];
    let c_compiler_id = c_compiler.as_ref().map_or("cc".to_owned(), CCompiler::id);
    let plan = plan::plan(&Axes {
        kind: options.kind,
        programs: &programs,
        variants: &config.variants,
        contrasts: &config.contrasts,
        toolchains: std::slice::from_ref(&toolchain.release),
        c_compiler: &c_compiler_id,
        targets: &targets,
        host: &machine.host,
    });
    let (rungs, under_test): (Vec<_>, Vec<_>) =
        programs.iter().cloned().partition(|program| program.rung().is_some());
    let (budget_seconds, ladder_seconds) = seconds(options, &rungs);
    let sampling = Sampling {
        budget_seconds,
        ladder_seconds,
        copies: COPIES,
        seed: options.seed,
        timeout_seconds: answers::START_LIMIT.as_secs_f64(),
        layouts: plan.layouts,
    };
    let mut info = RunInfo {
        schema: SCHEMA,
        name: options.name.clone(),
        command: options.command.clone(),
        kind: options.kind,
        started: now(),
        finished: None,
        resumed: 0,
        harness: Harness::this(),
        machine,
        toolchains: vec![toolchain.clone()],
        targets,
        c_compiler: c_compiler.clone(),
        strip: strip.as_ref().map(|strip| strip.version.clone()),
        sampling,
        programs: under_test,
        rungs,
        variants: config.variants.clone(),
        contrasts: config.contrasts.clone(),
        plan_sha256: String::new(),
        not_measured: Vec::new(),
    };
    info.plan_sha256 = plan_digest(&plan, &info)?;
    let folders = Folders::open(cache)?;
    let fetched = Fetched::default();
    Ok(Prepared { config, programs, toolchain, c_compiler, strip, folders, fetched, plan, info })
}

/// Digest over all that decides what a run does.
fn plan_digest(plan: &Plan, info: &RunInfo) -> Result<String> {
    let mut hasher = Hasher::default();
    hasher.field(serde_json::to_string(plan)?);
    let RunInfo {
        programs, rungs, variants, contrasts, toolchains, c_compiler, strip, sampling, kind, ..
    } = info;
    let rest = serde_json::to_string(&(
        (programs, rungs, variants, contrasts),
        (toolchains, c_compiler, strip, sampling, kind),
    ))?;
    hasher.field(rest);
    Ok(hasher.finish())
}

pub(super) fn setup<'a>(cache: &'a Cache, prepared: &'a Prepared, outputs: &'a [PathBuf]) -> Setup<'a> {
    Setup {
        cache,
        config: &prepared.config,
        toolchains: std::slice::from_ref(&prepared.toolchain),
        c_compiler: prepared.c_compiler.as_ref(),
        strip: prepared.strip.as_ref(),
        folders: &prepared.folders,
        libc: &prepared.info.machine.libc,
        outputs,
        cores: cores(),
        fetched: &prepared.fetched,
    }
}

/// What an artifact of that toolchain is run with: the Go release, or the C compiler of a reference program.
pub(super) fn surroundings<'a>(
    cache: &'a Cache,
    prepared: &'a Prepared,
    toolchain: &'a str,
) -> answers::Surroundings<'a> {
    let goroot = &prepared.toolchain.goroot;
    answers::Surroundings { cache, goroot, toolchain, target: &prepared.info.machine.host }
}

pub(super) fn not_measured(prepared: &Prepared, timed: &[Timed]) -> Vec<NotMeasured> {
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

pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
