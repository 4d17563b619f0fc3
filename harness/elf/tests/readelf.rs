//! Agreement with `readelf` over real files of this machine; says so where there is no `readelf`.
//!
//! Source: the output of binutils 2.40 and, for RELR, of 2.41 and later.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use super::binaries;
use crate::elf::{Facts, LinkageKind, Relro, read};

/// What can be compared.
#[derive(Debug, Default, PartialEq, Eq)]
struct Opinion {
    elf_type: String,
    class: String,
    endian: String,
    interpreter: Option<String>,
    needed: Vec<String>,
    soname: Option<String>,
    rpath: Option<String>,
    runpath: Option<String>,
    executable_stack: Option<bool>,
    /// Of `bind-now`, `textrel` and `relro` those that hold.
    flags: BTreeSet<&'static str>,
    relocations: BTreeMap<String, u64>,
    relr_addresses: u64,
    sections: Vec<(String, u64)>,
    build_id: Option<String>,
}

fn joined(folders: &[String]) -> Option<String> {
    (!folders.is_empty()).then(|| folders.join(":"))
}

fn ours(facts: &Facts, covered: bool) -> Opinion {
    let relro = match facts.hardening.relro {
        Relro::None => false,
        Relro::Partial | Relro::Full => true,
        // readelf tells of the segment, whether it applies or not.
        Relro::NotApplicable => covered,
    };
    let mut relocations = facts.relocations.by_type.clone();
    // readelf lists packed addresses apart, on every machine.
    if let Some((_, relative)) = relocations.iter_mut().find(|(name, _)| name.ends_with("_RELATIVE")) {
        *relative -= facts.relocations.relr_addresses;
    }
    relocations.retain(|_, count| *count > 0);
    Opinion {
        elf_type: facts.elf_type.clone(),
        class: format!("ELF{}", facts.class),
        endian: facts.endian.word().to_owned(),
        interpreter: facts.linkage.interpreter.clone(),
        needed: facts.linkage.needed.clone(),
        soname: facts.linkage.soname.clone(),
        rpath: joined(&facts.linkage.rpath),
        runpath: joined(&facts.linkage.runpath),
        executable_stack: facts.segments.iter().find(|s| s.kind == "GNU_STACK").map(|s| s.flags & 1 != 0),
        flags: [
            ("bind-now", facts.hardening.bind_now),
            ("textrel", facts.hardening.textrel),
            ("relro", relro),
        ]
        .into_iter()
        .filter_map(|(name, holds)| holds.then_some(name))
        .collect(),
        relocations,
        relr_addresses: facts.relocations.relr_addresses,
        sections: facts.sections.iter().map(|s| (s.name.clone(), s.size)).collect(),
        build_id: facts.notes.build_id.clone(),
    }
}

fn readelf(path: &Path) -> Option<String> {
    let output = Command::new("readelf").env("LC_ALL", "C").arg("-hSldrnW").arg(path).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The text between brackets at the end of a line.
fn bracketed(line: &str) -> Option<String> {
    Some(line.rsplit_once('[')?.1.trim_end_matches(']').to_owned())
}

fn theirs(text: &str) -> Opinion {
    let mut opinion = Opinion::default();
    let mut loaded = BTreeSet::new();
    let mut counted = false;
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["Class:", class] => opinion.class = (*class).to_owned(),
            ["Data:", .., order, "endian"] => opinion.endian = (*order).to_owned(),
            ["Type:", kind, ..] => opinion.elf_type = (*kind).to_owned(),
            ["[Requesting", "program", "interpreter:", name] => {
                opinion.interpreter = Some(name.trim_end_matches(']').to_owned());
            }
            ["GNU_RELRO", ..] => {
                opinion.flags.insert("relro");
            }
            ["GNU_STACK", _, _, _, _, _, flags @ .., _] => {
                opinion.executable_stack = Some(flags.concat().contains('E'));
            }
            [_, "(NEEDED)", ..] => opinion.needed.extend(bracketed(line)),
            [_, "(SONAME)", ..] => opinion.soname = bracketed(line),
            [_, "(RPATH)", ..] => opinion.rpath = bracketed(line),
            [_, "(RUNPATH)", ..] => opinion.runpath = bracketed(line),
            [_, tag @ ("(BIND_NOW)" | "(TEXTREL)" | "(FLAGS)" | "(FLAGS_1)"), flags @ ..] => {
                for flag in [&[*tag], flags].concat() {
                    match flag.trim_matches(['(', ')']) {
                        "BIND_NOW" | "NOW" => opinion.flags.insert("bind-now"),
                        "TEXTREL" => opinion.flags.insert("textrel"),
                        _ => false,
                    };
                }
            }
            // On a line of its own, or behind the note's name with `-W`.
            [.., "Build", "ID:", id] => opinion.build_id = Some((*id).to_owned()),
            ["Relocation", "section", name, ..] => {
                counted = opinion.elf_type == "REL" || loaded.contains(name.trim_matches('\''));
                if let Some(place) = words.iter().position(|word| *word == "relocate") {
                    opinion.relr_addresses = words[place + 1].parse().expect("a number");
                }
            }
            [number, "offsets" | "offset"] => opinion.relr_addresses = number.parse().expect("a number"),
            [_, _, kind, ..] if counted && kind.starts_with("R_") => {
                *opinion.relocations.entry((*kind).to_owned()).or_default() += 1;
            }
            _ => {}
        }
        let numbered = line.trim_start().strip_prefix('[').and_then(|line| line.split_once(']'));
        if let Some((_, header)) = numbered.filter(|pair| pair.0.trim().parse::<u32>().is_ok()) {
            let words: Vec<&str> = header.split_whitespace().collect();
            let size = |word: &str| u64::from_str_radix(word, 16).expect("a size");
            match words.as_slice() {
                [name, _, _, _, bytes, _, flags, _, _, _] => {
                    opinion.sections.push(((*name).to_owned(), size(bytes)));
                    if flags.contains('A') {
                        loaded.insert((*name).to_owned());
                    }
                }
                [name, _, _, _, bytes, _, _, _, _] if *name != "NULL" => {
                    opinion.sections.push(((*name).to_owned(), size(bytes)));
                }
                _ => {}
            }
        }
    }
    opinion
}

/// Compares all files; the count of those compared, and where the two differ. `None` without `readelf`.
fn compare(limit: usize, largest: u64) -> Option<(usize, Vec<String>)> {
    Command::new("readelf").arg("--version").output().ok()?;
    let mut wrong = Vec::new();
    let mut compared = 0;
    for path in binaries(limit, largest) {
        let (Ok(bytes), Some(text)) = (fs::read(&path), readelf(&path)) else { continue };
        compared += 1;
        let facts = match read(&bytes) {
            Ok(facts) => facts,
            Err(error) => {
                wrong.push(format!("{}: {error}", path.display()));
                continue;
            }
        };
        let theirs = theirs(&text);
        let ours = ours(&facts, theirs.flags.contains("relro"));
        if ours != theirs {
            let (ours, theirs) = (format!("{ours:#?}"), format!("{theirs:#?}"));
            let only = |a: &str, b: &str| a.lines().filter(|line| !b.contains(line)).collect::<String>();
            let (ours, theirs) = (only(&ours, &theirs), only(&theirs, &ours));
            wrong.push(format!("{}:\n   ours {ours}\n theirs {theirs}", path.display()));
        }
        // It calls a file so where it has DF_1_PIE; older PIE must be told without.
        let named = text.contains("DYN (Position-Independent Executable file)");
        let library = facts.linkage.kind == LinkageKind::SharedLibrary;
        if facts.elf_type == "DYN" && (named && !facts.linkage.pie || facts.linkage.pie == library) {
            wrong.push(format!("{}: {:?} against readelf -h", path.display(), facts.linkage));
        }
    }
    Some((compared, wrong))
}

fn check(limit: usize, largest: u64) {
    let Some((compared, wrong)) = compare(limit, largest) else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: no readelf");
        return;
    };
    let _ = writeln!(std::io::stderr(), "compared {compared} files with readelf");
    assert!(wrong.is_empty(), "of {compared} files {}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 0, "no ELF file found on this machine");
}

#[test]
fn readelf_sees_the_same() {
    check(25, 2 << 20);
}
