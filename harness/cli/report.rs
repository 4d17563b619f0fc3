//! `gopie report`.

use std::env;
use std::io::{Write, stdout};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::run_folder;
use crate::pipeline;

const EXAMPLES: &str = "\
Examples:
  gopie report                 the run results/local
  gopie report reference       the run results/reference
  gopie report /tmp/a-run      a run that somebody sent
  gopie report local --criterion target/criterion --baseline before
                               beside what `cargo bench -- --save-baseline before` found";

/// Render the report of a run again from what is on disk.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Report {
    /// Name of a run in `results`, or the folder of one
    #[arg(default_value = "local")]
    run: PathBuf,
    /// Set the start-up benches in a folder of Criterion's beside the run
    #[arg(long, value_name = "DIR")]
    criterion: Option<PathBuf>,
    /// Which of Criterion's baselines; `new` is the latest
    #[arg(long, value_name = "NAME", default_value = "new", requires = "criterion")]
    baseline: String,
}

impl Report {
    pub(super) fn run(self) -> Result<u8> {
        let here = env::current_dir().context("the current folder cannot be found")?;
        let run = run_folder(&self.run)?;
        let criterion = self.criterion.as_deref().map(|folder| (folder, self.baseline.as_str()));
        let report = pipeline::render(&run, &here.join("report"), criterion)?;
        writeln!(stdout(), "{}", report.display())?;
        Ok(0)
    }
}
