//! Parts of a run done once more, to be set beside a run that is there. Nothing is kept.

use std::collections::BTreeSet;

use anyhow::Result;

use super::prepare::{Options, prepare, setup};
use super::stages::{build_cases, check_answers, inspect, less_missing, startable};
use super::{apart, rows, timing, watched};
use crate::analyse;
use crate::cache::Cache;
use crate::results::{ArtifactRow, EstimateRow, FactRow, RunFolder, RunInfo};

/// Builds and inspects those cases of what the options ask for whose ids are wanted: what they were made with, the
/// cases, and their facts.
pub fn facts_again(
    cache: &Cache,
    options: &Options,
    wanted: &BTreeSet<&str>,
) -> Result<(RunInfo, Vec<ArtifactRow>, Vec<FactRow>)> {
    let mut prepared = prepare(options, cache)?;
    prepared.plan.cases.retain(|case| wanted.contains(case.to_string().as_str()));
    // Whether artifacts can be started decides what becomes of a case; no more is asked of them.
    prepared.info.facts_only = true;
    let mut outcomes = build_cases(&setup(cache, &prepared, &[]), &prepared.plan)?;
    let facts = inspect(&prepared.info, &mut outcomes)?;
    watched(options, || check_answers(cache, &prepared, &[], &mut outcomes))?;
    let artifacts = rows::artifacts(&outcomes, &facts);
    Ok((prepared.info, artifacts, facts))
}

/// Times what the options ask for, less the relocation ladder and other layouts: the estimates.
pub fn starts_again(cache: &Cache, options: &Options) -> Result<Vec<EstimateRow>> {
    let prepared = prepare(options, cache)?;
    let mut outcomes = build_cases(&setup(cache, &prepared, &[]), &prepared.plan)?;
    let timed = startable(&prepared.plan.timed, &outcomes);
    watched(options, || check_answers(cache, &prepared, &timed, &mut outcomes))?;
    let (_, timed) = apart(&prepared.info.rungs, less_missing(timed, &outcomes));
    let scratch = cache.scratch()?;
    let folder = RunFolder::open(scratch.path(), prepared.info.clone())?;
    timing::measure(&folder, cache, &prepared, (&timed, &[]), &outcomes, &[], options.alone)?;
    let (samples, sha256) = folder.keep_samples()?;
    Ok(analyse::estimates(&samples, &timed, &prepared.config.contrasts, &sha256))
}
