//! Agreement with the `object` crate over real files of this machine.

use std::collections::BTreeMap;
use std::fs;

use object::{Object as _, ObjectSection as _, ObjectSegment as _, RelocationFlags, SectionFlags};

use super::binaries;
use crate::digest::hex;
use crate::elf::{Endian, Facts, LinkageKind, RelocationSource, names, read};

/// Where the two differ; empty where they agree.
fn differences(facts: &Facts, bytes: &[u8]) -> Vec<String> {
    let file = object::File::parse(bytes).expect("object reads it");
    let mut found = Vec::new();
    let mut same = |what: &str, ours: String, theirs: String| {
        if ours != theirs {
            found.push(format!("{what}: {ours}, object says {theirs}"));
        }
    };
    same("class", facts.class.to_string(), if file.is_64() { "64" } else { "32" }.to_owned());
    let little = facts.endian == Endian::Little;
    same("little-endian", little.to_string(), file.is_little_endian().to_string());
    let has_symbols = file.symbol_table().is_some();
    same("symbols", facts.symbols_present.to_string(), has_symbols.to_string());
    let build_id = file.build_id().expect("object reads it").map(hex);
    same("build id", format!("{:?}", facts.notes.build_id), format!("{build_id:?}"));
    let kind = match facts.linkage.kind {
        LinkageKind::Relocatable => "Relocatable",
        LinkageKind::Core => "Core",
        LinkageKind::Unknown => "Unknown",
        _ if facts.elf_type == "EXEC" => "Executable",
        _ => "Dynamic",
    };
    same("kind", kind.to_owned(), format!("{:?}", file.kind()));

    let ours: Vec<_> = facts.sections.iter().map(|s| (s.name.clone(), s.address, s.size)).collect();
    let theirs: Vec<_> =
        file.sections().map(|s| (s.name().unwrap_or_default().to_owned(), s.address(), s.size())).collect();
    same("sections", format!("{ours:?}"), format!("{theirs:?}"));
    // The numbers, where readelf has letters for some of the bits alone.
    let ours: Vec<u64> = facts.sections.iter().map(|section| section.flags).collect();
    let flags = |flags: SectionFlags| match flags {
        SectionFlags::Elf { sh_flags, .. } => sh_flags.0,
        _ => 0,
    };
    let theirs: Vec<u64> = file.sections().map(|section| flags(section.flags())).collect();
    same("section flags", format!("{ours:x?}"), format!("{theirs:x?}"));
    let image: u64 = facts.memory.by_kind().iter().map(|kind| kind.1).sum();
    same("image", image.to_string(), file.segments().map(|s| s.size()).sum::<u64>().to_string());

    // It knows no RELR, and looks for dynamic relocations by section.
    if facts.relocations.source == RelocationSource::DynamicTable && facts.machine == "x86_64" {
        let mut ours = facts.relocations.by_type.clone();
        if let Some(relative) = ours.get_mut("R_X86_64_RELATIVE") {
            *relative -= facts.relocations.relr_addresses;
        }
        ours.retain(|_, count| *count > 0);
        let mut theirs: BTreeMap<String, u64> = BTreeMap::new();
        for (_, relocation) in file.dynamic_relocations().into_iter().flatten() {
            if let RelocationFlags::Elf { r_type } = relocation.flags() {
                *theirs.entry(names::relocation(62, r_type.0)).or_default() += 1;
            }
        }
        same("relocations", format!("{ours:?}"), format!("{theirs:?}"));
    }
    found
}

#[test]
fn the_object_crate_sees_the_same() {
    let paths = binaries(40, 16 << 20);
    let mut wrong = Vec::new();
    for path in &paths {
        let Ok(bytes) = fs::read(path) else { continue };
        match read(&bytes) {
            Ok(facts) => {
                let found = differences(&facts, &bytes);
                wrong.extend(found.iter().map(|text| format!("{}: {text}", path.display())));
            }
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
        }
    }
    assert!(wrong.is_empty(), "of {} files:\n{}", paths.len(), wrong.join("\n"));
}
