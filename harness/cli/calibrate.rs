//! `gopie calibrate`.

use std::env;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use super::run::duration;
use crate::calibrate::{self, Wanted};
use crate::results::Setting;

const EXAMPLES: &str = "\
Examples:
  gopie calibrate                          all of it: nearly four hours
  gopie calibrate --budget 10m             as much as ten minutes allow; the next call goes on
  gopie calibrate --short 0 --full 0 --known 0 --spread 20
                                           one contrast again and again: how far apart the answers are";

/// Measure the measuring: comparisons of which the answer is known.
///
/// Copies of the same bytes, and effects of known size, on a quiet machine and under load. Results go to
/// `results/calibration`, what they come to goes to `report/calibration`, both in the current folder.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Calibrate {
    /// Comparisons of copies for 2 s, in each setting
    #[arg(long, default_value_t = 1000)]
    short: u32,
    /// Comparisons of copies for 30 s, in each setting
    #[arg(long, default_value_t = 100)]
    full: u32,
    /// Comparisons of each known effect for 2 s, in each setting
    #[arg(long, default_value_t = 16)]
    known: u32,
    /// Repetitions of pie-internal against static for 30 s, in each setting but bursts
    #[arg(long, default_value_t = 0)]
    spread: u32,
    /// Only in these settings: quiet, other-loaded, same-bursts
    #[arg(long, value_delimiter = ',', value_name = "SETTINGS", value_parser = setting)]
    settings: Vec<Setting>,
    /// Stop after this time, such as 30m; the next call goes on
    #[arg(long, value_name = "TIME", value_parser = duration)]
    budget: Option<Duration>,
    /// The Go toolchain: a release such as 1.27.3, or the path of a Go
    #[arg(long, value_name = "RELEASE|PATH")]
    go: Option<String>,
    /// Measure nothing; render again what is there
    #[arg(long)]
    render: bool,
    /// Put the figures into this file too, between the lines that say where
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
}

fn setting(word: &str) -> Result<Setting, String> {
    let known = Setting::ALL.into_iter().find(|setting| setting.word() == word);
    known.ok_or_else(|| {
        let all = Setting::ALL.map(Setting::word).join(", ");
        format!("the settings are {all}")
    })
}

impl Calibrate {
    pub(super) fn run(self) -> Result<u8> {
        let out: PathBuf = env::current_dir().context("the current folder cannot be found")?;
        let folder = out.join(calibrate::FOLDER);
        let wanted = Wanted {
            settings: if self.settings.is_empty() { Setting::ALL.to_vec() } else { self.settings },
            short: self.short,
            full: self.full,
            known: self.known,
            spread: self.spread,
            budget: self.budget,
            go: self.go,
        };
        if !self.render {
            calibrate::calibrate(&wanted, &folder)?;
        }
        let page = calibrate::render(&folder, &out.join("report/calibration"))?;
        if let Some(file) = self.into {
            calibrate::splice(&folder, &file)?;
        }
        let text =
            std::fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
        writeln!(stdout(), "{text}\n{}", page.display())?;
        Ok(0)
    }
}
