//! Agreement with `readelf`, `file` and `go version -m`, field by field, over real files.
//!
//! A sample of this machine's files by default; everything with `GOPIE_CORPUS=all`, best in a release build:
//!
//! ```text
//! GOPIE_CORPUS=all cargo test --release --lib elf::tests::readelf -- --nocapture
//! ```

mod compare;
mod corpus;
mod go;
mod parse;
mod targets;
mod types;
mod words;

use std::path::Path;
use std::process::Command;

use corpus::{on_all_cores, say, subjects};

use crate::elf::{Facts, LinkageKind, RelocationSource, read};

/// Whether a tool is there; says aloud where it is not.
fn have(tool: &str) -> bool {
    let there = Command::new(tool).arg("--version").output().is_ok();
    if !there {
        say(&format!("SKIPPED: no {tool}"));
    }
    there
}

/// How many ELF files a path holds, and where they and `readelf` differ.
fn differences_of(path: &Path) -> (usize, Vec<String>) {
    let fortified = compare::fortified_functions();
    let (mut count, mut wrong) = (0, Vec::new());
    let all = subjects(path, |subject| {
        count += 1;
        match read(subject.bytes) {
            Ok(facts) => {
                let told = parse::parse(subject.printed);
                let found = compare::differences(&facts, &told, fortified);
                wrong.extend(found.into_iter().map(|text| format!("{}: {text}", subject.name)));
                wrong.extend(without_headers(&subject.name, subject.bytes, &facts));
            }
            Err(error) => wrong.push(format!("{}: {error}", subject.name)),
        }
    });
    if let Err(error) = all {
        wrong.push(format!("{}: {error}", path.display()));
    }
    (count, wrong)
}

/// What a program or library without its section headers tells otherwise than with them.
fn without_headers(name: &str, bytes: &[u8], whole: &Facts) -> Vec<String> {
    if !matches!(whole.elf_type.as_str(), "EXEC" | "DYN") || whole.sections.is_empty() {
        return Vec::new();
    }
    // `e_shoff`, then `e_shnum` and `e_shstrndx`.
    let (offset, counts) = if whole.class == 64 { (40..48, 60..64) } else { (32..36, 48..52) };
    let mut bytes = bytes.to_vec();
    bytes[offset].fill(0);
    bytes[counts].fill(0);
    let bare = match read(&bytes) {
        Ok(facts) => facts,
        Err(error) => return vec![format!("{name} without section headers: {error}")],
    };
    let mut wrong = Vec::new();
    let mut same = |what: &str, same: bool| {
        if !same {
            wrong.push(format!("{name} without section headers: another {what}"));
        }
    };
    same("linkage", bare.linkage == whole.linkage);
    same("memory", bare.memory == whole.memory);
    same("list of segments", bare.segments == whole.segments);
    same("Go build information", bare.go == whole.go);
    if whole.relocations.source == RelocationSource::DynamicTable {
        same("set of relocations", bare.relocations == whole.relocations);
    }
    // Names of symbols are left where the dynamic linker needs them.
    if matches!(whole.linkage.kind, LinkageKind::Dynamic | LinkageKind::SharedLibrary) {
        same("hardening", bare.hardening == whole.hardening);
    }
    wrong
}

#[test]
fn readelf_sees_the_same() {
    if !have("readelf") {
        return;
    }
    let paths = corpus::paths();
    let results = on_all_cores(&paths, |path| differences_of(path));
    let count: usize = results.iter().map(|result| result.0).sum();
    let mut wrong: Vec<String> = results.into_iter().flat_map(|result| result.1).collect();
    wrong.sort();
    say(&format!("compared {count} ELF files in {} paths with readelf", paths.len()));
    assert!(wrong.is_empty(), "of {count} files, {} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 0, "no ELF file found on this machine");
}
