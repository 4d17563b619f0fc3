//! Relocations by type: every entry once, RELR words expanded to the addresses they name.
//!
//! Which tables there are is told by the dynamic table, as the dynamic linker sees it: `DT_REL`, `DT_RELA`,
//! `DT_JMPREL` (which may lie within the others and is not counted twice) and `DT_RELR`. A file without one
//! is counted through its section headers: all relocation sections of an object file; of a program only
//! those that are loaded, which in a static glibc program are the `IRELATIVE` ones that its start-up code
//! applies between `__rela_iplt_start` and `__rela_iplt_end`. Where the section headers are gone too nothing
//! can be told, and [`RelocationSource::Nowhere`] says so. Tables that are no arrays are left to `packed`, the
//! pages that are written to, to `pages`.
//!
//! Sources: ELF gABI 4.3, "Relocation" and "Dynamic Section" (RELR); `elf/dynamic-link.h` and
//! `csu/libc-start.c` of glibc; for MIPS and SPARC `r_info`, `elfxx-mips.c` and `elf.h`; for Android's tags and
//! those of CREL, LLVM's `DynamicTags.def`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::dynamic::Dynamic;
use super::names::{self, SHT_ANDROID_REL, SHT_ANDROID_RELA, SHT_ANDROID_RELR, SHT_CREL, SHT_RELR};
use super::packed;
use super::pages;
use super::raw::{Elf, section, tag};
use super::tally::Tally;
use super::{ElfError, LinkageKind};

/// Tags of packed relative relocations, which goblin does not know. Source: ELF gABI 4.3.
const DT_RELRSZ: u64 = 35;
const DT_RELR: u64 = 36;
const DT_RELRENT: u64 = 37;

/// Tags of tables that are no arrays, and of Android's own RELR.
const DT_ANDROID_REL: u64 = 0x6000_000f;
const DT_ANDROID_RELSZ: u64 = 0x6000_0010;
const DT_ANDROID_RELA: u64 = 0x6000_0011;
const DT_ANDROID_RELASZ: u64 = 0x6000_0012;
const DT_ANDROID_RELR: u64 = 0x6fff_e000;
const DT_ANDROID_RELRSZ: u64 = 0x6fff_e001;
const DT_ANDROID_RELRENT: u64 = 0x6fff_e003;
const DT_CREL: u64 = 0x4000_0026;

/// Where the relocations of a file were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelocationSource {
    /// Through the dynamic table.
    DynamicTable,
    /// Through the section headers: there is no dynamic table.
    Sections,
    /// There is neither, or the file is a core dump or holds debug data alone.
    Nowhere,
}

impl RelocationSource {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::DynamicTable => "dynamic-table",
            Self::Sections => "sections",
            Self::Nowhere => "nowhere",
        }
    }
}

/// The relocations of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relocations {
    /// Where they were found.
    pub source: RelocationSource,
    /// All of them: entries, and addresses that RELR words name.
    pub total: u64,
    /// Those that need the load address and nothing else, those of RELR included; `IRELATIVE` is none.
    pub relative: u64,
    /// Entries of `DT_JMPREL`: functions that may be bound when first called, and `IRELATIVE`.
    pub plt: u64,
    /// Words of the RELR table.
    pub relr_words: u64,
    /// Addresses that those words name.
    pub relr_addresses: u64,
    /// Bytes of all tables, what two tables share counted once.
    pub table_bytes: u64,
    /// Distinct pages of 4 KiB that they write to; `None` where that is not told: in object files, whose offsets
    /// are not addresses, and where a table is Android's or CREL.
    pub pages: Option<u64>,
    /// How many of each type; sums to `total`.
    pub by_type: BTreeMap<String, u64>,
}

/// The encoding of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoded {
    Rel,
    Rela,
    Relr,
    /// Android's packed form of either.
    Android,
    Crel,
}

/// A relocation table, as offsets into the file.
pub(super) struct Table {
    pub(super) encoded: Encoded,
    plt: bool,
    pub(super) range: Range<u64>,
}

/// The relocation tables of a file and how they were found.
pub(super) fn tables(
    elf: &Elf<'_>,
    dynamic: Option<&Dynamic>,
    kind: LinkageKind,
) -> Result<(RelocationSource, Vec<Table>), ElfError> {
    match dynamic {
        _ if kind == LinkageKind::Core => Ok((RelocationSource::Nowhere, Vec::new())),
        Some(dynamic) if dynamic.is_empty() => Ok((RelocationSource::Nowhere, Vec::new())),
        Some(dynamic) => Ok((RelocationSource::DynamicTable, dynamic_tables(elf, dynamic)?)),
        None if elf.sections.is_empty() => Ok((RelocationSource::Nowhere, Vec::new())),
        None => Ok((RelocationSource::Sections, section_tables(elf, kind)?)),
    }
}

fn dynamic_tables(elf: &Elf<'_>, dynamic: &Dynamic) -> Result<Vec<Table>, ElfError> {
    let word = elf.encoding.word_size() as u64;
    let rel = (tag::DT_RELENT, 2 * word);
    let rela = (tag::DT_RELAENT, 3 * word);
    let (relr, android) = ((DT_RELRENT, word), (DT_ANDROID_RELRENT, word));
    let jmprel = jmprel(dynamic)?;
    let rows = [
        ("the REL table", Encoded::Rel, tag::DT_REL, tag::DT_RELSZ, Some(rel)),
        ("the RELA table", Encoded::Rela, tag::DT_RELA, tag::DT_RELASZ, Some(rela)),
        ("the RELR table", Encoded::Relr, DT_RELR, DT_RELRSZ, Some(relr)),
        ("Android's REL table", Encoded::Android, DT_ANDROID_REL, DT_ANDROID_RELSZ, None),
        ("Android's RELA table", Encoded::Android, DT_ANDROID_RELA, DT_ANDROID_RELASZ, None),
        ("Android's RELR table", Encoded::Relr, DT_ANDROID_RELR, DT_ANDROID_RELRSZ, Some(android)),
        ("the JMPREL table", jmprel, tag::DT_JMPREL, tag::DT_PLTRELSZ, None),
    ];
    let mut tables = Vec::new();
    if let Some(address) = dynamic.get(DT_CREL) {
        let bytes = elf.mapped_tail("the CREL table", address)?;
        let size = packed::crel(bytes, |_, _| ())? as u64;
        tables.push(found(elf, "the CREL table", Encoded::Crel, address, size)?);
    }
    for (what, encoded, address, size, entry) in rows {
        let plt = address == tag::DT_JMPREL;
        let (Some(address), Some(size)) = (dynamic.get(address), dynamic.get(size)) else { continue };
        if let Some((tag, known)) = entry
            && let Some(value) = dynamic.get(tag).filter(|&value| value != known)
        {
            return Err(ElfError::Impossible { what: "size of a relocation", value });
        }
        if size > 0 {
            tables.push(Table { plt, ..found(elf, what, encoded, address, size)? });
        }
    }
    Ok(tables)
}

fn found(
    elf: &Elf<'_>,
    what: &'static str,
    encoded: Encoded,
    address: u64,
    size: u64,
) -> Result<Table, ElfError> {
    let offset = elf.offset_of(address, size).ok_or(ElfError::Unmapped { what, address })?;
    Ok(Table { encoded, plt: false, range: offset..offset.saturating_add(size) })
}

fn jmprel(dynamic: &Dynamic) -> Result<Encoded, ElfError> {
    match dynamic.get(tag::DT_PLTREL) {
        Some(tag::DT_REL) => Ok(Encoded::Rel),
        Some(tag::DT_RELA) | None => Ok(Encoded::Rela),
        Some(DT_CREL) => Ok(Encoded::Crel),
        Some(value) => Err(ElfError::Impossible { what: "encoding of the JMPREL table", value }),
    }
}

fn section_tables(elf: &Elf<'_>, kind: LinkageKind) -> Result<Vec<Table>, ElfError> {
    let mut tables = Vec::new();
    let mut bytes = 0_u64;
    for header in &elf.sections {
        let loaded = header.sh_flags & u64::from(section::SHF_ALLOC) != 0;
        let encoded = match header.sh_type {
            section::SHT_REL => Encoded::Rel,
            section::SHT_RELA => Encoded::Rela,
            SHT_RELR | SHT_ANDROID_RELR => Encoded::Relr,
            SHT_ANDROID_REL | SHT_ANDROID_RELA => Encoded::Android,
            SHT_CREL => Encoded::Crel,
            _ => continue,
        };
        if header.sh_size == 0 || !(loaded || kind == LinkageKind::Relocatable) {
            continue;
        }
        // Sections that lie over one another could make a small file cost the square of its size.
        bytes = bytes.saturating_add(header.sh_size);
        if bytes > elf.bytes.len() as u64 {
            return Err(ElfError::Impossible { what: "size of all relocation sections", value: bytes });
        }
        let range = header.sh_offset..header.sh_offset.saturating_add(header.sh_size);
        tables.push(Table { encoded, plt: false, range });
    }
    Ok(tables)
}

impl Relocations {
    /// Counts the relocations of some tables.
    pub(super) fn of(
        elf: &Elf<'_>,
        kind: LinkageKind,
        source: RelocationSource,
        tables: &[Table],
    ) -> Result<Self, ElfError> {
        let mut tally = Tally::new(elf);
        let (mut relr_words, mut relr_addresses, mut plt) = (0, 0, 0);
        for table in tables {
            let before = tally.sum();
            match table.encoded {
                Encoded::Rel | Encoded::Rela => {
                    for range in outside(table, tables) {
                        tally.add(slice(elf, &range)?, table.encoded == Encoded::Rela);
                    }
                }
                Encoded::Relr => {
                    let (words, addresses) = expand(elf, slice(elf, &table.range)?);
                    relr_words += words;
                    relr_addresses += addresses;
                }
                Encoded::Android => tally.add_android(slice(elf, &table.range)?)?,
                Encoded::Crel => tally.add_crel(slice(elf, &table.range)?)?,
            }
            if table.plt {
                plt = table.entries(elf).unwrap_or_else(|| tally.sum().saturating_sub(before));
            }
        }
        let machine = elf.header.e_machine;
        let mut by_type = BTreeMap::new();
        let mut relative = relr_addresses;
        for ((kind, names_symbol), count) in tally.types() {
            if names::is_relative(machine, kind, names_symbol) {
                relative += count;
            }
            *by_type.entry(names::relocation(machine, kind)).or_default() += count;
        }
        if relr_addresses > 0 {
            *by_type.entry(names::packed_relocation(machine)).or_default() += relr_addresses;
        }
        let total = by_type.values().sum();
        let table_bytes = covered(tables);
        let loaded = source != RelocationSource::Nowhere && kind != LinkageKind::Relocatable;
        let pages = if loaded { pages::written(elf, tables)? } else { None };
        Ok(Self { source, total, relative, plt, relr_words, relr_addresses, table_bytes, pages, by_type })
    }
}

impl Table {
    /// The number of its entries, where they are all of one size.
    fn entries(&self, elf: &Elf<'_>) -> Option<u64> {
        let words = match self.encoded {
            Encoded::Rel => 2,
            Encoded::Rela => 3,
            Encoded::Relr | Encoded::Android | Encoded::Crel => return None,
        };
        Some((self.range.end - self.range.start) / (words * elf.encoding.word_size() as u64))
    }
}

/// Bytes of all tables, what several share counted once.
fn covered(tables: &[Table]) -> u64 {
    let mut ranges: Vec<&Range<u64>> = tables.iter().map(|table| &table.range).collect();
    ranges.sort_by_key(|range| range.start);
    let mut end = 0;
    let bytes = ranges.into_iter().map(|range| {
        let fresh = range.end.saturating_sub(range.start.max(end));
        end = end.max(range.end);
        fresh
    });
    bytes.sum()
}

pub(super) fn slice<'a>(elf: &Elf<'a>, range: &Range<u64>) -> Result<&'a [u8], ElfError> {
    elf.slice("a relocation table", range.start, range.end.saturating_sub(range.start))
}

/// The parts of `DT_JMPREL` that lie outside the other table of its encoding; any other table whole.
fn outside(table: &Table, tables: &[Table]) -> Vec<Range<u64>> {
    let other = tables.iter().find(|other| !other.plt && other.encoded == table.encoded);
    let Some(other) = other.filter(|_| table.plt) else { return vec![table.range.clone()] };
    let before = table.range.start..table.range.end.min(other.range.start);
    let after = table.range.start.max(other.range.end)..table.range.end;
    [before, after].into_iter().filter(|range| range.start < range.end).collect()
}

/// Words of a RELR table, and the addresses they name: an even word is an address, an odd one a bitmap of
/// the words behind the last address.
fn expand(elf: &Elf<'_>, bytes: &[u8]) -> (u64, u64) {
    let words = bytes.chunks_exact(elf.encoding.word_size()).filter_map(|word| elf.encoding.word(word));
    words.fold((0, 0), |(words, addresses), word| {
        let named = if word & 1 == 0 { 1 } else { u64::from((word >> 1).count_ones()) };
        (words + 1, addresses + named)
    })
}
