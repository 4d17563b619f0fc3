//! What a calibration found: the rows of its tables, and what they come to.
//!
//! A run keeps a copy of what the calibration beside it came to, so that its report can say how far its numbers
//! can be relied on.

use serde::{Deserialize, Serialize};

use super::Harness;
use crate::machine::Machine;
use crate::stats::{Estimate, Spread};

/// What a comparison is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Copies of the same bytes, for two seconds.
    NullShort,
    /// Copies of the same bytes, for half a minute.
    NullFull,
    /// A large effect, for half a minute; from it follows how much makes a small one.
    Anchor,
    /// A small effect of known size, for two seconds.
    Known,
    /// The same contrast again and again, for half a minute.
    Spread,
    /// The same by `hyperfine -N`, by its mean wall times.
    HyperfineWall,
    /// The same by `hyperfine -N`, by its mean user and system times.
    HyperfineCpu,
    /// The same small effect, for half a minute: its size.
    Reference,
}

/// An effect on a start that grows with a number, and comes the way that those of a PIE come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Private pages of its file that a program writes to.
    Pages,
    /// Relative relocations that the loader makes, densely.
    Relocations,
    /// Pieces of 64 KiB of its file that a program maps executable, in one piece, and reads from.
    Mapping,
}

impl Effect {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pages, Self::Relocations, Self::Mapping];

    /// What is counted, as tables say it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::Relocations => "relocations",
            Self::Mapping => "pieces",
        }
    }

    /// So much more of it, as `effect` of a comparison says it: `20 pages`.
    pub fn amount(self, more: u32) -> String {
        format!("{more} {}", self.word())
    }

    /// How much more of it a comparison has; `None` where it has another effect.
    pub fn more(self, effect: &str) -> Option<u32> {
        effect.strip_suffix(self.word())?.trim_end().parse().ok()
    }
}

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// Nothing that gopie adds.
    Quiet,
    /// The other CPUs are kept busy all the time.
    OtherLoaded,
    /// Something else wants the very CPU of the starts, in bursts.
    SameBursts,
}

impl Setting {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Quiet, Self::OtherLoaded, Self::SameBursts];

    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::OtherLoaded => "other-loaded",
            Self::SameBursts => "same-bursts",
        }
    }

    /// In a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Quiet => "nothing added",
            Self::OtherLoaded => "the other CPUs busy",
            Self::SameBursts => "bursts on the same CPU",
        }
    }

    /// Whether a machine with so many CPUs can have it.
    pub fn possible(self, cpus: u32) -> bool {
        self != Self::OtherLoaded || cpus > 1
    }
}

/// A row of `units.csv.gz`: one set of copies of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitRow {
    /// The comparison.
    pub comparison: u32,
    /// Number of the set of copies.
    pub unit: u32,
    /// Rounds.
    pub rounds: u32,
    /// Median CPU time of the base, in seconds.
    pub base_seconds: f64,
    /// Median over rounds of the logarithm of changed / base, CPU time.
    pub log_ratio: f64,
    /// Whether the block was quiet.
    pub quiet: bool,
    /// Why it is left out; empty where it is not.
    pub voided: String,
}

/// A row of `comparisons.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRow {
    /// Its number.
    pub comparison: u32,
    /// What it is for.
    pub part: Part,
    /// What else the machine did.
    pub setting: Setting,
    /// What differs: `copies`, a contrast, or how much more of an effect.
    pub effect: String,
    /// Seconds that it took, the writing of copies included.
    pub seconds: f64,
    /// Sets of copies that count.
    pub units: u32,
    /// Those of them that were quiet.
    pub quiet_units: u32,
    /// Those that were left out.
    pub voided_units: u32,
    /// Starts of both sides.
    pub starts: u64,
    /// Changed / base, CPU time of a start pinned to one CPU.
    pub ratio: Option<f64>,
    /// Lower end of the 95 % interval.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// `calibration.json` of a calibration: where the figures come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationInfo {
    /// Version of the format.
    pub schema: u32,
    /// When it was begun, UTC.
    pub started: String,
    /// When it was last gone on with, UTC.
    pub ended: String,
    /// How many times it went on after it was cut off.
    pub resumed: u32,
    /// The program that made it, and each that went on with it.
    pub harnesses: Vec<Harness>,
    /// The machine.
    pub machine: Machine,
    /// Release of the Go toolchain.
    pub toolchain: String,
    /// SHA-256 of the artifacts by case.
    pub artifacts: Vec<(String, String)>,
}

/// A share of comparisons with its Clopper-Pearson interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// How many did.
    pub hits: u64,
    /// Of how many.
    pub of: u64,
    /// The 95 % interval.
    pub interval: (f64, f64),
}

impl Share {
    /// As a number between 0 and 1.
    pub fn value(self) -> f64 {
        self.hits as f64 / self.of as f64
    }
}

/// Comparisons of copies of the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Null {
    /// Short or full.
    pub part: Part,
    /// What else the machine did.
    pub setting: Setting,
    /// How many intervals exclude no effect.
    pub false_alarms: Share,
    /// Half the width of an interval, as a share: the median.
    pub half_width: f64,
    /// The mean of the logarithms of the ratios.
    pub bias: Estimate,
    /// By how much comparisons differ beyond what their intervals say, as a share of a start.
    pub wander: f64,
    /// Share of units that were quiet.
    pub quiet: f64,
    /// Units that were left out.
    pub voided: u64,
    /// Starts of a comparison: the median.
    pub starts: f64,
}

/// Comparisons with an effect of known size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// What else the machine did.
    pub setting: Setting,
    /// What it is an effect of.
    pub effect: Effect,
    /// How much more of it the changed side had.
    pub more: u32,
    /// Its size, from comparisons of half a minute, as a share of a start.
    pub size: f64,
    /// What it would be if it were in proportion to a large one.
    pub proportional: f64,
    /// How much the estimates are off in the mean, as a share.
    pub bias: Estimate,
    /// By how much comparisons differ beyond what their intervals say, as a share of a start.
    pub wander: f64,
    /// How many intervals hold the size.
    pub covered: Share,
    /// How many intervals exclude no effect.
    pub found: Share,
}

/// Experiments drawn from a recorded stream of units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// What else the machine did.
    pub setting: Setting,
    /// How long such an experiment takes.
    pub seconds: f64,
    /// Its units.
    pub units: usize,
    /// Share of intervals that hold whatever effect is added.
    pub coverage: f64,
    /// The smallest effect that is found nine times in ten, as a share.
    pub smallest: f64,
}

/// One contrast, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeated {
    /// Who measured: `spread` is gopie itself.
    pub part: Part,
    /// What else the machine did.
    pub setting: Setting,
    /// How many experiments.
    pub experiments: usize,
    /// The mean of their ratios.
    pub centre: Estimate,
    /// Their relative standard deviation.
    pub deviation: f64,
    /// Its upper 95 % bound.
    pub bound: Option<f64>,
    /// How many times as wide as gopie's own it is, of the logarithms, with a 95 % interval; absent for gopie.
    pub wider: Option<Spread>,
}

/// How often `gopie compare --measure` calls the changed side slower, with what it is given by itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Called {
    /// What was compared.
    pub part: Part,
    /// What else the machine did.
    pub setting: Setting,
    /// By how much the changed side really is slower, as a share; 0 of copies of the same bytes.
    pub size: f64,
    /// How often it was called slower.
    pub slower: Share,
}

/// What a calibration comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Copies of the same bytes.
    pub null: Vec<Null>,
    /// Effects of known size.
    pub known: Vec<Known>,
    /// Experiments drawn from the streams of short comparisons.
    pub drawn: Vec<Drawn>,
    /// What is called slower.
    #[serde(default)]
    pub called: Vec<Called>,
    /// The same contrast again and again.
    pub repeated: Vec<Repeated>,
    /// Seconds of all comparisons.
    pub seconds: f64,
}

/// What one calibration came to; `calibration.json` of a run is a list of those beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Where the figures come from.
    pub info: CalibrationInfo,
    /// The figures.
    pub summary: Summary,
}
