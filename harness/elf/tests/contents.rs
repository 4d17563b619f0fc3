//! What sections, notes and Go's build information tell, in hand-made files.

use super::writer::*;
use super::{facts, size};
use crate::elf::Meaning;

const BOTH: [bool; 2] = [false, true];

#[test]
fn sections_and_their_meanings() {
    let rows = [
        (".text", 1, 6, Meaning::Code),
        (".rodata", 1, 2, Meaning::ReadOnlyData),
        (".go.type", 1, 2, Meaning::GoTypeData),
        (".data.rel.ro.go.type", 1, 3, Meaning::GoTypeData),
        (".typelink", 1, 2, Meaning::GoTypeData),
        (".gopclntab", 1, 2, Meaning::PcLineTables),
        (".data.rel.ro.gopclntab", 1, 3, Meaning::PcLineTables),
        (".data.rel.ro", 1, 3, Meaning::WritableData),
        (".init_array", 14, 3, Meaning::WritableData),
        (".rela", 4, 2, Meaning::RelocationTables),
        (".relr.dyn", 19, 2, Meaning::RelocationTables),
        (".dynstr", 3, 2, Meaning::DynamicLinkingTables),
        (".dynsym", 11, 2, Meaning::DynamicLinkingTables),
        (".gnu.version", 1, 2, Meaning::DynamicLinkingTables),
        (".note.go.buildid", 7, 2, Meaning::Notes),
        (".symtab", 2, 0, Meaning::Symbols),
        (".strtab", 3, 0, Meaning::Symbols),
        (".debug_info", 1, 0x800, Meaning::DebugData),
        (".zdebug_line", 1, 0, Meaning::DebugData),
        (".comment", 1, 0x30, Meaning::Other),
        (".bss", 8, 3, Meaning::Bss),
    ];
    let mut writer = Writer::usual(ET_EXEC);
    for (name, kind, flags, _) in rows {
        let text = writer.words(&[1, 5000, 1]);
        let place = if kind == 8 { Place { offset: 64, size: 1 << 40 } } else { writer.put(&text) };
        writer.section(name, kind, flags, place);
    }
    let facts = facts(writer);
    for ((name, _, flags, meaning), section) in rows.into_iter().zip(&facts.sections) {
        assert_eq!((section.name.as_str(), section.meaning), (name, meaning));
        assert_eq!(section.flags, flags);
        assert_eq!(section.uncompressed_size, (name == ".debug_info").then_some(5000));
    }
    let names = facts.sections.last().expect("the names");
    assert_eq!((names.name.as_str(), names.meaning), (".shstrtab", Meaning::Headers));
    assert_eq!(size(&facts, Meaning::GoTypeData), 72);
    assert_eq!(size(&facts, Meaning::Code), 24);
    // The ELF header, the section headers with section 0 and that of the names, and the names.
    assert_eq!(size(&facts, Meaning::Headers), 64 + 64 * (rows.len() as u64 + 2) + names.size);
    assert!(facts.symbols_present && facts.debug_present);
}

#[test]
fn notes_in_sections_and_in_segments() {
    for in_section in BOTH {
        for little in BOTH {
            let mut writer = Writer::new(true, little, ET_EXEC);
            let notes = [
                writer.note(b"GNU\0", 1, &[0; 16]),
                writer.note(b"GNU\0", 3, &[0xab; 5]),
                writer.note(b"Go\0\0", 4, b"abc/def"),
                writer.note(b"FDO\0", 0xcafe_1a7e, b"{\"type\":\"rpm\"}\0"),
            ]
            .concat();
            let place = writer.put(&notes);
            if in_section {
                writer.section(".note.gnu.build-id", 7, 2, place);
            } else {
                writer.segment(PT_NOTE, 4, place);
            }
            let notes = facts(writer).notes;
            assert_eq!(notes.build_id.as_deref(), Some("ababababab"));
            assert_eq!(notes.go_build_id.as_deref(), Some("abc/def"));
            assert_eq!(notes.package_note.as_deref(), Some("{\"type\":\"rpm\"}"));
        }
    }
}

/// Go's build information as the linker has written it since Go 1.18.
fn build_info() -> Vec<u8> {
    let mut blob = b"\xff Go buildinf:\x08\x02".to_vec();
    blob.resize(32, 0);
    blob.push(8);
    blob.extend_from_slice(b"go1.27.3");
    let text = "path\tx.example/hello\nmod\tx.example/hello\t(devel)\t\nbuild\t-buildmode=pie\n\
                build\t\"a b\"=\"x\\ty \\u00e9\\x41\"\nbuild\tCGO_ENABLED=0\n";
    let framed = [&[b'<'; 16], text.as_bytes(), &[b'>'; 16]].concat();
    blob.extend([u8::try_from(framed.len() & 0x7f).expect("small") | 0x80, 1]);
    assert_eq!(framed.len() >> 7, 1);
    blob.extend(framed);
    blob
}

#[test]
fn go_build_information_with_and_without_its_section() {
    for in_section in BOTH {
        let mut writer = Writer::usual(ET_EXEC);
        // The magic also stands in programs that look for it.
        writer.put(b"\xff Go buildinf:");
        let place = writer.put(&build_info());
        if in_section {
            writer.section(".go.buildinfo", 1, 3, place);
        } else {
            writer.segment(PT_LOAD, 6, Place { offset: 0, size: 16 });
        }
        writer.load(6);
        let go = facts(writer).go.expect("is there");
        assert_eq!(go.version, "go1.27.3");
        assert_eq!(go.main_package.as_deref(), Some("x.example/hello"));
        let settings: Vec<_> = go.settings.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(settings, ["-buildmode: pie", "CGO_ENABLED: 0", "a b: x\ty \u{e9}A"]);
    }
    let mut writer = Writer::usual(ET_EXEC);
    writer.put(&build_info()[..60]);
    writer.load(6);
    assert_eq!(facts(writer).go, None, "cut off");
}

#[test]
fn go_build_information_behind_pointers() {
    for wide in BOTH {
        for little in BOTH {
            let mut writer = Writer::new(wide, little, ET_EXEC);
            let version = writer.put(b"go1.13");
            let header = writer.words(&[version.address(), version.size]);
            let header = writer.put(&header);
            let mut blob = b"\xff Go buildinf:".to_vec();
            blob.extend([if wide { 8 } else { 4 }, u8::from(!little)]);
            blob.extend(writer.words(&[header.address(), 0]));
            blob.resize(32, 0);
            writer.put(&blob);
            writer.load(6);
            let go = facts(writer).go.expect("is there");
            assert_eq!((go.version.as_str(), go.main_package), ("go1.13", None));
        }
    }
}

#[test]
fn go_build_information_behind_relocated_pointers() {
    for little in BOTH {
        let mut writer = Writer::new(true, little, ET_DYN);
        let version = writer.put(b"go1.17");
        // Nothing stands where the dynamic linker will put addresses.
        let header = writer.words(&[0, version.size]);
        let header = writer.put(&header);
        let mut blob = b"\xff Go buildinf:".to_vec();
        blob.extend([8, u8::from(!little)]);
        blob.resize(32, 0);
        let blob = writer.put(&blob);
        let entries = [blob.address() + 16, 8, header.address(), header.address(), 8, version.address()];
        let table = writer.words(&entries);
        let table = writer.put(&table);
        writer.dynamic(&[(7, table.address()), (8, table.size), (9, 24)]);
        writer.load(4);
        let go = facts(writer).go.expect("is there, in a segment that is only read too");
        assert_eq!(go.version, "go1.17");
    }
}
