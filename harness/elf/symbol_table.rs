//! The symbol table that `strip` takes away: functions and data with their names, places and sizes.
//!
//! Symbols of no size, and those of what is neither code nor data, are left out; so are those whose names lie
//! outside the strings. Whose they are is left to `packages`.
//!
//! Source: ELF gABI 4.3, "Symbol Table".

use super::ElfError;
use super::raw::{Elf, section};

const STT_OBJECT: u8 = 1;
const STT_FUNC: u8 = 2;

/// A symbol that stands for some bytes.
pub(super) struct Symbol<'a> {
    pub(super) name: &'a [u8],
    pub(super) address: u64,
    pub(super) size: u64,
    /// Code rather than data.
    pub(super) code: bool,
}

/// Functions and data in the order of the table; none where it is gone.
pub(super) fn symbols<'a>(elf: &Elf<'a>) -> Result<Vec<Symbol<'a>>, ElfError> {
    let encoding = elf.encoding;
    let is_table =
        |header: &&_| matches!(header, section::SectionHeader { sh_type: section::SHT_SYMTAB, .. });
    let Some(header) = elf.sections.iter().find(is_table) else { return Ok(Vec::new()) };
    let strings = (header.sh_link as usize).checked_sub(1).and_then(|index| elf.sections.get(index));
    let strings = strings.map(|strings| elf.section_bytes(strings)).transpose()?.unwrap_or_default();
    let (size, info, address, extent) = if encoding.wide { (24, 4, 8, 16) } else { (16, 12, 4, 8) };
    // Names that overlap could cost the square of the size.
    let mut budget = 4 * elf.bytes.len();
    let symbols = elf.section_bytes(header)?.chunks_exact(size).filter_map(|bytes| {
        let code = match *bytes.get(info)? & 0xf {
            STT_OBJECT => false,
            STT_FUNC => true,
            _ => return None,
        };
        let size = encoding.word(bytes.get(extent..)?).filter(|&size| size > 0)?;
        let tail = strings.get(usize::try_from(encoding.half(bytes)?).ok()?..)?;
        let length = tail[..tail.len().min(budget)].iter().position(|&byte| byte == 0)?;
        budget -= length;
        Some(Symbol { name: &tail[..length], address: encoding.word(bytes.get(address..)?)?, size, code })
    });
    Ok(symbols.collect())
}
