//! `layouts.csv`: the builds of the same cases in other function layouts.

use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{Status, table};

const FILE: &str = "layouts.csv";

/// Its columns.
pub(super) const LAYOUTS: [&str; 6] = ["case", "layout", "sha256", "size", "status", "reason"];

/// A row of `layouts.csv`: a case in one function layout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayoutRow {
    /// The case id of the build that ships.
    pub case: String,
    /// The `-randlayout` seed.
    pub layout: String,
    /// Lower-case hexadecimal SHA-256 of the artifact; empty where there is none.
    pub sha256: String,
    /// Size of the file in bytes.
    pub size: Option<u64>,
    /// What became of it.
    pub status: Status,
    /// Why it is not `built`.
    pub reason: String,
}

impl LayoutRow {
    /// Writes the table into the folder of a run.
    pub fn keep(folder: &Path, rows: &[Self]) -> Result<()> {
        table::write(&folder.join(FILE), rows, &LAYOUTS)
    }

    /// Reads it; a run of before there was one has none, and no layout was measured in it.
    pub(super) fn load(folder: &Path) -> Result<Vec<Self>> {
        table::read_if_there(&folder.join(FILE))
    }
}
