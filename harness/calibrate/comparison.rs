//! One comparison, measured as every other is: fresh copies, interleaved starts, the median a copy, an interval
//! over copies.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::answers::START_LIMIT;
use crate::build::store;
use crate::cache::Cache;
use crate::measure::{self, Block, Command, Condition, Measured, Recipe, Request, Sitting, quiet};
use crate::results::{ComparisonRow, Part, Setting, UnitRow};
use crate::stats::{mean_interval, median};
use crate::sys::spawn::End;

/// An arm: an artifact, and how it is started.
#[derive(Clone, Debug)]
pub struct ArmOf<'a> {
    /// The artifact.
    pub artifact: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its environment.
    pub env: &'a [(String, String)],
    /// The status it ends with.
    pub status: i32,
}

/// What is to be compared, and how long.
#[derive(Clone, Debug)]
pub struct Spec<'a> {
    /// Name under which the copies lie.
    pub name: &'a str,
    /// Arms; 0 and 1 are a comparison, 2 and 3 another, of which each start has its place in the same rounds.
    pub arms: Vec<ArmOf<'a>>,
    /// Sets of copies.
    pub units: u32,
    /// Seconds for all of it, the writing of copies included.
    pub seconds: f64,
    /// Seed of the shuffles.
    pub seed: u64,
}

/// What one block gives for a pair of arms.
fn unit(block: &Block, [base, changed]: [usize; 2]) -> Option<(f64, f64)> {
    let rounds = block.starts.chunk_by(|a, b| a.round == b.round);
    let both = rounds.filter_map(|round| {
        let of =
            |arm| round.iter().find(|start| start.arm == arm).map(|start| start.outcome.cpu.as_secs_f64());
        Some((of(base)?, of(changed)?))
    });
    let (bases, logs): (Vec<f64>, Vec<f64>) =
        both.map(|(base, changed)| (base, (changed / base).ln())).filter(|(_, log)| log.is_finite()).unzip();
    Some((median(&bases)?, median(&logs)?))
}

/// Why a block is left out, if it is.
fn voided(measured: &Measured, arms: &[ArmOf<'_>]) -> String {
    let starts = &measured.block.starts;
    let bad = starts.iter().filter(|start| start.outcome.end != End::Status(arms[start.arm].status)).count();
    let bad = (bad > 0).then(|| format!("{bad} starts ended badly"));
    let spoilt = quiet::voided(measured);
    bad.into_iter().chain((!spoilt.is_empty()).then_some(spoilt)).collect::<Vec<_>>().join("; ")
}

/// Measures; gives for each pair of arms its units, and the seconds that it all took.
pub(super) fn measure(
    sitting: &mut Sitting,
    cache: &Cache,
    spec: &Spec<'_>,
) -> Result<(Vec<Vec<UnitRow>>, f64)> {
    /// What it takes to write a set, before it was seen.
    const SETTING_UP: f64 = 0.05;
    /// Blocks shorter than this are all beginning.
    const LEAST: f64 = 0.05;
    let begin = Instant::now();
    let commands: Vec<Command<'_>> =
        spec.arms.iter().map(|arm| Command { args: &arm.args, env: arm.env }).collect();
    let mut pairs: Vec<Vec<UnitRow>> = vec![Vec::new(); spec.arms.len() / 2];
    let mut setting_up = vec![SETTING_UP];
    for number in 0..spec.units {
        let left = spec.seconds - begin.elapsed().as_secs_f64();
        let time =
            (left / f64::from(spec.units - number) - median(&setting_up).unwrap_or(SETTING_UP)).max(LEAST);
        let before = Instant::now();
        let seed = spec.seed ^ u64::from(number);
        let artifacts = spec.arms.iter().map(|arm| arm.artifact.as_path());
        let mut set = sitting.lay_out(
            cache.scratch()?,
            spec.name,
            artifacts,
            (Recipe::Faulted, seed),
            &store::write,
        )?;
        let request = Request {
            condition: Condition::PINNED,
            time: Duration::from_secs_f64(time),
            limit: START_LIMIT,
            seed,
            padding: measure::padding(seed),
        };
        let measured = sitting
            .block(&mut set, &commands, &request)
            .with_context(|| format!("while starting {}", spec.name))?;
        drop(set);
        setting_up.push(before.elapsed().as_secs_f64() - measured.block.time.as_secs_f64());
        let voided = voided(&measured, &spec.arms);
        let quiet = quiet::unquiet(&measured.block).is_empty();
        for (pair, rows) in pairs.iter_mut().enumerate() {
            let (base_seconds, log_ratio) =
                unit(&measured.block, [2 * pair, 2 * pair + 1]).unwrap_or((f64::NAN, f64::NAN));
            rows.push(UnitRow {
                comparison: 0,
                unit: number,
                rounds: measured.block.rounds,
                base_seconds,
                log_ratio,
                quiet,
                voided: voided.clone(),
            });
        }
    }
    Ok((pairs, begin.elapsed().as_secs_f64()))
}

/// The row of a comparison, from its units.
pub(super) fn row(
    comparison: u32,
    (part, setting, effect): (Part, Setting, &str),
    units: &[UnitRow],
    seconds: f64,
) -> ComparisonRow {
    let good: Vec<&UnitRow> = units.iter().filter(|unit| unit.voided.is_empty()).collect();
    let logs: Vec<f64> = good.iter().map(|unit| unit.log_ratio).collect();
    let estimate = mean_interval(&logs, 0.95).map(|estimate| estimate.map(f64::exp));
    let interval = estimate.and_then(|estimate| estimate.interval);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    ComparisonRow {
        comparison,
        part,
        setting,
        effect: effect.to_owned(),
        seconds,
        units: count(good.len()),
        quiet_units: count(good.iter().filter(|unit| unit.quiet).count()),
        voided_units: count(units.len() - good.len()),
        starts: good.iter().map(|unit| 2 * u64::from(unit.rounds)).sum(),
        ratio: estimate.map(|estimate| estimate.mean),
        low: interval.map(|(low, _)| low),
        high: interval.map(|(_, high)| high),
    }
}
