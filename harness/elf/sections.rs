//! Sections, and what each is there for.
//!
//! The meaning goes by type, flags and segments where these tell, and by name only for what has no type:
//! Go's type data and pc-line tables, and debug data. GNU ld puts the type data of an externally linked Go
//! PIE into `.data.rel.ro`, together with other data: there it is writable data, and nothing says how much.
//!
//! Sources: ELF gABI 4.3, "Special Sections"; Go's `src/cmd/link/internal/ld/data.go`.

use std::borrow::Cow;

use super::ElfError;
use super::names::{self, SHT_ANDROID_REL, SHT_ANDROID_RELA, SHT_ANDROID_RELR, SHT_CREL, SHT_RELR};
use super::raw::{Elf, SectionHeader, section, segment};

/// What bytes of a file are there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// The ELF header, the header tables and the names of the sections.
    Headers,
    /// Machine code.
    Code,
    /// Loaded data that is never written, unwind tables included.
    ReadOnlyData,
    /// Descriptions of Go types, and the tables of them and of interfaces.
    GoTypeData,
    /// Go's tables from program counters to functions and lines.
    PcLineTables,
    /// Loaded data that is writable, at least until relocated.
    WritableData,
    /// Relocations, loaded or not.
    RelocationTables,
    /// What the dynamic linker needs: its name, the dynamic table, dynamic symbols, hashes and versions.
    DynamicLinkingTables,
    /// Notes.
    Notes,
    /// Symbol tables and their strings, which are not loaded.
    Symbols,
    /// Debug data.
    DebugData,
    /// Anything else that has a section.
    Other,
    /// What lies between the rest.
    PaddingAndUnmapped,
    /// Memory that starts as zeros; no bytes in the file.
    Bss,
}

impl Meaning {
    /// All meanings that bytes of a file can have, in the order of tables.
    pub const IN_FILE: [Self; 13] = [
        Self::Headers,
        Self::Code,
        Self::ReadOnlyData,
        Self::GoTypeData,
        Self::PcLineTables,
        Self::WritableData,
        Self::RelocationTables,
        Self::DynamicLinkingTables,
        Self::Notes,
        Self::Symbols,
        Self::DebugData,
        Self::Other,
        Self::PaddingAndUnmapped,
    ];

    /// The words used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Headers => "headers",
            Self::Code => "code",
            Self::ReadOnlyData => "read-only data",
            Self::GoTypeData => "Go type data",
            Self::PcLineTables => "pc-line tables",
            Self::WritableData => "writable data",
            Self::RelocationTables => "relocation tables",
            Self::DynamicLinkingTables => "dynamic-linking tables",
            Self::Notes => "notes",
            Self::Symbols => "symbols",
            Self::DebugData => "debug data",
            Self::Other => "other",
            Self::PaddingAndUnmapped => "padding and unmapped",
            Self::Bss => "bss",
        }
    }
}

/// A section; section 0, which describes nothing, is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name; empty where the file has no names, and what is not UTF-8 is replaced.
    pub name: String,
    /// Its type without `SHT_`, e.g. `PROGBITS`, or the number in hexadecimal.
    pub kind: Cow<'static, str>,
    /// Its size in bytes: in the file as it lies there, compressed or not; of `NOBITS` in memory.
    pub size: u64,
    /// Its flags (`SHF_...`).
    pub flags: u64,
    /// Its address, 0 where it is not loaded.
    pub address: u64,
    /// Its offset in the file.
    pub offset: u64,
    /// Its size once decompressed, where it is compressed (`SHF_COMPRESSED`).
    pub uncompressed_size: Option<u64>,
    /// What it is there for.
    pub meaning: Meaning,
}

/// All sections, in the order of their headers.
pub(super) fn sections(elf: &Elf<'_>) -> Result<Vec<Section>, ElfError> {
    let interpreter = elf.segment(segment::PT_INTERP).map(|header| header.p_offset);
    let is_symbols =
        |header: &SectionHeader| matches!(header.sh_type, section::SHT_SYMTAB | section::SHT_SYMTAB_SHNDX);
    let names_alone = elf.names.filter(|&index| {
        !elf.sections.iter().any(|header| is_symbols(header) && header.sh_link as usize == index + 1)
    });
    let mut sections = Vec::with_capacity(elf.sections.len());
    for (index, header) in elf.sections.iter().enumerate() {
        let name = elf.section_name(header)?;
        let meaning = if names_alone == Some(index) {
            Meaning::Headers
        } else if interpreter == Some(header.sh_offset) && header.sh_type == section::SHT_PROGBITS {
            Meaning::DynamicLinkingTables
        } else {
            meaning(header, &name)
        };
        sections.push(Section {
            kind: names::section_type(elf.header.e_machine, header.sh_type),
            size: header.sh_size,
            flags: header.sh_flags,
            address: header.sh_addr,
            offset: header.sh_offset,
            uncompressed_size: uncompressed_size(elf, header)?,
            meaning,
            name,
        });
    }
    Ok(sections)
}

/// `ch_size` of the header in front of compressed bytes.
fn uncompressed_size(elf: &Elf<'_>, header: &SectionHeader) -> Result<Option<u64>, ElfError> {
    if header.sh_flags & u64::from(section::SHF_COMPRESSED) == 0 {
        return Ok(None);
    }
    let bytes = elf.section_bytes(header)?;
    Ok(bytes.get(elf.encoding.word_size()..).and_then(|bytes| elf.encoding.word(bytes)))
}

/// Names that tell a meaning which nothing else does; `.data.rel.ro` in front of a name is taken off before.
const BY_NAME: &[(&str, Meaning)] = &[
    (".go.type", Meaning::GoTypeData),
    (".typelink", Meaning::GoTypeData),
    (".itablink", Meaning::GoTypeData),
    (".gopclntab", Meaning::PcLineTables),
];

/// Beginnings of the names of sections with debug data, which are never loaded.
const DEBUG: &[&str] = &[".debug", ".zdebug", ".gnu_debug", ".gdb_index", ".stab", ".line"];

fn meaning(header: &SectionHeader, name: &str) -> Meaning {
    let has = |flag| header.sh_flags & u64::from(flag) != 0;
    let loaded = has(section::SHF_ALLOC);
    match header.sh_type {
        section::SHT_NOBITS => return Meaning::Bss,
        section::SHT_REL
        | section::SHT_RELA
        | SHT_RELR
        | SHT_CREL
        | SHT_ANDROID_REL
        | SHT_ANDROID_RELA
        | SHT_ANDROID_RELR => return Meaning::RelocationTables,
        section::SHT_NOTE => return Meaning::Notes,
        section::SHT_SYMTAB | section::SHT_SYMTAB_SHNDX => return Meaning::Symbols,
        section::SHT_STRTAB if !loaded && !debug(name) => return Meaning::Symbols,
        section::SHT_STRTAB if loaded => return Meaning::DynamicLinkingTables,
        section::SHT_DYNAMIC
        | section::SHT_DYNSYM
        | section::SHT_HASH
        | section::SHT_GNU_HASH
        | section::SHT_GNU_VERDEF
        | section::SHT_GNU_VERNEED
        | section::SHT_GNU_VERSYM => return Meaning::DynamicLinkingTables,
        _ => {}
    }
    let bare = name.strip_prefix(".data.rel.ro").unwrap_or(name);
    let named = BY_NAME.iter().find(|row| row.0 == bare);
    match named {
        _ if !loaded && debug(name) => Meaning::DebugData,
        _ if !loaded => Meaning::Other,
        _ if has(section::SHF_EXECINSTR) => Meaning::Code,
        Some(&(_, meaning)) => meaning,
        // Go's internal linker gives these the type of plain data where they are empty.
        None if name.starts_with(".gnu.version") => Meaning::DynamicLinkingTables,
        None if has(section::SHF_WRITE) => Meaning::WritableData,
        None => Meaning::ReadOnlyData,
    }
}

fn debug(name: &str) -> bool {
    DEBUG.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether there is a symbol table that is not loaded.
pub(super) fn has_symbols(elf: &Elf<'_>) -> bool {
    elf.sections.iter().any(|header| header.sh_type == section::SHT_SYMTAB && header.sh_size > 0)
}

/// Whether there is DWARF about the program itself, compressed or not.
pub(super) fn has_debug(sections: &[Section]) -> bool {
    let names = [".debug_info", ".zdebug_info"];
    sections.iter().any(|section| {
        names.contains(&section.name.as_str()) && section.meaning == Meaning::DebugData && section.size > 0
    })
}
