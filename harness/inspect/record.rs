//! The JSON object of a file: its keys, in their order. `docs/formats.md` says what they mean.
//!
//! Keys are added at the end of an object; one that changes its meaning is a new schema.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::{Serialize, Serializer};

use super::part::Failure;
use super::view::Entry;
use crate::digest::hex;
use crate::elf::{Facts, GoBuildInfo, Meaning, Module};

/// Version of the object.
const SCHEMA: u32 = 1;

/// Which file, or member of an archive.
#[derive(Serialize)]
struct Which<'a> {
    schema: u32,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<std::borrow::Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_bytes: Option<String>,
}

impl<'a> Which<'a> {
    fn new(path: &Path, member: Option<&'a [u8]>) -> Self {
        Self {
            schema: SCHEMA,
            path: path.to_string_lossy().into_owned(),
            path_bytes: bytes(path.as_os_str().as_bytes()),
            member: member.map(String::from_utf8_lossy),
            member_bytes: member.and_then(bytes),
        }
    }
}

/// What is not UTF-8, in hexadecimal.
pub(super) fn bytes(text: &[u8]) -> Option<String> {
    std::str::from_utf8(text).is_err().then(|| hex(text))
}

#[derive(Serialize)]
struct Failed<'a> {
    #[serde(flatten)]
    which: Which<'a>,
    error: String,
}

#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    which: Which<'a>,
    sha256: Option<&'a str>,
    file_size: u64,
    elf: Elf<'a>,
    linkage: Linkage<'a>,
    relocations: Relocations<'a>,
    sections: List<'a, crate::elf::Section>,
    segments: List<'a, crate::elf::Segment>,
    memory: Memory,
    hardening: Hardening,
    go: Option<Go<'a>>,
    symbols: bool,
    debug: bool,
    sizes: Sizes,
    notes: Notes<'a>,
}

#[derive(Serialize)]
struct Elf<'a> {
    class: u8,
    endian: &'static str,
    machine: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
}

#[derive(Serialize)]
struct Linkage<'a> {
    kind: &'static str,
    pie: bool,
    interpreter: Option<&'a str>,
    needed: &'a [String],
    soname: Option<&'a str>,
    rpath: &'a [String],
    runpath: &'a [String],
}

#[derive(Serialize)]
struct Relocations<'a> {
    total: u64,
    relative: u64,
    plt: u64,
    relr_words: u64,
    relr_addresses: u64,
    table_bytes: u64,
    pages: Option<u64>,
    by_type: &'a BTreeMap<String, u64>,
    source: &'static str,
}

#[derive(Serialize)]
struct Section<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    flags: String,
    address: Hex,
    offset: u64,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    uncompressed_size: Option<u64>,
}

#[derive(Serialize)]
struct Segment<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    flags: String,
    offset: u64,
    file_size: u64,
    memory_size: u64,
    align: u64,
    address: Hex,
}

#[derive(Serialize)]
struct Memory {
    executable: u64,
    read_only: u64,
    relro: u64,
    writable: u64,
    bss: u64,
}

#[derive(Serialize)]
struct Hardening {
    relro: &'static str,
    bind_now: bool,
    textrel: bool,
    nx: &'static str,
    stack_canary: &'static str,
    fortify: &'static str,
}

#[derive(Serialize)]
struct Go<'a> {
    version: &'a str,
    main_package: Option<&'a str>,
    module: Option<GoModule<'a>>,
    settings: &'a BTreeMap<String, String>,
    dependencies: Vec<GoModule<'a>>,
}

#[derive(Serialize)]
struct GoModule<'a> {
    path: &'a str,
    version: &'a str,
    sum: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    replace: Option<Box<GoModule<'a>>>,
}

#[derive(Serialize)]
struct Notes<'a> {
    build_id: Option<&'a str>,
    go_build_id: Option<&'a str>,
    package_note: Option<&'a str>,
}

/// A number in hexadecimal.
struct Hex(u64);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:#x}", self.0))
    }
}

/// A list that is made while it is written: a file may have a million sections.
struct List<'a, T> {
    items: &'a [T],
    machine: &'a str,
}

impl Serialize for List<'_, crate::elf::Section> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items.iter().map(|section| Section {
            name: &section.name,
            kind: &section.kind,
            flags: section_flags(section.flags, self.machine),
            address: Hex(section.address),
            offset: section.offset,
            size: section.size,
            uncompressed_size: section.uncompressed_size,
        }))
    }
}

impl Serialize for List<'_, crate::elf::Segment> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items.iter().map(|segment| Segment {
            kind: &segment.kind,
            flags: letters(segment.flags.into(), SEGMENT_FLAGS),
            offset: segment.offset,
            file_size: segment.file_size,
            memory_size: segment.memory_size,
            align: segment.align,
            address: Hex(segment.address),
        }))
    }
}

/// Bytes by meaning.
struct Sizes(Vec<(Meaning, u64)>);

impl Serialize for Sizes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|&(meaning, size)| (key(meaning), size)))
    }
}

/// A meaning as a key: `read_only_data`.
pub(super) fn key(meaning: Meaning) -> String {
    meaning.word().to_ascii_lowercase().replace([' ', '-'], "_")
}

/// Letters of flags as readelf has them, in its order.
const SEGMENT_FLAGS: &[(u64, char)] = &[(4, 'R'), (2, 'W'), (1, 'E')];
const SECTION_FLAGS: &[(u64, char)] = &[
    (0x1, 'W'),
    (0x2, 'A'),
    (0x4, 'X'),
    (0x10, 'M'),
    (0x20, 'S'),
    (0x40, 'I'),
    (0x80, 'L'),
    (0x100, 'O'),
    (0x200, 'G'),
    (0x400, 'T'),
    (0x800, 'C'),
    (0x0020_0000, 'R'),
    (0x8000_0000, 'E'),
];
/// `SHF_X86_64_LARGE`.
const X86_64_LARGE: (u64, char) = (0x1000_0000, 'l');

fn section_flags(flags: u64, machine: &str) -> String {
    if machine == "x86_64" && flags & X86_64_LARGE.0 != 0 {
        let known: Vec<_> = SECTION_FLAGS.iter().copied().chain([X86_64_LARGE]).collect();
        return letters(flags, &known);
    }
    letters(flags, SECTION_FLAGS)
}

/// A letter for each bit that has one, then the others as a number.
fn letters(flags: u64, known: &[(u64, char)]) -> String {
    let mut text: String = known.iter().filter(|row| flags & row.0 != 0).map(|row| row.1).collect();
    let rest = flags & !known.iter().fold(0, |all, row| all | row.0);
    if rest != 0 {
        // Writing to a String cannot fail.
        let _ = fmt::Write::write_fmt(&mut text, format_args!("+{rest:#x}"));
    }
    text
}

impl<'a> Go<'a> {
    fn new(go: &'a GoBuildInfo) -> Self {
        Self {
            version: &go.version,
            main_package: go.main_package.as_deref(),
            module: go.module.as_ref().map(GoModule::new),
            settings: &go.settings,
            dependencies: go.dependencies.iter().map(GoModule::new).collect(),
        }
    }
}

impl<'a> GoModule<'a> {
    fn new(module: &'a Module) -> Self {
        Self {
            path: &module.path,
            version: &module.version,
            sum: &module.sum,
            replace: module.replace.as_deref().map(|module| Box::new(Self::new(module))),
        }
    }
}

impl<'a> Told<'a> {
    fn new(entry: &Entry<'a>) -> Self {
        let facts: &Facts = entry.facts;
        let Facts { linkage, relocations, memory, hardening, notes, .. } = facts;
        let machine = facts.machine.as_str();
        Self {
            which: Which::new(entry.path, entry.member),
            sha256: entry.sha256,
            file_size: facts.file_size,
            elf: Elf { class: facts.class, endian: facts.endian.word(), machine, kind: &facts.elf_type },
            linkage: Linkage {
                kind: linkage.kind.word(),
                pie: linkage.pie,
                interpreter: linkage.interpreter.as_deref(),
                needed: &linkage.needed,
                soname: linkage.soname.as_deref(),
                rpath: &linkage.rpath,
                runpath: &linkage.runpath,
            },
            relocations: Relocations {
                total: relocations.total,
                relative: relocations.relative,
                plt: relocations.plt,
                relr_words: relocations.relr_words,
                relr_addresses: relocations.relr_addresses,
                table_bytes: relocations.table_bytes,
                pages: relocations.pages,
                by_type: &relocations.by_type,
                source: relocations.source.word(),
            },
            sections: List { items: &facts.sections, machine },
            segments: List { items: &facts.segments, machine },
            memory: Memory {
                executable: memory.executable,
                read_only: memory.read_only,
                relro: memory.relro,
                writable: memory.writable,
                bss: memory.bss,
            },
            hardening: Hardening {
                relro: hardening.relro.word(),
                bind_now: hardening.bind_now,
                textrel: hardening.textrel,
                nx: hardening.nx.word(),
                stack_canary: hardening.stack_canary.word(),
                fortify: hardening.fortify.word(),
            },
            go: facts.go.as_ref().map(Go::new),
            symbols: facts.symbols_present,
            debug: facts.debug_present,
            sizes: Sizes(facts.size_by_meaning()),
            notes: Notes {
                build_id: notes.build_id.as_deref(),
                go_build_id: notes.go_build_id.as_deref(),
                package_note: notes.package_note.as_deref(),
            },
        }
    }
}

/// The object of an entry, and a line break.
pub(super) fn entry(entry: &Entry<'_>, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Told::new(entry))?;
    out.write_all(b"\n")
}

/// The object of what cannot be told, and a line break.
pub(super) fn failure(failure: &Failure, out: &mut impl Write) -> io::Result<()> {
    let which = Which::new(&failure.path, failure.member.as_deref());
    serde_json::to_writer(&mut *out, &Failed { which, error: format!("{:#}", failure.error) })?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_letters_and_what_has_none_is_a_number() {
        assert_eq!(section_flags(6, "x86_64"), "AX");
        assert_eq!(section_flags(3, "x86_64"), "WA");
        assert_eq!(section_flags(0, "x86_64"), "");
        assert_eq!(section_flags(0x1000_0002, "x86_64"), "Al");
        assert_eq!(section_flags(0x1000_0002, "arm"), "A+0x10000000");
        assert_eq!(letters(6, SEGMENT_FLAGS), "RW");
        assert_eq!(letters(0x15, SEGMENT_FLAGS), "RE+0x10");
    }

    #[test]
    fn only_what_is_not_utf8_is_told_in_hexadecimal() {
        assert_eq!(bytes("ä".as_bytes()), None);
        assert_eq!(bytes(b"a\xff"), Some("61ff".to_owned()));
    }
}
