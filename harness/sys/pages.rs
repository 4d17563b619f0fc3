//! How a file lies in the page cache: how much of it, in how many folios, and where.
//!
//! Which pages are there is told to whoever may write the file; where they lie, and how they hang together,
//! to root alone. Looking maps pages that are there anyway, and reads none from disk.
//!
//! Sources: mincore(2), madvise(2) (`MADV_POPULATE_READ`), `posix_fadvise(2)`;
//! `Documentation/admin-guide/mm/pagemap.rst` of Linux.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use memmap2::{Mmap, MmapOptions};
use rustix::fs::{Advice, fadvise};
use rustix::param::page_size;

/// Of a file, or of several added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// Pages that the file has.
    pub total: u64,
    /// Pages that are in the page cache.
    pub resident: u64,
    /// Folios that the resident pages belong to; absent where the kernel does not say.
    pub folios: Option<u64>,
    /// Digest of where the resident pages lie in memory; absent where the kernel does not say.
    pub place: Option<u64>,
}

impl Pages {
    /// Looks at one file.
    pub fn of(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        if length == 0 {
            return Ok(Self::default());
        }
        // SAFETY: the map is private to this function and no byte of it is read as a value: only the kernel's
        // own walk over its pages looks at it, which a file that shrinks cannot harm.
        let map = unsafe { MmapOptions::new().map(&file)? };
        let there = resident(&map)?;
        let resident = there.iter().filter(|there| **there).count() as u64;
        let frames = frames(&map, &there).ok().flatten();
        let folios = frames.as_deref().and_then(|frames| folios(frames).ok());
        let place = frames.map(|frames| {
            let mut hasher = DefaultHasher::new();
            frames.hash(&mut hasher);
            hasher.finish()
        });
        Ok(Self { total: there.len() as u64, resident, folios, place })
    }

    /// All files together.
    pub fn of_all<'a>(paths: impl IntoIterator<Item = &'a Path>) -> io::Result<Self> {
        let mut sum = Self { folios: Some(0), place: Some(0), ..Self::default() };
        for path in paths {
            let one = Self::of(path)?;
            sum.total += one.total;
            sum.resident += one.resident;
            sum.folios = sum.folios.zip(one.folios).map(|(sum, one)| sum + one);
            sum.place = sum.place.zip(one.place).map(|(sum, one)| sum.rotate_left(1) ^ one);
        }
        Ok(sum)
    }
}

/// Drops what the page cache has of a file, as far as nobody uses it and it is written back.
pub fn forget(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    file.sync_all()?;
    Ok(fadvise(&file, 0, None, Advice::DontNeed)?)
}

fn resident(map: &Mmap) -> io::Result<Vec<bool>> {
    let mut pages = vec![0_u8; map.len().div_ceil(page_size())];
    // SAFETY: the range is that of a map of ours, the vector has a byte for each of its pages.
    let error = unsafe { libc::mincore(map.as_ptr().cast_mut().cast(), map.len(), pages.as_mut_ptr()) };
    if error != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(pages.into_iter().map(|page| page & 1 == 1).collect())
}

/// The page frame numbers of the resident pages; `None` where they are hidden.
fn frames(map: &Mmap, there: &[bool]) -> io::Result<Option<Vec<u64>>> {
    const PRESENT: u64 = 1 << 63;
    const FRAME: u64 = (1 << 55) - 1;
    let pagemap = File::open("/proc/self/pagemap")?;
    let mut frames = Vec::new();
    let mut page = 0;
    for run in there.chunk_by(|a, b| a == b) {
        if run[0] {
            let start = map.as_ptr() as usize + page * page_size();
            // SAFETY: a range of whole pages of a map of ours, and advice that changes no byte of it.
            let error =
                unsafe { libc::madvise(start as *mut _, run.len() * page_size(), libc::MADV_POPULATE_READ) };
            if error != 0 {
                return Err(io::Error::last_os_error());
            }
            let mut entries = vec![0_u8; run.len() * 8];
            pagemap.read_exact_at(&mut entries, (start / page_size() * 8) as u64)?;
            for entry in words(&entries).filter(|entry| entry & PRESENT != 0) {
                if entry & FRAME == 0 {
                    return Ok(None);
                }
                frames.push(entry & FRAME);
            }
        }
        page += run.len();
    }
    Ok(Some(frames))
}

/// How many of the frames begin a folio, or are one.
fn folios(frames: &[u64]) -> io::Result<u64> {
    const TAIL: u64 = 1 << 16;
    let flags = File::open("/proc/kpageflags")?;
    let mut count = 0;
    for run in frames.chunk_by(|a, b| a + 1 == *b) {
        let mut bytes = vec![0_u8; run.len() * 8];
        flags.read_exact_at(&mut bytes, run[0] * 8)?;
        count += words(&bytes).filter(|flags| flags & TAIL == 0).count() as u64;
    }
    Ok(count)
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.as_chunks().0.iter().map(|word| u64::from_ne_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, std::path::PathBuf) {
        // Not in /tmp, which may be memory: what is there cannot be dropped.
        let folder = tempfile::tempdir_in(env!("OUT_DIR")).expect("a folder");
        let path = folder.path().join("file");
        std::fs::write(&path, vec![7; 40 * page_size() + 1]).expect("writes");
        (folder, path)
    }

    #[test]
    fn a_written_file_is_there_and_can_be_forgotten() {
        let (_folder, path) = file();
        let before = Pages::of(&path).expect("looks");
        assert_eq!((before.total, before.resident), (41, 41));
        if let (Some(folios), Some(_)) = (before.folios, before.place) {
            assert!((1..=41).contains(&folios), "{folios} folios of 41 pages");
        } else {
            crate::ui::say("SKIPPED: where pages lie is told to root alone");
        }
        assert_eq!(Pages::of(&path).expect("looks"), before, "looking changed something");
        forget(&path).expect("forgets");
        let after = Pages::of(&path).expect("looks");
        if after.resident == 41 {
            crate::ui::say("SKIPPED: this file system forgets nothing");
        } else {
            assert_eq!((after.total, after.resident, after.folios.unwrap_or(0)), (41, 0, 0));
        }
    }

    #[test]
    fn several_add_up() {
        let (_folder, path) = file();
        let all = Pages::of_all([path.as_path(), path.as_path()]).expect("looks");
        assert_eq!((all.total, all.resident), (82, 82));
        assert!(Pages::of_all([Path::new("/nonexistent/file")]).is_err());
    }
}
