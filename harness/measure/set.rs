//! A set of copies: a fresh copy of every arm, of the loader and the libraries, and of the sentinel, with the
//! way in which they came into the page cache, and whether they are held there.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::thread::CpuSet;

use super::condition::Recipe;
use super::copies::Copies;
use super::sentinel::sentinel;
use crate::hint::HintExt;
use crate::sys::hold::Holder;
use crate::sys::pages::{self, Pages};

/// What writes a file.
pub type Write<'a> = &'a dyn Fn(&Path, &mut dyn Read) -> Result<()>;

/// The files of some blocks.
#[derive(Debug)]
pub struct CopySet<Folder> {
    copies: Copies<Folder>,
    sentinel: Option<PathBuf>,
    /// Where the system has a library, and the copy that stands in for it.
    libraries: Vec<(PathBuf, Option<PathBuf>)>,
    recipe: Recipe,
    warm: bool,
    holder: Option<Holder>,
}

impl<Folder: AsRef<Path>> CopySet<Folder> {
    /// Writes the set into a folder; `libraries` are copied too where `stand_in` says so.
    pub(super) fn make<'a>(
        folder: Folder,
        name: &str,
        artifacts: impl IntoIterator<Item = &'a Path>,
        (libraries, stand_in): (&[PathBuf], bool),
        (recipe, seed): (Recipe, u64),
        write: Write<'_>,
    ) -> Result<Self> {
        let root = folder.as_ref().to_owned();
        let copies = Copies::make(folder, name, artifacts, seed, write)?;
        let sentinel = match sentinel() {
            None => None,
            Some(bytes) => {
                let path = root.join("sentinel");
                write(&path, &mut &*bytes)?;
                Some(path)
            }
        };
        let mut pairs = Vec::new();
        for (number, place) in libraries.iter().enumerate() {
            let copy = stand_in.then(|| root.join(format!("library{number}")));
            if let Some(copy) = &copy {
                let mut file =
                    File::open(place).with_context(|| format!("cannot read {}", place.display()))?;
                write(copy, &mut file)?;
            }
            pairs.push((place.clone(), copy));
        }
        Ok(Self { copies, sentinel, libraries: pairs, recipe, warm: false, holder: None })
    }

    /// The copies of the arms, in their order.
    pub fn arms(&self) -> &[PathBuf] {
        self.copies.paths()
    }

    /// The sentinel, where there is one.
    pub fn sentinel(&self) -> Option<&Path> {
        self.sentinel.as_deref()
    }

    /// What covers what.
    pub(super) fn covers(&self) -> impl Iterator<Item = (&Path, &Path)> {
        self.libraries.iter().filter_map(|(place, copy)| Some((place.as_path(), copy.as_deref()?)))
    }

    /// How its files came into the page cache.
    pub fn recipe(&self) -> Recipe {
        self.recipe
    }

    /// Whether they are held there.
    pub fn held(&self) -> bool {
        self.holder.is_some()
    }

    /// Whether its files have to be brought into the page cache (again) before a block.
    pub(super) fn is_cold(&self) -> bool {
        !self.warm || (self.holder.is_none() && self.recipe == Recipe::Faulted)
    }

    /// The files that were written for this set.
    fn own(&self) -> impl Iterator<Item = &Path> {
        let libraries = self.libraries.iter().filter_map(|(_, copy)| copy.as_deref());
        self.arms().iter().map(PathBuf::as_path).chain(libraries).chain(self.sentinel())
    }

    /// All files that its starts use.
    fn files(&self) -> impl Iterator<Item = &Path> {
        let others = self.libraries.iter().filter(|(_, copy)| copy.is_none());
        self.own().chain(others.map(|(place, _)| place.as_path()))
    }

    /// The process that holds them.
    pub(super) fn holder(&self) -> Option<i32> {
        self.holder.as_ref().map(Holder::pid)
    }

    /// Drops its files from the page cache, where the recipe is to fault them in again.
    pub fn cool(&self) -> Result<()> {
        if self.recipe != Recipe::Faulted {
            return Ok(());
        }
        for file in self.own() {
            forgotten(file)
                .with_context(|| format!("cannot drop {} from the page cache", file.display()))
                .hint("a file system in memory keeps what it has: let the cache folder be on a disk")?;
        }
        Ok(())
    }

    /// Its files are as they are to be; they are held so, by a process on `cpus`, where that is allowed. Gives
    /// the reason where it is not.
    pub(super) fn hold(&mut self, cpus: &CpuSet) -> Option<String> {
        self.warm = true;
        match Holder::hold(self.files(), cpus) {
            Ok(holder) => {
                self.holder = Some(holder);
                None
            }
            Err(error) => Some(error.to_string()),
        }
    }

    /// How its files lie in the page cache.
    pub(super) fn pages(&self) -> io::Result<Pages> {
        Pages::of_all(self.files())
    }
}

/// How often a file is asked to leave the page cache, and the time between: the kernel passes over a folio that
/// something has hold of just then, such as its own reclaim.
const TRIES: u32 = 100;
const BETWEEN: Duration = Duration::from_millis(20);

/// Drops a file from the page cache, all of it.
fn forgotten(file: &Path) -> io::Result<()> {
    let mut stay = String::new();
    for _ in 0..TRIES {
        pages::forget(file)?;
        let pages = Pages::of(file)?;
        if pages.resident == 0 {
            return Ok(());
        }
        stay = format!("{} of {} pages stay", pages.resident, pages.total);
        thread::sleep(BETWEEN);
    }
    Err(io::Error::other(stay))
}
