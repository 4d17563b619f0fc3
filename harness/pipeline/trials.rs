//! Builds that are tried with one flag more or less, or without a C compiler: built as everything is, kept as rows;
//! those of flags are also started, beside each other.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::prepare::{Prepared, cores, setup, surroundings};
use crate::build::{self, Outcome, Setup};
use crate::cache::Cache;
use crate::command::Command;
use crate::config::trials::{self, BOGUS, Trial};
use crate::config::{Config, Language, Program, RunKind, Variant};
use crate::elf::{self, PackageSize};
use crate::measure::strays::Watch;
use crate::paired::{self, ArmOf, Spec, Unit};
use crate::plan::Case;
use crate::results::{RunFolder, TrialRow};
use crate::stats::{Member, simultaneous};
use crate::toolchain::CCompiler;
use crate::ui::Phase;
use crate::{answers, interrupt, measure};

/// Variants that the trials are made from: plain `go build`.
const PLAIN: &str = "default";
/// Share of a run's budget that starts of what was tried get on top of it.
const STARTS: f64 = 0.1;
const CONFIDENCE: f64 = 0.95;

/// A trial, what came of it, and its file where it was built.
struct Tried {
    row: TrialRow,
    file: Option<PathBuf>,
}

/// Where something is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
enum On {
    Here,
    /// Where no C compiler can be found.
    WithoutC,
    /// On a machine that has those files, empty ones, and nothing else but Go.
    Elsewhere(Vec<PathBuf>),
}

/// Tries all of it at home, and writes what came of it; a quick run tries nothing. With `alone` this process has no
/// children but those that it starts here.
pub(super) fn measure(
    folder: &RunFolder,
    cache: &Cache,
    prepared: &Prepared,
    outputs: &[PathBuf],
    alone: bool,
) -> Result<()> {
    let info = &prepared.info;
    let (Some((toolchain, target)), true) = (info.home(), info.kind > RunKind::Quick) else { return Ok(()) };
    if target != info.machine.host {
        return Ok(());
    }
    let Some(plain) = info.variants.iter().find(|variant| variant.name == PLAIN) else { return Ok(()) };
    let mut rows = Vec::new();
    for (number, (program, trials)) in wanted(prepared, plain).into_iter().enumerate() {
        let without: Vec<Trial> = trials.iter().filter(|trial| is_without(trial)).cloned().collect();
        let with: Vec<Trial> = trials.into_iter().filter(|trial| !is_without(trial)).collect();
        let mut on = vec![(with, On::Here), (without, On::WithoutC)];
        // It takes mounts, as the place of builds does.
        if info.build_place.is_some() && (number == 0 || info.kind == RunKind::Full) {
            let hosts = trials::other_hosts(plain).into_iter();
            on.extend(hosts.map(|(trial, files)| (vec![trial], On::Elsewhere(files))));
        }
        for (trials, on) in on {
            let mut all = tried(cache, prepared, outputs, (program, toolchain, target), &trials, &on)?;
            if number == 0 && on == On::Here {
                start(cache, prepared, (program, toolchain), &mut all, alone)?;
            }
            rows.extend(all.into_iter().map(|tried| tried.row));
        }
    }
    TrialRow::keep(folder.path(), &rows)
}

/// Starts those that were built beside each other, and puts into their rows what a start costs beside the one
/// that the others of their experiment are set beside.
fn start(
    cache: &Cache,
    prepared: &Prepared,
    (program, toolchain): (&Program, &str),
    all: &mut [Tried],
    alone: bool,
) -> Result<()> {
    if prepared.info.facts_only || measure::on_one_cpu(|| ()).is_err() {
        return Ok(());
    }
    let scratch = cache.scratch()?;
    let around = surroundings(cache, prepared, toolchain);
    let (args, env) = answers::start_command(program, &around, scratch.path());
    let status = program.start.status;
    let mut arms = Vec::new();
    let mut places = Vec::new();
    let own: Vec<(String, String)> = env.clone().into_iter().collect();
    for (place, tried) in all.iter().enumerate() {
        let Some(file) = &tried.file else { continue };
        let once =
            Command::new(file, scratch.path()).args(&args).env(env.clone()).limit(answers::START_LIMIT);
        // One that cannot be started here would spoil the rounds of the others.
        if once.run().is_ok_and(|finished| finished.status == Some(status)) {
            places.push(place);
            arms.push(ArmOf { artifact: file.clone(), args: args.clone(), env: &own, status });
        }
    }
    let arm = |experiment: &str| {
        places
            .iter()
            .position(|&place| all[place].row.experiment == experiment && all[place].row.change.is_empty())
    };
    let beside = |row: &TrialRow| arm(&row.experiment).or_else(|| arm("on-alone"));
    let pairs: Vec<[usize; 2]> = (0..)
        .zip(&places)
        .filter_map(|(changed, &place)| Some([beside(&all[place].row)?, changed]))
        .filter(|[base, changed]| base != changed)
        .collect();
    if pairs.is_empty() {
        return Ok(());
    }
    let sampling = &prepared.info.sampling;
    let seconds = sampling.budget_seconds * STARTS;
    let (units, seed) = (sampling.copies, sampling.seed);
    let spec = Spec { name: &program.name, arms, pairs, units, seconds, seed };
    let phase = Phase::new("trials", spec.pairs.len());
    phase.now("starts");
    let (units, _) =
        measure::sit(measure::libraries(spec.arms.iter().map(|arm| arm.artifact.as_path()))?, |sitting| {
            if let Some(watch) = alone.then(Watch::begin).and_then(Result::ok) {
                sitting.watch(watch);
            }
            paired::measure(sitting, cache, &spec)
        })?;
    drop(phase);
    for (pair, interval) in spec.pairs.iter().zip(intervals(&units)) {
        let row = &mut all[places[pair[1]]].row;
        if let Some((ratio, low, high)) = interval {
            (row.start, row.start_low, row.start_high) = (Some(ratio), Some(low), Some(high));
        }
    }
    Ok(())
}

/// The ratio of each pair, with an interval; all of them hold at once.
fn intervals(pairs: &[Vec<Unit>]) -> Vec<Option<(f64, f64, f64)>> {
    let members: Vec<Option<Member>> = pairs
        .iter()
        .map(|units| {
            let good = units.iter().filter(|unit| unit.voided.is_empty()).map(|unit| unit.log_ratio);
            Member::of(&good.collect::<Vec<f64>>())
        })
        .collect();
    // Those without an answer count as tested, too.
    let nothing = Member { mean: f64::NAN, standard_error: f64::NAN, degrees: f64::NAN };
    let family: Vec<Member> = members.iter().map(|member| member.unwrap_or(nothing)).collect();
    let intervals = simultaneous(&family, CONFIDENCE);
    family
        .iter()
        .zip(intervals)
        .map(|(member, interval)| {
            let (low, high) = interval?;
            Some((member.mean.exp(), low.exp(), high.exp()))
        })
        .collect()
}

fn is_without(trial: &Trial) -> bool {
    ["no-c", "bogus-c"].contains(&trial.experiment)
}

/// The programs, each with what is tried of it: the flags of a whole set on a program without imports that bring C in,
/// in a full run on one more; C compilers on both.
fn wanted<'a>(prepared: &'a Prepared, plain: &Variant) -> Vec<(&'a Program, Vec<Trial>)> {
    let info = &prepared.info;
    let set = info.contrasts.iter().find(|contrast| contrast.total && contrast.primary);
    let set = set.and_then(|contrast| info.variants.iter().find(|variant| variant.name == contrast.changed));
    let programs = prepared
        .programs
        .iter()
        .filter(|program| program.trials && program.source.language() == Language::Go);
    let of = |(number, program): (usize, &'a Program)| {
        let mut all = Vec::new();
        if number == 0 || info.kind == RunKind::Full {
            all.extend(set.map(|set| trials::ablation(plain, set)).unwrap_or_default());
            all.extend(trials::cross(plain));
            all.extend(trials::loader(plain));
        }
        all.extend(trials::without_c(plain));
        (program, all)
    };
    programs.enumerate().map(of).collect()
}

fn tried(
    cache: &Cache,
    prepared: &Prepared,
    outputs: &[PathBuf],
    (program, toolchain, target): (&Program, &str, &str),
    trials: &[Trial],
    on: &On,
) -> Result<Vec<Tried>> {
    let variants = trials.iter().map(|trial| trial.variant.clone()).collect();
    let config = Config { variants, ..prepared.config.clone() };
    let bogus = [bogus()];
    let has_c = *on == On::Here;
    let own = if has_c { prepared.own_compilers.as_slice() } else { &bogus };
    let setup = Setup {
        config: &config,
        c_compiler: prepared.c_compiler.as_ref().filter(|_| has_c),
        own_compilers: own,
        cores: cores(),
        elsewhere: match on {
            On::Elsewhere(files) => Some(files),
            On::Here | On::WithoutC => None,
        },
        ..setup(cache, prepared, outputs)
    };
    let cases: Vec<Case> = trials
        .iter()
        .map(|trial| Case {
            program: program.name.clone(),
            variant: trial.variant.name.clone(),
            toolchain: toolchain.to_owned(),
            target: target.to_owned(),
            stripped: false,
        })
        .collect();
    let phase = Phase::ticking("trials", cases.len());
    let outcomes = build::build_all(&setup, &cases, &|case| phase.step(&case.to_string()));
    drop(phase);
    interrupt::check()?;
    let file = which::which("file").ok();
    let tried = |(trial, outcome): (&Trial, &Outcome)| {
        let path = outcome.artifact.as_ref().map(|artifact| artifact.path.clone());
        Ok(Tried { row: row(trial, outcome, file.as_deref())?, file: path })
    };
    trials.iter().zip(&outcomes).map(tried).collect()
}

/// A C compiler that is named and is not there.
fn bogus() -> CCompiler {
    CCompiler {
        command: BOGUS.to_owned(),
        version: String::new(),
        linker: String::new(),
        sha256: String::new(),
        libc: String::new(),
        loader: String::new(),
        path: BOGUS.into(),
    }
}

fn row(trial: &Trial, outcome: &Outcome, file: Option<&Path>) -> Result<TrialRow> {
    let mut row = TrialRow {
        experiment: trial.experiment.to_owned(),
        program: outcome.case.program.clone(),
        toolchain: outcome.case.toolchain.clone(),
        target: outcome.case.target.clone(),
        change: trial.change.clone(),
        status: outcome.status,
        reason: outcome.reason.clone(),
        cgo_enabled: String::new(),
        linkage: String::new(),
        pie: None,
        interpreter: String::new(),
        needed: String::new(),
        size: None,
        relocations: None,
        relro: String::new(),
        bind_now: None,
        cgo_runtime: None,
        start: None,
        start_low: None,
        start_high: None,
        file: String::new(),
        command: outcome.command.clone(),
    };
    let Some(artifact) = &outcome.artifact else { return Ok(row) };
    let read = || format!("cannot read {}", artifact.path.display());
    let bytes = fs::read(&artifact.path).with_context(read)?;
    let facts = elf::read(&bytes).with_context(read)?;
    let setting = facts.go.as_ref().and_then(|go| go.settings.get("CGO_ENABLED"));
    row.cgo_enabled = setting.cloned().unwrap_or_default();
    row.linkage = facts.linkage.kind.word().into();
    row.pie = Some(facts.linkage.pie);
    row.interpreter = facts.linkage.interpreter.clone().unwrap_or_default();
    row.needed = facts.linkage.needed.join(" ");
    row.size = Some(facts.file_size);
    row.relocations = Some(facts.relocations.total);
    row.relro = facts.hardening.relro.word().into();
    row.bind_now = Some(facts.hardening.bind_now);
    let packages = elf::by_package(&bytes).with_context(read)?;
    let is_cgo = |package: &PackageSize| package.package.as_deref() == Some("runtime/cgo");
    row.cgo_runtime = packages.map(|all| all.iter().any(is_cgo));
    row.file = file.map(|file| said(file, &artifact.path)).transpose()?.unwrap_or_default();
    Ok(row)
}

/// What `file` says of linkage.
fn said(file: &Path, artifact: &Path) -> Result<String> {
    let env = BTreeMap::from([
        ("LC_ALL".to_owned(), "C".to_owned()),
        ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
    ]);
    let command =
        Command::new(file, Path::new("/")).args([Path::new("-b"), Path::new("-L"), artifact]).env(env);
    let finished = command.run()?;
    let text = String::from_utf8_lossy(&finished.stdout).into_owned();
    let mut words = text.split(',').map(str::trim);
    Ok(words.find(|word| word.ends_with(" linked")).unwrap_or_default().to_owned())
}
