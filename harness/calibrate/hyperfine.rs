//! The same contrast by `hyperfine -N`, with as many executions, on the same CPU, from copies as fresh: what a
//! well-known tool that runs one side after the other says each time.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::build::store;
use crate::cache::Cache;
use crate::command::Command;
use crate::measure::{Recipe, Sitting};
use crate::paired::Spec;

/// What it said, and how long it took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    /// Mean wall time of the second program over that of the first.
    pub(super) wall: f64,
    /// The same of user and system time together.
    pub(super) cpu: f64,
    /// Seconds that it took.
    pub(super) seconds: f64,
}

#[derive(Deserialize)]
struct Export {
    results: Vec<Measured>,
}

#[derive(Deserialize)]
struct Measured {
    mean: f64,
    user: f64,
    system: f64,
}

/// Where it is, if it is anywhere.
pub(super) fn find() -> Option<std::path::PathBuf> {
    which::which("hyperfine").ok()
}

/// Compares the first two arms, `runs` executions each. It shares the CPU of the calling thread, as ours does.
pub(super) fn compare(
    hyperfine: &Path,
    sitting: &Sitting,
    cache: &Cache,
    spec: &Spec<'_>,
    runs: u64,
) -> Result<Said> {
    let begin = Instant::now();
    let artifacts = spec.arms.iter().map(|arm| arm.artifact.as_path());
    let how = (Recipe::Faulted, spec.seed);
    let set = sitting.lay_out(cache.scratch()?, spec.name, artifacts, how, &store::write)?;
    set.cool()?;
    let folder = cache.scratch()?;
    let export = folder.path().join("export.json");
    let options = ["-N", "--style", "none", "--warmup", "5", "--export-json"].map(str::to_owned);
    let runs = ["--runs".to_owned(), runs.to_string()];
    let programs = set.arms().iter().map(|path| path.display().to_string());
    let env = spec.arms.first().context("there are no arms")?.env.iter().cloned();
    let finished = Command::new(hyperfine, folder.path())
        .args(options.into_iter().chain([export.display().to_string()]).chain(runs).chain(programs))
        .env(env.collect())
        .run()?;
    ensure!(finished.well(), "hyperfine: {}", finished.complaint());
    let bytes = fs::read(&export).with_context(|| format!("cannot read {}", export.display()))?;
    let Export { results } = serde_json::from_slice(&bytes).context("hyperfine's results make no sense")?;
    let [base, changed] = results.as_slice() else { anyhow::bail!("hyperfine compared something else") };
    Ok(Said {
        wall: changed.mean / base.mean,
        cpu: (changed.user + changed.system) / (base.user + base.system),
        seconds: begin.elapsed().as_secs_f64(),
    })
}
