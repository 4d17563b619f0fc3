//! A PIE that is told to make fewer of its relocations than it has: an effect on a start whose size is known.
//!
//! The bytes are those of a rung of the ladder, of which a start reads no pointer; the entries for its table come
//! last, and `DT_RELASZ` says how many of all entries there are. Two such files differ in one number.
//!
//! Sources: gABI, "Dynamic Section" and "Relocation".

use anyhow::{Context, Result, ensure};
use goblin::elf::Elf;
use goblin::elf::dynamic::{DT_RELACOUNT, DT_RELASZ};
use goblin::elf::program_header::PT_DYNAMIC;

/// Size of an entry of 64 bits; its addend is its last field.
const ENTRY: usize = 24;
/// Size of an entry of the dynamic section, and of the tag that it begins with.
const DYNAMIC: usize = 16;
const TAG: usize = 8;

/// Such a file.
#[derive(Debug)]
pub(super) struct Relocated {
    bytes: Vec<u8>,
    /// Entries that it keeps whatever it is told, and those of the table.
    entries: (usize, usize),
    /// Where `DT_RELASZ` and `DT_RELACOUNT` have their values.
    sizes: Vec<(u64, usize)>,
}

impl Relocated {
    /// Of an ELF file of 64 bits, little-endian, most of whose relocations add the same address.
    pub(super) fn of(mut bytes: Vec<u8>) -> Result<Self> {
        let elf = Elf::parse(&bytes).context("no ELF file that can be understood")?;
        ensure!(elf.is_64 && elf.little_endian, "neither of 64 bits nor little-endian");
        let dynamic = elf.dynamic.as_ref().context("no dynamic section")?;
        let inside = |at: usize, size: usize| {
            let end = at.checked_add(size)?;
            (size > 0 && end <= bytes.len()).then_some(at..end)
        };
        // goblin gives the place in the file, not the address.
        let info = &dynamic.info;
        let entries = inside(info.rela, info.relasz).context("no relocations with addends")?;
        let header = elf.program_headers.iter().find(|header| header.p_type == PT_DYNAMIC);
        let header = header.context("no dynamic segment")?.file_range();
        let section =
            inside(header.start, header.len()).context("the dynamic segment lies outside the file")?;
        let word =
            |at: usize| -> Option<u64> { Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?)) };
        let sizes: Vec<(u64, usize)> = section
            .step_by(DYNAMIC)
            .filter_map(|at| Some((word(at)?, at + TAG)))
            .take_while(|(tag, _)| *tag != 0)
            .filter(|(tag, _)| [DT_RELASZ, DT_RELACOUNT].contains(tag))
            .collect();
        let mut all: Vec<[u8; ENTRY]> = bytes[entries.clone()].as_chunks().0.to_vec();
        let addend = |entry: &[u8; ENTRY]| entry.last_chunk().copied().map_or(0, i64::from_le_bytes);
        let mut addends: Vec<i64> = all.iter().map(addend).collect();
        addends.sort_unstable();
        let middle = *addends.get(addends.len() / 2).context("no relocations")?;
        // Stable: the table's entries stay in the order of their addresses.
        all.sort_by_key(|entry| addend(entry) == middle);
        let table = all.iter().filter(|entry| addend(entry) == middle).count();
        let kept = all.len() - table;
        // A start needs the others.
        ensure!(table > kept, "no address that most of its relocations add");
        bytes[entries].as_chunks_mut().0.copy_from_slice(&all);
        Ok(Self { bytes, entries: (kept, table), sizes })
    }

    /// The file that makes so many of the table's relocations.
    pub(super) fn making(&self, count: u32) -> Result<Vec<u8>> {
        let (kept, table) = self.entries;
        let count = count as usize;
        ensure!(count <= table, "{count} relocations are more than the {table} of the table");
        let mut bytes = self.bytes.clone();
        for (tag, at) in &self.sizes {
            let each = if *tag == DT_RELASZ { ENTRY } else { 1 };
            bytes[*at..*at + 8].copy_from_slice(&((each * (kept + count)) as u64).to_le_bytes());
        }
        Ok(bytes)
    }
}
