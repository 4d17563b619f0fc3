//! The loaded image: bytes at an address, and pointers as they are once relative relocations are applied.
//!
//! In a position-independent file a pointer is whatever the dynamic linker will put there, as if it loaded
//! the file at address 0. `REL` and `RELR` keep the value in place. `RELA` has it as the addend of its entry,
//! and what lies in place counts for nothing: lld leaves zeros there. Entries that name a symbol are left out,
//! as is all that is not loaded from the file; what the pointers are for is left to the readers of Go's tables.
//!
//! Source: ELF gABI 4.3, "Relocation"; `elf/dynamic-link.h` of glibc.

use std::cell::OnceCell;

use super::dynamic::Dynamic;
use super::names;
use super::raw::{Elf, constant, segment, tag};

/// Part of a loaded segment that comes from the file.
struct Load {
    address: u64,
    offset: u64,
    size: u64,
    writable: bool,
    executable: bool,
}

/// The loaded image of a file.
pub(super) struct Image<'e, 'a> {
    elf: &'e Elf<'a>,
    /// In the order of addresses, as the specification demands of the headers; of two that lie over one
    /// another the one that begins later counts.
    loads: Vec<Load>,
    rela: &'a [u8],
    /// Place and value of each relative `RELA` entry in the order of places: one table, made when first needed,
    /// so that reading many pointers never costs the square of the size.
    addends: OnceCell<Vec<(u64, u64)>>,
}

impl<'e, 'a> Image<'e, 'a> {
    pub(super) fn of(elf: &'e Elf<'a>, dynamic: Option<&Dynamic>) -> Self {
        let mut loads: Vec<_> = elf
            .loads()
            .filter(|load| load.p_filesz > 0)
            .map(|load| Load {
                address: load.p_vaddr,
                offset: load.p_offset,
                size: load.p_filesz,
                writable: load.p_flags & segment::PF_W != 0,
                executable: load.p_flags & segment::PF_X != 0,
            })
            .collect();
        loads.sort_by_key(|load| load.address);
        let rela = dynamic.and_then(|dynamic| {
            let (address, size) = (dynamic.get(tag::DT_RELA)?, dynamic.get(tag::DT_RELASZ)?);
            elf.mapped("the RELA table", address, size).ok()
        });
        Self { elf, loads, rela: rela.unwrap_or_default(), addends: OnceCell::new() }
    }

    /// Bytes of a pointer.
    pub(super) fn word(&self) -> u64 {
        self.elf.encoding.word_size() as u64
    }

    fn load(&self, address: u64) -> Option<(&Load, u64)> {
        let behind = self.loads.partition_point(|load| load.address <= address);
        let load = self.loads.get(behind.checked_sub(1)?)?;
        let inside = address - load.address;
        (inside < load.size).then_some((load, inside))
    }

    /// The file offset behind an address, and how many bytes of its segment follow from there on.
    pub(super) fn offset(&self, address: u64) -> Option<(u64, u64)> {
        self.load(address).map(|(load, inside)| (load.offset + inside, load.size - inside))
    }

    /// Whether code may run at an address.
    pub(super) fn executable(&self, address: u64) -> bool {
        self.load(address).is_some_and(|(load, _)| load.executable)
    }

    /// The bytes at an address, as they are in the file.
    pub(super) fn bytes(&self, address: u64, size: u64) -> Option<&'a [u8]> {
        let (offset, left) = self.offset(address)?;
        if size > left {
            return None;
        }
        self.elf.slice("a loaded segment", offset, size).ok()
    }

    /// The pointer at an address, once relocated.
    pub(super) fn pointer(&self, address: u64) -> Option<u64> {
        let addends = self.addends();
        if let Ok(index) = addends.binary_search_by_key(&address, |pair| pair.0) {
            return addends.get(index).map(|pair| pair.1);
        }
        self.elf.encoding.word(self.bytes(address, self.word())?)
    }

    /// Addresses where a pointer may have a value: by its relocation, or as it lies in a writable segment, where
    /// a relocation may still change it.
    pub(super) fn pointers_to(&self, value: u64) -> impl Iterator<Item = u64> {
        let encoding = self.elf.encoding;
        let word = encoding.word_size();
        let relocated = self.addends().iter().filter(move |pair| pair.1 == value).map(|pair| pair.0);
        // Segments that lie over one another could make a small file cost the square of its size.
        let most = 2 * self.elf.bytes.len() as u64;
        let writable = self.loads.iter().filter(|load| load.writable).scan(0_u64, move |seen, load| {
            *seen = seen.saturating_add(load.size);
            (*seen <= most).then_some(load)
        });
        let in_place = writable.flat_map(move |load| {
            let skip = load.address.wrapping_neg() % word as u64;
            let bytes = self.bytes(load.address, load.size).unwrap_or_default();
            let bytes = usize::try_from(skip).ok().and_then(|skip| bytes.get(skip..)).unwrap_or_default();
            let places = bytes.chunks_exact(word).enumerate();
            let same = places.filter(move |(_, bytes)| encoding.word(bytes) == Some(value));
            same.map(move |(place, _)| load.address + skip + (place * word) as u64)
        });
        relocated.chain(in_place)
    }

    fn addends(&self) -> &[(u64, u64)] {
        self.addends.get_or_init(|| {
            let encoding = self.elf.encoding;
            let machine = self.elf.header.e_machine;
            let word = encoding.word_size();
            let long_type = encoding.wide && machine != constant::EM_SPARCV9;
            let mask = if long_type { 0xffff_ffff } else { 0xff };
            let entry = |entry: &[u8]| {
                let place = encoding.word(entry)?;
                let kind = u32::try_from(encoding.word(entry.get(word..)?)? & mask).ok()?;
                let addend = encoding.word(entry.get(2 * word..)?)?;
                names::is_relative(machine, kind, false).then_some((place, addend))
            };
            let mut addends: Vec<_> = self.rela.chunks_exact(3 * word).filter_map(entry).collect();
            // The last entry for a place is the one that stays.
            if !addends.is_sorted_by_key(|pair| pair.0) {
                addends.sort_by_key(|pair| pair.0);
            }
            addends.reverse();
            addends.dedup_by_key(|pair| pair.0);
            addends.reverse();
            addends
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::writer::*;
    use super::*;

    /// Checks pointers of a file whose one table holds `entries` (words), given the place of a word 7.
    fn check(wide: bool, little: bool, tags: (u64, u64), entries: &[u64], expected: u64) {
        let mut writer = Writer::new(wide, little, ET_DYN);
        let word = writer.words(&[7]);
        let place = writer.put(&word);
        let words: Vec<u64> =
            entries.iter().map(|&word| if word == u64::MAX { place.address() } else { word }).collect();
        let table = writer.words(&words);
        let table = writer.put(&table);
        writer.dynamic(&[(tags.0, table.address()), (tags.1, table.size)]);
        writer.load(6);
        let bytes = writer.finish();
        let elf = Elf::parse(&bytes).expect("well-formed");
        let dynamic = Dynamic::parse(&elf).expect("well-formed");
        let image = Image::of(&elf, dynamic.as_ref());
        assert_eq!(image.pointer(place.address()), Some(expected));
        assert!(image.pointers_to(expected).any(|address| address == place.address()));
        assert_eq!(image.pointer(BASE - 1), None);
        assert_eq!(image.pointer(u64::MAX), None);
        let end = BASE + elf.segments.iter().map(|load| load.p_filesz).max().expect("is there");
        assert_eq!((image.offset(end), image.pointer(end - 1)), (None, None));
    }

    #[test]
    fn pointers_are_as_the_dynamic_linker_leaves_them() {
        const HERE: u64 = u64::MAX;
        for little in [false, true] {
            check(true, little, (7, 8), &[HERE, 8, 0x1234], 0x1234);
            // The last one stays; a type that is not relative says nothing.
            check(true, little, (7, 8), &[HERE, 8, 5, 0, 8, 1, HERE, 8, 0x1234], 0x1234);
            check(true, little, (7, 8), &[HERE, 6, 0x1234], 7);
            check(false, little, (7, 8), &[0, 8, 5], 7);
            check(true, little, (17, 18), &[HERE, 8], 7);
            check(true, little, (36, 35), &[HERE], 7);
        }
    }
}
