//! `emulated.csv`: whether artifacts for other targets run, as an emulator has it.

use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::table;

const FILE: &str = "emulated.csv";

/// Its columns.
pub(super) const EMULATED: [&str; 4] = ["case", "emulator", "ran", "reason"];

/// A row of `emulated.csv`: an artifact that cannot be started here without an emulator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmulatedRow {
    /// The case id.
    pub case: String,
    /// What the emulator says that it is; empty where there is none.
    pub emulator: String,
    /// Whether it gave the right answer; empty where it could not be tried.
    pub ran: Option<bool>,
    /// What was wrong, or why it was not tried.
    pub reason: String,
}

impl EmulatedRow {
    /// Writes the table into the folder of a run.
    pub fn keep(folder: &Path, rows: &[Self]) -> Result<()> {
        table::write(&folder.join(FILE), rows, &EMULATED)
    }

    /// Reads it; a run of this machine's target alone has none.
    pub fn load(folder: &Path) -> Result<Vec<Self>> {
        table::read_if_there(&folder.join(FILE))
    }
}
