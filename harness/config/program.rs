//! A program under test: where its source is, what it must answer, what it works on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ladder::Rung;
use super::variant::Variant;

/// The kinds of run, from the shortest to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunKind {
    /// For CI and a first look.
    Quick,
    /// The main job.
    Default,
    /// The published evidence.
    Full,
}

/// Which contrasts of a program are timed in a default run; a full run times them all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Contrasts {
    /// Only the primary ones.
    #[default]
    Primary,
    /// All of them.
    All,
}

/// Where a program's source is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "SourceTable", into = "SourceTable")]
pub enum Source {
    /// A package of a Go module.
    Module {
        /// The module's folder, relative to `programs.toml`.
        folder: String,
        /// The package, as `go build` takes it, e.g. `.` or `./cmd/server`.
        package: String,
    },
    /// A package of the toolchain's own source tree, e.g. `cmd/gofmt`.
    Toolchain(String),
    /// A reference program in C: every `*.c` of a folder, relative to `programs.toml`, compiled together.
    C(String),
    /// Generated: a rung of the relocation ladder.
    Ladder(Rung),
}

/// The language of a program: which variants it is built as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Go: a program under test.
    #[default]
    Go,
    /// C: a reference program, built by the C compiler alone.
    C,
}

impl Source {
    /// The language of what is there.
    pub fn language(&self) -> Language {
        match self {
            Self::Module { .. } | Self::Toolchain(_) | Self::Ladder(_) => Language::Go,
            Self::C(_) => Language::C,
        }
    }
}

/// The keys of a `source` table.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    toolchain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ladder: Option<Rung>,
}

impl TryFrom<SourceTable> for Source {
    type Error = &'static str;

    fn try_from(table: SourceTable) -> Result<Self, Self::Error> {
        match table {
            SourceTable { module: Some(folder), package, toolchain: None, c: None, ladder: None } => {
                Ok(Self::Module { folder, package: package.unwrap_or_else(|| ".".to_owned()) })
            }
            SourceTable { module: None, package: None, toolchain: Some(package), c: None, ladder: None } => {
                Ok(Self::Toolchain(package))
            }
            SourceTable { module: None, package: None, toolchain: None, c: Some(folder), ladder: None } => {
                Ok(Self::C(folder))
            }
            SourceTable { module: None, package: None, toolchain: None, c: None, ladder: Some(rung) } => {
                Ok(Self::Ladder(rung))
            }
            _ => Err("a source is { module = \"folder\" }, with package = \"./cmd/name\" if it is not the \
                      folder itself, or { toolchain = \"cmd/name\" }, or { c = \"folder\" }"),
        }
    }
}

impl From<Source> for SourceTable {
    fn from(source: Source) -> Self {
        match source {
            Source::Module { folder, package } => {
                Self { module: Some(folder), package: Some(package), ..Self::default() }
            }
            Source::Toolchain(package) => Self { toolchain: Some(package), ..Self::default() },
            Source::C(folder) => Self { c: Some(folder), ..Self::default() },
            Source::Ladder(rung) => Self { ladder: Some(rung), ..Self::default() },
        }
    }
}

/// What is fed to a workload on standard input, generated from a seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Input {
    /// Lines of printable ASCII, some of them weak in ways people choose.
    Passwords {
        /// Seed of the generator.
        seed: u64,
        /// Number of lines.
        lines: u32,
    },
    /// A syntactically valid, badly laid out Go file.
    GoSource {
        /// Seed of the generator.
        seed: u64,
        /// Number of functions.
        functions: u32,
    },
    /// A Go module of many small packages that import one another, as a folder.
    GoModule {
        /// Seed of the generator.
        seed: u64,
        /// Number of packages.
        packages: u32,
    },
    /// Paths as a large source tree has them, one a line.
    Paths {
        /// Seed of the generator.
        seed: u64,
        /// Number of lines.
        lines: u32,
    },
    /// A folder of valid, badly laid out bash scripts.
    ShellScripts {
        /// Seed of the generator.
        seed: u64,
        /// Number of scripts.
        files: u32,
        /// Functions in each of them.
        functions: u32,
    },
    /// A folder with the source of a site: Markdown pages, templates, style sheets.
    Site {
        /// Seed of the generator.
        seed: u64,
        /// Number of pages.
        pages: u32,
    },
    /// The same pages with the configuration and layouts that Hugo takes.
    HugoSite {
        /// Seed of the generator.
        seed: u64,
        /// Number of pages.
        pages: u32,
    },
    /// A configuration of many sites, in Caddy's own format.
    Caddyfile {
        /// Seed of the generator.
        seed: u64,
        /// Number of sites.
        sites: u32,
    },
}

/// A command of a program and what it must answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Arguments; `{input}` stands for the generated input's path, `{goroot}` for the toolchain's root,
    /// `{scratch}` for an empty folder, `{release}` for the Go release and `{target}` for `GOOS/GOARCH`.
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment beside the fixed one, with the same placeholders.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The expected exit status.
    #[serde(default)]
    pub status: i32,
    /// The expected standard output, to the byte, with the same placeholders.
    #[serde(default)]
    pub stdout: String,
}

/// A workload: what the program is for, with a checked answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Arguments, as in [`Answer::args`].
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment beside the fixed one, with the same placeholders.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The generated input: on standard input, or at `{input}` and `{scratch}/input` where the arguments name
    /// either.
    pub input: Option<Input>,
    /// The expected exit status.
    #[serde(default)]
    pub status: i32,
    /// A folder, in which the same placeholders may stand, whose files are the answer in the place of standard
    /// output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<String>,
    /// SHA-256 of the expected standard output, or of the names and contents of those files, by toolchain: the
    /// longest key that the toolchain's name begins with counts, and `any` where none does.
    pub stdout_sha256: BTreeMap<String, String>,
}

/// A program: a table of `programs.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its name, `[a-z0-9.-]+`.
    pub name: String,
    /// What it is, in one line.
    pub what: String,
    /// Where its source is.
    pub source: Source,
    /// Whether a Go program has C of its own, so that it is cgo whatever it imports of the standard library.
    #[serde(default)]
    pub own_c: bool,
    /// Whether builds of it are tried with one flag more or less, and without a C compiler.
    #[serde(default, skip_serializing_if = "is_false")]
    pub trials: bool,
    /// The program that it is modelled on, another one of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<String>,
    /// The shortest kind of run that has it.
    pub runs: RunKind,
    /// The variants that it is built as; where none is named, all of its language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<String>,
    /// Whether it is built as the variants that only a full run has: the whole sets of more distributions.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub distributions: bool,
    /// Which of its contrasts a default run times.
    #[serde(default)]
    pub contrasts: Contrasts,
    /// The start-up command: the least it can do.
    pub start: Answer,
    /// The workload.
    pub workload: Workload,
    /// A shorter workload that keeps the CPU busy: speed is timed on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<Workload>,
}

impl Program {
    /// Whether it is built as that variant.
    pub fn is_built_as(&self, variant: &Variant) -> bool {
        variant.language == self.source.language()
            && (self.variants.is_empty() || self.variants.contains(&variant.name))
            && (self.distributions || !variant.is_only_in_full_runs())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

fn yes() -> bool {
    true
}
