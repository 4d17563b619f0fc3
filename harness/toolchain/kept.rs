//! The toolchains that are kept in the cache: put there whole or not at all, and looked at again on each use.
//!
//! Each lies in `toolchains/RELEASE-GOOS-GOARCH`, the root as `go` beside a `record.json`. The binaries are
//! hashed each time; of the 12 000 other files names, modes, sizes and times are compared, and their bytes
//! only where one of those differs, as after the cache was copied.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::examine::examine;
use super::find::Setting;
use super::{Build, Origin, Toolchain};
use crate::cache::remove_tree;
use crate::digest::{self, Hasher};
use crate::interrupt::Interrupted;
use crate::target;

/// What a kept toolchain was when it was put there.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    toolchain: Toolchain,
    /// Digest of the names, modes, sizes and times of all files.
    listing: String,
    /// Digest of the names and bytes of all files.
    bytes: String,
}

/// A file below a root.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    name: PathBuf,
    /// Mode, size, and time in seconds and nanoseconds.
    numbers: [i64; 4],
}

/// The kept toolchain of a release, if there is one and it still is what it was. Any other is removed.
pub(super) fn look_up(release: &str, setting: &Setting) -> Result<Option<Toolchain>> {
    let place = place(release, setting)?;
    if !place.exists() {
        return Ok(None);
    }
    match unchanged(&place, release, setting) {
        Ok(toolchain) => Ok(Some(toolchain)),
        Err(error) if error.is::<Interrupted>() => Err(error),
        Err(error) => {
            (setting.say)(&format!("the kept {release} is given up: {error:#}"));
            // Moved away first, so that no half of it stays if this is killed.
            let scratch = setting.cache.scratch()?;
            fs::rename(&place, scratch.path().join("gone"))
                .or_else(|_| remove_tree(&place))
                .with_context(|| format!("cannot remove {}", place.display()))?;
            Ok(None)
        }
    }
}

/// Checks a root that was made in a scratch folder, and moves it into its place.
pub(super) fn keep(root: &Path, origin: Origin, release: &str, setting: &Setting) -> Result<Toolchain> {
    let mut toolchain = examine(root, origin, setting)?;
    is_wanted(&toolchain, release)?;
    let scratch = setting.cache.scratch()?;
    let made = scratch.path().join("made");
    fs::create_dir(&made)
        .and_then(|()| fs::rename(root, made.join("go")))
        .with_context(|| format!("cannot move {}", root.display()))?;
    let goroot = made.join("go");
    let entries = entries(&goroot)?;
    let (listing, bytes) = (listing(&entries), bytes(&goroot, &entries)?);
    write_record(&made, &Record { toolchain: toolchain.clone(), listing, bytes })?;
    let place = place(release, setting)?;
    setting.cache.publish(&made, &place)?;
    toolchain.goroot = place.join("go");
    Ok(toolchain)
}

fn place(release: &str, setting: &Setting) -> Result<PathBuf> {
    let name = format!("{release}-{}", target::host().replace('/', "-"));
    Ok(setting.cache.dir("toolchains")?.join(name))
}

fn unchanged(place: &Path, release: &str, setting: &Setting) -> Result<Toolchain> {
    let record = fs::read(place.join("record.json")).context("record.json cannot be read")?;
    let mut record: Record = serde_json::from_slice(&record).context("record.json")?;
    let goroot = place.join("go");
    let toolchain = examine(&goroot, record.toolchain.origin, setting)?;
    is_wanted(&toolchain, release)?;
    // The pins may have grown since; the rest is as it was.
    let before = Toolchain { goroot: goroot.clone(), build: toolchain.build, ..record.toolchain.clone() };
    ensure!(toolchain == before, "its binaries are not what they were");
    let entries = entries(&goroot)?;
    let now = listing(&entries);
    if now != record.listing {
        ensure!(bytes(&goroot, &entries)? == record.bytes, "its files are not what they were");
        record.listing = now;
        // It only spares the next one the reading.
        let _ = write_record(place, &record);
    }
    Ok(toolchain)
}

/// What gopie fetches itself is of the release that was asked for, and its own build where that is known.
fn is_wanted(toolchain: &Toolchain, release: &str) -> Result<()> {
    ensure!(toolchain.release == release, "what came is {}", toolchain.release);
    ensure!(toolchain.build != Build::Other, "what came is not the release's own build");
    Ok(())
}

fn write_record(folder: &Path, record: &Record) -> Result<()> {
    let text = serde_json::to_vec_pretty(record)?;
    let (new, place) = (folder.join("record.new"), folder.join("record.json"));
    fs::write(&new, text)
        .and_then(|()| fs::rename(&new, &place))
        .with_context(|| format!("cannot write {}", place.display()))
}

/// All files below a root, in the order of their names.
fn entries(root: &Path) -> Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(1 << 14);
    list(root, &mut entries).with_context(|| format!("cannot list {}", root.display()))?;
    for entry in &mut entries {
        entry.name = entry.name.strip_prefix(root)?.to_owned();
    }
    entries.sort();
    Ok(entries)
}

fn list(folder: &Path, entries: &mut Vec<Entry>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        if meta.is_dir() {
            list(&entry.path(), entries)?;
        } else {
            let size = i64::try_from(meta.size()).unwrap_or(i64::MAX);
            let numbers = [i64::from(meta.mode()), size, meta.mtime(), meta.mtime_nsec()];
            entries.push(Entry { name: entry.path(), numbers });
        }
    }
    Ok(())
}

fn listing(entries: &[Entry]) -> String {
    let mut hasher = Hasher::default();
    for Entry { name, numbers } in entries {
        hasher.field(name.as_os_str().as_encoded_bytes());
        for number in numbers {
            hasher.field(number.to_le_bytes());
        }
    }
    hasher.finish()
}

fn bytes(root: &Path, entries: &[Entry]) -> Result<String> {
    let mut hasher = Hasher::default();
    for Entry { name, .. } in entries {
        hasher.field(name.as_os_str().as_encoded_bytes()).field(digest::of_file(&root.join(name))?);
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::toolchain::testing::World;

    #[test]
    fn what_was_fetched_once_is_not_fetched_again() {
        let world = World::new();
        world.right_pip();
        let first = world.find(None).expect("is fetched");
        assert_eq!(world.find(None).expect("is kept"), first);
        assert_eq!(world.pip_calls(), 1);
    }

    #[test]
    fn two_at_once_fetch_it_once() {
        let world = World::new();
        world.pip(&format!("/bin/sleep 0.3; /bin/cp {}/right.whl $dest", world.folder.path().display()));
        thread::scope(|scope| {
            let all: Vec<_> = (0..3).map(|_| scope.spawn(|| world.find(None).expect("is found"))).collect();
            let all: Vec<_> = all.into_iter().map(|one| one.join().expect("ends")).collect();
            assert!(all.iter().all(|one| *one == all[0]));
        });
        assert_eq!(world.pip_calls(), 1);
    }

    #[test]
    fn a_copied_cache_is_as_good() {
        let world = World::new();
        world.right_pip();
        let first = world.find(None).expect("is fetched");
        let proc = first.goroot.join("src/runtime/proc.go");
        let record = first.goroot.with_file_name("record.json");
        let before = fs::read(&record).expect("reads");
        // The same bytes at another time.
        fs::write(&proc, fs::read(&proc).expect("reads")).expect("is written");
        assert_eq!(world.find(None).expect("is kept"), first);
        assert_ne!(fs::read(&record).expect("reads"), before);
        assert_eq!(world.pip_calls(), 1);
    }

    #[test]
    fn whatever_was_changed_it_is_fetched_anew() {
        type Damage = fn(&Path);
        let damages: [Damage; 6] = [
            |place| fs::write(place.join("go/pkg/tool/linux/link"), "evil").expect("is written"),
            |place| fs::write(place.join("go/src/runtime/proc.go"), "package evil").expect("is written"),
            |place| fs::write(place.join("go/src/runtime/more.go"), "package more").expect("is written"),
            |place| fs::remove_file(place.join("go/VERSION")).expect("is removed"),
            |place| fs::remove_file(place.join("record.json")).expect("is removed"),
            |place| fs::remove_dir_all(place.join("go")).expect("is removed"),
        ];
        let world = World::new();
        world.right_pip();
        let place = world.find(None).expect("is fetched").goroot.parent().expect("has a place").to_owned();
        for (n, damage) in damages.into_iter().enumerate() {
            damage(&place);
            world.find(None).expect("is fetched again");
            assert_eq!(world.pip_calls(), n + 2, "damage {n}");
        }
        assert!(
            world.said.lock().expect("is whole").iter().any(|line| line.contains("its files are not what"))
        );
    }
}
