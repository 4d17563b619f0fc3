//! The measuring, itself measured: comparisons of which the answer is known.
//!
//! Copies of the same bytes must be told apart in one comparison out of twenty, no more and no fewer; effects of
//! known size must be found, at their size. Each comparison goes the way that every comparison of a run goes
//! ([`crate::measure`], the median a copy, a t interval over copies). What came of them is for `summary` to say.

mod comparison;
mod effect;
mod hyperfine;
mod load;
mod record;
mod relocated;
mod summary;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::cache::Cache;
use crate::config::{Config, RunKind};
use crate::hint::HintExt;
use crate::machine::Machine;
use crate::measure::{self, Sitting};
use crate::paired::{self, ArmOf, Spec};
use crate::pipeline::{self, Options, Startable};
use crate::report;
use crate::results::{
    Calibration, CalibrationInfo, ComparisonRow, Effect, Harness, Part, SCHEMA, Setting, table,
};
use crate::ui::{Phase, say};
use crate::{digest, interrupt};

pub use record::load;
pub use summary::summarise;

/// How much of it there is.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// In which settings.
    pub settings: Vec<Setting>,
    /// Comparisons of two seconds of copies of the same bytes, in each setting.
    pub short: u32,
    /// Those of half a minute.
    pub full: u32,
    /// Comparisons of two seconds of each known effect, in each setting.
    pub known: u32,
    /// Repetitions of one contrast for half a minute, in each setting but bursts.
    pub spread: u32,
    /// Time for all of it; what is not done then is left for the next call.
    pub budget: Option<Duration>,
    /// The Go toolchain: a path or a release.
    pub go: Option<String>,
}

/// Parts that the work is divided into, so that each setting meets every hour alike.
const SLICES: u32 = 20;
/// Sets of copies of a comparison, by its length.
const SHORT: (u32, f64) = (8, 2.0);
const FULL: (u32, f64) = (30, 30.0);
/// Comparisons of half a minute of each known effect, in each setting.
const REFERENCES: u32 = 2;
/// The sizes of the known effects.
pub const KNOWN: [f64; 3] = [0.01, 0.02, 0.05];

/// Numbers of what hyperfine found lie so far apart from those of ours.
const HYPERFINE: u32 = 1 << 26;

/// A comparison that is to be made.
#[derive(Clone, Debug, PartialEq)]
struct Job {
    number: u32,
    part: Part,
    setting: Setting,
    /// For an effect of known size.
    effect: Option<Effect>,
    /// For a small one, its place in [`KNOWN`].
    size: usize,
    slice: u32,
}

/// Every comparison, in the order in which they are made. Its number says which it is, whatever else is wanted, so
/// that a later call with more of some can go on.
fn jobs(wanted: &Wanted) -> Vec<Job> {
    const MOST: u32 = 10_000;
    let mut jobs: Vec<Job> = Vec::new();
    let mut add = |part: Part, setting: Setting, (effect, size): (Option<Effect>, usize), of: u32| {
        let what = effect.map_or(0, |effect| effect as u32 * 4) + u32::try_from(size).unwrap_or(0);
        let kind = (part as u32 * 4 + setting as u32) * 16 + what;
        let one = |count| Job {
            number: 2 * (kind * MOST + count),
            part,
            setting,
            effect,
            size,
            slice: count * SLICES / of,
        };
        jobs.extend((0..of.min(MOST)).map(one));
    };
    for &setting in &wanted.settings {
        add(Part::NullShort, setting, (None, 0), wanted.short);
        // Each is two comparisons, side by side.
        add(Part::NullFull, setting, (None, 0), wanted.full.div_ceil(2));
        for effect in Effect::ALL.map(Some) {
            let references = REFERENCES.min(wanted.known);
            add(Part::Anchor, setting, (effect, 0), references);
            for size in 0..KNOWN.len() {
                add(Part::Reference, setting, (effect, size), references);
                add(Part::Known, setting, (effect, size), wanted.known);
            }
        }
        let spread = if setting == Setting::SameBursts { 0 } else { wanted.spread };
        add(Part::Spread, setting, (None, 0), spread);
    }
    // The anchors come first: the first of them says how much the small effects need.
    jobs.sort_by_key(|job| (job.slice, job.setting, job.part != Part::Anchor));
    jobs
}

/// What is started.
struct Stock {
    hello: Startable,
    hello_pie: Startable,
    known: Startable,
    mapped: Startable,
    rung: Startable,
}

impl Stock {
    fn all(&self) -> [&Startable; 5] {
        [&self.hello, &self.hello_pie, &self.known, &self.mapped, &self.rung]
    }
}

fn stock(go: Option<&str>, cache: &Cache) -> Result<Stock> {
    let root = Config::embedded(cache)?.root;
    let build = |config: Option<PathBuf>, variants: &[&str], program: &str| -> Result<Vec<Startable>> {
        let options = Options {
            programs: vec![program.to_owned()],
            variants: variants.iter().map(|name| (*name).to_owned()).collect(),
            go: go.into_iter().map(str::to_owned).collect(),
            config,
            ..Options::new(RunKind::Quick)
        };
        pipeline::startables(&options)
    };
    let hello = build(None, &["static", "pie-internal"], "hello")?;
    let [hello, hello_pie] = <[Startable; 2]>::try_from(hello)
        .ok()
        .context("hello could not be built and checked as static and as pie-internal")?;
    let one = |variant: &str, program: &str| {
        // A rung of the ladder is built for its contrasts only.
        let built = build(Some(root.join("calibration")), &["static", "pie-internal"], program)?;
        let mut wanted = built.into_iter().filter(|one| one.case.variant == variant);
        wanted
            .next()
            .with_context(|| format!("{program}, of a known effect, could not be built as {variant}"))
    };
    Ok(Stock {
        hello,
        hello_pie,
        known: one("static", "known")?,
        mapped: one("static", "mapped")?,
        rung: one("pie-internal", "ladder-100000-8")?,
    })
}

/// Makes what is not made yet on this machine, writes the tables into a folder of its own below that one, and gives
/// its path.
pub fn calibrate(wanted: &Wanted, folder: &Path) -> Result<PathBuf> {
    let begin = Instant::now();
    let cache = Cache::open()?;
    let stock = stock(wanted.go.as_deref(), &cache)?;
    let mut info = info(&cache, &stock)?;
    let folder = &record::place(folder, &info)?;
    let mut record = record::Record::open(folder, &mut info)?;
    if info.resumed > 0 {
        say(&format!("note: going on with {}, {} comparisons done", folder.display(), record.done().len()));
    }
    let all = stock.all().map(|one| one.path.as_path());
    let libraries = measure::libraries(all)?;
    measure::sit(libraries, |sitting| {
        let possible = |job: &Job| job.setting.possible(sitting.cpus());
        let jobs: Vec<Job> = jobs(wanted).into_iter().filter(possible).collect();
        let phase = Phase::new("calibrate", jobs.len());
        let done = |record: &record::Record, job: &Job| {
            record.done().iter().any(|line| line.comparison.comparison == job.number)
        };
        for slice in jobs.chunk_by(|a, b| (a.slice, a.setting) == (b.slice, b.setting)) {
            if slice.iter().all(|job| done(&record, job)) {
                continue;
            }
            let _load = load::begin(slice[0].setting, sitting).context("cannot make load")?;
            for job in slice {
                interrupt::check()?;
                if wanted.budget.is_some_and(|budget| begin.elapsed() > budget) {
                    return Ok(());
                }
                phase.step(&format!("{:?} {}", job.part, job.setting.word()));
                if !done(&record, job) {
                    make(sitting, &cache, &stock, job, &mut record)?;
                }
            }
        }
        Ok(())
    })?;
    info.ended = pipeline::now();
    record.write(&info)?;
    Ok(folder.clone())
}

/// Makes one comparison, or two side by side.
fn make(
    sitting: &mut Sitting,
    cache: &Cache,
    stock: &Stock,
    job: &Job,
    record: &mut record::Record,
) -> Result<()> {
    let scratch = cache.scratch()?;
    let same = [&stock.hello; 4].map(arm).to_vec();
    let (effect, name, arms, (units, seconds)) = match job.effect {
        None => match job.part {
            Part::NullShort => ("copies".to_owned(), "hello", same[..2].to_vec(), SHORT),
            Part::NullFull => ("copies".to_owned(), "hello", same, FULL),
            _ => {
                let arms = [&stock.hello, &stock.hello_pie].map(arm).to_vec();
                ("pie-given-internal".to_owned(), "hello", arms, FULL)
            }
        },
        Some(effect) => {
            let length = if job.part == Part::Known { SHORT } else { FULL };
            let more = match job.part {
                Part::Anchor => effect::scale(effect).anchor,
                _ => summary::amount_for(KNOWN[job.size], (effect, job.setting), record.done())
                    .context("no comparison with a large effect has come to an end")?,
            };
            let arms = effect::arms(stock, effect, more, &scratch)?;
            (effect.amount(more), effect.word(), arms, length)
        }
    };
    // Of four, two and two are a comparison, side by side.
    let pairs = (0..arms.len() / 2).map(|pair| [2 * pair, 2 * pair + 1]).collect();
    let spec = Spec { name, arms, pairs, units, seconds, seed: u64::from(job.number) << 16 };
    let (pairs, seconds) = paired::measure(sitting, cache, &spec)?;
    if let (Part::Spread, Some(hyperfine)) = (job.part, hyperfine::find()) {
        let starts = pairs[0].iter().map(|unit| u64::from(unit.rounds)).sum();
        let said = hyperfine::compare(&hyperfine, sitting, cache, &spec, starts)?;
        for (part, ratio) in [(Part::HyperfineWall, said.wall), (Part::HyperfineCpu, said.cpu)] {
            let number = job.number + 1 + part as u32 * HYPERFINE;
            let row = comparison::row(number, (part, job.setting, &effect), &[], said.seconds);
            let comparison = ComparisonRow { ratio: Some(ratio), starts: 2 * starts, ..row };
            record.keep(record::Line { comparison, units: Vec::new() })?;
        }
    }
    for (number, units) in (job.number..).zip(pairs) {
        let units = comparison::units(number, units);
        let comparison = comparison::row(number, (job.part, job.setting, &effect), &units, seconds);
        record.keep(record::Line { comparison, units })?;
    }
    Ok(())
}

fn arm(one: &Startable) -> ArmOf<'_> {
    ArmOf { artifact: one.path.clone(), args: one.args.clone(), env: &one.env, status: one.status }
}

fn info(cache: &Cache, stock: &Stock) -> Result<CalibrationInfo> {
    let artifact = |one: &Startable| Ok((one.case.to_string(), digest::of_file(&one.path)?));
    Ok(CalibrationInfo {
        schema: SCHEMA,
        started: pipeline::now(),
        ended: String::new(),
        resumed: 0,
        harnesses: vec![Harness::this()],
        machine: Machine::read(cache.root()),
        toolchain: stock.hello.case.toolchain.clone(),
        artifacts: stock.all().into_iter().map(artifact).collect::<Result<_>>()?,
    })
}

/// Where calibrations are, one folder for each machine, from the folder that they were made in.
pub const FOLDER: &str = "results/calibration";

/// The calibrations beside a run, where any was made.
pub fn beside(out: &Path) -> Result<Vec<Calibration>> {
    read(&out.join(FOLDER))
}

/// The calibrations on disk, in the order of their folders' names.
pub fn read(folder: &Path) -> Result<Vec<Calibration>> {
    let one = |folder: PathBuf| -> Result<Calibration> {
        let (info, comparisons, units) = load(&folder)?;
        Ok(Calibration { info, summary: summarise(&comparisons, &units) })
    };
    record::folders(folder)?.into_iter().map(one).collect()
}

/// Renders calibrations into a folder; gives the path of its Markdown.
pub fn render(folder: &Path, out: &Path) -> Result<PathBuf> {
    table::make_dir(out)?;
    let path = out.join("calibration.md");
    table::write_file(&path, report::calibration::page(&read(folder)?).as_bytes())?;
    Ok(path)
}

/// The lines of a document between which the figures stand.
const MARKS: [&str; 2] = ["<!-- calibration: begin -->\n", "<!-- calibration: end -->"];

/// A document with the figures of calibrations between the marks; `None` where there are none.
fn spliced(text: &str, calibrations: &[Calibration]) -> Option<String> {
    let begin = text.find(MARKS[0])? + MARKS[0].len();
    let end = begin + text[begin..].find(MARKS[1])?;
    let machines = report::calibration::machines(calibrations);
    let machines: String = machines.iter().flat_map(|machine| ["- ", machine, ".\n"]).collect();
    let machines = report::calibration::prose(&machines);
    let figures = report::calibration::figures(calibrations);
    Some(format!("{}\n{machines}\n{figures}\n{}", &text[..begin], &text[end..]))
}

/// Puts the figures of calibrations into a document.
pub fn splice(folder: &Path, file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text = spliced(&text, &read(folder)?)
        .with_context(|| format!("{} does not say where the figures go", file.display()))
        .hint("it takes the lines <!-- calibration: begin --> and <!-- calibration: end -->")?;
    table::write_file(file, text.as_bytes())
}

#[cfg(test)]
mod tests;
