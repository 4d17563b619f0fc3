//! `gopie why-cgo`.

use std::env;
use std::io::{Write, stdout};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::cache::Cache;
use crate::imports::{self, Asked, Place};
use crate::interrupt;
use crate::target;
use crate::toolchain::{self, Folders};
use crate::ui::say;

const EXAMPLES: &str = "\
Examples:
  gopie why-cgo                                the package in this folder
  gopie why-cgo ./cmd/server                   a command of a module
  gopie why-cgo net/http os/user               packages of the standard library
  gopie why-cgo --format json . | jq .needs_cgo
  gopie why-cgo --go 1.24 --no-build ./cmd/server

A name that is a folder is that folder; any other is the import path of a
package, of the standard library or of a module that the go.mod of this
folder requires. `go` is asked in a clean environment: settings such as
GOFLAGS and workspaces do not bear on the answer, and modules are fetched
into gopie's own cache.

What the import graph leaves open is tried: the package is compiled without
cgo, and where that fails once more with cgo. That it compiles does not say
that it does the same: what stands in for C is named, to be read.

Exit status: 0 well, whether or not it needs C; 2 usage, no such package or a
missing tool; 3 it cannot be listed or compiled.";

/// Whether a Go package needs C, why, and what to build it with.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct WhyCgo {
    /// Packages or folders
    #[arg(value_name = "PACKAGE-OR-FOLDER", default_value = ".")]
    packages: Vec<String>,
    /// The Go toolchain: a release such as 1.27.3, its folder, or its `go` command
    #[arg(long, value_name = "RELEASE|PATH")]
    go: Option<String>,
    /// Only read the import graph, and compile nothing
    #[arg(long)]
    no_build: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// A JSON object for each package, one a line
    Json,
}

impl WhyCgo {
    pub(super) fn run(self) -> Result<u8> {
        let here = env::current_dir().context("cannot find the current folder")?;
        let places: Vec<Place> =
            self.packages.iter().map(|named| Place::named(named, &here)).collect::<Result<_>>()?;
        let cache = Cache::open()?;
        let tell = |text: &str| say(&format!("note: {text}"));
        let toolchain = toolchain::find(self.go.as_deref(), &cache, &tell, interrupt::flag())?;
        let c_compiler = toolchain::c_compiler();
        let (folders, target) = (Folders::open(&cache)?, target::host());
        let asked = Asked {
            toolchain: &toolchain,
            c_compiler: c_compiler.as_ref(),
            target: &target,
            folders: &folders,
            cache: &cache,
            fetches: true,
        };
        let mut out = stdout().lock();
        for (number, place) in places.iter().enumerate() {
            let declaration = imports::declare(&asked, place, !self.no_build)?;
            match self.format {
                Format::Table => {
                    let gap = if number == 0 { "" } else { "\n" };
                    write!(out, "{gap}{}", declaration.text())?;
                }
                Format::Json => {
                    serde_json::to_writer(&mut out, &declaration)?;
                    writeln!(out)?;
                }
            }
        }
        out.flush()?;
        Ok(0)
    }
}
