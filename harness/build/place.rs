//! One place for what holds the names of the folders that it was built in, the same on every machine.
//!
//! Without `-trimpath` Go writes the names of its own root, of the modules and of the source into what it builds. So
//! such a build sees these folders at [`PLACE`], as the tools of distributions build in a root that is always laid out
//! alike. Where mounts are not permitted it is built where things lie, and the run says so.
//!
//! Source: `go help build`, `-trimpath`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::command::Command;
use crate::sys::apart::Apart;
use crate::sys::bound::Bound;
use crate::toolchain::{Folders, Toolchain};

/// Below it the folders are; nothing else that is there can be seen by a build.
pub const PLACE: &str = "/mnt";
/// `GOROOT`.
pub(super) const GO: &str = "/mnt/go";
/// `GOMODCACHE`.
pub(super) const MODULES: &str = "/mnt/modules";
/// The module that is built, or the folder that it has in common with those that it replaces others by.
pub(super) const SOURCE: &str = "/mnt/source";

/// Time for a toolchain to say where it is.
const LIMIT: Duration = Duration::from_secs(60);

/// Whether builds can be in their place; the error is why not. `seen` are folders and files that they have to see.
pub fn permitted(toolchain: &Toolchain, folders: &Folders, seen: &[&Path]) -> Result<(), String> {
    let canonical = |path: &&Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if let Some(hidden) = seen.iter().map(canonical).find(|path| path.starts_with(PLACE)) {
        return Err(format!("{} is below {PLACE}", hidden.display()));
    }
    let bound = bind(&toolchain.goroot, &[], Path::new("/"));
    // `go` keeps counts in its home, unless told not to there.
    let env =
        [("GOROOT", GO), ("HOME", &folders.home)].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let asked = Command::new(&Path::new(GO).join("bin/go"), Path::new("/"))
        .args(["env", "GOROOT"])
        .env(env.into())
        .limit(LIMIT)
        .apart(bound.map_err(|error| error.to_string())?)
        .run();
    match asked {
        Ok(finished) if finished.well() && finished.stdout.trim_ascii() == GO.as_bytes() => Ok(()),
        Ok(finished) => Err(format!("{}: {}", finished.end(), finished.complaint())),
        Err(error) => Err(error.to_string()),
    }
}

/// The folders of a build in their place, with the work in that of the source, or where there is none in `dir`.
pub(super) fn laid_out(
    toolchain: &Toolchain,
    modules: &Path,
    source: Option<(&Path, &[PathBuf])>,
    dir: &Path,
) -> io::Result<Apart> {
    let modules = (modules, Path::new(MODULES));
    let Some((source, replacements)) = source else {
        return bind(&toolchain.goroot, &[modules], dir);
    };
    let source = fs::canonicalize(source)?;
    let mut top = source.as_path();
    for replacement in replacements {
        // What is not there `go` complains about.
        let Ok(replacement) = fs::canonicalize(source.join(replacement)) else { continue };
        while !replacement.starts_with(top) {
            top = top.parent().unwrap_or(top);
        }
    }
    let dir = Path::new(SOURCE).join(source.strip_prefix(top).unwrap_or(Path::new("")));
    bind(&toolchain.goroot, &[modules, (top, Path::new(SOURCE))], &dir)
}

/// A machine that has a build's own folders, `/dev/null` and empty files, and nothing else.
pub(super) fn elsewhere(own: &[&Path], files: &[PathBuf], dir: &Path) -> io::Result<Apart> {
    let mut seen: Vec<PathBuf> = Vec::new();
    for path in own.iter().copied().chain([Path::new("/dev/null")]) {
        // Also by the names that links to it lead to; what is in another one is there already.
        for path in [path.to_owned(), fs::canonicalize(path)?] {
            if !seen.iter().any(|known| path.starts_with(known)) {
                seen.push(path);
            }
        }
    }
    Ok(Apart::Bound(Arc::new(Bound::root(Path::new(PLACE), &seen, files, dir)?)))
}

fn bind(goroot: &Path, others: &[(&Path, &Path)], dir: &Path) -> io::Result<Apart> {
    let folders = [(goroot, Path::new(GO))];
    let folders = folders.iter().chain(others).map(|(what, place)| Ok((fs::canonicalize(what)?, *place)));
    let folders: Vec<(PathBuf, &Path)> = folders.collect::<io::Result<_>>()?;
    Ok(Apart::Bound(Arc::new(Bound::new(Path::new(PLACE), &folders, dir)?)))
}
