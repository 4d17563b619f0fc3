//! Where gopie keeps what it can make again: `$XDG_CACHE_HOME/gopie`, or `.cache/gopie` in the home folder.
//!
//! Whatever is put there is made beside its place and renamed into it, so that an interrupted gopie leaves
//! nothing half-made and two at once do not hurt each other.
//! Source: XDG Base Directory Specification 0.8.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;

use crate::hint::HintExt;

/// The cache folder.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

/// A lock held until it is dropped, or until its process is gone: there are no stale ones.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Cache {
    /// Opens the user's cache folder, and makes it where it is absent.
    pub fn open() -> Result<Self> {
        let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let root = absolute("XDG_CACHE_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
            .ok_or_else(|| anyhow!("neither XDG_CACHE_HOME nor HOME names a folder"))
            .usage("set XDG_CACHE_HOME to an absolute path with some 3 GB free")?
            .join("gopie");
        Self::at(root)
    }

    /// Opens a cache in a folder of the caller's.
    pub fn at(root: PathBuf) -> Result<Self> {
        fs::create_dir_all(&root)
            .with_context(|| format!("cannot make the cache folder {}", root.display()))
            .usage("set XDG_CACHE_HOME to a folder that can be written to")?;
        Ok(Self { root })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder of the cache, made where it is absent.
    pub fn dir(&self, name: &str) -> Result<PathBuf> {
        let path = self.root.join(name);
        fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(path)
    }

    /// An empty folder on the cache's file system, gone when it is dropped.
    pub fn scratch(&self) -> Result<TempDir> {
        let parent = self.dir("scratch")?;
        TempDir::new_in(&parent).with_context(|| format!("cannot make a folder in {}", parent.display()))
    }

    /// Waits for the lock of that name; one holder at a time over all processes.
    pub fn lock(&self, name: &str) -> Result<Lock> {
        let path = self.dir("locks")?.join(name);
        let file = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(Lock { _file: file })
    }

    /// Moves a finished folder or file into its place. Where somebody else was first, theirs stays.
    pub fn publish(&self, made: &Path, place: &Path) -> Result<()> {
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        }
        match fs::rename(made, place) {
            Err(_) if place.exists() => Ok(()),
            other => other.with_context(|| format!("cannot move {} to {}", made.display(), place.display())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_to_publish_wins() {
        let folder = TempDir::new().expect("a folder");
        let cache = Cache::at(folder.path().join("gopie")).expect("a cache");
        for text in ["first", "second"] {
            let scratch = cache.scratch().expect("a scratch folder");
            let made = scratch.path().join("made");
            fs::create_dir(&made).expect("a folder");
            fs::write(made.join("file"), text).expect("a file");
            cache.publish(&made, &cache.root().join("place")).expect("publishes");
        }
        let text = fs::read_to_string(cache.root().join("place/file")).expect("is there");
        assert_eq!(text, "first");
    }
}
