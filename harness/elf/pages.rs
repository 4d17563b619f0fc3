//! How many pages the dynamic relocations of a file write to.
//!
//! A page that is written to at start is a page that the kernel has to copy, whatever the number of relocations
//! in it. The page of an entry is that of its `r_offset`; of a RELR word those of the addresses that it names.
//! Pages are those of 4 KiB on every machine, so that the number is one of the file alone. What is written, and
//! how many bytes, is left to the dynamic linker: a copy of several pages counts as the page it begins on.
//!
//! Sources: ELF gABI 4.3, "Relocation" and "Dynamic Section" (RELR).

use super::ElfError;
use super::raw::Elf;
use super::relocations::{Encoded, Table, slice};
use super::tally::Layout;

/// Bytes of a page.
const PAGE: u64 = 4096;

/// Pages that are written to, each once or a few times.
#[derive(Default)]
struct Pages(Vec<u64>);

impl Pages {
    fn last(&self) -> Option<u64> {
        self.0.last().copied()
    }

    fn add(&mut self, address: u64) {
        let page = address / PAGE;
        if self.last() != Some(page) {
            self.0.push(page);
        }
    }

    fn count(mut self) -> u64 {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.len() as u64
    }
}

/// The number of distinct pages that the entries of some tables write to; `None` where a table is no array: a
/// few bytes of one can stand for any number of pages.
pub(super) fn written(elf: &Elf<'_>, tables: &[Table]) -> Result<Option<u64>, ElfError> {
    let mut pages = Pages::default();
    for table in tables {
        let bytes = slice(elf, &table.range)?;
        match table.encoded {
            Encoded::Rel => entries(elf, bytes, 2, &mut pages),
            Encoded::Rela => entries(elf, bytes, 3, &mut pages),
            Encoded::Relr => packed(elf, bytes, &mut pages),
            Encoded::Android | Encoded::Crel => return Ok(None),
        }
    }
    Ok(Some(pages.count()))
}

/// Entries of some words: where, and what for. On every machine type 0 does nothing.
fn entries(elf: &Elf<'_>, bytes: &[u8], words: usize, pages: &mut Pages) {
    let size = elf.encoding.word_size();
    let layout = Layout::of(elf.encoding, elf.header.e_machine);
    for entry in bytes.chunks_exact(words * size) {
        let Some(address) = elf.encoding.word(entry) else { continue };
        // The next entry mostly writes to the page that the last one did.
        if pages.last() == Some(address / PAGE) {
            continue;
        }
        let info = elf.encoding.word(&entry[size..]).unwrap_or(0);
        if layout.split(info).0 != 0 {
            pages.add(address);
        }
    }
}

/// Words of a RELR table: an even one is an address, an odd one a bitmap of the words behind the last address.
fn packed(elf: &Elf<'_>, bytes: &[u8], pages: &mut Pages) {
    let size = elf.encoding.word_size() as u64;
    let mut next = 0_u64;
    for word in bytes.chunks_exact(elf.encoding.word_size()).filter_map(|word| elf.encoding.word(word)) {
        if word & 1 == 0 {
            pages.add(word);
            next = word.wrapping_add(size);
            continue;
        }
        let mut bits = word >> 1;
        while bits != 0 {
            pages.add(next.wrapping_add(u64::from(bits.trailing_zeros()) * size));
            bits &= bits - 1;
        }
        next = next.wrapping_add((8 * size - 1) * size);
    }
}
