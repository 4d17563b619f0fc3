//! `run.json`: what was planned, with what, where and when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::{Contrast, Program, RunKind, Variant};
use crate::machine::Machine;
use crate::toolchain::{CCompiler, Missing, Toolchain};

/// The version of the file format; a reader refuses a newer one.
pub const SCHEMA: u32 = 1;

/// Something that was not measured here, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotMeasured {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// The program that made the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Harness {
    /// Its version.
    pub version: String,
    /// The commit that it was built from, with `-dirty` where files were changed.
    pub commit: String,
    /// `release` or `debug`.
    pub profile: String,
}

impl Harness {
    /// The program that this is.
    pub fn this() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: env!("GOPIE_COMMIT").to_owned(),
            profile: env!("GOPIE_PROFILE").to_owned(),
        }
    }
}

/// How the starts were timed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Seconds wanted for all timed starts, less those of the relocation ladder.
    pub budget_seconds: f64,
    /// Seconds wanted for those of the ladder.
    #[serde(default)]
    pub ladder_seconds: f64,
    /// Fresh copies of each artifact: the units of every interval.
    pub copies: u32,
    /// Seed of every shuffle.
    pub seed: u64,
    /// Seconds after which a start is killed.
    pub timeout_seconds: f64,
    /// Function layouts beside the one that ships: `-randlayout` seeds from 1 on.
    #[serde(default)]
    pub layouts: u32,
}

/// `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Version of the format.
    pub schema: u32,
    /// Name of the run.
    pub name: String,
    /// The command line, without the program's path.
    pub command: Vec<String>,
    /// Which kind of run it was.
    pub kind: RunKind,
    /// When it was begun, UTC.
    pub started: String,
    /// When it was finished, UTC; absent where it was cut off.
    pub finished: Option<String>,
    /// How many times it went on after it was cut off.
    pub resumed: u32,
    /// The program that made it.
    pub harness: Harness,
    /// The machine.
    pub machine: Machine,
    /// The Go toolchains, that of home first: everything is built with it, and with the others a part.
    pub toolchains: Vec<Toolchain>,
    /// Releases that were wanted and could not be had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    /// The targets, that of home first.
    pub targets: Vec<String>,
    /// The C compiler; absent where none was found.
    pub c_compiler: Option<CCompiler>,
    /// C compilers for other targets, by target.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cross: BTreeMap<String, CCompiler>,
    /// Whether nothing was timed, by request.
    #[serde(default)]
    pub facts_only: bool,
    /// Those that variants name as their own, as far as they were found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own_compilers: Vec<CCompiler>,
    /// What `strip --version` says first; absent where there is none.
    pub strip: Option<String>,
    /// The folder below which what holds the names of its folders was built; absent where it was built where things
    /// lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_place: Option<String>,
    /// How the starts were timed.
    pub sampling: Sampling,
    /// The programs under test of this run, as configured.
    pub programs: Vec<Program>,
    /// The rungs of the relocation ladder: built and started as programs are, and no programs under test.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rungs: Vec<Program>,
    /// The variants of this run, as configured.
    pub variants: Vec<Variant>,
    /// The contrasts of this run, as configured.
    pub contrasts: Vec<Contrast>,
    /// SHA-256 over all that the plan rests on.
    pub plan_sha256: String,
    /// What was not measured, with the reason.
    pub not_measured: Vec<NotMeasured>,
}

impl RunInfo {
    /// The toolchain and the target that everything is built with and for.
    pub fn home(&self) -> Option<(&str, &str)> {
        Some((&self.toolchains.first()?.release, self.targets.first()?))
    }
}
