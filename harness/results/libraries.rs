//! `libraries.csv`: the loader and the libraries that artifacts were started with.

use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::table;

const FILE: &str = "libraries.csv";

/// Its columns.
pub(super) const LIBRARIES: [&str; 3] = ["path", "loader", "sha256"];

/// A row of `libraries.csv`: a file of the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibraryRow {
    /// Where it is, links followed.
    pub path: String,
    /// Whether artifacts name it as their loader.
    pub loader: bool,
    /// Lower-case hexadecimal SHA-256.
    pub sha256: String,
}

impl LibraryRow {
    /// Writes the table into the folder of a run.
    pub fn keep(folder: &Path, rows: &[Self]) -> Result<()> {
        table::write(&folder.join(FILE), rows, &LIBRARIES)
    }

    /// Reads it; a run of before there was one does not tell what it was started with.
    pub(super) fn load(folder: &Path) -> Result<Vec<Self>> {
        table::read_if_there(&folder.join(FILE))
    }
}
