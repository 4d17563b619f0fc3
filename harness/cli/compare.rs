//! `gopie compare`.

use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;

use super::run::duration;
use crate::cache::Cache;
use crate::compare::starts::{self, Found, Starts, Wanted};
use crate::compare::{Comparison, Format, How, Policy, Side};
use crate::hint::HintExt;
use crate::measure::strays::Watch;
use crate::ui::say;

const EXAMPLES: &str = "\
Examples:
  gopie compare old/tool new/tool                  exact facts of two binaries
  gopie compare old new                            of two folders of them
  gopie compare results/base results/local         of two runs
  gopie compare --format markdown old new >> $GITHUB_STEP_SUMMARY
  gopie compare --measure old/tool new/tool -- --version
                                                   how both start, here and now

Exact facts are compared, and each change is classed by a policy: worse, better
or neutral. Timing is never judged across runs: --measure starts both binaries
in the same rounds. What it allows is judged over copies, so that copies of the
same bytes are called slower as rarely as --false-alarms says, however many
binaries are compared.

Exit status: 0 no regression; 1 a regression; 2 usage; 3 no answer.";

/// Regressions between two runs, binaries or folders of them; --measure: between how they start
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that one types")]
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Compare {
    /// A binary, a folder of them, or the folder of a run
    #[arg(required_unless_present = "policy_example")]
    base: Option<PathBuf>,
    /// Another one
    #[arg(required_unless_present = "policy_example")]
    new: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Also write it into this file, in the format that its ending names: .txt, .md, .json or .xml
    #[arg(long, value_name = "FILE")]
    output: Vec<PathBuf>,
    /// What is worse, better or neutral
    #[arg(long, value_name = "FILE", conflicts_with = "measure")]
    policy: Option<PathBuf>,
    /// Print the policy that is used where none is named
    #[arg(long, exclusive = true)]
    policy_example: bool,
    /// Of runs: every changed fact of an artifact that Go alone made is a regression
    #[arg(long, conflicts_with = "measure")]
    strict: bool,
    /// What only the base has is no loss
    #[arg(long, conflicts_with = "measure")]
    part: bool,
    /// Start both, interleaved, here and now
    #[arg(long)]
    measure: bool,
    /// How much slower a start may be
    #[arg(long, value_name = "PERCENT", default_value = "1%", value_parser = percent, requires = "measure")]
    threshold: f64,
    /// How often copies of the same bytes may be called slower, in all comparisons together
    #[arg(long, value_name = "SHARE", default_value = "0.01", value_parser = share, requires = "measure")]
    false_alarms: f64,
    /// Time for all starts together
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration, requires = "measure")]
    budget: Duration,
    /// Seed of every shuffle
    #[arg(long, default_value_t = 1, requires = "measure")]
    seed: u64,
    /// Arguments that the binaries are started with
    #[arg(last = true, requires = "measure")]
    args: Vec<String>,
}

impl Compare {
    pub(super) fn run(self) -> Result<u8> {
        let mut out = stdout().lock();
        let (Some(base), Some(new)) = (&self.base, &self.new) else {
            out.write_all(Policy::example().as_bytes())?;
            return Ok(0);
        };
        let outputs: Vec<(&PathBuf, Format)> =
            self.output.iter().map(|path| Ok((path, ending(path)?))).collect::<Result<_>>()?;
        let (base, new) = (Side::load(base)?, Side::load(new)?);
        let (render, status): (Box<dyn Fn(Format) -> Result<String>>, u8) = if self.measure {
            let wanted = Wanted {
                threshold: self.threshold,
                false_alarms: self.false_alarms,
                budget: self.budget,
                seed: self.seed,
            };
            let cache = Cache::open()?;
            let all = starts::compare(&cache, (&base, &new), &self.args, &wanted, |sitting| {
                // Where the kernel does not tell of children, none can be found.
                if let Ok(watch) = Watch::begin() {
                    sitting.watch(watch);
                }
            })?;
            let (answered, unanswered): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
            let answered: Vec<Starts> = answered.into_iter().flatten().collect();
            let mut errors = unanswered.into_iter().filter_map(Result::err);
            if answered.is_empty()
                && let Some(error) = errors.next()
            {
                return Err(error);
            }
            let mut without = false;
            for error in errors {
                without = true;
                say(&format!("no answer: {error:#}"));
            }
            let slower = answered.iter().any(|one| one.found == Found::Slower);
            let status = if slower {
                1
            } else if without {
                3
            } else {
                0
            };
            (Box::new(move |format| starts::render(&answered, &wanted, format)), status)
        } else {
            let policy = self.policy.as_deref().map(Policy::load).transpose()?.unwrap_or_default();
            let how = How { strict: self.strict, part: self.part };
            let comparison = Comparison::of(&base, &new, &policy, how)?;
            let regressed = comparison.regressed();
            (Box::new(move |format| comparison.render(format)), u8::from(regressed))
        };
        for (path, format) in outputs {
            fs::write(path, render(format)?).with_context(|| format!("cannot write {}", path.display()))?;
        }
        out.write_all(render(self.format)?.as_bytes())?;
        out.flush()?;
        Ok(status)
    }
}

fn ending(path: &Path) -> Result<Format> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("txt") => Ok(Format::Text),
        Some("md") => Ok(Format::Markdown),
        Some("json") => Ok(Format::Json),
        Some("xml") => Ok(Format::Junit),
        _ => Err(anyhow!("{}: its ending names no format", path.display()))
            .usage("let it end in .txt, .md, .json or .xml"),
    }
}

fn percent(text: &str) -> Result<f64> {
    let number = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    match number.filter(|number| (0.0..=1000.0).contains(number)) {
        Some(number) => Ok(number / 100.0),
        None => bail!("a number with % after it, such as 2%"),
    }
}

fn share(text: &str) -> Result<f64> {
    match text.parse::<f64>() {
        Ok(share) if share > 0.0 && share < 0.5 => Ok(share),
        _ => bail!("a number above 0 and below 0.5, such as 0.01"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_percents_are_understood() {
        assert_eq!(percent("2%").ok(), Some(0.02));
        assert_eq!(percent("0.5 %").ok(), Some(0.005));
        assert_eq!(share("0.01").ok(), Some(0.01));
        for bad in ["", "2", "-1%", "nan%", "1e9%"] {
            assert!(percent(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "0", "0.5", "1", "nan", "-0.1"] {
            assert!(share(bad).is_err(), "{bad:?}");
        }
    }
}
