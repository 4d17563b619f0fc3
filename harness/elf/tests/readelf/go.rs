//! Go's build information against `go version -m`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::corpus::{on_all_cores, paths, say};
use crate::elf::{GoBuildInfo, Module, read};

/// The lines that `go version -m` prints of a file, sorted: the order of settings is Go's own affair.
fn lines(info: &GoBuildInfo) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(path) = &info.main_package {
        lines.push(format!("path\t{path}"));
    }
    let mut module = |word: &str, module: &Module| {
        // Go leaves the empty end of a line away.
        let line = format!("{word}\t{}\t{}\t{}", module.path, module.version, module.sum);
        lines.push(line.trim_end().to_owned());
        if let Some(replace) = &module.replace {
            let line = format!("=>\t{}\t{}\t{}", replace.path, replace.version, replace.sum);
            lines.push(line.trim_end().to_owned());
        }
    };
    info.module.iter().for_each(|main| module("mod", main));
    info.dependencies.iter().for_each(|dependency| module("dep", dependency));
    lines.extend(info.settings.iter().map(|(name, value)| {
        let quoted = |text: &str, also: &[char]| {
            let plain = !text.contains(also) && !text.contains([' ', '\t', '\r', '\n', '"', '`']);
            if plain && !text.is_empty() || also.is_empty() && text.is_empty() {
                text.to_owned()
            } else {
                format!("{text:?}")
            }
        };
        format!("build\t{}={}", quoted(name, &['=']), quoted(value, &[]))
    }));
    lines.sort();
    lines
}

/// Release and lines by path, of all files that Go knows as its own.
fn told(text: &str, asked: &[PathBuf]) -> BTreeMap<PathBuf, (String, Vec<String>)> {
    let mut all: BTreeMap<PathBuf, (String, Vec<String>)> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        if let Some(line) = line.strip_prefix('\t') {
            let known: Option<&mut (String, Vec<String>)> =
                current.as_ref().and_then(|path| all.get_mut(path));
            if let Some((_, lines)) = known.filter(|_| !line.is_empty()) {
                lines.push(line.trim_end().to_owned());
            }
        } else if let Some((path, release)) = line.rsplit_once(": ") {
            let path = asked.iter().find(|asked| asked.as_path() == Path::new(path)).cloned();
            if let Some(path) = &path {
                all.insert(path.clone(), (release.to_owned(), Vec::new()));
            }
            current = path;
        }
    }
    for (_, lines) in all.values_mut() {
        lines.sort();
    }
    all
}

#[test]
fn go_version_tells_the_same() {
    if Command::new("go").arg("version").output().is_err() {
        return say("SKIPPED: no go");
    }
    let paths: Vec<PathBuf> =
        paths().into_iter().filter(|path| path.extension().is_none_or(|end| end != "a")).collect();
    let batches: Vec<&[PathBuf]> = paths.chunks(100).collect();
    let results = on_all_cores(&batches, |batch| {
        let output = Command::new("go").args(["version", "-m"]).args(*batch).output().expect("starts");
        let mut told = told(&String::from_utf8_lossy(&output.stdout), batch);
        let mut wrong = String::new();
        let mut count = 0;
        for path in *batch {
            let ours =
                std::fs::read(path).ok().and_then(|bytes| read(&bytes).ok()).and_then(|facts| facts.go);
            let ours = ours.map(|info| (info.version.clone(), lines(&info)));
            let theirs = told.remove(path);
            count += usize::from(ours.is_some());
            if ours != theirs {
                let _ = writeln!(wrong, "{}:\n   ours {ours:?}\n theirs {theirs:?}", path.display());
            }
        }
        (count, wrong)
    });
    let count: usize = results.iter().map(|result| result.0).sum();
    let wrong: String = results.into_iter().map(|result| result.1).collect();
    say(&format!("of {} files, {count} are Go programs", paths.len()));
    assert!(wrong.is_empty(), "{wrong}");
}
