//! The facts of any ELF files: single ones, folders of them, members of archives, on all cores and in order.
//!
//! What a file's bytes tell is left to `elf`, what was typed to `cli`. Here are the files: `walk` (which),
//! `file` and `archive` (their bytes), `order` (all cores, one order), `part` (what is handed over), `view`
//! with `record` (JSON), `flat` (CSV) and `table`, `tally` (the summary).

mod archive;
mod file;
mod flat;
mod order;
mod part;
mod record;
mod table;
mod tally;
mod view;
mod walk;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::interrupt;
use part::{Output, Part};
pub(crate) use table::shown;
pub use tally::Tally;
use view::View;
use walk::{Found, walk};

/// How entries are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// One JSON object a line.
    Json,
    /// One row a file, below a header.
    Csv,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Options {
    /// Files, folders, archives; `-` for a list of paths on stdin.
    pub paths: Vec<PathBuf>,
    /// How they are told.
    pub format: Format,
    /// Whether the SHA-256 of each is told.
    pub hash: bool,
    /// Whether paths on stdin end with a zero byte rather than a line break.
    pub null: bool,
}

impl Options {
    /// Whether more than one file may come.
    pub fn many(&self) -> bool {
        self.paths.len() > 1 || self.sweeps()
    }

    fn sweeps(&self) -> bool {
        self.paths.iter().any(|path| path == Path::new("-") || path.is_dir())
    }
}

/// Tells the facts of all that is asked for on `out`, and errors on stderr as they come.
///
/// An error is one of `out`, or Ctrl-C; what is wrong with a file is in the tally.
pub fn run(options: &Options, out: &mut (impl Write + Send)) -> Result<Tally> {
    let view = match options.format {
        Format::Json => View::Json,
        Format::Csv => View::Csv,
        Format::Table if options.many() || options.paths.iter().any(|path| file::is_archive(path)) => {
            View::Lines
        }
        Format::Table => View::Block,
    };
    out.write_all(&view.header()).context("cannot write")?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = if options.sweeps() { cores } else { cores.min(options.paths.len()) };
    let mut tally = Tally::default();
    let mut sink = |part: Part| {
        out.write_all(&part.text).context("cannot write")?;
        part.seen.into_iter().for_each(|seen| tally.add(seen));
        Ok(())
    };
    let end = if options.null { 0 } else { b'\n' };
    order::in_order(walk(options.paths.clone(), end), workers, &mut sink, |found, hand_over| {
        interrupt::check()?;
        let mut output = Output::new(view, hand_over);
        match found {
            Found::File { path, named } => file::inspect(&path, named, options.hash, &mut output)?,
            Found::PassedOver(why) => output.passed_over(why)?,
            Found::Failed { path, error } => output.failure(&path, None, error)?,
        }
        Ok(output.finish())
    })?;
    out.flush().context("cannot write")?;
    Ok(tally)
}
