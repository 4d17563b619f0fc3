//! `traces.csv.gz`: what traced starts told. Its rows, and how they are kept and read.
//!
//! Each program's rows are a file of their own in `partial/traces/` until the run is finished.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::folder::RunFolder;
use super::table;

/// A row of `traces.csv.gz`: one number of one traced start, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceRow {
    /// The case id.
    pub case: String,
    /// What told it: `ld-debug`, `inittrace`, `inittrace-sum`, `exec-to-entry` or `counters`.
    pub tool: String,
    /// What it is of: see `docs/formats.md`.
    pub key: String,
    /// Number of the traced start of that case, from 0.
    pub start: u32,
    /// `seconds`, `cycles`, `count` or `bytes`.
    pub unit: String,
    /// The value.
    pub value: Option<f64>,
    /// `ok`, `not-applicable`, `not-available` or `failed`.
    pub status: String,
    /// Why there is no value.
    pub text: String,
}

pub(super) const TRACES: [&str; 8] = ["case", "tool", "key", "start", "unit", "value", "status", "text"];
const NAME: &str = "traces.csv.gz";

impl RunFolder {
    fn traces_of(&self, number: usize) -> PathBuf {
        self.partial().join("traces").join(format!("{number:06}.json"))
    }

    /// Whether the program of that number was traced before.
    pub fn has_traces(&self, number: usize) -> bool {
        self.traces_of(number).exists()
    }

    /// Keeps the rows of the program of that number.
    pub fn keep_traces_of(&self, number: usize, rows: &[TraceRow]) -> Result<()> {
        let path = self.traces_of(number);
        table::make_dir(path.parent().unwrap_or(&path))?;
        table::write_file(&path, &serde_json::to_vec(rows)?)
    }

    /// Puts the rows of all programs together and writes them.
    pub fn keep_traces(&self, programs: usize) -> Result<()> {
        let mut all: Vec<TraceRow> = Vec::new();
        for path in (0..programs).map(|number| self.traces_of(number)).filter(|path| path.exists()) {
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let rows: Vec<TraceRow> = serde_json::from_slice(&bytes)
                .with_context(|| format!("cannot understand {}", path.display()))?;
            all.extend(rows);
        }
        table::write(&self.path().join(NAME), &all, &TRACES)
    }
}

impl TraceRow {
    /// The rows of a finished run; none of a run that traced nothing.
    pub fn load(dir: &Path) -> Result<Vec<Self>> {
        table::read_if_there(&dir.join(NAME))
    }
}
