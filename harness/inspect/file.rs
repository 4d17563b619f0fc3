//! One file: opened without side effects, told by its first bytes, mapped and read; archives by their members.
//!
//! A digest is made from a stream, so that what was hashed does not stay in memory as mapped pages do.
//! How facts look is left to `view`.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::archive::{self, Content};
use super::part::Output;
use super::view::Entry;
use super::walk::Why;
use crate::digest;
use crate::elf::{self, ElfError, Facts};
use crate::hint::HintExt;
use crate::interrupt;
use crate::sys::map::Map;

/// What the first bytes of a file tell.
enum Kind {
    Elf,
    Archive,
    Other,
}

/// A regular file that is open.
struct Opened {
    file: File,
    size: u64,
}

impl Opened {
    fn new(path: &Path) -> Result<Self> {
        // A pipe must not be waited for, and a terminal not become ours.
        let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
        let denied = file.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied);
        let file = file.context("cannot be opened");
        let file = if denied { file.hint("run gopie as a user who may read it") } else { file }?;
        let about = file.metadata().context("cannot be read")?;
        if !about.is_file() {
            bail!("not a regular file");
        }
        Ok(Self { file, size: about.len() })
    }

    fn kind(&self) -> Result<Kind> {
        let mut magic = [0; 8];
        let read = self.file.read_at(&mut magic, 0).context("cannot be read")?;
        Ok(match &magic[..read] {
            magic if magic.starts_with(b"\x7fELF") => Kind::Elf,
            magic if archive::MAGIC.contains(&magic) => Kind::Archive,
            _ => Kind::Other,
        })
    }

    fn map(&self) -> Result<Map> {
        Map::new(&self.file, self.size).context("cannot be mapped")
    }

    /// An error where the file is smaller than it was.
    fn whole(&self, map: &Map) -> Result<()> {
        if map.broken() || self.file.metadata().context("cannot be read")?.len() < self.size {
            return Err(anyhow!("the file shrank while it was read"))
                .hint("call gopie again when it is written");
        }
        Ok(())
    }

    fn sha256(&self, offset: u64, size: u64) -> Result<String> {
        let mut range = Range { file: &self.file, at: offset, end: offset.saturating_add(size) };
        let digest = digest::of_reader(&mut range).context("cannot be read")?;
        if range.at < range.end {
            bail!("the file shrank while it was read");
        }
        Ok(digest)
    }
}

/// Some bytes of a file, as a stream.
struct Range<'f> {
    file: &'f File,
    at: u64,
    end: u64,
}

impl Read for Range<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read_at(&mut buffer[..left], self.at)?;
        self.at += read as u64;
        interrupt::check().map_err(io::Error::other)?;
        Ok(read)
    }
}

/// Whether a path leads to an archive; not where that cannot be told.
pub(super) fn is_archive(path: &Path) -> bool {
    Opened::new(path).and_then(|opened| opened.kind()).is_ok_and(|kind| matches!(kind, Kind::Archive))
}

/// Looks at a file and tells what it is; `named`: it was asked for by name. An error means that nothing more
/// can be told of any file.
pub(super) fn inspect(path: &Path, named: bool, hash: bool, out: &mut Output<'_>) -> Result<()> {
    let opened = Opened::new(path).and_then(|opened| Ok((opened.kind()?, opened)));
    match opened {
        Err(error) => out.failure(path, None, error),
        Ok((Kind::Elf, opened)) => {
            out.file_read();
            whole(path, None, &opened, hash, out)
        }
        Ok((Kind::Archive, opened)) => {
            out.file_read();
            members(path, &opened, hash, out)
        }
        Ok((Kind::Other, _)) if named => {
            let error = Err(anyhow!("neither an ELF file nor an archive"));
            told(path, None, error.hint("name ELF files, `.a` archives, or folders of them"), out)
        }
        Ok((Kind::Other, _)) => {
            out.file_read();
            out.passed_over(Why::NotElf)
        }
    }
}

/// An ELF file as a whole.
fn whole(
    path: &Path,
    member: Option<&[u8]>,
    opened: &Opened,
    hash: bool,
    out: &mut Output<'_>,
) -> Result<()> {
    let facts = opened.map().and_then(|map| {
        let facts = facts_of(map.bytes());
        opened.whole(&map)?;
        facts
    });
    let entry = facts.and_then(|facts| {
        let sha256 = hash.then(|| opened.sha256(0, opened.size)).transpose()?;
        Ok((facts, sha256))
    });
    told(path, member, entry, out)
}

fn told(
    path: &Path,
    member: Option<&[u8]>,
    entry: Result<(Facts, Option<String>)>,
    out: &mut Output<'_>,
) -> Result<()> {
    interrupt::check()?;
    match entry {
        Ok((facts, sha256)) => out.entry(&Entry { path, member, sha256: sha256.as_deref(), facts: &facts }),
        Err(error) => out.failure(path, member, error),
    }
}

fn facts_of(bytes: &[u8]) -> Result<Facts> {
    let facts = elf::read(bytes);
    let cut = matches!(facts, Err(ElfError::Truncated { .. }));
    if cut { facts.hint("the file is cut off or damaged: copy or build it again") } else { Ok(facts?) }
}

/// The members of an archive.
fn members(path: &Path, opened: &Opened, hash: bool, out: &mut Output<'_>) -> Result<()> {
    let map = match opened.map() {
        Ok(map) => map,
        Err(error) => return out.failure(path, None, error),
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    for member in archive::members(map.bytes()) {
        let member = match member {
            Ok(member) => member,
            Err(error) => {
                return told(path, None, opened.whole(&map).and(Err(error)), out);
            }
        };
        let name = Some(member.name);
        match member.content {
            Content::Elsewhere(place) => {
                match Opened::new(&folder.join(place)).and_then(|opened| Ok((opened.kind()?, opened))) {
                    Ok((Kind::Elf, opened)) => whole(path, name, &opened, hash, out)?,
                    // An archive in an archive is not gone into: it could be the same one.
                    Ok(_) => out.passed_over(Why::NotElf)?,
                    Err(error) => out.failure(path, name, error)?,
                }
            }
            Content::Here { bytes, .. } if !bytes.starts_with(b"\x7fELF") => out.passed_over(Why::NotElf)?,
            Content::Here { bytes, offset } => {
                let entry = facts_of(bytes).and_then(|facts| {
                    let hashed = hash.then(|| opened.sha256(offset, bytes.len() as u64));
                    Ok((facts, hashed.transpose()?))
                });
                // Before it is told: what is gone from the file was read as zeros.
                let entry = opened.whole(&map).and(entry);
                let broken = map.broken();
                told(path, name, entry, out)?;
                if broken {
                    return Ok(());
                }
            }
        }
    }
    match opened.whole(&map) {
        Ok(()) => Ok(()),
        Err(error) => out.failure(path, None, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_shrinks_while_it_is_read_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        // Cut off within its last page, it raises no fault; cut off before, it does.
        for left in [9000, 1] {
            std::fs::write(&path, vec![7; 10_000]).expect("writes");
            let opened = Opened::new(&path).expect("opens");
            let map = opened.map().expect("maps");
            assert!(opened.whole(&map).is_ok());
            OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(left)).expect("cuts");
            let sum: u64 = map.bytes().iter().map(|&byte| u64::from(byte)).sum();
            assert!(sum < 70_000);
            let error = opened.whole(&map).expect_err("it is smaller");
            assert_eq!(error.to_string(), "the file shrank while it was read");
            let error = opened.sha256(0, 10_000).expect_err("it is smaller");
            assert_eq!(error.to_string(), "the file shrank while it was read");
        }
    }
}
