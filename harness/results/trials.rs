//! `trials.csv`: builds that were tried with one flag more or less, or without a C compiler, and what came of each.

use std::path::Path;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{Status, table};

const FILE: &str = "trials.csv";

/// A row of `trials.csv`: a build.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialRow {
    /// `on-alone`, `off-alone`, `cross`, `loader`, `no-c` or `bogus-c`.
    pub experiment: String,
    /// The program.
    pub program: String,
    /// The Go release.
    pub toolchain: String,
    /// `GOOS/GOARCH`.
    pub target: String,
    /// What differs; empty of what the others of its experiment are set beside.
    pub change: String,
    /// What became of it.
    pub status: Status,
    /// Why it is not built.
    pub reason: String,
    /// The `CGO_ENABLED` that Go recorded, whatever was asked for; empty where unknown.
    pub cgo_enabled: String,
    /// `static`, `static-pie` or `dynamic`.
    pub linkage: String,
    /// Whether it is a PIE.
    pub pie: Option<bool>,
    /// The loader that it names.
    pub interpreter: String,
    /// The libraries that it needs, joined by spaces.
    pub needed: String,
    /// Size as linked, in bytes.
    pub size: Option<u64>,
    /// All relocations.
    pub relocations: Option<u64>,
    /// `none`, `partial`, `full` or `not-applicable`.
    pub relro: String,
    /// Whether functions are bound at start.
    pub bind_now: Option<bool>,
    /// Whether the cgo runtime (package `runtime/cgo`) is in it.
    pub cgo_runtime: Option<bool>,
    /// CPU time of a pinned start over that of the one that the others of its experiment are set beside (of `cross`:
    /// plain `go build`); absent where it was not started.
    #[serde(default)]
    pub start: Option<f64>,
    /// Its interval, which holds together with all others of the run's trials.
    #[serde(default)]
    pub start_low: Option<f64>,
    /// The upper end.
    #[serde(default)]
    pub start_high: Option<f64>,
    /// `statically linked` and the like, as `file` says; empty where there is no `file`.
    pub file: String,
    /// The command, with `$GOROOT`, `$CACHE` and `$SRC` for paths.
    pub command: String,
}

/// Its columns.
pub(super) const TRIALS: [&str; 22] = [
    "experiment",
    "program",
    "toolchain",
    "target",
    "change",
    "status",
    "reason",
    "cgo_enabled",
    "linkage",
    "pie",
    "interpreter",
    "needed",
    "size",
    "relocations",
    "relro",
    "bind_now",
    "cgo_runtime",
    "start",
    "start_low",
    "start_high",
    "file",
    "command",
];

impl TrialRow {
    /// Writes the table into the folder of a run.
    pub fn keep(folder: &Path, rows: &[Self]) -> Result<()> {
        table::write(&folder.join(FILE), rows, &TRIALS)
    }

    /// Reads it; a run that tried nothing has none.
    pub fn load(folder: &Path) -> Result<Vec<Self>> {
        table::read_if_there(&folder.join(FILE))
    }
}
