//! Files compared by how they start, apart from any run: fresh copies, interleaved starts, the median a set of copies.
//!
//! What the units come to (an interval, a verdict) is for those to say who asked.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::answers::START_LIMIT;
use crate::build::store;
use crate::cache::Cache;
use crate::measure::{self, Block, Command, Condition, Measured, Recipe, Request, Sitting, quiet};
use crate::stats::median;
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
    /// What is started, each once a round.
    pub arms: Vec<ArmOf<'a>>,
    /// Which of them are compared: base, changed.
    pub pairs: Vec<[usize; 2]>,
    /// Sets of copies.
    pub units: u32,
    /// Seconds for all of it, the writing of copies included.
    pub seconds: f64,
    /// Seed of the shuffles.
    pub seed: u64,
}

/// What one set of copies gives for a pair of arms.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Rounds.
    pub rounds: u32,
    /// Median CPU time of the base, in seconds.
    pub base_seconds: f64,
    /// Median over rounds of the logarithm of changed / base, CPU time.
    pub log_ratio: f64,
    /// Whether the block was quiet.
    pub quiet: bool,
    /// Why it is left out; empty where it is not.
    pub voided: String,
}

/// The two medians of a pair of arms.
fn medians(block: &Block, [base, changed]: [usize; 2]) -> Option<(f64, f64)> {
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

/// Measures pinned starts; gives for each pair of arms its units, and the seconds that it all took.
pub fn measure(sitting: &mut Sitting, cache: &Cache, spec: &Spec<'_>) -> Result<(Vec<Vec<Unit>>, f64)> {
    /// What it takes to write a set, before it was seen.
    const SETTING_UP: f64 = 0.05;
    /// Blocks shorter than this are all beginning.
    const LEAST: f64 = 0.05;
    let begin = Instant::now();
    let commands: Vec<Command<'_>> =
        spec.arms.iter().map(|arm| Command { args: &arm.args, env: arm.env }).collect();
    let mut pairs: Vec<Vec<Unit>> = vec![Vec::new(); spec.pairs.len()];
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
        for (pair, units) in spec.pairs.iter().zip(&mut pairs) {
            let (base_seconds, log_ratio) = medians(&measured.block, *pair).unwrap_or((f64::NAN, f64::NAN));
            let (rounds, voided) = (measured.block.rounds, voided.clone());
            units.push(Unit { rounds, base_seconds, log_ratio, quiet, voided });
        }
    }
    Ok((pairs, begin.elapsed().as_secs_f64()))
}
