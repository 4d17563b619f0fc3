//! The three formats: each entry as text, however many there are.

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use super::part::Failure;
use super::{flat, record, table};
use crate::elf::Facts;

/// A file or a member of an archive, and its facts.
pub(super) struct Entry<'e> {
    pub(super) path: &'e Path,
    pub(super) member: Option<&'e [u8]>,
    pub(super) sha256: Option<&'e str>,
    pub(super) facts: &'e Facts,
}

/// How entries look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// The facts of one file, for people.
    Block,
    /// One line an entry, for people.
    Lines,
    /// One JSON object a line.
    Json,
    /// One row an entry.
    Csv,
}

impl View {
    /// What stands above all entries.
    pub(super) fn header(self) -> Vec<u8> {
        match self {
            Self::Lines => table::header(),
            Self::Csv => flat::header(),
            Self::Block | Self::Json => Vec::new(),
        }
    }

    pub(super) fn entry(self, entry: &Entry<'_>, out: &mut impl Write) -> Result<()> {
        match self {
            Self::Block => table::block(entry, out)?,
            Self::Lines => table::line(entry, out)?,
            Self::Json => record::entry(entry, out)?,
            Self::Csv => flat::entry(entry, out)?,
        }
        Ok(())
    }

    /// What cannot be told; the table leaves it to stderr.
    pub(super) fn failure(self, failure: &Failure, out: &mut impl Write) -> Result<()> {
        match self {
            Self::Block | Self::Lines => {}
            Self::Json => record::failure(failure, out)?,
            Self::Csv => flat::failure(failure, out)?,
        }
        Ok(())
    }
}
