//! `gopie export`.

use std::io::{Write, stdout};
use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};

use super::run_folder;
use crate::hint::HintExt;
use crate::results::{Run, benchmark_format};

const EXAMPLES: &str = "\
Examples:
  gopie export reference > starts.txt
  benchstat -col /variant -filter '/program:hello /variant:(static OR pie-internal)' starts.txt

A line is a fresh copy of an artifact, the independent unit of a run: the median
of its starts. What the format cannot say (rounds, blocks, exact facts) stays in
the run.";

/// A run in the Go benchmark format, for benchstat
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Export {
    /// Name of a run in `results`, or the folder of one
    #[arg(default_value = "local")]
    run: PathBuf,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Go)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// The Go benchmark format
    Go,
}

impl Export {
    pub(super) fn run(self) -> Result<u8> {
        let Format::Go = self.format;
        let folder = run_folder(&self.run)?;
        let run = Run::load(&folder)?;
        let text = benchmark_format(&run.info, &run.estimates);
        if !text.contains("\nBenchmark") {
            return Err(anyhow!("{} timed no starts", folder.display()))
                .hint("a run without --facts-only, and with time for eight copies of each artifact, does");
        }
        let mut out = stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()?;
        Ok(0)
    }
}
