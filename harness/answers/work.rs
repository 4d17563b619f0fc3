//! Workloads: what a program is for, its answer compared by digest.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{MOST_OUTPUT, Places, Surroundings, WORKLOAD_LIMIT, Wrong, expect_status, input};
use crate::command::Command;
use crate::config::Workload;
use crate::digest::{self, Hasher};

/// How a workload is started.
#[derive(Clone, Debug)]
pub struct Work {
    /// Its arguments.
    pub args: Vec<String>,
    /// Its whole environment.
    pub env: BTreeMap<String, String>,
    /// What it reads on standard input; nothing where absent.
    pub stdin: Option<PathBuf>,
}

/// The command of a workload, its input generated; `scratch` is an empty folder.
pub fn work_command(workload: &Workload, around: &Surroundings<'_>, scratch: &Path) -> Result<Work> {
    let input: Option<PathBuf> =
        workload.input.as_ref().map(|input| input::path(around.cache, input)).transpose()?;
    if let Some(input) = &input {
        // For programs that print the path of what they read, which must be the same everywhere.
        let link = scratch.join("input");
        symlink(input, &link).with_context(|| format!("cannot make the link {}", link.display()))?;
    }
    let places = Places { input: input.as_deref(), around, scratch };
    let named =
        workload.args.iter().any(|arg| ["{input}", "{scratch}/input"].iter().any(|at| arg.contains(at)));
    Ok(Work {
        args: workload.args.iter().map(|arg| places.fill(arg)).collect(),
        env: places.env(&workload.env),
        stdin: input.clone().filter(|_| !named),
    })
}

pub(super) fn workload_answer(
    path: &Path,
    workload: &Workload,
    around: &Surroundings<'_>,
    scratch: &Path,
) -> Result<Result<(), Wrong>> {
    let work = work_command(workload, around, scratch)?;
    let files = workload
        .files
        .as_ref()
        .map(|folder| PathBuf::from(Places { input: None, around, scratch }.fill(folder)));
    let mut command = Command::new(path, scratch).args(work.args).env(work.env).limit(WORKLOAD_LIMIT);
    command.stdin = work.stdin;
    command.most_output = MOST_OUTPUT;
    Ok(command.run().map_err(Wrong::from).and_then(|finished| {
        expect_status("workload", &finished, workload.status)?;
        let (printed, got) = match &files {
            None => ("printed output", digest::of_bytes(&finished.stdout)),
            Some(folder) => ("wrote files", digest_of_files(folder)),
        };
        match pinned(workload, around.toolchain) {
            None => Err(Wrong::Unpinned { toolchain: around.toolchain.to_owned(), got }),
            Some(expected) if *expected != got => {
                let (got, expected) = (format!("{printed} with sha256 {got}"), expected.to_owned());
                Err(Wrong::Work { got, expected })
            }
            Some(_) => Ok(()),
        }
    }))
}

/// Digest of the names and contents of all files below a folder; what cannot be read is none of them.
fn digest_of_files(folder: &Path) -> String {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for path in fs::read_dir(inner).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(sha256) = digest::of_file(&path) {
                files.insert(path.strip_prefix(folder).unwrap_or(&path).to_owned(), sha256);
            }
        }
    }
    let mut hasher = Hasher::default();
    for (name, sha256) in &files {
        hasher.field(name.as_os_str().as_encoded_bytes()).field(sha256);
    }
    hasher.finish()
}

/// The expected digest: that of the longest key which the toolchain's name begins with, or of `any`.
fn pinned<'a>(workload: &'a Workload, toolchain: &str) -> Option<&'a str> {
    let pins = &workload.stdout_sha256;
    let fits = pins.iter().filter(|(prefix, _)| toolchain.starts_with(prefix.as_str()));
    let longest = fits.max_by_key(|(prefix, _)| prefix.len()).map(|(_, digest)| digest);
    longest.or_else(|| pins.get("any")).map(String::as_str)
}
