//! The names of relocation types against those that `readelf` prints, type by type.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::super::writer::{ET_REL, Writer};
use super::corpus::say;
use super::have;
use crate::elf::names::relocation;

/// Machines and whether they have 64 bits: all of the table `relocation-types.csv`.
const MACHINES: &[(u16, bool)] = &[
    (2, false),
    (3, false),
    (8, false),
    (20, false),
    (21, true),
    (22, true),
    (40, false),
    (43, true),
    (62, true),
    (183, true),
    (243, true),
    (258, true),
];

#[test]
fn every_relocation_type_has_the_name_that_readelf_prints() {
    if !have("readelf") {
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("all.o");
    let mut wrong = Vec::new();
    for &(machine, wide) in MACHINES {
        let mut writer = Writer::new(wide, true, ET_REL).machine(machine);
        let numbers = if wide && machine != 43 { 0..1200 } else { 0..256 };
        let entries: Vec<u64> = numbers.flat_map(|number| [0, number, 0]).collect();
        let table = writer.words(&entries);
        let table = writer.put(&table);
        writer.section(".rela.all", 4, 0, table);
        fs::write(&path, writer.finish()).expect("is written");
        let output =
            Command::new("readelf").env("LC_ALL", "C").arg("-rW").arg(&path).output().expect("starts");
        let mut named = 0;
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [_, info, name, ..] = words.as_slice() else { continue };
            let Some(kind) = u32::from_str_radix(info, 16).ok().filter(|_| name.starts_with("R_")) else {
                continue;
            };
            named += 1;
            let ours = relocation(machine, kind);
            if ours != *name {
                wrong.push(format!("machine {machine}, type {kind}: {ours}, readelf says {name}"));
            }
        }
        say(&format!("machine {machine}: readelf names {named} types"));
        assert!(named > 30, "machine {machine}: readelf names {named} types of\n{output:?}");
    }
    // A newer readelf may know types that came later; every other difference is an error of the table.
    let (newer, wrong): (Vec<_>, Vec<_>) = wrong.into_iter().partition(|text| !text.contains(": R_"));
    for text in newer {
        say(&format!("not in the table yet: {text}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
