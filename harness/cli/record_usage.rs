//! `gopie record-usage`: what gopie calls itself as, to run a tool of a build; nobody types it.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::build;

/// Run a tool and add what it used to a file.
#[derive(Debug, Args)]
pub(super) struct RecordUsage {
    /// The file
    file: PathBuf,
    /// The tool
    program: OsString,
    /// Its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

impl RecordUsage {
    pub(super) fn run(self) -> Result<u8> {
        build::record(&self.file, &self.program, &self.args)
    }
}
