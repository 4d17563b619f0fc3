//! How two binaries start, here and now: both in the same rounds, over fresh copies, judged over copies.
//!
//! A start is slower where the lower end of a one-sided t interval of the ratio lies above what is allowed. The
//! confidence is such that copies of the same bytes are called slower at most as often as is wanted, over all
//! comparisons made together (Bonferroni's inequality).

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde::Serialize;

use super::side::{Item, pairs};
use super::{Format, Side, render};
use crate::answers::{self, START_LIMIT};
use crate::cache::Cache;
use crate::command::{Command, CommandError};
use crate::hint::HintExt;
use crate::interrupt::Interrupted;
use crate::measure::{self, Sitting};
use crate::paired::{self, ArmOf, Spec, Unit};
use crate::stats::mean_interval;
use crate::ui::Phase;

/// Sets of copies of each comparison.
const COPIES: u32 = 30;
/// A set of copies takes so long at least.
const LEAST: f64 = 0.1;
/// What to do where a program does not end well.
const ADVICE: &str = "give it arguments with which it ends by itself, after --";
/// Units that a verdict rests on.
const LEAST_UNITS: usize = 8;

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// By which part a start may be slower.
    pub threshold: f64,
    /// How often copies of the same bytes may be called slower, in all comparisons made together.
    pub false_alarms: f64,
    /// Time for all of it.
    pub budget: Duration,
    /// Seed of every shuffle.
    pub seed: u64,
}

impl Default for Wanted {
    /// What is wanted where nothing is said.
    fn default() -> Self {
        Self { threshold: 0.01, false_alarms: 0.01, budget: Duration::from_secs(60), seed: 1 }
    }
}

/// How it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// By more than is allowed.
    Slower,
    /// Not by more than is allowed.
    NotSlower,
    /// The interval holds both.
    CannotTell,
}

impl Found {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::NotSlower => "not slower",
            Self::CannotTell => "cannot be told",
        }
    }
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Starts {
    /// Of what.
    pub name: String,
    /// What it came to.
    pub found: Found,
    /// CPU time of a start, new over base.
    pub ratio: f64,
    /// Lower end of what the ratio may be.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// CPU time of a start of the base, in seconds.
    pub base_seconds: f64,
    /// Sets of copies behind it.
    pub copies: usize,
    /// Starts of each side.
    pub starts: u64,
    /// Sets of copies that were left out, with the reasons.
    pub left_out: Vec<String>,
}

/// What the units of a comparison come to, one of so many; `None` where fewer than eight are left.
pub fn judge(units: &[f64], wanted: &Wanted, comparisons: usize) -> Option<(Found, f64, f64, f64)> {
    if units.len() < LEAST_UNITS {
        return None;
    }
    let confidence = 1.0 - wanted.false_alarms / comparisons.max(1) as f64;
    let estimate = mean_interval(units, 2.0 * confidence - 1.0)?;
    let (low, high) = match estimate.interval {
        Some(interval) => interval,
        // Without any scatter the mean is all there is.
        None => (estimate.mean, estimate.mean),
    };
    let allowed = wanted.threshold.ln_1p();
    let found = if low > allowed {
        Found::Slower
    } else if high <= allowed {
        Found::NotSlower
    } else {
        Found::CannotTell
    };
    Some((found, estimate.mean.exp(), low.exp(), high.exp()))
}

/// Starts the files of two sides, each pair interleaved, and judges them; a pair that gives no answer keeps none of
/// the others from theirs. Calls `prepare` before, where what programs leave behind may be killed.
pub fn compare(
    cache: &Cache,
    (base, new): (&Side, &Side),
    args: &[String],
    wanted: &Wanted,
    prepare: impl FnOnce(&mut Sitting) + Send,
) -> Result<Vec<Result<Starts>>> {
    let (both, ..) = pairs(base, new)?;
    let env = answers::fixed_environment();
    let mut all: Vec<Result<Starts>> = Vec::new();
    let mut jobs: Vec<(&str, [&Path; 2], i32)> = Vec::new();
    let starts_at_all = |item: &Item| {
        let linkage = item.facts.iter().find(|fact| fact.metric == "linkage");
        linkage.is_none_or(|fact| !["shared-library", "relocatable"].contains(&fact.text.as_str()))
    };
    for pair in both.iter().filter(|pair| starts_at_all(pair.base) && starts_at_all(pair.new)) {
        let (Some(old), Some(file)) = (&pair.base.file, &pair.new.file) else {
            return Err(anyhow!("{} holds no binaries that could be started", base.path.display()))
                .usage("name two binaries, or two folders of them: a run keeps facts, not files");
        };
        match starts_alike(pair.name, [old, file], args, &env) {
            Ok(status) => jobs.push((pair.name, [old, file], status)),
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => all.push(Err(error)),
        }
    }
    if jobs.is_empty() && all.is_empty() {
        let sides = [base, new].map(|side| side.path.display());
        return Err(anyhow!("{} and {} have nothing in common that could be started", sides[0], sides[1]))
            .hint("folders are compared by the paths in them");
    }
    if jobs.is_empty() {
        return Ok(all);
    }
    let own: Vec<(String, String)> = env.into_iter().collect();
    let seconds = wanted.budget.as_secs_f64() / jobs.len() as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "is small, and not negative")]
    let units = (seconds / LEAST).floor().clamp(LEAST_UNITS as f64, f64::from(COPIES)) as u32;
    let libraries = measure::libraries(jobs.iter().flat_map(|job| job.1))?;
    let phase = Phase::new("compare", jobs.len());
    measure::sit(libraries, |sitting| {
        prepare(sitting);
        for (number, (name, files, status)) in (0..).zip(&jobs) {
            phase.now(name);
            let arm = |file: &&Path| ArmOf {
                artifact: (*file).to_owned(),
                args: args.to_vec(),
                env: &own,
                status: *status,
            };
            let spec = Spec {
                name: "program",
                arms: files.iter().map(arm).collect(),
                pairs: vec![[0, 1]],
                units,
                seconds,
                seed: wanted.seed ^ (number << 32),
            };
            let (pairs, _) = paired::measure(sitting, cache, &spec)?;
            phase.step(name);
            all.push(starts(name, &pairs[0], wanted, jobs.len()));
        }
        Ok(all)
    })
}

/// What was found, in a format.
pub fn render(all: &[Starts], wanted: &Wanted, format: Format) -> Result<String> {
    render::starts(all, wanted, format)
}

/// Starts both once; gives the status that both end with.
fn starts_alike(
    name: &str,
    files: [&Path; 2],
    args: &[String],
    env: &BTreeMap<String, String>,
) -> Result<i32> {
    let once = |file: &Path| -> Result<i32> {
        let command = Command::new(file, Path::new("/")).args(args).env(env.clone()).limit(START_LIMIT);
        let finished = match command.run() {
            Err(CommandError::Interrupted(interrupted)) => return Err(interrupted.into()),
            other => other.hint(ADVICE)?,
        };
        let ended = finished.end();
        finished.status.with_context(|| format!("{}: {ended}", file.display())).hint(ADVICE)
    };
    let (old, new) = (once(files[0])?, once(files[1])?);
    if old != new {
        return Err(anyhow!("{name}: the base ends with status {old}, the new one with {new}"))
            .hint("give them arguments with which both do the same, after --");
    }
    Ok(old)
}

fn starts(name: &str, units: &[Unit], wanted: &Wanted, comparisons: usize) -> Result<Starts> {
    let good: Vec<&Unit> =
        units.iter().filter(|unit| unit.voided.is_empty() && unit.log_ratio.is_finite()).collect();
    let mut left_out: Vec<String> =
        units.iter().filter(|unit| !unit.voided.is_empty()).map(|unit| unit.voided.clone()).collect();
    left_out.sort();
    left_out.dedup();
    let logs: Vec<f64> = good.iter().map(|unit| unit.log_ratio).collect();
    let judged = judge(&logs, wanted, comparisons);
    let (found, ratio, low, high) = judged
        .with_context(|| {
            let why = if left_out.is_empty() { String::new() } else { format!(": {}", left_out.join("; ")) };
            format!("{name}: {} of {} sets of copies could be used{why}", logs.len(), units.len())
        })
        .hint("a longer --budget may do, or a machine that is less busy")?;
    let bases: Vec<f64> = good.iter().map(|unit| unit.base_seconds).collect();
    Ok(Starts {
        name: name.to_owned(),
        found,
        ratio,
        low,
        high,
        base_seconds: bases.iter().sum::<f64>() / bases.len() as f64,
        copies: logs.len(),
        starts: good.iter().map(|unit| u64::from(unit.rounds)).sum(),
        left_out,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted =
        Wanted { threshold: 0.01, false_alarms: 0.01, budget: Duration::from_secs(60), seed: 1 };

    /// Twenty units around a ratio, with a scatter.
    fn units(ratio: f64, scatter: f64) -> Vec<f64> {
        (0..20).map(|n| f64::ln(ratio) + scatter * (f64::from(n) - 9.5) / 9.5).collect()
    }

    fn found(units: &[f64], comparisons: usize) -> Found {
        judge(units, &WANTED, comparisons).expect("has units enough").0
    }

    #[test]
    fn what_is_slower_beyond_doubt_is_slower() {
        let rows = [
            (1.0, 0.005, Found::NotSlower),
            (1.03, 0.005, Found::Slower),
            (1.01, 0.005, Found::CannotTell),
            (1.03, 0.1, Found::CannotTell),
            (0.9, 0.01, Found::NotSlower),
            (1.5, 0.1, Found::Slower),
        ];
        for (ratio, scatter, expected) in rows {
            assert_eq!(found(&units(ratio, scatter), 1), expected, "{ratio} {scatter}");
        }
    }

    #[test]
    fn of_many_comparisons_each_has_to_be_surer() {
        let close = units(1.0125, 0.006);
        assert_eq!((found(&close, 1), found(&close, 10_000)), (Found::Slower, Found::CannotTell));
        let (_, ratio, low, high) = judge(&close, &WANTED, 1).expect("is judged");
        assert!(low < ratio && ratio < high && (ratio - 1.0125).abs() < 1e-9);
    }

    #[test]
    fn too_few_copies_are_no_answer() {
        assert_eq!(judge(&[0.5; 7], &WANTED, 1), None);
        assert_eq!(found(&[0.5; 8], 1), Found::Slower);
    }
}
