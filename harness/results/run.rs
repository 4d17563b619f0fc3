//! A run in memory, as it is read back from its folder.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;

use super::folder::CALIBRATION;
use super::table;
use super::{
    ArtifactRow, BlockRow, BuildRow, Calibration, EmulatedRow, EstimateRow, FactRow, LadderRow, LayoutRow,
    LibraryRow, MemoryRow, ProbeRow, RunInfo, SCHEMA, Samples, Status, TraceRow, TrialRow, load_memory,
};
use crate::digest;
use crate::hint::HintExt;

/// A run, without its raw samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// `run.json`.
    pub info: RunInfo,
    /// `artifacts.csv`.
    pub artifacts: Vec<ArtifactRow>,
    /// `facts.csv`.
    pub facts: Vec<FactRow>,
    /// `blocks.csv`.
    pub blocks: Vec<BlockRow>,
    /// `estimates.csv`.
    pub estimates: Vec<EstimateRow>,
    /// `ladder.csv`; empty where the relocation ladder was not climbed.
    pub ladder: Vec<LadderRow>,
    /// `calibration.json`, one for each machine; empty where there was no calibration beside the run.
    pub calibrations: Vec<Calibration>,
    /// `builds.csv`.
    pub builds: Vec<BuildRow>,
    /// `emulated.csv`; empty where there was nothing but this machine's target.
    pub emulated: Vec<EmulatedRow>,
    /// `layouts.csv`.
    pub layouts: Vec<LayoutRow>,
    /// `libraries.csv`.
    pub libraries: Vec<LibraryRow>,
    /// `memory.csv.gz`; empty where no memory was measured.
    pub memory: Vec<MemoryRow>,
    /// `probes.csv.gz`; empty where nothing was probed.
    pub probes: Vec<ProbeRow>,
    /// `traces.csv.gz`; empty where nothing was traced.
    pub traces: Vec<TraceRow>,
    /// `trials.csv`; empty where no builds were tried.
    pub trials: Vec<TrialRow>,
}

impl Run {
    /// Reads a finished run.
    pub fn load(dir: &Path) -> Result<Self> {
        let info = load_info(dir)?;
        if info.finished.is_none() {
            return Err(anyhow!("the run in {} was cut off", dir.display()))
                .hint("the same `gopie run` again goes on where it was");
        }
        let (artifacts, facts) = load_facts(dir)?;
        Ok(Self {
            info,
            artifacts,
            facts,
            blocks: table::read(&dir.join("blocks.csv"))?,
            estimates: table::read_large(&dir.join("estimates.csv"))?,
            ladder: match dir.join("ladder.csv") {
                path if path.exists() => table::read(&path)?,
                _ => Vec::new(),
            },
            calibrations: load_calibrations(dir)?,
            builds: BuildRow::load(dir)?,
            emulated: EmulatedRow::load(dir)?,
            layouts: LayoutRow::load(dir)?,
            libraries: LibraryRow::load(dir)?,
            memory: load_memory(dir)?.0,
            probes: ProbeRow::load(dir)?,
            traces: TraceRow::load(dir)?,
            trials: TrialRow::load(dir)?,
        })
    }
}

/// A file of before there could be several holds one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Calibrations {
    Several(Vec<Calibration>),
    One(Box<Calibration>),
}

fn load_calibrations(dir: &Path) -> Result<Vec<Calibration>> {
    let path = dir.join(CALIBRATION);
    match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        bytes => {
            let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
            let calibrations = serde_json::from_slice(&bytes)
                .with_context(|| format!("cannot understand {}", path.display()))
                .hint("remove it: the report then says that there was no calibration")?;
            Ok(match calibrations {
                Calibrations::Several(several) => several,
                Calibrations::One(one) => vec![*one],
            })
        }
    }
}

/// The exact part of a run: its cases and their facts.
pub fn load_facts(dir: &Path) -> Result<(Vec<ArtifactRow>, Vec<FactRow>)> {
    const ADVICE: &str = "the run may have been cut off or edited; `gopie run` makes a new one";
    let (cases, of_facts) = (dir.join("artifacts.csv"), dir.join("facts.csv"));
    let artifacts: Vec<ArtifactRow> = table::read(&cases)?;
    let facts: Vec<FactRow> = table::read_large(&of_facts)?;
    // The header is a line, too.
    let line = |at: usize| at + 2;
    let mut ids = HashSet::new();
    if let Some(at) = artifacts.iter().position(|row| !ids.insert(row.id.as_str())) {
        let (path, id) = (cases.display(), &artifacts[at].id);
        return Err(anyhow!("{path}: line {}: the case {id} is there already", line(at))).hint(ADVICE);
    }
    if let Some(at) = facts.iter().position(|row| (row.unit == "text") == row.number.is_some()) {
        let (path, row) = (of_facts.display(), &facts[at]);
        let what = if row.unit == "text" { "a number, and no text" } else { "no number" };
        return Err(anyhow!("{path}: line {}, column number: {} has {what}", line(at), row.metric))
            .hint(ADVICE);
    }
    let sized: HashSet<&str> =
        facts.iter().filter(|row| row.metric == "file-size").map(|row| row.case.as_str()).collect();
    let without = |row: &&ArtifactRow| row.status == Status::Built && !sized.contains(row.id.as_str());
    if let Some(row) = artifacts.iter().find(without) {
        return Err(anyhow!("{}: it ends without the facts of {}", of_facts.display(), row.id)).hint(ADVICE);
    }
    Ok((artifacts, facts))
}

/// The raw samples of a finished run, and the digest of their file.
pub fn load_samples(dir: &Path) -> Result<(Samples, String)> {
    let path = dir.join("samples.csv.gz");
    let samples = Samples {
        blocks: table::read(&dir.join("blocks.csv"))?,
        starts: table::read(&dir.join("starts.csv.gz"))?,
        samples: table::read(&path)?,
    };
    Ok((samples, digest::of_file(&path)?))
}

#[derive(Deserialize)]
struct Versioned {
    schema: u32,
}

/// Reads `run.json`; a file of another schema is refused before its other fields are looked at.
pub fn load_info(dir: &Path) -> Result<RunInfo> {
    let path = dir.join("run.json");
    let text = fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))
        .hint("name the folder of a run, such as results/reference")?;
    let damaged = || format!("cannot understand {}", path.display());
    let advice = "the run may have been cut off or edited; `gopie run` makes a new one";
    let schema = serde_json::from_str::<Versioned>(&text).with_context(damaged).hint(advice)?.schema;
    if schema != SCHEMA {
        return Err(anyhow!("{} has schema {schema}; this gopie reads schema {SCHEMA}", path.display()))
            .hint("read it with the gopie that wrote it, or a later one");
    }
    serde_json::from_str(&text).with_context(damaged).hint(advice)
}
