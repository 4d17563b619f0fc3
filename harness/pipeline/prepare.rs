//! What a run is asked for, and all that is found out before anything is built.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::now;
use crate::answers;
use crate::build::{self, Fetched, Setup};
use crate::cache::Cache;
use crate::config::{Config, Program, RunKind, Variant, select, variants_of};
use crate::digest::Hasher;
use crate::hint::HintExt;
use crate::interrupt;
use crate::machine::Machine;
use crate::plan::{self, Axes, Plan, Timed};
use crate::results::{Calibration, Harness, NotMeasured, RunInfo, SCHEMA, Sampling};
use crate::target::{LINUX, Target};
use crate::toolchain::{self, CCompiler, Folders, Found, Strip, Toolchain};
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
    /// The toolchains, each a path, a release or a minor version; those of the kind of run where empty.
    pub go: Vec<String>,
    /// The targets, `linux/arm64` or `arm64`, or `all`; those of the kind of run where empty.
    pub targets: Vec<String>,
    /// Whether to leave out all that is timed.
    pub facts_only: bool,
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
    /// What the calibrations beside the run came to, one for each machine.
    pub calibrations: Vec<Calibration>,
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
            go: Vec::new(),
            targets: Vec::new(),
            facts_only: false,
            budget: None,
            seed: 1,
            name: "local".to_owned(),
            config: None,
            out: PathBuf::from("."),
            command: Vec::new(),
            calibrations: Vec::new(),
            alone: false,
        }
    }
}

/// Everything that is found out before anything is built.
pub(super) struct Prepared {
    pub(super) config: Config,
    pub(super) programs: Vec<Program>,
    /// That of home first.
    pub(super) toolchains: Vec<Toolchain>,
    pub(super) c_compiler: Option<CCompiler>,
    pub(super) own_compilers: Vec<CCompiler>,
    pub(super) strip: Option<Strip>,
    pub(super) folders: Folders,
    pub(super) fetched: Fetched,
    /// What is named as a C compiler for another target and is none.
    pub(super) broken: Vec<NotMeasured>,
    pub(super) plan: Plan,
    pub(super) info: RunInfo,
}

impl Prepared {
    /// The program that is timed.
    pub(super) fn program(&self, one: &Timed) -> Result<&Program> {
        let program = self.programs.iter().find(|program| program.name == one.program);
        program.context("the program is not configured")
    }

    /// What is timed of the toolchain and target that everything is built with and for, and reference programs.
    pub(super) fn at_home(&self, timed: &[Timed]) -> Vec<Timed> {
        let home = self.info.home().map(|(toolchain, _)| toolchain);
        let is_home = |one: &&Timed| !one.is_go() || home == Some(&one.toolchain);
        timed.iter().filter(is_home).cloned().collect()
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

/// The releases of a full run, each by its newest patch that is pinned.
const RELEASES: [&str; 7] = ["1.27", "1.26", "1.25", "1.24", "1.23", "1.22", "1.21"];

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
    config.variants = variants_of(&config.variants, options.kind, &options.variants)
        .usage("`gopie run --list` shows the names")?;
    let known = |name: &str| config.variants.iter().any(|variant| variant.name == name);
    config.contrasts.retain(|contrast| known(&contrast.base) && known(&contrast.changed));
    let machine = Machine::read(cache.root());
    let targets = targets(options, &machine.host)?;
    let found = toolchains(options, cache)?;
    let folders = Folders::open(cache)?;
    let c_compiler = toolchain::c_compiler();
    let own_compilers =
        toolchain::c_compilers_named(config.variants.iter().filter_map(Variant::own_compiler));
    let strip = toolchain::strip();
    let cross = toolchain::cross_compilers(&targets, &machine.host);
    let releases = found.toolchains.iter().map(|toolchain| &toolchain.release);
    let releases: Vec<String> =
        releases.chain(found.missing.iter().map(|missing| &missing.release)).cloned().collect();
    let c_compiler_id = c_compiler.as_ref().map_or("cc".to_owned(), CCompiler::id);
    let plan = plan::plan(&Axes {
        kind: options.kind,
        programs: &programs,
        variants: &config.variants,
        contrasts: &config.contrasts,
        programs_named: !options.programs.is_empty(),
        variants_named: !options.variants.is_empty(),
        toolchains: &releases,
        c_compiler: &c_compiler_id,
        targets: &targets,
        host: &machine.host,
        facts_only: options.facts_only,
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
    let compilers = c_compiler.iter().chain(&own_compilers).chain(cross.compilers.values());
    let goroots = found.toolchains.iter().map(|toolchain| toolchain.goroot.as_path());
    let seen = [cache.root(), config.root.as_path()].into_iter().chain(goroots);
    let gopie = env::current_exe().unwrap_or_default();
    let seen = seen.chain(compilers.map(|compiler| compiler.path.as_path())).chain([gopie.as_path()]);
    let build_place = build_place(found.toolchains.first(), &folders, &seen.collect::<Vec<_>>());
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
        toolchains: found.toolchains.clone(),
        missing: found.missing,
        targets,
        c_compiler: c_compiler.clone(),
        cross: cross.compilers,
        facts_only: options.facts_only,
        own_compilers: own_compilers.clone(),
        strip: strip.as_ref().map(|strip| strip.version.clone()),
        build_place,
        sampling,
        programs: under_test,
        rungs,
        variants: config.variants.clone(),
        contrasts: config.contrasts.clone(),
        plan_sha256: String::new(),
        not_measured: Vec::new(),
    };
    info.plan_sha256 = plan_digest(&plan, &info)?;
    let (toolchains, fetched) = (found.toolchains, Fetched::default());
    Ok(Prepared {
        config,
        programs,
        toolchains,
        c_compiler,
        own_compilers,
        strip,
        folders,
        fetched,
        broken: cross.broken.into_iter().map(broken).collect(),
        plan,
        info,
    })
}

/// The targets, that of this machine first where it is among them.
fn targets(options: &Options, host: &str) -> Result<Vec<String>> {
    let known: Vec<String> = LINUX.into_iter().map(Target::name).collect();
    let all = || std::iter::once(host.to_owned()).chain(known.iter().filter(|name| *name != host).cloned());
    let wanted = match options.targets.as_slice() {
        [] if options.kind == RunKind::Full => return Ok(all().collect()),
        [] => return Ok(vec![host.to_owned()]),
        [one] if one == "all" => return Ok(all().collect()),
        some => some.iter().map(|one| if one.contains('/') { one.clone() } else { format!("linux/{one}") }),
    };
    let wanted: Vec<String> = wanted.collect();
    let mut chosen = select("target", &known, |name| name, &wanted)
        .usage("--targets takes Linux targets as Go names them, such as arm64 or linux/riscv64, or `all`")?;
    chosen.sort_by_key(|target| target != host);
    Ok(chosen)
}

/// The toolchains, that of home first: the pinned default where it is among them, else the first that is asked for.
fn toolchains(options: &Options, cache: &Cache) -> Result<Found> {
    let wanted = match options.go.as_slice() {
        [] if options.kind == RunKind::Full => RELEASES.map(str::to_owned).to_vec(),
        some => some.to_vec(),
    };
    let tell = |text: &str| say(&format!("note: {text}"));
    let mut found = toolchain::find_all(&wanted, cache, &tell, interrupt::flag())?;
    let default = toolchain::default_release()?;
    found.toolchains.sort_by_key(|toolchain| toolchain.release != default);
    Ok(found)
}

/// Where what is built without `-trimpath` is built, if it can be where that is the same everywhere: what it has to see
/// must not be hidden there.
fn build_place(toolchain: Option<&Toolchain>, folders: &Folders, seen: &[&Path]) -> Option<String> {
    match build::in_place_permitted(toolchain?, folders, seen) {
        Ok(()) => Some(build::PLACE.to_owned()),
        Err(why) => {
            say(&format!(
                "note: what is built without -trimpath will hold the names of its folders here, and be other bytes \
                 elsewhere: it cannot be built at {}: {why}",
                build::PLACE
            ));
            None
        }
    }
}

/// What a variable names and is no C compiler.
fn broken((variable, named): (String, String)) -> NotMeasured {
    let why = format!("{variable} names {named}, which does not answer to --version");
    NotMeasured { what: "builds with that C compiler".to_owned(), why }
}

/// Digest over all that decides what a run does.
fn plan_digest(plan: &Plan, info: &RunInfo) -> Result<String> {
    let mut hasher = Hasher::default();
    hasher.field(serde_json::to_string(plan)?);
    let RunInfo {
        programs,
        rungs,
        variants,
        contrasts,
        toolchains,
        missing,
        c_compiler,
        own_compilers,
        cross,
        strip,
        build_place,
        sampling,
        kind,
        ..
    } = info;
    let rest = serde_json::to_string(&(
        (programs, rungs, variants, contrasts),
        (toolchains, missing, c_compiler, own_compilers, cross, strip, build_place, sampling, kind),
    ))?;
    hasher.field(rest);
    Ok(hasher.finish())
}

pub(super) fn setup<'a>(cache: &'a Cache, prepared: &'a Prepared, outputs: &'a [PathBuf]) -> Setup<'a> {
    Setup {
        cache,
        config: &prepared.config,
        toolchains: &prepared.toolchains,
        missing: &prepared.info.missing,
        c_compiler: prepared.c_compiler.as_ref(),
        cross: &prepared.info.cross,
        host: &prepared.info.machine.host,
        own_compilers: &prepared.own_compilers,
        strip: prepared.strip.as_ref(),
        folders: &prepared.folders,
        libc: &prepared.info.machine.libc,
        outputs,
        cores: cores(),
        fetched: &prepared.fetched,
        in_place: prepared.info.build_place.is_some(),
        elsewhere: None,
    }
}

/// What an artifact of that toolchain is run with: the Go release, or the C compiler of a reference program.
pub(super) fn surroundings<'a>(
    cache: &'a Cache,
    prepared: &'a Prepared,
    toolchain: &'a str,
) -> answers::Surroundings<'a> {
    // A reference program has no root, and asks for none.
    let own = prepared.toolchains.iter().find(|one| one.release == toolchain);
    let goroot = own.or(prepared.toolchains.first()).map_or(Path::new("/nonexistent"), |one| &one.goroot);
    answers::Surroundings { cache, goroot, toolchain, target: &prepared.info.machine.host }
}

pub(super) fn not_measured(prepared: &Prepared, timed: &[Timed]) -> Vec<NotMeasured> {
    let mut list = prepared.broken.clone();
    let mut add = |what: &str, why: String| list.push(NotMeasured { what: what.to_owned(), why });
    if prepared.c_compiler.is_none() {
        add("variants that need a C compiler", "neither gcc nor clang nor cc is on PATH".to_owned());
    }
    if prepared.info.facts_only {
        add("start-up, memory, speed, build cost", "--facts-only was asked for".to_owned());
    }
    for missing in &prepared.info.missing {
        add(&format!("everything with {}", missing.release), missing.reason.clone());
    }
    if prepared.strip.is_none() {
        add("stripped artifacts", "strip is not on PATH; unstripped ones were timed".to_owned());
    }
    for one in prepared.at_home(&prepared.plan.timed) {
        let left = timed.iter().find(|left| left.program == one.program && left.toolchain == one.toolchain);
        let started = left.map_or(&[][..], |left| &left.variants);
        let missing: Vec<&str> =
            one.variants.iter().filter(|name| !started.contains(*name)).map(String::as_str).collect();
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
