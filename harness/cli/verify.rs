//! `gopie verify`.

use std::env;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};

use super::run::duration;
use super::{asked, run_folder};
use crate::cache::Cache;
use crate::config::RunKind;
use crate::hint::HintExt;
use crate::interrupt::Interrupted;
use crate::pipeline::{self, Options};
use crate::results::{EstimateRow, Run, RunInfo};
use crate::ui::say;
use crate::verify::{Found, Made, exact, sampled};

const EXAMPLES: &str = "\
Examples:
  gopie verify reference                    all that results/reference claims
  gopie verify --programs hello,fzf /tmp/a-run
  gopie verify --facts-only reference       without timing anything

What the run was asked for is built again, with the toolchains that it names,
and compared: what Go alone made must be the same to the byte; what a C compiler,
a linker or strip had a hand in may differ where these do, which are named. Then
contrasts are timed again, and their intervals set beside the published ones.

Exit status: 0 reproduced; 1 an exact fact is another; 2 usage; 3 no answer.";

/// Build again what a run claims, and compare
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Verify {
    /// Name of a run in `results`, or the folder of one
    run: PathBuf,
    /// Only these programs
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    programs: Vec<String>,
    /// Time nothing
    #[arg(long)]
    facts_only: bool,
    /// Time for all timed starts together
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    budget: Duration,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

impl Verify {
    pub(super) fn run(self) -> Result<u8> {
        let folder = run_folder(&self.run)?;
        let mut run = Run::load(&folder)?;
        self.keep_programs(&mut run)?;
        let options = options(&run.info)?;
        say(&format!("building again what {} claims, in a cache without any builds", folder.display()));
        let shared = Cache::open()?;
        let scratch = shared.scratch()?;
        let cache = shared.anew(scratch.path().join("gopie"))?;
        let wanted = run.artifacts.iter().map(|row| row.id.as_str()).collect();
        let (info, artifacts, facts) = pipeline::facts_again(&cache, &options, &wanted)?;
        let published = Made { info: &run.info, artifacts: &run.artifacts, facts: &run.facts };
        let own = Made { info: &info, artifacts: &artifacts, facts: &facts };
        let mut verified = exact(published, own);
        let nothing = verified.differing.iter().filter(|one| one.found == Found::NotBuilt).count();
        if nothing == verified.cases {
            return Err(anyhow!("nothing of {} could be built here", folder.display())).hint(
                "it may be of another machine, or of releases that cannot be had: see `gopie run --list`",
            );
        }
        let mut untimed = false;
        if !self.facts_only && !run.info.facts_only && !run.blocks.is_empty() {
            match self.starts(&cache, &run.info, options) {
                Ok(here) => verified.intervals = sampled(&run.estimates, &here),
                // What was found so far is told also where starts cannot be timed.
                Err(error) if error.is::<Interrupted>() => return Err(error),
                Err(error) => {
                    untimed = true;
                    say(&format!("warning: nothing was timed: {error:#}"));
                }
            }
        }
        let mut out = stdout().lock();
        match self.format {
            Format::Text => out.write_all(verified.text().as_bytes())?,
            Format::Json => {
                serde_json::to_writer(&mut out, &verified)?;
                writeln!(out)?;
            }
        }
        out.flush()?;
        Ok(match (verified.mismatches(), untimed) {
            (true, _) => 1,
            (false, true) => 3,
            (false, false) => 0,
        })
    }

    /// Times the contrasts of the run's first toolchain again.
    fn starts(&self, cache: &Cache, info: &RunInfo, options: Options) -> Result<Vec<EstimateRow>> {
        let programs = info.programs.iter().map(|program| program.name.clone());
        let timed = Options {
            kind: info.kind.min(RunKind::Default),
            programs: if self.programs.is_empty() && info.kind < RunKind::Full {
                options.programs.clone()
            } else {
                programs.collect()
            },
            go: options.go.iter().take(1).cloned().collect(),
            targets: Vec::new(),
            budget: Some(self.budget),
            ..options
        };
        pipeline::starts_again(cache, &timed)
    }

    /// Leaves only the programs that are to be verified.
    fn keep_programs(&self, run: &mut Run) -> Result<()> {
        if self.programs.is_empty() {
            return Ok(());
        }
        let of = |name: &String| run.artifacts.iter().any(|row| row.program == *name);
        if let Some(unknown) = self.programs.iter().find(|name| !of(name)) {
            return Err(anyhow!("the run has no program `{unknown}`"))
                .usage("its run.json and artifacts.csv name them");
        }
        run.artifacts.retain(|row| self.programs.contains(&row.program));
        run.info.programs.retain(|program| self.programs.contains(&program.name));
        run.estimates.retain(|row| self.programs.contains(&row.program));
        Ok(())
    }
}

/// What a run was asked for, with the toolchains that it had.
fn options(info: &RunInfo) -> Result<Options> {
    let mut options = asked(&info.command, env::temp_dir())?;
    let releases = info.toolchains.iter().map(|one| one.release.trim_start_matches("go").to_owned());
    options.go = releases.collect();
    Ok(options)
}
