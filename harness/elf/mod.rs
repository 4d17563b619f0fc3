//! Exact facts of an ELF file, from its bytes alone: no file is opened here, and nothing is guessed.
//!
//! [`read`] goes by the dynamic table and the program headers for all that is loaded, and by the section
//! headers for the rest, where there are any. Names of sections tell nothing but what nothing else does.
//! Every offset and count is checked against the bytes there are, so that a damaged or hostile file costs an
//! error, time in proportion to its size, and no more memory than a few times its size. Rendering, and what
//! the facts are worth, is left to `results`, `analyse` and `report`.
//!
//! One file an idea: `raw` (headers, the only one that names goblin), `dynamic`, `relocations`, `tally`, `packed`,
//! `pages`, `linkage`, `hardening`, `symbols`, `memory`, `segments`, `sections`, `sizes`, `notes`, `image` (pointers
//! once relocated), `go`, `names`; for Go packages `pclntab`, `symbol_table`, `go_names`, `packages`.

mod dynamic;
mod error;
mod go;
mod go_names;
mod hardening;
mod image;
mod linkage;
mod memory;
mod module_data;
mod names;
mod notes;
mod packages;
mod packed;
mod pages;
mod pclntab;
mod raw;
mod relocations;
mod sections;
mod segments;
mod sizes;
mod symbol_table;
mod symbols;
mod tally;
#[cfg(test)]
pub(crate) mod tests;

pub use error::ElfError;
pub use go::{GoBuildInfo, Module};
pub use hardening::{Hardening, Relro};
pub use linkage::{Linkage, LinkageKind};
pub use memory::Memory;
pub use notes::Notes;
pub use packages::{PackageSize, by_package, by_package_without_symbols};
pub use relocations::{RelocationSource, Relocations};
pub use sections::{Meaning, Section};
pub use segments::Segment;
pub use symbols::Presence;

/// Byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl Endian {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Little => "little",
            Self::Big => "big",
        }
    }
}

/// The facts of an ELF file. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Size of the file.
    pub file_size: u64,
    /// `EXEC`, `DYN`, `REL`, `CORE`, `NONE`, or the number.
    pub elf_type: String,
    /// `x86_64`, `aarch64`, `i386`, ..., or the number.
    pub machine: String,
    /// 32 or 64.
    pub class: u8,
    /// Byte order.
    pub endian: Endian,
    /// How it is linked, and to what.
    pub linkage: Linkage,
    /// Its relocations.
    pub relocations: Relocations,
    /// What is to be protected.
    pub hardening: Hardening,
    /// The loaded image by kind.
    pub memory: Memory,
    /// Its program headers.
    pub segments: Vec<Segment>,
    /// Its sections; empty where the section headers are gone.
    pub sections: Vec<Section>,
    /// Whether it has a symbol table (`SHT_SYMTAB`): `false` means stripped.
    pub symbols_present: bool,
    /// Whether it has DWARF (`.debug_info`).
    pub debug_present: bool,
    /// What its notes say.
    pub notes: Notes,
    /// What Go recorded about its build; `None` where it is no Go program.
    pub go: Option<GoBuildInfo>,
    parts: sizes::Parts,
}

impl Facts {
    /// Bytes of each meaning in the order of [`Meaning::IN_FILE`]; they add up to the size of the file.
    pub fn size_by_meaning(&self) -> Vec<(Meaning, u64)> {
        sizes::by_meaning(&self.parts)
    }

    /// Bytes of the file that each section has, in their order, and in brackets by meaning those outside of all
    /// sections; they add up to the size of the file. Names can come more than once.
    pub fn size_by_section(&self) -> Vec<(String, u64)> {
        sizes::by_section(&self.parts, &self.sections)
    }
}

/// Reads the facts of the bytes of an ELF file. Never panics; time and memory are bounded by the size.
pub fn read(bytes: &[u8]) -> Result<Facts, ElfError> {
    let elf = raw::Elf::parse(bytes)?;
    let dynamic = dynamic::Dynamic::parse(&elf)?;
    let dynamic = dynamic.as_ref();
    let linkage = Linkage::of(&elf, dynamic)?;
    let (source, tables) = relocations::tables(&elf, dynamic, linkage.kind)?;
    let sections = sections::sections(&elf)?;
    let go = GoBuildInfo::of(&elf, &image::Image::of(&elf, dynamic), &sections)?;
    let named = symbols::Named::of(&elf, dynamic, linkage.kind, go.as_ref())?;
    Ok(Facts {
        file_size: bytes.len() as u64,
        elf_type: names::file_type(elf.header.e_type),
        machine: names::machine(elf.header.e_machine),
        class: if elf.encoding.wide { 64 } else { 32 },
        endian: if elf.encoding.little { Endian::Little } else { Endian::Big },
        relocations: Relocations::of(&elf, linkage.kind, source, &tables)?,
        hardening: Hardening::of(&elf, dynamic, linkage.kind, &named),
        memory: Memory::of(&elf),
        symbols_present: sections::has_symbols(&elf),
        debug_present: sections::has_debug(&sections),
        notes: Notes::of(&elf)?,
        go,
        segments: segments::segments(&elf),
        parts: sizes::parts(&elf, dynamic, &sections, &tables),
        linkage,
        sections,
    })
}
