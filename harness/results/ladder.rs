//! `ladder.csv`: the relocation ladder's rungs and the other programs, each beside what the fit says of it.

use serde::{Deserialize, Serialize};

/// What a row is to the fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LadderRole {
    /// A rung: the fit rests on it.
    Rung,
    /// A program under test: the fit has not seen it.
    Program,
}

/// A row of `ladder.csv`: one contrast of one program, changed less base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LadderRow {
    /// Name of the contrast.
    pub contrast: String,
    /// Name of the program.
    pub program: String,
    /// The Go release.
    pub toolchain: String,
    /// `GOOS/GOARCH`.
    pub target: String,
    /// `cpu-time` or `minor-faults`, pinned.
    pub metric: String,
    /// `rung` or `program`.
    pub role: LadderRole,
    /// How many relocations there are more.
    pub relocations: i64,
    /// How many more pages of 4 KiB they write to.
    pub pages: i64,
    /// `seconds` or `count`: of all that follows.
    pub unit: String,
    /// The measured difference of a start.
    pub difference: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// Fresh copies behind it.
    pub units: u32,
    /// What the fit says.
    pub fitted: f64,
    /// Lower end of the prediction interval, for a difference measured as well as this one.
    pub fitted_low: f64,
    /// Upper end of the prediction interval.
    pub fitted_high: f64,
    /// Measured less fitted.
    pub residual: f64,
}

impl LadderRow {
    /// Whether what was measured lies within the prediction interval.
    pub fn as_predicted(&self) -> bool {
        (self.fitted_low..=self.fitted_high).contains(&self.difference)
    }
}

/// The columns.
pub(super) const LADDER: [&str; 17] = [
    "contrast",
    "program",
    "toolchain",
    "target",
    "metric",
    "role",
    "relocations",
    "pages",
    "unit",
    "difference",
    "low",
    "high",
    "units",
    "fitted",
    "fitted_low",
    "fitted_high",
    "residual",
];
