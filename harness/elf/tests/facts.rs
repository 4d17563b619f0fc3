//! What program headers and the dynamic table tell, in hand-made files of every class and byte order.

use super::writer::*;
use super::{facts, size};
use crate::elf::{ElfError, LinkageKind, Meaning, Presence, RelocationSource, Relro, read};

const BOTH: [bool; 2] = [false, true];

/// A program with an interpreter, a library, relocations of all encodings, and no section headers.
fn program(wide: bool, little: bool) -> Writer {
    let mut writer = Writer::new(wide, little, ET_DYN).entry(BASE + 64);
    let interpreter = writer.put(b"/lib/ld.so\0");
    let shift = if wide { 32 } else { 8 };
    let relative = 8_u64;
    let slot = (1 << shift) | 7;
    let mut entries = Vec::new();
    for info in [relative, relative, slot, slot] {
        entries.extend([BASE, info, 0]);
    }
    let rela = writer.words(&entries);
    let rela = writer.put(&rela);
    let word = if wide { 8 } else { 4 };
    // An address, and a bitmap with three of the words behind it.
    let packed = writer.words(&[BASE, 0b1011_0001]);
    let packed = writer.put(&packed);
    let needed = writer.dynamic_string("libc.so.6");
    let runpath = writer.dynamic_string("/opt/lib");
    writer.dynamic(&[
        (1, needed),
        (29, runpath),
        (7, rela.address()),
        (8, rela.size),
        (9, 3 * word),
        // The last two of the entries above once more.
        (23, rela.address() + 6 * word),
        (2, 6 * word),
        (20, 7),
        (36, packed.address()),
        (35, packed.size),
        (37, word),
        (30, 8),
        (0x6fff_fffb, 0x0800_0001),
    ]);
    writer.segment(PT_INTERP, 4, interpreter);
    writer.segment(PT_GNU_STACK, 6, Place { offset: 0, size: 0 });
    let all = writer.load(4);
    writer.segment(PT_GNU_RELRO, 4, all);
    writer
}

#[test]
fn a_program_of_any_class_and_byte_order() {
    for wide in BOTH {
        for little in BOTH {
            let facts = facts(program(wide, little));
            assert_eq!(facts.class, if wide { 64 } else { 32 });
            assert_eq!(facts.endian.word(), if little { "little" } else { "big" });
            assert_eq!((facts.elf_type.as_str(), facts.machine.as_str()), ("DYN", "x86_64"));
            let linkage = &facts.linkage;
            assert_eq!((linkage.kind, linkage.pie), (LinkageKind::Dynamic, true));
            assert_eq!(linkage.interpreter.as_deref(), Some("/lib/ld.so"));
            assert_eq!(linkage.needed, ["libc.so.6"]);
            assert_eq!(linkage.runpath, ["/opt/lib"]);
            assert_eq!((&linkage.soname, &linkage.rpath), (&None, &Vec::new()));
            let relocations = &facts.relocations;
            assert_eq!(relocations.source, RelocationSource::DynamicTable);
            // Four entries and, by RELR, an address and three words behind it; the bitmap's last bit is a mark.
            assert_eq!(relocations.total, 8);
            assert_eq!(relocations.relative, 6);
            assert_eq!(relocations.plt, 2);
            assert_eq!((relocations.relr_words, relocations.relr_addresses), (2, 4));
            assert_eq!(relocations.pages, Some(1), "all lie on the first page");
            assert_eq!(relocations.by_type["R_X86_64_JUMP_SLOT"], 2);
            let word = if wide { 8 } else { 4 };
            assert_eq!(relocations.table_bytes, 14 * word);
            assert_eq!(size(&facts, Meaning::RelocationTables), 14 * word);
            assert_eq!(facts.hardening.relro, Relro::Full);
            assert!(facts.hardening.bind_now && !facts.hardening.textrel);
            assert_eq!(facts.hardening.nx, Presence::Yes);
            assert!(facts.sections.is_empty() && !facts.symbols_present && facts.go.is_none());
        }
    }
}

#[test]
fn tables_that_overlap_are_counted_once() {
    // DT_JMPREL begins within DT_RELA and goes on behind it.
    let mut writer = Writer::usual(ET_DYN);
    let table = writer.words(&[0, 8, 0, 0, 7, 0, 0, 7, 0]);
    let table = writer.put(&table);
    let entry = 24;
    writer.dynamic(&[
        (7, table.address()),
        (8, 2 * entry),
        (23, table.address() + entry),
        (2, 2 * entry),
        (20, 7),
    ]);
    writer.load(4);
    let relocations = facts(writer).relocations;
    assert_eq!((relocations.total, relocations.plt, relocations.table_bytes), (3, 2, 72));
}

#[test]
fn kinds_by_evidence() {
    const SONAME: (u64, u64) = (14, 1);
    const NEEDED: (u64, u64) = (1, 1);
    const DEBUG: (u64, u64) = (21, 0);
    const PIE: (u64, u64) = (0x6fff_fffb, 0x0800_0000);
    use LinkageKind::{Dynamic, SharedLibrary, Static, StaticPie};
    type Row = (u16, bool, Option<&'static [(u64, u64)]>, LinkageKind, bool);
    let rows: [Row; 17] = [
        (ET_EXEC, false, None, Static, false),
        (ET_EXEC, false, Some(&[DEBUG]), Static, false),
        (ET_EXEC, false, Some(&[NEEDED]), Dynamic, false),
        (ET_EXEC, true, Some(&[]), Dynamic, false),
        (ET_DYN, true, Some(&[PIE, NEEDED]), Dynamic, true),
        (ET_DYN, true, Some(&[PIE]), Dynamic, true),
        (ET_DYN, false, Some(&[PIE, NEEDED]), Dynamic, true),
        (ET_DYN, false, Some(&[PIE]), StaticPie, true),
        (ET_DYN, false, Some(&[DEBUG]), StaticPie, true),
        (ET_DYN, false, None, StaticPie, true),
        (ET_DYN, true, Some(&[NEEDED, DEBUG]), Dynamic, true),
        (ET_DYN, true, Some(&[NEEDED]), SharedLibrary, false),
        (ET_DYN, true, None, Dynamic, true),
        (ET_DYN, true, Some(&[SONAME, NEEDED]), SharedLibrary, false),
        (ET_DYN, false, Some(&[SONAME]), SharedLibrary, false),
        (ET_DYN, false, Some(&[NEEDED, DEBUG]), SharedLibrary, false),
        (ET_DYN, false, Some(&[]), SharedLibrary, false),
    ];
    for (index, (kind, interpreter, dynamic, expected, pie)) in rows.into_iter().enumerate() {
        let mut writer = Writer::usual(kind).entry(BASE);
        writer.dynamic_string("lib.so");
        if interpreter {
            let place = writer.put(b"/lib/ld.so\0");
            writer.segment(PT_INTERP, 4, place);
        }
        if let Some(entries) = dynamic {
            writer.dynamic(entries);
        }
        writer.load(5);
        let facts = facts(writer);
        assert_eq!((facts.linkage.kind, facts.linkage.pie), (expected, pie), "row {index}");
        let judged = expected != Static;
        assert_eq!(facts.hardening.relro == Relro::NotApplicable, !judged, "row {index}");
    }
    assert_eq!(facts(Writer::usual(ET_REL)).linkage.kind, LinkageKind::Relocatable);
    assert_eq!(facts(Writer::usual(ET_CORE)).linkage.kind, LinkageKind::Core);
    assert_eq!(facts(Writer::usual(0xfe01)).linkage.kind, LinkageKind::Unknown);
    assert_eq!(facts(Writer::usual(0xfe01)).elf_type, "65025");
}

#[test]
fn a_file_of_debug_data_alone_keeps_its_kind() {
    let nothing = Place { offset: 0, size: 0 };
    for (interpreter, kind) in [(true, LinkageKind::Dynamic), (false, LinkageKind::SharedLibrary)] {
        let mut writer = Writer::usual(ET_DYN).entry(BASE);
        writer.sized_segment(PT_LOAD, 5, nothing, 4096);
        writer.sized_segment(PT_DYNAMIC, 6, nothing, 512);
        if interpreter {
            writer.sized_segment(PT_INTERP, 4, nothing, 28);
        }
        let facts = facts(writer);
        assert_eq!((facts.linkage.kind, facts.linkage.interpreter), (kind, None));
        assert_eq!(facts.relocations.source, RelocationSource::Nowhere);
    }
}

#[test]
fn relro_and_binding() {
    type Row = (bool, &'static [(u64, u64)], Relro, bool);
    let rows: [Row; 6] = [
        (false, &[], Relro::None, false),
        (false, &[(24, 0)], Relro::None, true),
        (true, &[], Relro::Partial, false),
        (true, &[(24, 0)], Relro::Full, true),
        (true, &[(30, 8)], Relro::Full, true),
        (true, &[(0x6fff_fffb, 1)], Relro::Full, true),
    ];
    for (covered, entries, relro, bind_now) in rows {
        let mut writer = Writer::usual(ET_DYN);
        writer.dynamic(entries);
        let all = writer.load(6);
        if covered {
            writer.segment(PT_GNU_RELRO, 4, all);
        }
        let hardening = facts(writer).hardening;
        assert_eq!((hardening.relro, hardening.bind_now, hardening.nx), (relro, bind_now, Presence::Unknown));
    }
    for entries in [[(22, 0)], [(30, 4)]] {
        let mut writer = Writer::usual(ET_DYN);
        writer.dynamic(&entries);
        writer.segment(PT_GNU_STACK, 7, Place { offset: 0, size: 0 });
        writer.load(6);
        let hardening = facts(writer).hardening;
        assert_eq!((hardening.textrel, hardening.nx), (true, Presence::No));
    }
}

#[test]
fn memory_adds_up() {
    let mut writer = Writer::usual(ET_EXEC);
    let code = writer.put(&[0xc3; 100]);
    let constants = writer.put(&[1; 200]);
    let data = writer.put(&[2; 300]);
    writer.segment(PT_LOAD, 5, code);
    writer.segment(PT_LOAD, 4, constants);
    writer.sized_segment(PT_LOAD, 6, data, 1000);
    writer.segment(PT_GNU_RELRO, 4, Place { size: 40, ..data });
    let memory = facts(writer).memory;
    assert_eq!((memory.executable, memory.read_only), (100, 200));
    assert_eq!((memory.relro, memory.writable, memory.bss), (40, 260, 700));
    assert_eq!(memory.by_kind().iter().map(|kind| kind.1).sum::<u64>(), 1300);
}

#[test]
fn static_glibc_relocations_come_from_the_sections() {
    let mut writer = Writer::usual(ET_EXEC);
    let table = writer.words(&[0, 37, 0, 0, 37, 0]);
    let table = writer.put(&table);
    writer.section(".rela.plt", 4, 2, table);
    // Kept by `ld --emit-relocs`: not applied when the program starts.
    writer.section(".rela.text", 4, 0, table);
    writer.load(4);
    let relocations = facts(writer).relocations;
    assert_eq!(relocations.source, RelocationSource::Sections);
    assert_eq!((relocations.total, relocations.relative, relocations.plt), (2, 0, 0));
    assert_eq!(relocations.by_type["R_X86_64_IRELATIVE"], 2);
    assert_eq!(facts(Writer::usual(ET_EXEC)).relocations.source, RelocationSource::Nowhere);
}

#[test]
fn mips_entries_have_their_own_shape() {
    // 64-bit little-endian: symbol, special symbol, third, second and first type.
    for (little, info) in [(true, 0x0312_0000_0000_0000), (false, 0x0000_0000_0000_1203)] {
        let mut writer = Writer::new(true, little, ET_REL).machine(8);
        let table = writer.words(&[0, info, 0, info | (1 << if little { 0 } else { 32 })]);
        let table = writer.put(&table);
        writer.section(".rel.data", 9, 0, table);
        let relocations = facts(writer).relocations;
        assert_eq!(relocations.by_type["R_MIPS_REL32"], 2);
        assert_eq!(relocations.relative, 1, "the other names a symbol");
    }
}

#[test]
fn more_headers_than_the_elf_header_can_count() {
    let mut writer = Writer::usual(ET_DYN);
    writer.load(4);
    writer.section(".comment", 1, 0, Place { offset: 0, size: 4 });
    let mut bytes = writer.finish();
    let sections =
        usize::try_from(u64::from_le_bytes(*bytes[40..].first_chunk().expect("8"))).expect("small");
    let expected = read(&bytes).expect("well-formed");
    // e_phnum, e_shnum and e_shstrndx move to sh_info, sh_size and sh_link of section 0.
    bytes[56..58].copy_from_slice(&[0xff, 0xff]);
    bytes[60..64].copy_from_slice(&[0, 0, 0xff, 0xff]);
    bytes[sections + 32] = 3;
    bytes[sections + 40] = 2;
    bytes[sections + 44] = 1;
    assert_eq!(read(&bytes).expect("well-formed"), expected);
}

#[test]
fn errors_say_what_is_wrong() {
    let good = program(true, true).finish();
    let text = |bytes: &[u8]| read(bytes).expect_err("is one").to_string();
    assert_eq!(read(b""), Err(ElfError::NotElf));
    assert_eq!(read(b"#!/bin/sh\n"), Err(ElfError::NotElf));
    assert_eq!(text(&good[..10]), "truncated: the ELF header ends at byte 16 of a file of 10 bytes");
    assert_eq!(text(&good[..63]), "truncated: the ELF header ends at byte 64 of a file of 63 bytes");
    let broken = |place: usize, bytes: &[u8]| {
        let mut copy = good.clone();
        copy[place..place + bytes.len()].copy_from_slice(bytes);
        text(&copy)
    };
    assert_eq!(broken(4, &[7]), "unknown class 7 in the ELF header");
    assert_eq!(broken(5, &[0]), "unknown byte order 0 in the ELF header");
    assert_eq!(broken(54, &[55, 0]), "impossible size of a header: 55");
    assert!(broken(56, &[0, 0x80]).starts_with("truncated: the program header table ends at byte "));
    assert!(broken(32, &[0xff; 8]).contains("ends at byte 18446744073709551615 of"));
}
