//! How a file is linked: static, static PIE, dynamic, shared library, relocatable or core.
//!
//! Decided by evidence, never by the file's name:
//!
//! | evidence | kind |
//! | --- | --- |
//! | `ET_REL`, `ET_CORE` | relocatable, core |
//! | `ET_EXEC` with `PT_INTERP` or `DT_NEEDED` | dynamic |
//! | `ET_EXEC` otherwise | static |
//! | `ET_DYN`, `DF_1_PIE`, with `PT_INTERP` or `DT_NEEDED` | dynamic |
//! | `ET_DYN`, `DF_1_PIE`, neither | static PIE |
//! | `ET_DYN`, no `DF_1_PIE`, `DT_SONAME` | shared library (`libc.so.6` too, which has an interpreter) |
//! | `ET_DYN`, none of these, `PT_INTERP`, and `DT_DEBUG` or no dynamic table | dynamic (a PIE without `DF_1_PIE`) |
//! | `ET_DYN`, none of these, no `DT_NEEDED`, an entry point, and `DT_DEBUG` or no dynamic table | static PIE |
//! | `ET_DYN` otherwise | shared library |
//! | any other type | unknown |
//!
//! Linkers write `DT_DEBUG` into programs only; an entry point alone proves nothing, since older linkers gave
//! one to libraries too, and nor does `PT_INTERP`: libraries that can be started to tell their version have it. `DF_1_PIE` is there since binutils 2.26 and in internally linked Go PIE.
//!
//! Sources: `elf(5)`, binutils `bfd/elfxx-x86.c` and `ld/emultempl`, `src/readelf.c` of file(1), Go's
//! `src/cmd/link/internal/ld/elf.go`.

use super::ElfError;
use super::dynamic::Dynamic;
use super::raw::{Elf, constant, segment, tag};

/// How a file is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkageKind {
    /// A program that needs no dynamic linker and runs where it was linked for.
    Static,
    /// A program that needs no dynamic linker and relocates itself.
    StaticPie,
    /// A program that a dynamic linker loads.
    Dynamic,
    /// A shared library.
    SharedLibrary,
    /// An object file.
    Relocatable,
    /// A core dump.
    Core,
    /// None of these: `ET_NONE` and types of operating systems and processors.
    Unknown,
}

impl LinkageKind {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::StaticPie => "static-pie",
            Self::Dynamic => "dynamic",
            Self::SharedLibrary => "shared-library",
            Self::Relocatable => "relocatable",
            Self::Core => "core",
            Self::Unknown => "unknown",
        }
    }
}

/// How a file is linked, and to what. What is not UTF-8 is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linkage {
    /// The kind.
    pub kind: LinkageKind,
    /// Whether it is a position-independent executable.
    pub pie: bool,
    /// The dynamic linker that the kernel starts (`PT_INTERP`).
    pub interpreter: Option<String>,
    /// The libraries it needs (`DT_NEEDED`), in their order.
    pub needed: Vec<String>,
    /// The name that a library is needed by (`DT_SONAME`).
    pub soname: Option<String>,
    /// The folders of `DT_RPATH`, in their order.
    pub rpath: Vec<String>,
    /// The folders of `DT_RUNPATH`, in their order.
    pub runpath: Vec<String>,
}

impl Linkage {
    pub(super) fn of(elf: &Elf<'_>, dynamic: Option<&Dynamic>) -> Result<Self, ElfError> {
        let interpreter = match elf.segment(segment::PT_INTERP) {
            // A file of debug data alone keeps the headers of what it has lost.
            Some(header) if header.p_filesz > 0 => {
                let bytes = elf.slice("the interpreter's name", header.p_offset, header.p_filesz)?;
                Some(elf.string("interpreter's name", bytes, 0)?)
            }
            _ => None,
        };
        let string = |tag| dynamic.map_or(Ok(None), |table| table.string(elf, tag));
        let folders = |tag| -> Result<Vec<String>, ElfError> {
            let text = string(tag)?;
            Ok(text.iter().flat_map(|text| text.split(':')).map(str::to_owned).collect())
        };
        let mut linkage = Self {
            kind: LinkageKind::Unknown,
            pie: false,
            interpreter,
            needed: dynamic.map_or(Ok(Vec::new()), |table| table.strings(elf, tag::DT_NEEDED))?,
            soname: string(tag::DT_SONAME)?,
            rpath: folders(tag::DT_RPATH)?,
            runpath: folders(tag::DT_RUNPATH)?,
        };
        linkage.kind = linkage.decide(elf, dynamic);
        let program = matches!(linkage.kind, LinkageKind::StaticPie | LinkageKind::Dynamic);
        linkage.pie = program && elf.header.e_type == constant::ET_DYN;
        Ok(linkage)
    }

    fn decide(&self, elf: &Elf<'_>, dynamic: Option<&Dynamic>) -> LinkageKind {
        let has_interpreter = elf.segment(segment::PT_INTERP).is_some();
        let loaded_by_linker = has_interpreter || !self.needed.is_empty();
        match elf.header.e_type {
            constant::ET_REL => return LinkageKind::Relocatable,
            constant::ET_CORE => return LinkageKind::Core,
            constant::ET_EXEC if loaded_by_linker => return LinkageKind::Dynamic,
            constant::ET_EXEC => return LinkageKind::Static,
            constant::ET_DYN => {}
            _ => return LinkageKind::Unknown,
        }
        let program = dynamic.is_none_or(|table| table.has(tag::DT_DEBUG));
        // A file of debug data alone has lost what would tell.
        let stripped_bare = dynamic.is_some_and(Dynamic::is_empty);
        if dynamic.is_some_and(|table| table.flag(tag::DT_FLAGS_1, tag::DF_1_PIE)) {
            if loaded_by_linker { LinkageKind::Dynamic } else { LinkageKind::StaticPie }
        } else if self.soname.is_some() {
            LinkageKind::SharedLibrary
        } else if has_interpreter && (program || stripped_bare) {
            LinkageKind::Dynamic
        } else if !loaded_by_linker && program && elf.header.e_entry != 0 {
            LinkageKind::StaticPie
        } else {
            LinkageKind::SharedLibrary
        }
    }
}
