//! `memory.csv.gz`: what programs hold while they wait. Its rows, and how they are kept and read.
//!
//! Each program's rows are a file of their own in `partial/memory/` until the run is finished.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::folder::RunFolder;
use super::table;
use crate::digest;

/// What `status` says of a row that is a sample.
pub const OK: &str = "ok";

/// A row of `memory.csv.gz`: one reading, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryRow {
    /// The case id.
    pub case: String,
    /// `one-copy`, or `n-copies` of one file at once.
    pub condition: String,
    /// Number of the fresh copy of the file.
    pub copy: u32,
    /// How many processes of it there were; the value is the sum over them.
    pub copies_at_once: u32,
    /// `anonymous`, `anonymous-huge`, `page-tables`, `proportional` or `resident`; empty where there is no value.
    pub metric: String,
    /// `bytes`.
    pub unit: String,
    /// The value.
    pub value: Option<u64>,
    /// `ok`, or the word for what was in the way.
    pub status: String,
    /// What was in the way, in full.
    pub reason: String,
}

pub(super) const MEMORY: [&str; 9] =
    ["case", "condition", "copy", "copies_at_once", "metric", "unit", "value", "status", "reason"];
const NAME: &str = "memory.csv.gz";

impl RunFolder {
    fn memory_of(&self, number: usize) -> PathBuf {
        self.partial().join("memory").join(format!("{number:06}.json"))
    }

    /// Whether the memory of the program of that number was measured before.
    pub fn has_memory(&self, number: usize) -> bool {
        self.memory_of(number).exists()
    }

    /// Keeps the rows of the program of that number.
    pub fn keep_memory_of(&self, number: usize, rows: &[MemoryRow]) -> Result<()> {
        let path = self.memory_of(number);
        table::make_dir(path.parent().unwrap_or(&path))?;
        table::write_file(&path, &serde_json::to_vec(rows)?)
    }

    /// Puts the rows of all programs together and writes them; gives them and the digest of their file.
    pub fn keep_memory(&self, programs: usize) -> Result<(Vec<MemoryRow>, String)> {
        let mut all: Vec<MemoryRow> = Vec::new();
        for path in (0..programs).map(|number| self.memory_of(number)).filter(|path| path.exists()) {
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let rows: Vec<MemoryRow> = serde_json::from_slice(&bytes)
                .with_context(|| format!("cannot understand {}", path.display()))?;
            all.extend(rows);
        }
        let path = self.path().join(NAME);
        table::write(&path, &all, &MEMORY)?;
        Ok((all, digest::of_file(&path)?))
    }
}

/// The rows of a finished run, and the digest of their file; none of a run that measured no memory.
pub fn load_memory(dir: &Path) -> Result<(Vec<MemoryRow>, String)> {
    let path = dir.join(NAME);
    if !path.exists() {
        return Ok((Vec::new(), String::new()));
    }
    Ok((table::read(&path)?, digest::of_file(&path)?))
}
