//! What a distribution reads off an artifact, and asks of it: build id, package note, debug data that can be split off,
//! what its checkers say, build information in the stripped file, and whether Go's own FIPS mode starts.
//!
//! A distribution's own policy for OpenSSL is another question, and is not asked here.
//!
//! Sources: `objcopy(1)`; Go, "FIPS 140-3 Compliance" (`GODEBUG=fips140`, Go 1.24 on); `go version -m`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::{Around, Found, NOT_APPLICABLE, NOT_AVAILABLE, Subject, Told, Went};
use crate::command::{Command, CommandError};
use crate::elf;

/// The checkers of distributions, each with how it is asked of a file.
const CHECKERS: [(&str, &[&str]); 4] = [
    (
        "annocheck",
        &["--verbose", "--skip-all", "--test-pie", "--test-bind-now", "--test-gnu-relro", "--test-notes"],
    ),
    ("checksec", &["--output=csv"]),
    ("hardening-check", &[]),
    ("rpminspect", &["--help"]),
];
/// The loudest line of a checker that is kept.
const LONGEST: usize = 500;
const LIMIT: Duration = Duration::from_secs(30);
/// Go's own modes, by `GODEBUG=fips140=...`.
const MODES: [&str; 2] = ["on", "only"];

pub(super) fn probe(subject: &Subject, around: &Around<'_>) -> Result<Told> {
    let facts = &subject.facts;
    let mut told = Told::default();
    let has = |text: &Option<String>| text.clone().unwrap_or_default();
    let build_id = has(&facts.notes.build_id);
    told.found.push(Found::bool("GNU build id", !build_id.is_empty(), build_id));
    told.found.push(Found::bool("package note", facts.notes.package_note.is_some(), ""));
    told.found.push(Found::bool("debug data", facts.debug_present, ""));
    match &facts.go {
        Some(go) => {
            told.found.push(Found::bool("Go build information", true, &go.version));
            told.found.push(Found::count("modules in it", go.dependencies.len()));
        }
        None => told.lack("Go build information", NOT_APPLICABLE, "it is no Go program"),
    }
    split_off(&mut told, subject, around)?;
    for (checker, args) in CHECKERS {
        asked(&mut told, subject, checker, args)?;
    }
    fips(&mut told, subject)?;
    Ok(told)
}

/// Whether its debug data can be kept in a file of its own, as packages of debug data have it.
fn split_off(told: &mut Told, subject: &Subject, around: &Around<'_>) -> Result<()> {
    let key = "debug data can be split off";
    // Packages have it from the file as it was linked.
    let file = subject.linked.as_deref().unwrap_or(&subject.path);
    let present = match &subject.linked {
        Some(path) => elf::read(&fs::read(path)?)?.debug_present,
        None => subject.facts.debug_present,
    };
    if !present {
        told.lack(key, NOT_APPLICABLE, "it has none, or was stripped of it");
        return Ok(());
    }
    let Ok(objcopy) = which::which("objcopy") else {
        told.lack(key, NOT_AVAILABLE, "objcopy is not on PATH");
        return Ok(());
    };
    let folder = around.cache.scratch()?;
    let debug = folder.path().join("debug");
    let command = Command::new(&objcopy, folder.path())
        .args([Path::new("--only-keep-debug"), file, &debug])
        .limit(LIMIT);
    match command.run() {
        Ok(done) => {
            told.found.push(Found::bool(key, done.well() && debug.exists(), first_line(&done.complaint())));
        }
        Err(CommandError::Interrupted(interrupted)) => return Err(interrupted.into()),
        Err(error) => told.lack(key, NOT_AVAILABLE, error.to_string()),
    }
    Ok(())
}

/// What a checker says, in its own words: nothing here judges it.
fn asked(told: &mut Told, subject: &Subject, checker: &str, args: &[&str]) -> Result<()> {
    let key = format!("{checker} says");
    if checker == "rpminspect" {
        told.lack(key, NOT_AVAILABLE, "it compares packages, and there are none here");
        return Ok(());
    }
    let Ok(path) = which::which(checker) else {
        told.lack(key, NOT_AVAILABLE, format!("{checker} is not on PATH"));
        return Ok(());
    };
    let mut command = Command::new(&path, Path::new("/")).args(args.iter().copied()).env(subject.env.clone());
    command.limit = LIMIT;
    let file = match checker {
        "checksec" => vec![format!("--file={}", subject.path.display())],
        _ => vec![subject.path.display().to_string()],
    };
    match command.args(file).run() {
        Ok(done) => {
            let text =
                String::from_utf8_lossy(&done.stdout).replace(&subject.path.display().to_string(), "FILE");
            let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let said: String = lines.join(" | ").chars().take(LONGEST).collect();
            told.found.push(Found::text(key, if said.is_empty() { done.end() } else { said }));
        }
        Err(CommandError::Interrupted(interrupted)) => return Err(interrupted.into()),
        Err(error) => told.lack(key, NOT_AVAILABLE, error.to_string()),
    }
    Ok(())
}

/// Whether it starts, and answers as ever, in Go's own FIPS modes.
fn fips(told: &mut Told, subject: &Subject) -> Result<()> {
    let Some(go) = &subject.facts.go else {
        told.lack("starts in Go's FIPS mode", NOT_APPLICABLE, "it is no Go program");
        return Ok(());
    };
    let release = go.version.trim_start_matches("go");
    let minor = release.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    for mode in MODES {
        let key = format!("starts with GODEBUG=fips140={mode}");
        if minor.is_some_and(|minor| minor < 24) {
            told.lack(key, NOT_APPLICABLE, "Go has it from 1.24 on");
            continue;
        }
        let mut command = subject.command(&subject.path, Path::new("/"));
        command.env.insert("GODEBUG".to_owned(), format!("fips140={mode}"));
        match subject.went(&command)? {
            Went::Well => told.found.push(Found::bool(key, true, "")),
            Went::Otherwise(how) => told.found.push(Found::bool(key, false, how)),
            Went::Lacking(why) => told.lack(key, NOT_AVAILABLE, why),
        }
    }
    Ok(())
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{asked, subject};
    use super::*;

    #[test]
    fn what_is_no_go_program_has_no_build_information() {
        let Some(subject) = subject("/bin/true", &[]) else { return };
        let told = asked(&subject, probe);
        let lacking =
            |key: &str| told.lacking.iter().find(|lacking| lacking.key == key).map(|lacking| lacking.word);
        assert_eq!(lacking("Go build information"), Some(NOT_APPLICABLE));
        assert_eq!(lacking("starts in Go's FIPS mode"), Some(NOT_APPLICABLE));
        assert!(told.found.iter().any(|found| found.key == "GNU build id"));
        // Each checker has said something, or is named as missing.
        for (checker, _) in CHECKERS {
            let key = format!("{checker} says");
            assert!(told.found.iter().any(|found| found.key == key) || lacking(&key).is_some(), "{checker}");
        }
    }
}
