//! The program headers, with the names that readelf gives their types and flags.
//!
//! Source: ELF gABI 4.3, "Program Header"; `elf.h` of glibc.

use std::borrow::Cow;

use super::names;
use super::raw::Elf;

/// A program header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its type without `PT_`, e.g. `LOAD`, `GNU_RELRO`, or the number in hexadecimal.
    pub kind: Cow<'static, str>,
    /// Its flags (`PF_...`): read 4, write 2, execute 1.
    pub flags: u32,
    /// Its offset in the file.
    pub offset: u64,
    /// Its address.
    pub address: u64,
    /// Its size in the file.
    pub file_size: u64,
    /// Its size in memory.
    pub memory_size: u64,
    /// Its alignment.
    pub align: u64,
}

/// All program headers, in their order.
pub(super) fn segments(elf: &Elf<'_>) -> Vec<Segment> {
    let segment = |header: &super::raw::ProgramHeader| Segment {
        kind: names::segment_type(elf.header.e_machine, header.p_type),
        flags: header.p_flags,
        offset: header.p_offset,
        address: header.p_vaddr,
        file_size: header.p_filesz,
        memory_size: header.p_memsz,
        align: header.p_align,
    };
    elf.segments.iter().map(segment).collect()
}
