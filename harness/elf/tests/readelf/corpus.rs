//! Which files are compared: a sample of this machine's, or all of them.
//!
//! With `GOPIE_CORPUS=all` in the environment: everything in `/usr/bin`, `/usr/sbin`, `/usr/lib`, `/usr/lib64` and
//! `/usr/libexec` that is an ELF file or an archive. `GOPIE_CORPUS_PATHS` adds files and folders, between colons.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use object::read::archive::ArchiveFile;

use super::super::binaries;

const ROOTS: &[&str] = &["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/usr/libexec"];
const ARCHIVE: &[u8; 8] = b"!<arch>\n";

/// Whether all files are asked for.
pub(super) fn everything() -> bool {
    env::var_os("GOPIE_CORPUS").is_some_and(|value| value == "all")
}

/// The files to compare, ELF files and archives.
pub(super) fn paths() -> Vec<PathBuf> {
    let mut found: BTreeSet<PathBuf> = BTreeSet::new();
    if everything() {
        for root in ROOTS {
            walk(Path::new(root), &mut found);
        }
    } else {
        found.extend(binaries(20, 1 << 20));
        // Archives of a few members: some have thousands.
        let mut all = BTreeSet::new();
        walk(Path::new("/usr/lib/x86_64-linux-gnu"), &mut all);
        let small =
            |path: &PathBuf| fs::metadata(path).is_ok_and(|data| (10_000..200_000).contains(&data.len()));
        all.retain(|path| path.extension().is_some_and(|end| end == "a") && small(path));
        let step = all.len().div_ceil(20).max(1);
        found.extend(all.into_iter().step_by(step));
    }
    let further = env::var_os("GOPIE_CORPUS_PATHS").unwrap_or_default();
    env::split_paths(&further).for_each(|path| walk(&path, &mut found));
    found.into_iter().collect()
}

/// Adds the ELF files and archives of a folder, no file twice; links are followed to files alone.
fn walk(path: &Path, found: &mut BTreeSet<PathBuf>) {
    if path.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
        for entry in entries.filter(|entry| !(entry.is_symlink() && entry.is_dir())) {
            walk(&entry, found);
        }
        return;
    }
    let Ok(path) = fs::canonicalize(path) else { return };
    let mut magic = [0; 8];
    let is_file = fs::metadata(&path).is_ok_and(|data| data.is_file());
    let read = is_file && fs::File::open(&path).and_then(|mut file| file.read_exact(&mut magic)).is_ok();
    if read && (magic.starts_with(b"\x7fELF") || &magic == ARCHIVE) {
        found.insert(path);
    }
}

/// One ELF file of the corpus: a file, or a member of an archive; with what `readelf` printed of it.
pub(super) struct Subject<'a> {
    pub(super) name: String,
    pub(super) bytes: &'a [u8],
    pub(super) printed: &'a str,
}

/// Gives all that a file holds to a function: itself, or the members of an archive that are ELF files.
pub(super) fn subjects(path: &Path, mut each: impl FnMut(&Subject<'_>)) -> Result<(), String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let printed = readelf(path).map_err(|error| error.to_string())?;
    if !bytes.starts_with(ARCHIVE) {
        each(&Subject { name: path.display().to_string(), bytes: &bytes, printed: &printed });
        return Ok(());
    }
    let members =
        ArchiveFile::parse(&*bytes).and_then(|archive| archive.members().collect::<Result<Vec<_>, _>>());
    let members = match members {
        Ok(members) => members,
        Err(error) => {
            // Go's test data has archives of a format of its own.
            say(&format!("SKIPPED: {}: {error}", path.display()));
            return Ok(());
        }
    };
    // Its members come in their order, each behind a line with its name.
    let mut chunks = printed.split("\nFile: ").skip(1);
    for member in members {
        let data = member.data(&*bytes).map_err(|error| error.to_string())?;
        if !data.starts_with(b"\x7fELF") {
            continue;
        }
        let name = format!("{}({})", path.display(), String::from_utf8_lossy(member.name()));
        let chunk = chunks.find(|chunk| chunk.lines().next() == Some(name.as_str()));
        let printed = chunk.ok_or_else(|| format!("readelf says nothing of {name}"))?;
        each(&Subject { name, bytes: data, printed });
    }
    Ok(())
}

fn readelf(path: &Path) -> io::Result<String> {
    let output = Command::new("readelf").env("LC_ALL", "C").arg("-hSldrnsW").arg(path).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Does something with each of many things on all cores, and collects what it gives.
pub(super) fn on_all_cores<T: Sync, U: Send>(things: &[T], work: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(thing) = things.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = work(thing);
                    done.lock().expect("no worker panics with it").push(result);
                }
            });
        }
    });
    done.into_inner().expect("no worker panics with it")
}

/// Says aloud what was done or what could not be.
pub(super) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
