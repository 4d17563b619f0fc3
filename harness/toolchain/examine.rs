//! Looks at a Go root: which release it is, whether it is whole, and the digests of its binaries.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use duct::cmd;

use super::env::{Folders, go_environment};
use super::find::{QUESTION, Setting};
use super::pins::Binaries;
use super::{Origin, Toolchain, version};
use crate::digest;
use crate::process::answer;
use crate::target;

/// The root of the toolchain that a `go` command belongs to, which may be a wrapper of any kind: it is asked,
/// in the user's environment less what would make it answer for another one.
pub(super) fn root_of(go: &Path, setting: &Setting) -> Result<PathBuf> {
    let mut environment = setting.environment.clone();
    for (name, value) in [("GOENV", "off"), ("GOFLAGS", ""), ("GOTOOLCHAIN", "local"), ("GOWORK", "off")] {
        environment.insert(name.into(), value.into());
    }
    for name in ["GOEXPERIMENT", "GOROOT"] {
        environment.remove(OsStr::new(name));
    }
    let command = cmd!(go, "env", "GOROOT").full_env(environment);
    let root = PathBuf::from(answer(&command, setting.limits(QUESTION))?);
    ensure!(root.is_absolute(), "it names no GOROOT");
    Ok(root)
}

/// What the Go in a root says of its version, and the release that this names.
pub(super) fn release_at(goroot: &Path, setting: &Setting) -> Result<(String, String)> {
    let version = ask(goroot, &["version"], setting)?;
    let release =
        version::release_of(&version).ok_or_else(|| anyhow!("it says {version:?} of its version"))?;
    Ok((version, release))
}

/// Looks at the Go root in a folder.
pub(super) fn examine(goroot: &Path, origin: Origin, setting: &Setting) -> Result<Toolchain> {
    let (version, release) = release_at(goroot, setting)?;
    let said = ask(goroot, &["env", "GOHOSTOS", "GOHOSTARCH", "GOTOOLDIR"], setting)?;
    let [os, arch, tools] = said.lines().collect::<Vec<_>>()[..] else {
        bail!("it says {said:?} of its host");
    };
    let library = goroot.join("src/runtime");
    ensure!(library.is_dir(), "the source of the standard library is missing: {}", library.display());
    let binaries = Binaries {
        go: digest::of_file(&goroot.join("bin/go"))?,
        link: digest::of_file(&Path::new(tools).join("link"))?,
        compile: digest::of_file(&Path::new(tools).join("compile"))?,
    };
    Ok(Toolchain {
        build: setting.pins.build(&release, &format!("{os}/{arch}"), &binaries),
        release,
        version,
        origin,
        go_sha256: binaries.go,
        link_sha256: binaries.link,
        compile_sha256: binaries.compile,
        goroot: goroot.to_owned(),
    })
}

fn ask(goroot: &Path, args: &[&str], setting: &Setting) -> Result<String> {
    let go = goroot.join("bin/go");
    ensure!(go.is_file(), "there is no {}", go.display());
    let environment = go_environment(None, &target::host(), &Folders::open(setting.cache)?);
    let command = cmd(&go, args).full_env(environment);
    answer(&command, setting.limits(QUESTION)).with_context(|| format!("{} {}", go.display(), args.join(" ")))
}
