//! The row types of a run's tables, one struct a file, in the order of the columns.
//!
//! Times are in seconds, sizes in bytes; no number is formatted for people.

use serde::{Deserialize, Serialize};

use crate::stats::Estimate;

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// There is an artifact, and it gave the right answers.
    Built,
    /// The toolchain or this machine says that it cannot be built; the reason is in its own words.
    Unsupported,
    /// It should have been built, or should have given the right answers, and did not.
    Failed,
    /// It was not tried, because something it rests on is missing.
    Skipped,
}

impl Status {
    /// The word used in tables and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Built => "built",
            Self::Unsupported => "unsupported",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A row of `artifacts.csv`: a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactRow {
    /// The case id, `program/variant/toolchain/goos-goarch[/stripped]`.
    pub id: String,
    /// Name of the program.
    pub program: String,
    /// Name of the variant.
    pub variant: String,
    /// The Go release, e.g. `go1.27.3`.
    pub toolchain: String,
    /// `GOOS/GOARCH`, e.g. `linux/amd64`.
    pub target: String,
    /// Whether the artifact went through `strip`.
    pub stripped: bool,
    /// What became of it.
    pub status: Status,
    /// Why it is not `built`, in the words of the tool that refused; empty where it is.
    pub reason: String,
    /// The `CGO_ENABLED` that Go recorded in the artifact (`0` or `1`), empty where unknown.
    pub cgo_enabled: String,
    /// Lower-case hexadecimal SHA-256 of the artifact.
    pub sha256: String,
    /// Size of the file in bytes.
    pub size: Option<u64>,
    /// The command that built it, with `$GOROOT`, `$CACHE` and `$SRC` for paths.
    pub command: String,
    /// The whole environment of that command, `NAME=value` joined by spaces and quoted for a shell.
    pub environment: String,
}

/// A row of `facts.csv`: an exact property of an artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRow {
    /// The case id.
    pub case: String,
    /// Standard name of the property, e.g. `relocations`.
    pub metric: String,
    /// What it is a property of: a section, a relocation type, a library; empty for the whole file.
    pub key: String,
    /// `bytes`, `count`, `bool` or `text`.
    pub unit: String,
    /// The value, where it is a number; for `bool` 0 or 1.
    pub number: Option<u64>,
    /// The value, where it is a text.
    pub text: String,
}

/// How a timed start ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartStatus {
    /// With the expected status.
    Ok,
    /// With another exit status.
    WrongStatus,
    /// By a signal.
    Signal,
    /// Killed by gopie when its time was up.
    Timeout,
    /// It ended and left processes behind, which gopie killed.
    LeftProcesses,
}

impl StartStatus {
    /// The word used in tables and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::WrongStatus => "wrong-status",
            Self::Signal => "signal",
            Self::Timeout => "timeout",
            Self::LeftProcesses => "left-processes",
        }
    }
}

/// A row of `starts.csv.gz`: one timed start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartRow {
    /// Number of the start within the run.
    pub start: u64,
    /// The case id, or the case id of the control's original with the control as variant.
    pub case: String,
    /// `pinned` to one CPU, or `scheduled` as the kernel likes.
    pub affinity: String,
    /// What `GOMAXPROCS` comes to: `1` or `all`.
    pub gomaxprocs: String,
    /// How the file came into the page cache: `faulted`, `written` or `tmpfs`.
    pub cache: String,
    /// The function layout: `default`, or a `-randlayout` seed.
    pub layout: String,
    /// Number of the fresh copy of the artifact.
    pub copy: u32,
    /// Number of the block.
    pub block: u32,
    /// Number of the round within the block.
    pub round: u32,
    /// Place within the round.
    pub position: u32,
    /// Bytes of the child's environment, terminators included.
    pub environment_bytes: u32,
    /// How it ended.
    pub status: StartStatus,
}

/// A row of `samples.csv.gz`: one observation of one start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleRow {
    /// Number of the start.
    pub start: u64,
    /// `cpu-time`, `wall-time` or `minor-faults`.
    pub metric: String,
    /// `seconds` or `count`.
    pub unit: String,
    /// The value.
    pub value: f64,
}

/// A row of `blocks.csv`: a block and its controls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BlockRow {
    /// Number of the block.
    pub block: u32,
    /// Name of the program.
    pub program: String,
    /// `pinned` or `scheduled`.
    pub affinity: String,
    /// What `GOMAXPROCS` comes to: `1` or `all`.
    pub gomaxprocs: String,
    /// The two together, as `estimates.csv` names them.
    pub condition: String,
    /// How the files came into the page cache: `faulted`, `written` or `tmpfs`.
    pub cache: String,
    /// The function layout: `default`, or a `-randlayout` seed.
    pub layout: String,
    /// Number of the fresh copies.
    pub copy: u32,
    /// The CPU that a pinned block ran on.
    pub cpu: Option<u32>,
    /// CPUs that its starts could run on.
    pub cpus: u32,
    /// Rounds that were finished.
    pub rounds: u32,
    /// Seconds from the first start to the last end.
    pub seconds: f64,
    /// What decided how long it lasted: `pilot` (as long as was needed) or `budget` (as long as there was).
    pub length_by: String,
    /// Bytes of the environment of its starts.
    pub environment_bytes: u32,
    /// Starts of the sentinel.
    pub sentinel_starts: u32,
    /// Median of their wall times, in seconds.
    pub sentinel_seconds: Option<f64>,
    /// Share of them that was slow.
    pub sentinel_slow: Option<f64>,
    /// Seconds that the hypervisor took from this machine meanwhile (`steal` of `/proc/stat`).
    pub steal_seconds: Option<f64>,
    /// Seconds in which some task waited for a CPU (`/proc/pressure/cpu`, `some total`).
    pub cpu_pressure_seconds: Option<f64>,
    /// Seconds by which the clocks ran apart.
    pub clock_jump_seconds: f64,
    /// What the kernel takes the time from.
    pub clock_source: String,
    /// Page faults with I/O, all starts together.
    pub major_faults: u64,
    /// Times that the starts gave up the CPU.
    pub voluntary_switches: u64,
    /// Times that the CPU was taken from them.
    pub involuntary_switches: u64,
    /// Pages of all files that its starts use.
    pub pages: u64,
    /// How many of them were in the page cache before.
    pub resident_before: u64,
    /// And after.
    pub resident_after: u64,
    /// Folios that they belonged to before; empty where the kernel does not say.
    pub folios_before: Option<u64>,
    /// And after.
    pub folios_after: Option<u64>,
    /// Whether the files were locked in memory by another process.
    pub held: bool,
    /// Whether fresh copies stood in for the loader and the libraries.
    pub libraries_replicated: bool,
    /// Huge pages of anonymous memory: the chosen word of `transparent_hugepage/enabled`.
    pub huge_pages: String,
    /// `randomize_va_space`.
    pub address_randomisation: String,
    /// The file system that the files are on.
    pub file_system: String,
    /// Why wall times of the block do not count; empty where it was quiet.
    pub unquiet: String,
    /// Whether the block is left out.
    pub voided: bool,
    /// Why.
    pub reason: String,
}

/// A row of `estimates.csv`: a statistic over samples, with its interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EstimateRow {
    /// `case`, `contrast`, or `cost` of a variant against the proposal.
    pub kind: String,
    /// The case id, or the name of the contrast, or of the variant.
    pub name: String,
    /// Name of the program.
    pub program: String,
    /// The Go release.
    pub toolchain: String,
    /// `GOOS/GOARCH`.
    pub target: String,
    /// What was measured: `cpu-time`, `wall-time`, `minor-faults` ...
    pub metric: String,
    /// `pinned`, `scheduled`, `pinned-gomaxprocs-all` or `scheduled-gomaxprocs-1`.
    pub condition: String,
    /// How the files came into the page cache: `faulted`, `written` or `tmpfs`.
    pub cache: String,
    /// What the units are: copies of `this-layout`, or layouts (`over-layouts`).
    pub scope: String,
    /// `centre` of a case; `ratio` (changed / base) or `difference` (changed - base) of a contrast ...
    pub statistic: String,
    /// `seconds`, `count` or `ratio`.
    pub unit: String,
    /// The estimate.
    pub estimate: f64,
    /// Lower end of the interval; empty where there are too few units for one.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
    /// Lower end of the interval that holds together with all others of the family; empty outside it.
    pub low_simultaneous: Option<f64>,
    /// Its upper end.
    pub high_simultaneous: Option<f64>,
    /// Confidence of the interval, e.g. 0.95.
    pub confidence: f64,
    /// Independent units that the interval rests on: fresh copies, or layouts.
    pub units: u32,
    /// Starts behind it, of both sides for a contrast.
    pub starts: u64,
    /// The first 16 digits of the SHA-256 of the samples' file.
    pub samples_sha256: String,
}

impl EstimateRow {
    /// The row with an estimate in it.
    pub fn with(self, estimate: Estimate, confidence: f64) -> Self {
        Self {
            estimate: estimate.mean,
            low: estimate.interval.map(|(low, _)| low),
            high: estimate.interval.map(|(_, high)| high),
            confidence,
            units: u32::try_from(estimate.units).unwrap_or(u32::MAX),
            ..self
        }
    }
}
