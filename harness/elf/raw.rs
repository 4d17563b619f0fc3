//! The headers of an ELF file, checked against the bytes there are; the only file that names goblin.
//!
//! goblin decodes the headers and names the constants. Its `Elf::parse` is left alone: it reads all
//! symbols and relocations, gives up where one table is odd, and does not know `DT_RELR`. What the tables
//! hold is left to the other files of this room; here is only the way to their bytes.
//!
//! Sources: ELF gABI 4.3 ("ELF Header", "Section Header", "Program Header", extended numbering), `elf.h` of
//! glibc and of Linux.

use std::cell::Cell;
use std::ops::Range;

use goblin::container::{Container, Ctx, Endian};
pub(super) use goblin::elf::dynamic as tag;
pub(super) use goblin::elf::header as constant;
pub(super) use goblin::elf::header::machine_to_str;
pub(super) use goblin::elf::program_header as segment;
pub(super) use goblin::elf::reloc::r_to_str;
pub(super) use goblin::elf::section_header as section;
pub(super) use goblin::elf::section_header::sht_to_str;
pub(super) use goblin::elf::{Header, ProgramHeader, SectionHeader};

use super::ElfError;

/// `e_phnum` where the number stands in `sh_info` of section 0.
const PN_XNUM: u16 = 0xffff;

/// Class and byte order.
#[derive(Clone, Copy)]
pub(super) struct Encoding {
    /// 64 bits rather than 32.
    pub(super) wide: bool,
    /// Little-endian rather than big-endian.
    pub(super) little: bool,
}

impl Encoding {
    /// Bytes of an address.
    pub(super) fn word_size(self) -> usize {
        if self.wide { 8 } else { 4 }
    }

    /// The 32-bit number at the start of some bytes.
    pub(super) fn half(self, bytes: &[u8]) -> Option<u32> {
        let bytes = *bytes.first_chunk()?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// The address-sized number at the start of some bytes.
    pub(super) fn word(self, bytes: &[u8]) -> Option<u64> {
        if !self.wide {
            return self.half(bytes).map(u64::from);
        }
        let bytes = *bytes.first_chunk()?;
        Some(if self.little { u64::from_le_bytes(bytes) } else { u64::from_be_bytes(bytes) })
    }

    fn context(self) -> Ctx {
        let container = if self.wide { Container::Big } else { Container::Little };
        Ctx::new(container, if self.little { Endian::Little } else { Endian::Big })
    }
}

/// An ELF file whose headers are known to lie within it, and its sections and loaded segments too.
pub(super) struct Elf<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) encoding: Encoding,
    pub(super) header: Header,
    pub(super) segments: Vec<ProgramHeader>,
    /// Without section 0, which describes nothing.
    pub(super) sections: Vec<SectionHeader>,
    /// Where the ELF header and the two header tables lie in the file.
    pub(super) headers: [Range<u64>; 3],
    /// Index of the section that holds the names, within `sections`.
    pub(super) names: Option<usize>,
    /// Bytes of strings that may still be copied; keeps names that overlap from costing the square of the
    /// file's size.
    budget: Cell<u64>,
}

impl<'a> Elf<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, ElfError> {
        let encoding = encoding(bytes)?;
        let context = encoding.context();
        let header_size = Header::size(context) as u64;
        checked(bytes, "the ELF header", 0, header_size)?;
        let header = goblin::elf::Elf::parse_header(bytes)
            .map_err(|_| ElfError::Impossible { what: "ELF header", value: header_size })?;

        let zeroth = zeroth_section(bytes, &header, context);
        let segment_count = match (header.e_phnum, &zeroth) {
            (PN_XNUM, Some(zeroth)) => u64::from(zeroth.sh_info),
            (count, _) => u64::from(count),
        };
        let section_count = match (header.e_shnum, &zeroth) {
            (0, Some(zeroth)) if header.e_shoff != 0 => zeroth.sh_size,
            (count, _) => u64::from(count),
        };
        let segment_table = Table {
            what: "the program header table",
            offset: header.e_phoff,
            count: segment_count,
            entry: header.e_phentsize,
            known: ProgramHeader::size(context),
        };
        let section_table = Table {
            what: "the section header table",
            offset: header.e_shoff,
            count: section_count,
            entry: header.e_shentsize,
            known: SectionHeader::size(context),
        };
        let (segment_bytes, segment_count) = segment_table.bytes(bytes)?;
        let (section_bytes, section_count) = section_table.bytes(bytes)?;
        let impossible = |what, value: usize| ElfError::Impossible { what, value: value as u64 };
        let segments = ProgramHeader::parse(segment_bytes, 0, segment_count, context)
            .map_err(|_| impossible("number of program headers", segment_count))?;
        let mut sections = Vec::new();
        if section_count > 0 {
            sections = SectionHeader::parse_from(section_bytes, 0, section_count, context)
                .map_err(|_| impossible("number of section headers", section_count))?;
            sections.remove(0);
        }
        let names = match (u32::from(header.e_shstrndx), &zeroth) {
            (section::SHN_XINDEX, Some(zeroth)) => zeroth.sh_link,
            (index, _) => index,
        };
        let elf = Self {
            bytes,
            encoding,
            header,
            headers: [0..header_size, segment_table.range(), section_table.range()],
            names: (names as usize).checked_sub(1).filter(|_| !sections.is_empty()),
            budget: Cell::new((bytes.len() as u64).saturating_mul(4)),
            segments,
            sections,
        };
        elf.check()?;
        Ok(elf)
    }

    /// Loaded segments and sections must lie within the file, or it is cut off.
    fn check(&self) -> Result<(), ElfError> {
        for load in self.loads() {
            checked(self.bytes, "a loaded segment", load.p_offset, load.p_filesz)?;
        }
        for section in &self.sections {
            self.section_bytes(section)?;
        }
        match self.names {
            Some(index) if index >= self.sections.len() => {
                Err(ElfError::Impossible { what: "index of the section names", value: index as u64 + 1 })
            }
            _ => Ok(()),
        }
    }

    /// Bytes of the file; `what` is named where they are not all there.
    pub(super) fn slice(&self, what: &str, offset: u64, size: u64) -> Result<&'a [u8], ElfError> {
        checked(self.bytes, what, offset, size)
    }

    /// Bytes that a section has in the file: none where it is `SHT_NOBITS` or unused.
    pub(super) fn section_bytes(&self, header: &SectionHeader) -> Result<&'a [u8], ElfError> {
        match header.sh_type {
            section::SHT_NOBITS | section::SHT_NULL => Ok(&[]),
            _ => checked(self.bytes, "a section", header.sh_offset, header.sh_size),
        }
    }

    /// The name of a section; empty where the file has no names.
    pub(super) fn section_name(&self, header: &SectionHeader) -> Result<String, ElfError> {
        let Some(names) = self.names.and_then(|index| self.sections.get(index)) else {
            return Ok(String::new());
        };
        self.string("section name", self.section_bytes(names)?, header.sh_name as u64)
    }

    /// The string at an offset of a string table; what is not UTF-8 is replaced.
    pub(super) fn string(&self, what: &'static str, table: &[u8], offset: u64) -> Result<String, ElfError> {
        let impossible = ElfError::Impossible { what, value: offset };
        let tail = usize::try_from(offset).ok().and_then(|offset| table.get(offset..));
        let tail = tail.ok_or_else(|| impossible.clone())?;
        let longest = usize::try_from(self.budget.get()).unwrap_or(usize::MAX).min(tail.len());
        let Some(length) = tail[..longest].iter().position(|&byte| byte == 0) else {
            return Err(impossible);
        };
        self.budget.set(self.budget.get() - length as u64);
        Ok(String::from_utf8_lossy(&tail[..length]).into_owned())
    }

    /// The `PT_LOAD` segments.
    pub(super) fn loads(&self) -> impl Iterator<Item = &ProgramHeader> {
        self.segments.iter().filter(|segment| segment.p_type == segment::PT_LOAD)
    }

    /// The first segment of a type.
    pub(super) fn segment(&self, kind: u32) -> Option<&ProgramHeader> {
        self.segments.iter().find(|segment| segment.p_type == kind)
    }

    /// The `PT_GNU_RELRO` segment; the last one counts, as for glibc.
    pub(super) fn relro(&self) -> Option<&ProgramHeader> {
        self.segments.iter().rev().find(|segment| segment.p_type == segment::PT_GNU_RELRO)
    }

    /// The file offset behind an address, if `size` bytes from there on come from the file.
    pub(super) fn offset_of(&self, address: u64, size: u64) -> Option<u64> {
        self.loads().find_map(|load| {
            let inside = address.checked_sub(load.p_vaddr)?;
            (size <= load.p_filesz.checked_sub(inside)?).then_some(load.p_offset + inside)
        })
    }

    /// The bytes from an address to the end of what its segment has in the file.
    pub(super) fn mapped_tail(&self, what: &'static str, address: u64) -> Result<&'a [u8], ElfError> {
        let tail = self.loads().find_map(|load| {
            let inside = address.checked_sub(load.p_vaddr)?;
            Some((load.p_offset + inside, load.p_filesz.checked_sub(inside)?))
        });
        let (offset, size) = tail.ok_or(ElfError::Unmapped { what, address })?;
        checked(self.bytes, what, offset, size)
    }

    /// The bytes of the file behind an address.
    pub(super) fn mapped(&self, what: &'static str, address: u64, size: u64) -> Result<&'a [u8], ElfError> {
        let offset = self.offset_of(address, size).ok_or(ElfError::Unmapped { what, address })?;
        checked(self.bytes, what, offset, size)
    }
}

fn encoding(bytes: &[u8]) -> Result<Encoding, ElfError> {
    if !bytes.starts_with(constant::ELFMAG) {
        return Err(ElfError::NotElf);
    }
    let ident = checked(bytes, "the ELF header", 0, constant::SIZEOF_IDENT as u64)?;
    let wide = match ident[constant::EI_CLASS] {
        constant::ELFCLASS32 => false,
        constant::ELFCLASS64 => true,
        value => return Err(ElfError::Unknown { field: "class", value }),
    };
    let little = match ident[constant::EI_DATA] {
        constant::ELFDATA2LSB => true,
        constant::ELFDATA2MSB => false,
        value => return Err(ElfError::Unknown { field: "byte order", value }),
    };
    Ok(Encoding { wide, little })
}

/// Section 0, which carries the numbers that do not fit the ELF header; only where it looks like one, since
/// tools that drop the section headers often leave `e_shoff` as it was.
fn zeroth_section(bytes: &[u8], header: &Header, context: Ctx) -> Option<SectionHeader> {
    let offset = usize::try_from(header.e_shoff).ok().filter(|&offset| offset != 0)?;
    if usize::from(header.e_shentsize) != SectionHeader::size(context) {
        return None;
    }
    let zeroth = SectionHeader::parse_from(bytes.get(offset..)?, 0, 1, context).ok()?.into_iter().next()?;
    (zeroth.sh_type == section::SHT_NULL).then_some(zeroth)
}

/// A header table as the ELF header tells of it.
struct Table {
    what: &'static str,
    offset: u64,
    count: u64,
    entry: u16,
    known: usize,
}

impl Table {
    fn size(&self) -> u64 {
        self.count.saturating_mul(self.known as u64)
    }

    fn range(&self) -> Range<u64> {
        self.offset..self.offset.saturating_add(self.size())
    }

    /// The bytes of the table, and how many entries they are.
    fn bytes<'a>(&self, bytes: &'a [u8]) -> Result<(&'a [u8], usize), ElfError> {
        if self.count == 0 {
            return Ok((&[], 0));
        }
        if usize::from(self.entry) != self.known {
            return Err(ElfError::Impossible { what: "size of a header", value: u64::from(self.entry) });
        }
        let table = checked(bytes, self.what, self.offset, self.size())?;
        Ok((table, table.len() / self.known))
    }
}

/// The bytes from `offset` on, if there are so many; nothing may begin anywhere, as in files of debug data.
fn checked<'a>(bytes: &'a [u8], what: &str, offset: u64, size: u64) -> Result<&'a [u8], ElfError> {
    if size == 0 {
        return Ok(&[]);
    }
    let end = offset.checked_add(size);
    let range = usize::try_from(offset).ok().zip(end.and_then(|end| usize::try_from(end).ok()));
    range.and_then(|(start, end)| bytes.get(start..end)).ok_or_else(|| ElfError::Truncated {
        what: what.to_owned(),
        end: end.unwrap_or(u64::MAX),
        size: bytes.len() as u64,
    })
}
