//! What looking at one file comes to: text for stdout, and what was seen, for stderr and the summary.
//!
//! Both are handed over in parts, so that no archive and no table of sections is held as text as a whole.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::order::HandOver;
use super::view::{Entry, View};
use super::walk::Why;
use crate::elf::{LinkageKind, Presence, Relro};

/// So much text is held back until it is a job's turn.
const HELD: usize = 1 << 18;
/// And so many things seen.
const SEEN: usize = 1 << 12;

/// What the summary has to know.
pub(super) enum Seen {
    /// A file was read.
    File,
    /// And told.
    Elf(Brief),
    /// Or not told.
    PassedOver(Why),
    /// Or cannot be told.
    Failed(Failure),
}

/// The facts that the summary counts.
pub(super) struct Brief {
    pub(super) member: bool,
    pub(super) kind: LinkageKind,
    pub(super) pie: bool,
    pub(super) relro: Relro,
    pub(super) nx: Presence,
    pub(super) canary: Presence,
    pub(super) go: Option<String>,
}

/// Something that cannot be told.
pub(super) struct Failure {
    pub(super) path: PathBuf,
    pub(super) member: Option<Vec<u8>>,
    pub(super) error: anyhow::Error,
}

/// Text for stdout and what was seen, in order.
#[derive(Default)]
pub(super) struct Part {
    pub(super) text: Vec<u8>,
    pub(super) seen: Vec<Seen>,
}

/// Where a job puts what it finds.
pub(super) struct Output<'o> {
    part: Part,
    view: View,
    hand_over: HandOver<'o, Part>,
}

impl<'o> Output<'o> {
    pub(super) fn new(view: View, hand_over: HandOver<'o, Part>) -> Self {
        Self { part: Part::default(), view, hand_over }
    }

    /// What is left to hand over.
    pub(super) fn finish(self) -> Part {
        self.part
    }

    pub(super) fn file_read(&mut self) {
        self.part.seen.push(Seen::File);
    }

    pub(super) fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        let view = self.view;
        view.entry(entry, self)?;
        let facts = entry.facts;
        self.see(Seen::Elf(Brief {
            member: entry.member.is_some(),
            kind: facts.linkage.kind,
            pie: facts.linkage.pie,
            relro: facts.hardening.relro,
            nx: facts.hardening.nx,
            canary: facts.hardening.stack_canary,
            go: facts.go.as_ref().map(|go| go.version.clone()),
        }))
    }

    pub(super) fn failure(&mut self, path: &Path, member: Option<&[u8]>, error: anyhow::Error) -> Result<()> {
        // Ctrl-C is nothing that is wrong with a file.
        crate::interrupt::check()?;
        let failure = Failure { path: path.to_owned(), member: member.map(<[u8]>::to_vec), error };
        let view = self.view;
        view.failure(&failure, self)?;
        self.see(Seen::Failed(failure))
    }

    pub(super) fn passed_over(&mut self, why: Why) -> Result<()> {
        self.see(Seen::PassedOver(why))
    }

    fn see(&mut self, seen: Seen) -> Result<()> {
        self.part.seen.push(seen);
        if self.part.seen.len() >= SEEN { self.give() } else { Ok(()) }
    }

    fn give(&mut self) -> Result<()> {
        (self.hand_over)(std::mem::take(&mut self.part))
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.text.extend_from_slice(bytes);
        if self.part.text.len() >= HELD {
            self.give().map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
