//! `gopie diff`.

use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::diff::{FileDifference, Side};
use crate::hint::HintExt;
use crate::report::{self, Waterfall};

const EXAMPLES: &str = "\
Examples:
  gopie diff fzf-static fzf-pie                    where size and relocations went
  gopie diff --plot pie.svg fzf-static fzf-pie     the same as a waterfall plot
  gopie diff --format json old new | jq .packages
  gopie diff --exit-code old new                   1 if they differ at all

The parts add up to the size of the file on both sides. By Go package goes
what the symbol and pc-line tables tell, which stripped files have too; in
brackets is what belongs to no package.

Exit status: 0 well; 1 with --exit-code if the files differ; 2 usage; 3 a
file cannot be read.";

/// Where the bytes and relocations of two binaries differ: by section, by meaning, by Go package.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Diff {
    /// The old binary
    old: PathBuf,
    /// The new binary
    new: PathBuf,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Every row that differs, not only the most changed sections and packages
    #[arg(long)]
    all: bool,
    /// Draw a waterfall plot into this file: .svg or .png
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Exit with 1 if the files differ
    #[arg(long)]
    exit_code: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// One JSON object
    Json,
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Document<'d> {
    schema: u32,
    old: String,
    new: String,
    #[serde(flatten)]
    difference: &'d FileDifference,
}

impl Diff {
    pub(super) fn run(self) -> Result<u8> {
        let draw = self.plot.as_deref().map(ending).transpose()?;
        let (old, new) = (bytes(&self.old)?, bytes(&self.new)?);
        let difference = FileDifference::of(&side(&self.old, &old)?, &side(&self.new, &new)?)?;
        if let (Some(path), Some(ending)) = (&self.plot, draw) {
            let (old, new) = (name(&self.old), name(&self.new));
            let drawn = report::waterfall(
                &difference.difference,
                Waterfall {
                    what: &format!("{old} to {new}"),
                    old: &old,
                    new: &new,
                    both: "Size of the file, by what the bytes are for",
                },
            )?;
            let bytes = match ending {
                Ending::Svg => drawn.into_bytes(),
                Ending::Png => report::png(&drawn)?,
            };
            fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
        let mut out = stdout().lock();
        match self.format {
            Format::Table => out.write_all(difference.text(self.all).as_bytes())?,
            Format::Json => {
                let [old, new] = [&self.old, &self.new].map(|path| path.display().to_string());
                serde_json::to_writer(&mut out, &Document { schema: 1, old, new, difference: &difference })?;
                writeln!(out)?;
            }
        }
        out.flush()?;
        Ok(u8::from(self.exit_code && !difference.identical))
    }
}

#[derive(Clone, Copy)]
enum Ending {
    Svg,
    Png,
}

/// What kind of picture a path asks for.
fn ending(path: &Path) -> Result<Ending> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("svg") => Ok(Ending::Svg),
        Some("png") => Ok(Ending::Png),
        _ => Err(anyhow!("{}: not a name for a plot", path.display())).usage("let it end in .svg or .png"),
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn side<'b>(path: &Path, bytes: &'b [u8]) -> Result<Side<'b>> {
    let side = Side::read(bytes).with_context(|| format!("{}", path.display()));
    side.hint("gopie diff compares ELF files")
}

/// The name of a file without its folder.
fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
