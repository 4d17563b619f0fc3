//! `gopie doctor`.

use std::io::{Write, stdout};

use anyhow::Result;
use clap::Args;

use crate::cache::Cache;
use crate::doctor::{self, Verdict};

const EXAMPLES: &str = "\
Example:
  gopie doctor";

/// What this machine can and cannot measure, and why.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Doctor {
    /// The Go toolchain: a release such as 1.27.3, or the path of a Go
    #[arg(long, value_name = "RELEASE|PATH")]
    go: Option<String>,
}

impl Doctor {
    pub(super) fn run(self) -> Result<u8> {
        let findings = doctor::examine(self.go.as_deref(), &Cache::open()?);
        let mut out = stdout().lock();
        for finding in &findings {
            writeln!(out, "{:8} {:18} {}", finding.verdict.word(), finding.what, finding.found)?;
            if !finding.hint.is_empty() {
                writeln!(out, "{:27} hint: {}", "", finding.hint)?;
            }
        }
        let missing = findings.iter().any(|finding| finding.verdict == Verdict::Missing);
        Ok(if missing { 2 } else { 0 })
    }
}
