//! `gopie inspect`.

use std::io::{BufWriter, stdout};
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::inspect::{self, Options};
use crate::interrupt::Interrupted;
use crate::ui::say;

const EXAMPLES: &str = "\
Examples:
  gopie inspect /usr/bin/gofmt                            one file
  gopie inspect --format csv /usr/bin > bin.csv           a sweep, with a summary on stderr
  gopie inspect --format json --no-hash lib.a             the members of an archive
  rpm -ql glibc | gopie inspect --format json -           the files of a package
  find . -type f -print0 | gopie inspect --null -         paths with line breaks in them

Exit status: 0 well; 2 usage; 3 something could not be read (the others are done);
130 interrupted. docs/formats.md has all keys and columns.";

/// The exact facts of ELF files: linkage, relocations, sections, hardening, Go build information.
///
/// Folders are walked: what is neither an ELF file nor an archive is passed over and counted, and so are
/// symbolic links. Archives (`.a`, thin ones too) are told member by member. Results come in the order of
/// the walk. What cannot be read is an error on stderr and a row in JSON and CSV; the work goes on.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Inspect {
    /// ELF files, archives, folders; `-` for a list of paths on stdin, one a line
    ///
    /// In a list, what is no ELF file and no archive is passed over, and so are links and folders: a folder
    /// in a list is not walked.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to tell it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Leave out the SHA-256, for which a file has to be read as a whole
    #[arg(long)]
    no_hash: bool,
    /// Paths on stdin end with a zero byte instead of a line break
    #[arg(short = '0', long)]
    null: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people: a block for one file, else a line for each
    Table,
    /// One JSON object a line
    Json,
    /// One row a file, below a header
    Csv,
}

impl Inspect {
    pub(super) fn run(self) -> Result<u8> {
        let options = Options {
            paths: self.paths,
            format: match self.format {
                Format::Table => inspect::Format::Table,
                Format::Json => inspect::Format::Json,
                Format::Csv => inspect::Format::Csv,
            },
            hash: !self.no_hash,
            null: self.null,
        };
        let tally = match inspect::run(&options, &mut BufWriter::with_capacity(1 << 16, stdout())) {
            // Nothing is kept that could be gone on with.
            Err(error) if error.downcast_ref::<Interrupted>().is_some() => {
                say("interrupted");
                return Ok(130);
            }
            tally => tally?,
        };
        if options.many() {
            say(&tally.to_string());
        }
        Ok(if tally.failed() { 3 } else { 0 })
    }
}
