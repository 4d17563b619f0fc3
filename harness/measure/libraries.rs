//! The loader and the shared libraries that artifacts are started with.
//!
//! The loader itself is asked, as `ldd` does. Whether fresh copies can stand in for them is for
//! [`super::sitting`] to find out.
//!
//! Source: ld.so(8), `--list`.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::command::{Command, CommandError};
use crate::sys::map::Map;
use crate::{digest, elf};

/// A loader has so much time, and so many bytes to say.
const LIMIT: Duration = Duration::from_secs(20);
const MOST_SAID: u64 = 1 << 20;

/// A file of the system that artifacts bring in when they start.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Library {
    /// Where it is, links followed.
    pub path: PathBuf,
    /// Whether artifacts name it as their loader.
    pub loader: bool,
    /// Its SHA-256.
    pub sha256: String,
}

/// The loaders and libraries of some artifacts, each once. One whose loader is not there, or does not answer,
/// brings none: it cannot be started either, and its answers say so.
pub fn libraries<'a>(artifacts: impl IntoIterator<Item = &'a Path>) -> Result<Vec<Library>> {
    let mut found = BTreeSet::new();
    for artifact in artifacts {
        let Some((loader, listed)) = listed(artifact)? else { continue };
        let Ok(loader) = fs::canonicalize(loader) else { continue };
        found.extend(
            listed.into_iter().filter_map(|path| fs::canonicalize(path).ok()).map(|path| (path, false)),
        );
        found.insert((loader, true));
    }
    let loaders: BTreeSet<PathBuf> =
        found.iter().filter(|(_, loader)| *loader).map(|(path, _)| path.clone()).collect();
    let all: BTreeSet<PathBuf> = found.into_iter().map(|(path, _)| path).collect();
    all.into_iter()
        .map(|path| Ok(Library { sha256: digest::of_file(&path)?, loader: loaders.contains(&path), path }))
        .collect()
}

/// The loader that an artifact names and the paths that it lists, links not followed; `None` of one that names none.
pub fn listed(artifact: &Path) -> Result<Option<(PathBuf, Vec<PathBuf>)>> {
    let map = File::open(artifact).and_then(|file| Map::new(&file, file.metadata()?.len()));
    let map = map.with_context(|| format!("cannot read {}", artifact.display()))?;
    let Some(loader) = elf::read(map.bytes()).ok().and_then(|facts| facts.linkage.interpreter) else {
        return Ok(None);
    };
    // Its loader may be anything: it has little time, and little to say.
    let mut command = Command::new(Path::new(&loader), Path::new("/")).limit(LIMIT);
    command.most_output = MOST_SAID;
    let file = fs::canonicalize(artifact).unwrap_or_else(|_| artifact.to_owned());
    let listed = match command.args([OsStr::new("--list"), file.as_os_str()]).run() {
        Ok(finished) => finished.stdout,
        Err(CommandError::Interrupted(interrupted)) => return Err(interrupted.into()),
        Err(_) => Vec::new(),
    };
    Ok(Some((loader.into(), paths(&String::from_utf8_lossy(&listed)))))
}

/// The absolute paths of `name => /path (0x...)` and `/path (0x...)`.
fn paths(listed: &str) -> Vec<PathBuf> {
    let path = |line: &str| {
        let line = line.trim();
        let path = line.split_once("=>").map_or(line, |(_, path)| path.trim());
        let path = path.rsplit_once(" (0x").map_or(path, |(path, _)| path);
        path.starts_with('/').then(|| PathBuf::from(path))
    };
    listed.lines().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_loader_lists_is_understood() {
        let listed = "\tlinux-vdso.so.1 (0x00007ffd)\n\tlibc.so.6 => /lib/libc.so.6 (0x00007f0e)\n\
                      \t/lib64/ld.so (0x00007f0f)\n\tlibgone.so => not found\n\tstatically linked\n";
        assert_eq!(paths(listed), [PathBuf::from("/lib/libc.so.6"), PathBuf::from("/lib64/ld.so")]);
    }

    #[test]
    fn a_dynamic_program_brings_its_loader() {
        let all = libraries([Path::new("/bin/sh")]).expect("looks");
        if all.is_empty() {
            crate::ui::say("SKIPPED: /bin/sh is static here");
            return;
        }
        assert_eq!(all.iter().filter(|library| library.loader).count(), 1, "{all:?}");
        assert!(all.iter().all(|library| library.sha256.len() == 64));
    }
}
