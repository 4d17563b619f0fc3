//! Go's pc-line table: which functions there are, where their code lies and which bytes of the table are theirs.
//!
//! | magic | since | entries | parts |
//! | --- | --- | --- | --- |
//! | `0xfffffffb` | Go 1.2 | addresses | all in one, offsets count from the header |
//! | `0xfffffffa` | Go 1.16 | addresses | names, files of each unit, file names, pc-value tables, functions |
//! | `0xfffffff0` | Go 1.18 | 32-bit offsets from `runtime.text` | the same |
//! | `0xfffffff1` | Go 1.20 | the same | the same; names of generated symbols have a colon |
//!
//! The table is looked for in its section, then in every loaded segment. In a position-independent file the
//! addresses of the first two are relocated. `runtime.text` stood in the header up to Go 1.25; since then the
//! `moduledata` that points to the table tells it. Offsets through a map of several text sections, which
//! external linkers need for very large programs on 32-bit ARM and PowerPC, are taken as they are. Lines are
//! not decoded, and to whom a function belongs is left to `packages`.
//!
//! Sources: Go's `src/debug/gosym/pclntab.go`, `src/cmd/link/internal/ld/pcln.go`, `src/runtime/symtab.go` and
//! `src/runtime/runtime2.go` (1.13 to 1.27).

use std::cell::Cell;
use std::ops::Range;

use super::image::Image;
use super::module_data::ModuleData;
use super::raw::{Elf, Encoding};
use super::sections::Section;

/// The shape of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layout {
    Go12,
    Go116,
    Go118,
    Go120,
}

impl Layout {
    fn of(magic: u32) -> Option<Self> {
        match magic {
            0xffff_fffb => Some(Self::Go12),
            0xffff_fffa => Some(Self::Go116),
            0xffff_fff0 => Some(Self::Go118),
            0xffff_fff1 => Some(Self::Go120),
            _ => None,
        }
    }
}

/// Sections that hold the table; GNU ld keeps the second name in an externally linked PIE.
const SECTIONS: [&str; 2] = [".gopclntab", ".data.rel.ro.gopclntab"];

/// How many false headers of a table a file may have.
const TRIES: u32 = 4;

/// The pc-line table of a Go program.
pub(super) struct PcLineTable<'e, 'a> {
    pub(super) layout: Layout,
    image: &'e Image<'e, 'a>,
    encoding: Encoding,
    /// From the header to the end of its section or segment.
    pub(super) bytes: &'a [u8],
    /// Offset of the header in the file.
    pub(super) offset: u64,
    address: u64,
    /// How many functions there are.
    pub(super) count: usize,
    /// Bytes of names, ends in NUL each; in the oldest layout the whole table.
    pub(super) names: Range<usize>,
    /// Offsets into `files`, 32 bits each, those of a compilation unit together; none in the oldest layout.
    pub(super) units: Range<usize>,
    pub(super) files: Range<usize>,
    /// Tables that give a value for each pc of a function.
    pub(super) values: Range<usize>,
    /// Records of functions, which begin with the array of entries but in the oldest layout.
    records: Range<usize>,
    /// Where the array of entries begins.
    entries: usize,
    /// Address that entries count from.
    text: u64,
    /// Whether `nfuncdata` has but a byte, as since Go 1.12.
    short_count: bool,
}

/// A function of the table.
pub(super) struct Function<'a> {
    /// Where its code begins.
    pub(super) address: u64,
    /// Bytes to the next function, padding included, or to the end of the last.
    pub(super) size: u64,
    /// Its entry in the array, as offsets in the table.
    pub(super) entry: Range<usize>,
    /// What the table says of it; nothing of a hole between text sections.
    pub(super) record: Option<Record<'a>>,
}

/// What the table says of a function.
pub(super) struct Record<'a> {
    /// The record with the offsets of its further tables, as offsets in the table.
    pub(super) range: Range<usize>,
    /// Offset of its name among the names.
    pub(super) name: usize,
    /// Where the files of its compilation unit begin, in entries of `units`.
    pub(super) unit: Option<u32>,
    /// Offsets of its first three tables of values.
    values: [u32; 3],
    /// Offsets of further ones.
    further: &'a [u8],
    /// Offsets of further data, 32 bits each; none in layouts that have addresses there.
    data: &'a [u8],
    encoding: Encoding,
}

impl Record<'_> {
    /// Offsets of its tables of values; 0 stands for none.
    pub(super) fn values(&self) -> impl Iterator<Item = u32> {
        let further = self.further.chunks_exact(4).filter_map(|bytes| self.encoding.half(bytes));
        self.values.into_iter().chain(further)
    }

    /// Where its pointer maps and other data begin, counted from what [`ModuleData::data`] tells.
    pub(super) fn data(&self) -> impl Iterator<Item = u64> {
        let data = self.data.chunks_exact(4).filter_map(|bytes| self.encoding.half(bytes));
        data.filter(|&offset| offset != u32::MAX).map(u64::from)
    }
}

/// Where a table is looked for.
struct File<'f, 'e, 'a> {
    elf: &'f Elf<'a>,
    image: &'e Image<'e, 'a>,
    /// Address of the section `.text`.
    section: Option<u64>,
    /// How many more headers may be looked for in all data.
    tries: Cell<u32>,
}

impl<'e, 'a> File<'_, 'e, 'a> {
    /// The table that begins with some bytes; costs the same however many functions it says it has.
    fn table(&self, bytes: &'a [u8], offset: u64, address: u64) -> Option<PcLineTable<'e, 'a>> {
        let encoding = self.elf.encoding;
        let layout = Layout::of(encoding.half(bytes)?)?;
        let &[0, 0, 1 | 2 | 4, pointer_size] = bytes.get(4..)?.first_chunk()? else { return None };
        let word = encoding.word_size();
        if usize::from(pointer_size) != word {
            return None;
        }
        let number = |index: usize| {
            let number = encoding.word(bytes.get(8 + index * word..)?)?;
            usize::try_from(number).ok()
        };
        let all = 0..bytes.len();
        let mut table = PcLineTable {
            layout,
            image: self.image,
            encoding,
            bytes,
            offset,
            address,
            count: number(0)?,
            names: all.clone(),
            units: 0..0,
            files: 0..0,
            values: all.clone(),
            records: all,
            entries: 8 + word,
            text: 0,
            short_count: true,
        };
        if layout > Layout::Go12 {
            let first = if layout == Layout::Go116 { 2 } else { 3 };
            let parts = [number(first)?, number(first + 1)?, number(first + 2)?, number(first + 3)?];
            let functions = number(first + 4)?;
            let [names, units, files, values] = parts;
            if !(names <= units && units <= files && files <= values && values <= functions) {
                return None;
            }
            table.names = names..units;
            table.units = units..files;
            table.files = files..values;
            table.values = values..functions;
            table.records = functions..bytes.len();
            table.entries = functions;
        }
        let size = table.count.checked_mul(2)?.checked_add(1)?.checked_mul(table.field())?;
        bytes.get(table.entries..)?.get(..size)?;
        let last = table.count.checked_sub(1)?;
        if !(table.holds(0) && table.holds(last)) {
            return None;
        }
        if table.relative() {
            table.text = self.text(&table)?;
        }
        table.short_count = table.has_short_count();
        self.image.executable(table.start(0)?).then_some(table)
    }

    /// `runtime.text`: from the header, from the `moduledata` that points here, or the start of `.text`, which
    /// is the same where no C code lies before it.
    fn text(&self, table: &PcLineTable<'e, 'a>) -> Option<u64> {
        let word = self.image.word();
        let in_header = self.image.pointer(table.address.checked_add(8 + 2 * word)?)?;
        if self.image.executable(in_header) {
            return Some(in_header);
        }
        // Looking through all data for every false header would cost the square of the size.
        self.tries.set(self.tries.get().checked_sub(1)?);
        table.module().and_then(|module| module.text()).or(self.section)
    }
}

impl<'e, 'a> PcLineTable<'e, 'a> {
    /// The table of a file, if it has one.
    pub(super) fn find(elf: &Elf<'a>, image: &'e Image<'e, 'a>, sections: &[Section]) -> Option<Self> {
        let section = sections.iter().find(|section| section.name == ".text").map(|section| section.address);
        let file = File { elf, image, section, tries: Cell::new(TRIES) };
        let named =
            sections.iter().zip(&elf.sections).filter(|pair| SECTIONS.contains(&pair.0.name.as_str()));
        for (_, header) in named.take(SECTIONS.len()) {
            let Ok(bytes) = elf.section_bytes(header) else { continue };
            if let Some(table) = file.table(bytes, header.sh_offset, header.sh_addr) {
                return Some(table);
            }
        }
        let word = elf.encoding.word_size();
        let mut seen = 0_u64;
        for load in elf.loads() {
            // Segments that lie over one another could make a small file cost the square of its size.
            seen = seen.saturating_add(load.p_filesz);
            if seen > 2 * elf.bytes.len() as u64 {
                return None;
            }
            let Ok(bytes) = elf.slice("a loaded segment", load.p_offset, load.p_filesz) else { continue };
            let skip = usize::try_from(load.p_vaddr.wrapping_neg() % word as u64).unwrap_or(0);
            for at in (skip..bytes.len()).step_by(word) {
                let Some(bytes) = bytes.get(at..) else { break };
                let head = bytes.first_chunk::<8>();
                if head.is_none_or(|head| head[1] != 0xff || head[2] != 0xff || head[4] != 0) {
                    continue;
                }
                let (offset, address) = (load.p_offset + at as u64, load.p_vaddr.wrapping_add(at as u64));
                if let Some(table) = file.table(bytes, offset, address) {
                    return Some(table);
                }
            }
        }
        None
    }

    /// Whether entries are offsets, and those of further data.
    pub(super) fn relative(&self) -> bool {
        self.layout >= Layout::Go118
    }

    /// Size of a field of the array of entries.
    fn field(&self) -> usize {
        if self.relative() { 4 } else { self.encoding.word_size() }
    }

    /// The `moduledata` that points here, since Go 1.16.
    pub(super) fn module(&self) -> Option<ModuleData<'e, 'a>> {
        let at = |place: usize| self.address.checked_add(place as u64);
        ModuleData::find(self.image, self.address, at(self.names.start)?, at(self.records.start)?)
    }

    /// The address at which a function begins; that behind the last function is the end.
    fn start(&self, index: usize) -> Option<u64> {
        self.pointer(self.entries + 2 * index * self.field())
    }

    /// The code address at an offset of the table.
    fn pointer(&self, at: usize) -> Option<u64> {
        if self.relative() {
            let offset = self.encoding.half(self.bytes.get(at..)?)?;
            return self.text.checked_add(offset.into());
        }
        self.bytes.get(at..at.checked_add(self.encoding.word_size())?)?;
        self.image.pointer(self.address.checked_add(at as u64)?)
    }

    /// Where the record of a function begins.
    fn record_start(&self, index: usize) -> Option<usize> {
        let field = self.bytes.get(self.entries + (2 * index + 1) * self.field()..)?;
        let offset =
            if self.relative() { self.encoding.half(field)?.into() } else { self.encoding.word(field)? };
        let start = usize::try_from(offset).ok()?.checked_add(self.records.start)?;
        (start < self.bytes.len()).then_some(start)
    }

    /// Whether a function's record names the same address as its entry.
    fn holds(&self, index: usize) -> bool {
        let own = self.record_start(index).and_then(|start| self.pointer(start));
        own.is_some() && own == self.start(index)
    }

    /// Offset in a record of the number with the count of pointers to further data in its last byte.
    fn last_field(&self) -> usize {
        self.field()
            + match self.layout {
                Layout::Go12 => 28,
                Layout::Go116 | Layout::Go118 => 32,
                Layout::Go120 => 36,
            }
    }

    /// Up to Go 1.11 `nfuncdata` had 32 bits: then no record of a little-endian file has anything in the last
    /// byte of them. In a big-endian file the last byte is the same in both.
    fn has_short_count(&self) -> bool {
        if self.layout > Layout::Go12 || !self.encoding.little {
            return true;
        }
        let at = self.last_field() + 3;
        let mut some = (0..self.count.min(256)).filter_map(|index| self.record_start(index));
        some.any(|start| self.bytes.get(start.saturating_add(at)).is_some_and(|&byte| byte != 0))
    }

    /// All functions in the order of their addresses; ends where the table is damaged.
    pub(super) fn functions(&self) -> impl Iterator<Item = Function<'a>> {
        let mut next = self.start(0);
        (0..self.count).map_while(move |index| {
            let address = next?;
            let end = self.start(index + 1)?;
            next = Some(end);
            let at = self.entries + 2 * index * self.field();
            Some(Function {
                address,
                size: end.checked_sub(address)?,
                entry: at..at + 2 * self.field(),
                record: self.record(index),
            })
        })
    }

    fn record(&self, index: usize) -> Option<Record<'a>> {
        let start = self.record_start(index)?;
        let bytes = self.bytes.get(start..)?;
        let first = self.field();
        let half = |place: usize| self.encoding.half(bytes.get(first + 4 * place..)?);
        let last = self.last_field();
        let further_count = half(6)? as usize;
        let pointers = if self.short_count {
            usize::from(*bytes.get(last + 3)?)
        } else {
            self.encoding.half(bytes.get(last..)?)? as usize
        };
        let further_size = further_count.checked_mul(4)?;
        let further = bytes.get(last + 4..)?.get(..further_size)?;
        let mut size = last + 4 + further_size;
        if pointers > 0 && !self.relative() {
            size = size.next_multiple_of(self.encoding.word_size());
        }
        let pointers = bytes.get(size..)?.get(..pointers.checked_mul(self.field())?)?;
        size += pointers.len();
        // Up to the alignment of the next.
        let end = (start + size).next_multiple_of(self.encoding.word_size()).min(self.bytes.len());
        let unit = if self.layout == Layout::Go12 { None } else { half(7).filter(|&unit| unit != u32::MAX) };
        Some(Record {
            range: start..end,
            name: half(0)? as usize,
            unit,
            values: [half(3)?, half(4)?, half(5)?],
            further,
            data: if self.relative() { pointers } else { &[] },
            encoding: self.encoding,
        })
    }

    /// The name at an offset among the names, and where its NUL stands in the table; `longest` bounds the cost.
    pub(super) fn name(&self, offset: usize, longest: usize) -> Option<(&'a [u8], Range<usize>)> {
        let tail = self.bytes.get(self.names.clone())?.get(offset..)?;
        let length = tail[..tail.len().min(longest)].iter().position(|&byte| byte == 0)?;
        let start = self.names.start + offset;
        Some((&tail[..length], start..start + length + 1))
    }
}
