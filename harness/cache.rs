//! Where gopie keeps what it can make again: `$XDG_CACHE_HOME/gopie`, or `.cache/gopie` in the home folder.
//!
//! Whatever is put there is made beside its place and renamed into it, so that an interrupted gopie leaves
//! nothing half-made and two at once do not hurt each other. What a killed one was at work on is removed by
//! the next that opens the cache.
//! Sources: XDG Base Directory Specification 0.8; flock(2).

use std::env;
use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;

use crate::hint::HintExt;

/// Name of the folder of unfinished things, and of the lock under which it is added to and swept.
const SCRATCH: &str = "scratch";
/// Folders of what was fetched and verified: toolchains, and modules.
const FETCHED: [&str; 2] = ["toolchains", "modules"];
const WRITABLE: &str = "set XDG_CACHE_HOME to a folder that can be written to";

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

/// An empty folder on the cache's file system, removed when it is dropped.
///
/// Its owner holds a lock on the folder itself, which ends with the process: a folder that is not locked was
/// left behind, and may be removed by anyone.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    _lock: Option<File>,
}

impl Scratch {
    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for Scratch {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now, the next gopie tries again.
        let _ = remove_tree(&self.path);
    }
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
            .usage(WRITABLE)?;
        let cache = Self { root };
        cache.sweep();
        Ok(cache)
    }

    /// A cache in a folder of the caller's in which nothing was built yet: of this one it has what was fetched.
    pub fn anew(&self, root: PathBuf) -> Result<Self> {
        fs::create_dir_all(&root).with_context(|| format!("cannot make {}", root.display()))?;
        for fetched in FETCHED {
            let link = root.join(fetched);
            symlink(self.dir(fetched)?, &link).with_context(|| format!("cannot make {}", link.display()))?;
        }
        Self::at(root)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder of the cache, made where it is absent.
    pub fn dir(&self, name: &str) -> Result<PathBuf> {
        let path = self.root.join(name);
        fs::create_dir_all(&path)
            .with_context(|| format!("cannot make {}", path.display()))
            .usage(WRITABLE)?;
        Ok(path)
    }

    /// Makes an empty folder on the cache's file system.
    pub fn scratch(&self) -> Result<Scratch> {
        let parent = self.dir(SCRATCH)?;
        // No sweep may come between the making of the folder and its locking.
        let _lock = self.lock(SCRATCH)?;
        let path = TempDir::new_in(&parent)
            .with_context(|| format!("cannot make a folder in {}", parent.display()))?
            .keep();
        // A file system without such locks lets nobody take one, so that nothing there is ever swept.
        let lock = File::open(&path).ok().filter(|folder| folder.try_lock().is_ok());
        Ok(Scratch { path, _lock: lock })
    }

    /// Removes the scratch folders of gopies that were killed.
    fn sweep(&self) {
        let Ok(folders) = fs::read_dir(self.root.join(SCRATCH)) else { return };
        let Ok(Some(_lock)) = self.try_lock(SCRATCH) else { return };
        for path in folders.flatten().map(|entry| entry.path()) {
            let unowned = File::open(&path).is_ok_and(|folder| folder.try_lock().is_ok());
            if unowned {
                // What cannot be removed stays, and does no harm.
                let _ = remove_tree(&path);
            }
        }
    }

    /// Waits for the lock of that name; one holder at a time over all processes.
    pub fn lock(&self, name: &str) -> Result<Lock> {
        let (path, file) = self.lock_file(name)?;
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(Lock { _file: file })
    }

    /// Takes the lock of that name unless somebody holds it.
    pub fn try_lock(&self, name: &str) -> Result<Option<Lock>> {
        let (path, file) = self.lock_file(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }

    fn lock_file(&self, name: &str) -> Result<(PathBuf, File)> {
        let path = self.dir("locks")?.join(name);
        let file =
            File::create(&path).with_context(|| format!("cannot make {}", path.display())).usage(WRITABLE)?;
        Ok((path, file))
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

/// Removes a folder and all below it, write-protected folders too, as the Go command leaves them.
pub fn remove_tree(path: &Path) -> io::Result<()> {
    fs::remove_dir_all(path).or_else(|_| {
        unprotect(path)?;
        fs::remove_dir_all(path)
    })
}

/// Lets the owner write to a folder and to all folders below it; files stay as they are.
pub fn unprotect(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            unprotect(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_without_builds_has_what_was_fetched_and_goes_without_it() {
        let folder = TempDir::new().expect("a folder");
        let cache = Cache::at(folder.path().join("gopie")).expect("a cache");
        for name in ["toolchains", "store"] {
            fs::write(cache.dir(name).expect("a folder").join("file"), name).expect("a file");
        }
        let scratch = cache.scratch().expect("a scratch folder");
        let anew = cache.anew(scratch.path().join("gopie")).expect("a cache");
        assert!(anew.root().join("toolchains/file").exists() && !anew.root().join("store").exists());
        drop(scratch);
        assert!(cache.root().join("toolchains/file").exists(), "what was fetched stays");
    }

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

    #[test]
    fn only_scratch_folders_without_an_owner_are_swept() {
        let folder = TempDir::new().expect("a folder");
        let root = folder.path().join("gopie");
        let cache = Cache::at(root.clone()).expect("a cache");
        let owned = cache.scratch().expect("a scratch folder");
        // A killed process leaves its folder, and its lock goes with it.
        let left = root.join(SCRATCH).join("left");
        fs::create_dir_all(left.join("protected")).expect("a folder");
        fs::write(left.join("protected/file"), "").expect("a file");
        fs::set_permissions(left.join("protected"), Permissions::from_mode(0o555)).expect("is protected");
        Cache::at(root).expect("a cache");
        assert!(owned.path().exists() && !left.exists());
        let path = owned.path().to_owned();
        drop(owned);
        assert!(!path.exists());
    }

    #[test]
    fn a_lock_has_one_holder() {
        let folder = TempDir::new().expect("a folder");
        let cache = Cache::at(folder.path().join("gopie")).expect("a cache");
        let held = cache.lock("name").expect("locks");
        assert!(cache.try_lock("name").expect("answers").is_none());
        drop(held);
        // Not tried but waited for: a process that another test is just forking may hold it for a moment.
        cache.lock("name").expect("locks");
    }
}
