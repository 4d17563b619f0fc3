//! `gopie run`.

use std::env;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::calibrate;
use crate::config::RunKind;
use crate::pipeline::{self, Options, Summary};
use crate::report;
use crate::results::Status;
use crate::ui::say;

const EXAMPLES: &str = "\
Examples:
  gopie run                                        everything a default run has
  gopie run --quick                                a first look, in two minutes
  gopie run --programs hello,gofmt --budget 30s    some programs, 30 seconds of starts
  gopie run --variants static,pie-internal --list  what would be built and started
  gopie run --programs hello --go 1.21,1.27 --targets all --facts-only
                                                   two releases, every Linux target, nothing timed
  gopie run --config mine                          your own programs.toml (see docs/formats.md)";

/// Build, inspect, measure and report.
///
/// Results go to `results/NAME`, the report to `report/NAME`, both in the current folder. A run that was cut
/// off goes on where it was when it is called again; a finished one is never touched, the next gets a number.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Run {
    /// A first look: two programs, a few seconds of starts
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Everything: all programs and real ones, every contrast, release, target and distribution, speed at work, build
    /// cost, a part built twice
    #[arg(long)]
    full: bool,
    /// Only these programs
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    programs: Vec<String>,
    /// Only these variants, also of those that only a full run has
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    variants: Vec<String>,
    /// Go toolchains: a minor version such as 1.24 (its newest pinned patch), a release such as 1.27.3, or the path of
    /// a Go. With the first all programs are built (the default release where it is among them), with the others
    /// hello and gofmt, or the programs that are named
    #[arg(long, value_delimiter = ',', value_name = "RELEASES|PATHS")]
    go: Vec<String>,
    /// Linux targets as Go names them, such as arm64,riscv64, or `all`: other ones than this machine's are built, never
    /// timed, and started where qemu-user is installed
    #[arg(long, value_delimiter = ',', value_name = "TARGETS")]
    targets: Vec<String>,
    /// Build and inspect; time nothing
    #[arg(long)]
    facts_only: bool,
    /// Time for all timed starts together, such as 60s or 5m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    budget: Option<Duration>,
    /// Seed of every shuffle
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Name of the run
    #[arg(long, default_value = "local", value_parser = name)]
    name: String,
    /// A folder with a programs.toml, and a variants.toml if wanted
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
    /// Also copy every artifact into this folder, for `gopie compare` to set beside later ones
    #[arg(long, value_name = "DIR")]
    artifacts: Option<PathBuf>,
    /// Print what would be built and started, and do nothing
    #[arg(long)]
    list: bool,
}

impl Run {
    pub(super) fn run(self) -> Result<u8> {
        let out = env::current_dir().context("the current folder cannot be found")?;
        let (list_only, artifacts) = (self.list, self.artifacts.clone());
        let mut options = self.options(out);
        options.calibrations = calibrate::beside(&options.out)?;
        options.command = env::args().skip(1).collect();
        if list_only {
            return list(&options);
        }
        let summary = pipeline::run(&options)?;
        if let Some(folder) = artifacts {
            pipeline::keep_artifacts(&options, &folder)?;
        }
        let text = std::fs::read_to_string(&summary.report)
            .with_context(|| format!("cannot read {}", summary.report.display()))?;
        writeln!(stdout(), "{}\n\n{}", report::answer(&text), summary.report.display())?;
        Ok(close(&summary))
    }

    /// What was asked for, with results in that folder.
    pub(super) fn options(self, out: PathBuf) -> Options {
        let kind = match (self.quick, self.full) {
            (true, _) => RunKind::Quick,
            (_, true) => RunKind::Full,
            _ => RunKind::Default,
        };
        Options {
            programs: self.programs,
            variants: self.variants,
            go: self.go,
            targets: self.targets,
            facts_only: self.facts_only,
            budget: self.budget,
            seed: self.seed,
            name: self.name,
            config: self.config,
            out,
            alone: true,
            ..Options::new(kind)
        }
    }
}

fn list(options: &Options) -> Result<u8> {
    let plan = pipeline::plan(options)?;
    let mut out = stdout().lock();
    for case in &plan.cases {
        let variants = plan.timed.iter().filter(|timed| timed.program == case.program);
        let started = variants.flat_map(|timed| &timed.variants).any(|variant| *variant == case.variant);
        let what = if started { "build, start" } else { "build" };
        writeln!(out, "{case}\t{what}")?;
    }
    Ok(0)
}

/// The closing summary; gives the exit status.
fn close(summary: &Summary) -> u8 {
    let cases: Vec<String> =
        summary.cases.iter().map(|(status, n)| format!("{n} {}", status.word())).collect();
    say(&format!("cases: {}; results in {}", cases.join(", "), summary.run.display()));
    let shown = 3;
    for failure in summary.failures.iter().take(shown) {
        say(&format!("failed: {failure}"));
    }
    if summary.failures.len() > shown {
        let more = summary.failures.len() - shown;
        say(&format!("hint: {more} more in {}", summary.run.join("artifacts.csv").display()));
    }
    for reason in &summary.skipped {
        say(&format!("skipped: {reason}"));
    }
    if !summary.skipped.is_empty() {
        say(
            "hint: `go` fetches modules as GOPROXY says; what lies in gopie's cache or in vendor/ needs no network",
        );
    }
    let failed = summary.cases.iter().any(|(status, _)| *status == Status::Failed);
    if failed { 3 } else { 0 }
}

pub(super) fn duration(text: &str) -> Result<Duration> {
    let units = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let found = units.iter().find_map(|(unit, seconds)| {
        let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
        Duration::try_from_secs_f64(number * seconds).ok()
    });
    match found {
        Some(time) if time > Duration::ZERO => Ok(time),
        _ => bail!("a time is a number with ms, s, m or h after it, such as 60s"),
    }
}

fn name(text: &str) -> Result<String> {
    let well = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    if text.is_empty() || text.starts_with('.') || !text.bytes().all(well) {
        bail!("a name is made of a-z, 0-9, `.` and `-`");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_understood() {
        assert_eq!(duration("60s").ok(), Some(Duration::from_secs(60)));
        assert_eq!(duration("1.5m").ok(), Some(Duration::from_secs(90)));
        assert_eq!(duration("250ms").ok(), Some(Duration::from_millis(250)));
        for bad in ["", "60", "s", "-1s", "0s", "1e300h", "nans"] {
            assert!(duration(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_name_cannot_climb_out_of_its_folder() {
        assert!(name("reference").is_ok());
        for bad in ["", "..", "../x", "a/b", ".git"] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }
}
