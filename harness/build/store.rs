//! The artifact store: addressed by everything that goes into a build, so that nothing is built twice.
//!
//! Each artifact is brought there by one identical writer and `fsync`: how a file came into the page cache
//! changes how fast it starts (`docs/methodology.md`).

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::cache::Cache;
use crate::digest;
use crate::hint::HintExt;

const WRITE_SIZE: usize = 1 << 20;
const NO_ROOM: &str = "is the disk full? the cache can be deleted, and XDG_CACHE_HOME moves it elsewhere";

/// An artifact in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Where it is.
    pub path: PathBuf,
    /// Its digest.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// What the tools said while it was built.
    pub stderr: String,
}

/// What is kept beside an artifact.
#[derive(Serialize, Deserialize)]
struct Record {
    sha256: String,
    size: u64,
    stderr: String,
}

/// The artifact of a key, if it is there and its bytes are what they were.
pub fn get(cache: &Cache, key: &str) -> Result<Option<Artifact>> {
    let place = place(cache, key);
    let Ok(text) = fs::read_to_string(place.join("record.json")) else { return Ok(None) };
    let Ok(record) = serde_json::from_str::<Record>(&text) else { return discard(&place) };
    let path = place.join("artifact");
    match digest::of_file(&path) {
        Ok(sha256) if sha256 == record.sha256 => {
            Ok(Some(Artifact { path, sha256, size: record.size, stderr: record.stderr }))
        }
        _ => discard(&place),
    }
}

/// Puts the bytes of a finished build under a key.
pub fn put(cache: &Cache, key: &str, bytes: &[u8], stderr: &str) -> Result<Artifact> {
    let scratch = cache.scratch()?;
    let made = scratch.path().join("entry");
    fs::create_dir(&made).with_context(|| format!("cannot make {}", made.display()))?;
    write(&made.join("artifact"), &mut &*bytes)?;
    let sha256 = digest::of_bytes(bytes);
    let record = Record { sha256: sha256.clone(), size: bytes.len() as u64, stderr: stderr.to_owned() };
    let path = made.join("record.json");
    fs::write(&path, serde_json::to_string(&record)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    let place = place(cache, key);
    cache.publish(&made, &place)?;
    Ok(Artifact { path: place.join("artifact"), sha256, size: record.size, stderr: record.stderr })
}

/// Writes an executable file as every artifact and every copy is written: in pieces of a megabyte, then
/// `fsync`.
pub fn write(path: &Path, bytes: &mut dyn Read) -> Result<()> {
    let mut all = || -> std::io::Result<()> {
        let mut file = File::create(path)?;
        let mut piece = Vec::with_capacity(WRITE_SIZE);
        while bytes.take(WRITE_SIZE as u64).read_to_end(&mut piece)? > 0 {
            file.write_all(&piece)?;
            piece.clear();
        }
        file.set_permissions(Permissions::from_mode(0o755))?;
        file.sync_all()
    };
    all().with_context(|| format!("cannot write {}", path.display())).hint(NO_ROOM)
}

fn place(cache: &Cache, key: &str) -> PathBuf {
    cache.root().join("store").join(&key[..2]).join(key)
}

fn discard(place: &Path) -> Result<Option<Artifact>> {
    fs::remove_dir_all(place).with_context(|| format!("cannot remove the damaged {}", place.display()))?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123";

    #[test]
    fn what_was_put_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(folder.path().to_owned()).expect("a cache");
        assert_eq!(get(&cache, KEY).expect("looks"), None);
        let put = put(&cache, KEY, b"bytes", "a warning").expect("puts");
        assert_eq!(get(&cache, KEY).expect("looks"), Some(put));
    }

    #[test]
    fn a_damaged_artifact_is_built_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = Cache::at(folder.path().to_owned()).expect("a cache");
        let artifact = put(&cache, KEY, b"bytes", "").expect("puts");
        fs::write(&artifact.path, b"bytez").expect("writes");
        assert_eq!(get(&cache, KEY).expect("looks"), None);
        assert!(!artifact.path.exists());
    }
}
