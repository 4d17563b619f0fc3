//! `probes.csv.gz`: what experiments found that are neither facts of a file nor timed. Its rows, and how they are
//! kept and read.
//!
//! What each probe found of each case is a file of its own in `partial/probes/` until the run is finished.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::folder::RunFolder;
use super::table;

/// A row of `probes.csv.gz`: one thing that a probe found of a case, or why it found nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeRow {
    /// The case id.
    pub case: String,
    /// The probe.
    pub probe: String,
    /// What was found; each probe has its own, see `docs/formats.md`.
    pub key: String,
    /// `bool`, `count`, `bytes`, `bits`, `probability` or `text`.
    pub unit: String,
    /// The value, where it is a number; for `bool` 0 or 1.
    pub number: Option<f64>,
    /// `ok`, `not-applicable`, `not-available` or `failed`.
    pub status: String,
    /// The value, where it is a text; else what there is to say of it.
    pub text: String,
}

pub(super) const PROBES: [&str; 7] = ["case", "probe", "key", "unit", "number", "status", "text"];
const NAME: &str = "probes.csv.gz";

impl RunFolder {
    fn probes_of(&self, probe: &str, number: usize) -> PathBuf {
        self.partial().join("probes").join(format!("{probe}-{number:06}.json"))
    }

    /// What that probe found of the case of that number, where it was asked before.
    pub fn probed(&self, probe: &str, number: usize) -> Result<Option<Vec<ProbeRow>>> {
        let path = self.probes_of(probe, number);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&bytes)
            .with_context(|| format!("cannot understand {}", path.display()))
            .map(Some)
    }

    /// Keeps what that probe found of the case of that number.
    pub fn keep_probed(&self, probe: &str, number: usize, rows: &[ProbeRow]) -> Result<()> {
        let path = self.probes_of(probe, number);
        table::make_dir(path.parent().unwrap_or(&path))?;
        table::write_file(&path, &serde_json::to_vec(rows)?)
    }
}

impl ProbeRow {
    /// Writes the table into the folder of a run.
    pub fn keep(folder: &Path, rows: &[Self]) -> Result<()> {
        table::write(&folder.join(NAME), rows, &PROBES)
    }

    /// The rows of a finished run; none of a run that probed nothing.
    pub fn load(dir: &Path) -> Result<Vec<Self>> {
        table::read_if_there(&dir.join(NAME))
    }
}
