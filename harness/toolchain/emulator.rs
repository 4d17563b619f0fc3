//! `qemu-user`: starts programs of other targets, to see that they run; never to time them.
//!
//! Source: QEMU, "User Mode Emulation".

use std::env;
use std::path::{Path, PathBuf};

use super::c::first_line;
use crate::target::Target;

/// An emulator of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emulator {
    /// Its name, `qemu-aarch64`.
    pub name: String,
    /// First line of what it says to `--version`.
    pub version: String,
    /// Its path.
    pub path: PathBuf,
    /// The folder of the target's loader and libraries, where a cross compiler's are installed.
    pub libraries: Option<PathBuf>,
}

/// The emulator of a target on `PATH`, linked either way.
pub fn emulator(target: Target) -> Option<Emulator> {
    let path = env::var_os("PATH")?;
    let names = [format!("qemu-{}", target.qemu), format!("qemu-{}-static", target.qemu)];
    names.into_iter().find_map(|name| {
        let place = which::which_in(&name, Some(&path), "/").ok()?;
        let version = first_line(&place, "--version", &path)?;
        let libraries = Path::new("/usr").join(target.triplet);
        Some(Emulator { name, version, path: place, libraries: Some(libraries).filter(|dir| dir.is_dir()) })
    })
}
