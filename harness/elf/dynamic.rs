//! The dynamic table, found through `PT_DYNAMIC`, and its strings.
//!
//! What the entries say of relocations, of hardening and of linkage is left to those files.
//!
//! Source: ELF gABI 4.3, "Dynamic Section"; `elf/dl-load.c` of glibc.

use super::ElfError;
use super::raw::{Elf, segment, tag};

/// The entries of the dynamic table up to `DT_NULL`.
pub(super) struct Dynamic {
    entries: Vec<(u64, u64)>,
}

impl Dynamic {
    /// The dynamic table, if the file has one.
    pub(super) fn parse(elf: &Elf<'_>) -> Result<Option<Self>, ElfError> {
        let Some(header) = elf.segment(segment::PT_DYNAMIC) else { return Ok(None) };
        let bytes = elf.slice("the dynamic table", header.p_offset, header.p_filesz)?;
        let size = elf.encoding.word_size();
        let entries = bytes
            .chunks_exact(2 * size)
            .map_while(|entry| Some((elf.encoding.word(entry)?, elf.encoding.word(&entry[size..])?)))
            .take_while(|&(tag, _)| tag != tag::DT_NULL)
            .collect();
        Ok(Some(Self { entries }))
    }

    /// Whether it says nothing, as in a file of debug data alone.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a tag; the last one counts, as for glibc.
    pub(super) fn get(&self, tag: u64) -> Option<u64> {
        self.entries.iter().rev().find(|entry| entry.0 == tag).map(|entry| entry.1)
    }

    /// Whether a tag is there.
    pub(super) fn has(&self, tag: u64) -> bool {
        self.get(tag).is_some()
    }

    /// Whether all bits of a mask are set in the value of a tag.
    pub(super) fn flag(&self, tag: u64, mask: u64) -> bool {
        self.get(tag).is_some_and(|value| value & mask == mask)
    }

    /// `DT_STRTAB`.
    pub(super) fn string_table<'a>(&self, elf: &Elf<'a>) -> Result<&'a [u8], ElfError> {
        let table = self.get(tag::DT_STRTAB).unwrap_or(0);
        let size = self.get(tag::DT_STRSZ).unwrap_or(0);
        elf.mapped("the dynamic string table", table, size)
    }

    /// The strings that a tag names, in the order of the table.
    pub(super) fn strings(&self, elf: &Elf<'_>, tag: u64) -> Result<Vec<String>, ElfError> {
        let offsets: Vec<u64> =
            self.entries.iter().filter(|entry| entry.0 == tag).map(|entry| entry.1).collect();
        if offsets.is_empty() {
            return Ok(Vec::new());
        }
        let table = self.string_table(elf)?;
        offsets.iter().map(|&offset| elf.string("offset of a dynamic string", table, offset)).collect()
    }

    /// The string that a tag names.
    pub(super) fn string(&self, elf: &Elf<'_>, tag: u64) -> Result<Option<String>, ElfError> {
        Ok(self.strings(elf, tag)?.pop())
    }
}
