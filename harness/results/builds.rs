//! `builds.csv`: what builds cost, one row a build.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{RunFolder, table};

const FILE: &str = "builds.csv";

/// Its columns.
pub(super) const BUILDS: [&str; 8] =
    ["step", "case", "repeat", "position", "wall_seconds", "cpu_seconds", "peak_bytes", "reason"];

/// A row of `builds.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuildRow {
    /// `link`: the link step, all packages cached; `empty-cache`: all of it, nothing cached.
    pub step: String,
    /// The case id.
    pub case: String,
    /// Number of the repeat; in each every case is built once, in shuffled order.
    pub repeat: u32,
    /// Place within the repeat.
    pub position: u32,
    /// Wall time.
    pub wall_seconds: Option<f64>,
    /// CPU time of all processes.
    pub cpu_seconds: Option<f64>,
    /// Resident memory of the largest process at its peak.
    pub peak_bytes: Option<u64>,
    /// Why there are no numbers.
    pub reason: String,
}

impl BuildRow {
    /// Writes the table into the folder of a run.
    pub fn keep(folder: &Path, rows: &[Self]) -> Result<()> {
        table::write(&folder.join(FILE), rows, &BUILDS)
    }

    /// Reads it; a run of before there was one has none, and no build was measured in it.
    pub fn load(folder: &Path) -> Result<Vec<Self>> {
        table::read_if_there(&folder.join(FILE))
    }
}

impl RunFolder {
    fn builds_of(&self, step: &str, repeat: u32) -> PathBuf {
        self.partial().join("builds").join(format!("{step}-{repeat:03}.json"))
    }

    /// The builds of a repeat of a step, where it was finished before.
    pub fn builds(&self, step: &str, repeat: u32) -> Result<Option<Vec<BuildRow>>> {
        let path = self.builds_of(step, repeat);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let rows = serde_json::from_slice(&bytes);
        rows.map(Some).with_context(|| format!("cannot understand {}", path.display()))
    }

    /// Keeps a finished repeat of a step.
    pub fn keep_builds(&self, step: &str, repeat: u32, rows: &[BuildRow]) -> Result<()> {
        let path = self.builds_of(step, repeat);
        table::make_dir(path.parent().unwrap_or(&path))?;
        table::write_file(&path, &serde_json::to_vec(rows)?)
    }
}
