//! Linkage against the words of `file`: "statically linked", "pie executable" and so on.
//!
//! Source: `src/readelf.c` of file 5.44.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::corpus::{on_all_cores, paths, say};
use super::have;
use crate::elf::{Facts, LinkageKind, read};

/// The words of `file` that a kind must have.
fn expected(facts: &Facts) -> &'static [&'static str] {
    match facts.linkage.kind {
        LinkageKind::Static => &[" executable,", "statically linked"],
        LinkageKind::StaticPie => &[" pie executable,", "static-pie linked"],
        LinkageKind::Dynamic if facts.linkage.pie => &[" pie executable,", "dynamically linked"],
        LinkageKind::Dynamic => &[" executable,", "dynamically linked"],
        LinkageKind::SharedLibrary => &[" shared object,", "dynamically linked"],
        LinkageKind::Relocatable => &[" relocatable,"],
        LinkageKind::Core => &[" core file"],
        LinkageKind::Unknown => &[],
    }
}

/// Why the two may differ: what holds of the facts, what `file` then says, and the reason.
type Reason = (fn(&Facts) -> bool, &'static str, &'static str);
const REASONS: &[Reason] = &[
    (
        |facts| facts.linkage.kind == LinkageKind::SharedLibrary && facts.linkage.needed.is_empty(),
        "static-pie linked",
        "it calls so whatever has a dynamic table and needs no library, but this one is no program",
    ),
    (
        |facts| facts.segments.iter().any(|segment| segment.kind == "INTERP" && segment.file_size == 0),
        " shared object,",
        "debug data alone, of which its words tell the dynamic table that is gone",
    ),
    (
        |facts| facts.linkage.pie && facts.linkage.interpreter.is_some(),
        " shared object,",
        "a program without DF_1_PIE, by which alone it goes; DT_DEBUG and the interpreter tell",
    ),
];

#[test]
fn file_has_the_same_words_for_linkage() {
    if !have("file") {
        return;
    }
    let paths: Vec<PathBuf> =
        paths().into_iter().filter(|path| path.extension().is_none_or(|end| end != "a")).collect();
    let batches: Vec<&[PathBuf]> = paths.chunks(50).collect();
    let results = on_all_cores(&batches, |batch| {
        let output = Command::new("file")
            .env("LC_ALL", "C")
            .args(["-b", "-L", "--"])
            .args(*batch)
            .output()
            .expect("starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(text.lines().count(), batch.len(), "a line for each");
        batch.iter().zip(text.lines()).filter_map(|(path, words)| difference(path, words)).collect::<Vec<_>>()
    });
    let mut wrong: Vec<String> = results.into_iter().flatten().collect();
    wrong.sort();
    say(&format!("compared {} files with file", paths.len()));
    assert!(wrong.is_empty(), "of {} files, {} differences:\n{}", paths.len(), wrong.len(), wrong.join("\n"));
}

fn difference(path: &Path, words: &str) -> Option<String> {
    let facts = read(&std::fs::read(path).ok()?).ok()?;
    if expected(&facts).iter().all(|word| words.contains(word)) {
        return None;
    }
    let reason = REASONS.iter().find(|(holds, says, _)| holds(&facts) && words.contains(says));
    let Some((.., reason)) = reason else {
        return Some(format!("{}: {:?}, file says {words}", path.display(), facts.linkage.kind));
    };
    say(&format!("{}: {:?}, file says otherwise: {reason}", path.display(), facts.linkage.kind));
    None
}
