//! What was typed: one file a command. No work is done here.

mod calibrate;
mod compare;
mod diff;
mod doctor;
mod export;
mod inspect;
mod probe;
mod record_usage;
mod report;
mod run;
mod verify;
mod why_cgo;

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::{Parser, Subcommand};

use crate::pipeline::Options;

/// What -buildmode=pie costs and buys a Go program, settled with reproducible evidence.
///
/// Without a command it does the main job: `gopie run`.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::Run,
}

const EXAMPLES: &str = "\
Examples:
  gopie                      the main job: build, measure, report
  gopie run --quick          a first look, in two minutes
  gopie doctor               what this machine can measure
  gopie diff OLD NEW         where the bytes of two binaries differ
  gopie report reference     render the report of results/reference again
  gopie inspect /usr/bin     the facts of ELF files
  gopie probe list           experiments on any binary
  gopie why-cgo ./cmd/tool   whether a package needs C, and why
  gopie compare OLD NEW      regressions between binaries or runs
  gopie verify reference     build all of a run again, and compare

Exit status: 0 well; 1 a regression or mismatch; 2 usage or a missing tool; 3 no answer (a case failed,
input unreadable); 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Calibrate(calibrate::Calibrate),
    Compare(compare::Compare),
    Diff(diff::Diff),
    Doctor(doctor::Doctor),
    Export(export::Export),
    Report(report::Report),
    Inspect(inspect::Inspect),
    Probe(probe::Probe),
    Verify(verify::Verify),
    WhyCgo(why_cgo::WhyCgo),
    #[command(hide = true)]
    RecordUsage(record_usage::RecordUsage),
}

impl Cli {
    /// Does what was asked; gives the exit status.
    pub fn run(self) -> Result<u8> {
        match self.command {
            None => self.run.run(),
            Some(Command::Run(run)) => run.run(),
            Some(Command::Calibrate(calibrate)) => calibrate.run(),
            Some(Command::Compare(compare)) => compare.run(),
            Some(Command::Diff(diff)) => diff.run(),
            Some(Command::Doctor(doctor)) => doctor.run(),
            Some(Command::Export(export)) => export.run(),
            Some(Command::Report(report)) => report.run(),
            Some(Command::Inspect(inspect)) => inspect.run(),
            Some(Command::Probe(probe)) => probe.run(),
            Some(Command::Verify(verify)) => verify.run(),
            Some(Command::WhyCgo(why)) => why.run(),
            Some(Command::RecordUsage(record)) => record.run(),
        }
    }
}

/// The folder of a run: of that name in `results`, else the folder itself.
fn run_folder(run: &Path) -> Result<PathBuf> {
    let here = env::current_dir().context("the current folder cannot be found")?;
    let named = here.join("results").join(run);
    Ok(if named.is_dir() { named } else { run.to_owned() })
}

/// What a run was asked for, from the command line that it keeps.
fn asked(command: &[String], out: PathBuf) -> Result<Options> {
    let words = std::iter::once("gopie").chain(command.iter().map(String::as_str));
    let cli =
        Cli::try_parse_from(words).context("the command line that the run keeps is none of this gopie's")?;
    match cli.command {
        None => Ok(cli.run.options(out)),
        Some(Command::Run(run)) => Ok(run.options(out)),
        Some(_) => Err(anyhow!("`gopie {}` makes no run", command.join(" "))),
    }
}
