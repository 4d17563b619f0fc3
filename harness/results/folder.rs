//! The folder of a run while it is being written: chosen, locked, gone on with.
//!
//! `run.json` is written when the run begins and again when it is finished. In between each finished block is a
//! file of its own in `partial/`, so that a run cut off at any moment loses at most the block under way.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use super::ladder::LADDER;
use super::{
    ArtifactRow, BlockRow, Calibration, EstimateRow, FactRow, LadderRow, NotMeasured, RunInfo, SampleRow,
    StartRow, run, table,
};
use crate::digest;
use crate::hint::HintExt;

/// A run's folder, locked for writing until it is dropped.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    info: RunInfo,
    _lock: File,
}

/// A finished block: its starts are numbered from 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockFile {
    /// The block.
    pub block: BlockRow,
    /// Its starts.
    pub starts: Vec<StartRow>,
    /// Their samples.
    pub samples: Vec<SampleRow>,
}

/// All blocks of a run put together.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// The blocks, in order.
    pub blocks: Vec<BlockRow>,
    /// The starts, numbered through.
    pub starts: Vec<StartRow>,
    /// Their samples.
    pub samples: Vec<SampleRow>,
}

/// Whether a folder without a `run.json` holds nothing but what a run that had just begun left there.
fn is_ours(path: &Path) -> bool {
    let Ok(entries) = fs::read_dir(path) else { return true };
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    names.into_iter().all(|name| name == LOCK || name.starts_with(".tmp"))
}

/// Whether a run that was cut off may go on as this one.
fn same(old: &RunInfo, new: &RunInfo) -> bool {
    old.plan_sha256 == new.plan_sha256 && old.machine == new.machine && old.harness == new.harness
}

impl RunFolder {
    /// The folder in `results` for a run named as in `info`: the one that was cut off if it can go on, else a
    /// new one, with a number added where the name is taken.
    pub fn open(results: &Path, mut info: RunInfo) -> Result<Self> {
        let wanted = info.name.clone();
        for number in 1.. {
            info.name = if number == 1 { wanted.clone() } else { format!("{wanted}-{number}") };
            let path = results.join(&info.name);
            let begun = path.join("run.json").exists();
            let old = begun.then(|| run::load_info(&path));
            if matches!(&old, Some(Err(_) | Ok(RunInfo { finished: Some(_), .. }))) {
                continue;
            }
            if !begun && !is_ours(&path) {
                continue;
            }
            table::make_dir(&path)?;
            let lock = lock(&path)?;
            if let Some(Ok(old)) = old {
                if !same(&old, &info) {
                    continue;
                }
                info = RunInfo { resumed: old.resumed + 1, command: info.command, ..old };
            }
            let folder = Self { path, info, _lock: lock };
            folder.write_info()?;
            table::make_dir(&folder.partial())?;
            return Ok(folder);
        }
        Err(anyhow!("no name is left for a run in {}", results.display()))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of the run.
    pub fn info(&self) -> &RunInfo {
        &self.info
    }

    pub(super) fn partial(&self) -> PathBuf {
        self.path.join("partial")
    }

    fn write_info(&self) -> Result<()> {
        let mut text = serde_json::to_string_pretty(&self.info)?;
        text.push('\n');
        table::write_file(&self.path.join("run.json"), text.as_bytes())
    }

    /// Whether a block was finished before.
    pub fn has_block(&self, block: u32) -> bool {
        self.block_path(block).exists()
    }

    fn block_path(&self, block: u32) -> PathBuf {
        self.partial().join(format!("{block:06}.json"))
    }

    /// Keeps a finished block.
    pub fn keep_block(&self, block: &BlockFile) -> Result<()> {
        table::write_file(&self.block_path(block.block.block), &serde_json::to_vec(block)?)
    }

    /// Keeps the cases.
    pub fn keep_artifacts(&self, rows: &[ArtifactRow]) -> Result<()> {
        table::write(&self.path.join("artifacts.csv"), rows, &ARTIFACTS)
    }

    /// Keeps what the calibration beside the run came to.
    pub fn keep_calibrations(&self, calibrations: &[Calibration]) -> Result<()> {
        let mut text = serde_json::to_string_pretty(calibrations)?;
        text.push('\n');
        table::write_file(&self.path.join(CALIBRATION), text.as_bytes())
    }

    /// The facts, as they were kept.
    pub fn facts(&self) -> Result<Vec<FactRow>> {
        table::read_large(&self.path.join("facts.csv"))
    }

    /// Keeps the facts.
    pub fn keep_facts(&self, rows: &[FactRow]) -> Result<()> {
        table::write_large(&self.path.join("facts.csv"), rows, &FACTS)
    }

    /// Puts the finished blocks together and writes them; gives them and the digest of the samples' file.
    pub fn keep_samples(&self) -> Result<(Samples, String)> {
        let mut names: Vec<PathBuf> = fs::read_dir(self.partial())
            .with_context(|| format!("cannot read {}", self.partial().display()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        names.sort();
        let mut all = Samples::default();
        for name in names {
            let bytes = fs::read(&name).with_context(|| format!("cannot read {}", name.display()))?;
            let file: BlockFile = serde_json::from_slice(&bytes)
                .with_context(|| format!("cannot understand {}", name.display()))?;
            let first = all.starts.len() as u64;
            all.blocks.push(file.block);
            all.starts
                .extend(file.starts.into_iter().map(|row| StartRow { start: row.start + first, ..row }));
            all.samples
                .extend(file.samples.into_iter().map(|row| SampleRow { start: row.start + first, ..row }));
        }
        let path = self.path.join("samples.csv.gz");
        table::write(&self.path.join("blocks.csv"), &all.blocks, &BLOCKS)?;
        table::write(&self.path.join("starts.csv.gz"), &all.starts, &STARTS)?;
        table::write(&path, &all.samples, &SAMPLES)?;
        Ok((all, digest::of_file(&path)?))
    }

    /// Keeps what the relocation ladder came to, where it was climbed.
    pub fn keep_ladder(&self, rows: &[LadderRow]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        table::write(&self.path.join("ladder.csv"), rows, &LADDER)
    }

    /// Writes the estimates, and that the run is finished.
    pub fn finish(
        mut self,
        estimates: &[EstimateRow],
        not_measured: Vec<NotMeasured>,
        now: String,
    ) -> Result<PathBuf> {
        table::write_large(&self.path.join("estimates.csv"), estimates, &ESTIMATES)?;
        self.info.not_measured = not_measured;
        self.info.finished = Some(now);
        self.write_info()?;
        let partial = self.partial();
        fs::remove_dir_all(&partial).with_context(|| format!("cannot remove {}", partial.display()))?;
        // Whoever opens it next finds a finished run; without a writer the lock file has no meaning.
        let _ = fs::remove_file(self.path.join(LOCK));
        Ok(self.path)
    }
}

pub(super) const CALIBRATION: &str = "calibration.json";
const LOCK: &str = ".lock";

fn lock(path: &Path) -> Result<File> {
    let name = path.join(LOCK);
    let file = File::create(&name)
        .with_context(|| format!("cannot write {}", name.display()))
        .hint("is the folder read-only, or the disk full?")?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(anyhow!("another gopie is writing to {}", path.display()))
            .usage("wait for it (two at once would disturb each other's timing), or give --name NAME"),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", name.display()))
        }
    }
}

pub(super) const ARTIFACTS: [&str; 13] = [
    "id",
    "program",
    "variant",
    "toolchain",
    "target",
    "stripped",
    "status",
    "reason",
    "cgo_enabled",
    "sha256",
    "size",
    "command",
    "environment",
];
pub(super) const FACTS: [&str; 6] = ["case", "metric", "key", "unit", "number", "text"];
pub(super) const STARTS: [&str; 12] = [
    "start",
    "case",
    "affinity",
    "gomaxprocs",
    "cache",
    "layout",
    "copy",
    "block",
    "round",
    "position",
    "environment_bytes",
    "status",
];
pub(super) const SAMPLES: [&str; 4] = ["start", "metric", "unit", "value"];
pub(super) const BLOCKS: [&str; 37] = [
    "block",
    "program",
    "affinity",
    "gomaxprocs",
    "condition",
    "cache",
    "layout",
    "copy",
    "cpu",
    "cpus",
    "rounds",
    "seconds",
    "length_by",
    "environment_bytes",
    "sentinel_starts",
    "sentinel_seconds",
    "sentinel_slow",
    "steal_seconds",
    "cpu_pressure_seconds",
    "clock_jump_seconds",
    "clock_source",
    "major_faults",
    "voluntary_switches",
    "involuntary_switches",
    "pages",
    "resident_before",
    "resident_after",
    "folios_before",
    "folios_after",
    "held",
    "libraries_replicated",
    "huge_pages",
    "address_randomisation",
    "file_system",
    "unquiet",
    "voided",
    "reason",
];
pub(super) const ESTIMATES: [&str; 20] = [
    "kind",
    "name",
    "program",
    "toolchain",
    "target",
    "metric",
    "condition",
    "cache",
    "scope",
    "statistic",
    "unit",
    "estimate",
    "low",
    "high",
    "low_simultaneous",
    "high_simultaneous",
    "confidence",
    "units",
    "starts",
    "samples_sha256",
];
