//! The C compiler, and `strip`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::digest;

const NAMES: [&str; 3] = ["gcc", "clang", "cc"];
const LIMIT: Duration = Duration::from_secs(30);

/// A C compiler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CCompiler {
    /// Its name on `PATH`: `gcc`, `clang` or `cc`.
    pub command: String,
    /// First line of what it says to `--version`.
    pub version: String,
    /// First line of what the linker that it runs says to `--version`.
    pub linker: String,
    /// SHA-256 of its executable.
    pub sha256: String,
    /// Its path; never written into a run.
    #[serde(skip)]
    pub path: PathBuf,
}

/// `strip`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// First line of what it says to `--version`.
    pub version: String,
    /// Its path.
    pub path: PathBuf,
}

/// The first of gcc, clang and cc on `PATH` that says its version.
pub fn c_compiler() -> Option<CCompiler> {
    NAMES.iter().find_map(|name| {
        let path = which::which(name).ok()?;
        // A name such as gcc may lead through links to the real one.
        let real = fs::canonicalize(&path).ok()?;
        Some(CCompiler {
            command: (*name).to_owned(),
            version: first_line(&path, "--version")?,
            linker: first_line(&path, "-Wl,--version").unwrap_or_else(|| "unknown linker".to_owned()),
            sha256: digest::of_file(&real).ok()?,
            path,
        })
    })
}

/// `strip` on `PATH`.
pub fn strip() -> Option<Strip> {
    let path = which::which("strip").ok()?;
    Some(Strip { version: first_line(&path, "--version")?, path })
}

/// First line that a tool prints when asked for its version; `None` where that is no success.
fn first_line(tool: &Path, flag: &str) -> Option<String> {
    let mut env = BTreeMap::from([("LC_ALL".to_owned(), "C".to_owned())]);
    env.insert("PATH".to_owned(), env::var("PATH").unwrap_or_default());
    let done = Command::new(tool, &env::temp_dir()).args([flag]).env(env).limit(LIMIT).run().ok()?;
    let text = String::from_utf8_lossy(&done.stdout).lines().next()?.trim().to_owned();
    (done.well() && !text.is_empty()).then_some(text)
}
