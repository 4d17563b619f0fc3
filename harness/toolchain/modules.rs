//! Fetching the modules that a program under test requires: besides switching, the one thing that goes onto the
//! network, through the user's own proxy settings.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use duct::cmd;

use super::Toolchain;
use super::find::{DOWNLOAD, Setting};
use super::pins::Pins;
use super::switch::network_environment;
use crate::cache::Cache;
use crate::hint::HintExt;
use crate::process::answer;

/// Fetches what the module in a folder requires, into the cache's module folder.
pub fn fetch_modules(
    toolchain: &Toolchain,
    folder: &Path,
    cache: &Cache,
    interrupted: &AtomicBool,
) -> Result<()> {
    let pins = Pins::carried()?;
    let environment = env::vars_os().collect();
    let setting = Setting { cache, pins: &pins, environment, say: &|_| (), interrupted };
    let mut environment = network_environment(&toolchain.goroot, &setting)?;
    // What is write-protected cannot be deleted with the rest of the cache.
    environment.insert("GOFLAGS".into(), OsString::from("-modcacherw"));
    let download = cmd!(toolchain.goroot.join("bin/go"), "mod", "download").full_env(environment).dir(folder);
    answer(&download, setting.limits(DOWNLOAD))
        .map(|_| ())
        .with_context(|| format!("cannot fetch the modules of {}", folder.display()))
        .hint("is there a network, and is GOPROXY right? what lies in vendor/ needs no fetching")
}
