//! Packages of hand-made pc-line tables of every layout, class and byte order, and of hostile ones.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::change;
use super::writer::*;
use crate::elf::{Meaning, PackageSize, by_package, read};

const BOTH: [bool; 2] = [false, true];

/// What differs between hand-made files.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "every mix of them is tried")]
struct Shape {
    wide: bool,
    little: bool,
    /// `0xfffffffb`, `0xfffffffa`, `0xfffffff0` or `0xfffffff1`.
    magic: u32,
    /// With a section for the table.
    section: bool,
    /// With addresses as addends of relocations, and other values in their places.
    relocated: bool,
}

const MAGICS: [u32; 4] = [0xffff_fffb, 0xffff_fffa, 0xffff_fff0, 0xffff_fff1];

fn shapes() -> Vec<Shape> {
    let mut shapes = Vec::new();
    for magic in MAGICS {
        for (wide, little) in [(false, false), (false, true), (true, false), (true, true)] {
            for section in BOTH {
                // Machines of 32 bits keep the value in place.
                for relocated in [false, wide] {
                    shapes.push(Shape { wide, little, magic, section, relocated });
                }
            }
        }
    }
    shapes
}

/// Functions and how many bytes of code each has; the last belongs to no package.
const FUNCTIONS: [(&str, u64); 4] =
    [("main.main", 32), ("a/b%2ec.(*T).F", 16), ("a/b%2ec.Map[d/e.T]", 48), ("memeqbody", 16)];

/// What a table is made of: its bytes so far, and places in it that are to hold addresses.
struct Table {
    shape: Shape,
    bytes: Vec<u8>,
    pointers: Vec<(usize, u64)>,
}

impl Table {
    fn word_size(&self) -> usize {
        if self.shape.wide { 8 } else { 4 }
    }

    fn number(&mut self, value: u64, size: usize) {
        let bytes = value.to_le_bytes();
        let bytes = bytes.into_iter().take(size);
        if self.shape.little { self.bytes.extend(bytes) } else { self.bytes.extend(bytes.rev()) }
    }

    fn word(&mut self, value: u64) {
        self.number(value, self.word_size());
    }

    fn halves(&mut self, values: &[u64]) {
        for &value in values {
            self.number(value, 4);
        }
    }

    fn pointer(&mut self, address: u64) {
        let place = self.bytes.len();
        self.pointers.push((place, address));
        self.word(if self.shape.relocated { 0 } else { address });
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(self.word_size()), 0);
    }

    /// An address of code: as such, or as an offset from `text`.
    fn code(&mut self, text: u64, offset: u64) {
        if self.shape.magic < MAGICS[1] { self.number(offset, 4) } else { self.pointer(text + offset) }
    }

    /// Entries and records of functions, given places of names and of values; the offsets of the records count
    /// from the `base`th byte.
    fn functions(&mut self, text: u64, base: usize, names: &[u64], values: u64) {
        let newer = self.shape.magic < MAGICS[1];
        let field = if newer { 4 } else { self.word_size() };
        let record = field + 28 + [0, 4, 4, 8][version(self.shape.magic)] + 8;
        let record = (record + if newer { 4 } else { 2 * field }).next_multiple_of(8);
        let entries = self.bytes.len();
        let first = (entries + (2 * FUNCTIONS.len() + 1) * field + 4).next_multiple_of(8);
        let mut offset = 0;
        for (index, (_, size)) in FUNCTIONS.iter().enumerate() {
            self.code(text, offset);
            self.number((first + index * record - base) as u64, field);
            offset += size;
        }
        self.code(text, offset);
        let mut offset = 0;
        for (index, (_, size)) in FUNCTIONS.iter().enumerate() {
            self.bytes.resize(first + index * record, 0);
            self.code(text, offset);
            // The first table of values is shared, the second is not.
            let own = values + [3, 6, 10, 13][index];
            self.halves(&[names[index], 0, 0, values, own, 0, 1]);
            let unit = u64::from(index > 0);
            self.halves(&[vec![], vec![unit], vec![unit], vec![unit, 7]][version(self.shape.magic)].clone());
            self.bytes.extend([1, 0, 0, 1]);
            self.halves(&[0]);
            if newer {
                self.halves(&[u64::from(u32::MAX)]);
            } else {
                self.align();
                self.word(0);
            }
            offset += size;
        }
        self.bytes.resize(first + FUNCTIONS.len() * record, 0);
    }
}

fn version(magic: u32) -> usize {
    MAGICS.iter().position(|&other| other == magic).expect("is one of them")
}

const VALUES: [u8; 15] = [2, 16, 0, 2, 16, 0, 4, 0x90, 1, 0, 6, 16, 0, 2, 0];

/// The table of `FUNCTIONS`, whose code begins at an address.
fn table(shape: Shape, text: u64) -> Table {
    let mut table = Table { shape, bytes: Vec::new(), pointers: Vec::new() };
    table.halves(&[shape.magic.into()]);
    table.bytes.extend([0, 0, 1, if shape.wide { 8 } else { 4 }]);
    table.word(FUNCTIONS.len() as u64);
    let strings: Vec<u8> = FUNCTIONS.iter().flat_map(|(name, _)| [name.as_bytes(), b"\0"].concat()).collect();
    let starts = |base: u64| -> Vec<u64> {
        let sizes = FUNCTIONS.iter().scan(base, |at, (name, _)| {
            *at += name.len() as u64 + 1;
            Some(*at - name.len() as u64 - 1)
        });
        sizes.collect()
    };
    if version(shape.magic) == 0 {
        // Names and values lie behind the functions; where, is known beforehand.
        let behind = 0x400_u64;
        table.functions(text, 0, &starts(behind), behind + 0x100);
        table.bytes.resize(0x400, 0);
        table.bytes.extend(strings);
        table.bytes.resize(0x500, 0);
        table.bytes.extend(VALUES);
        return table;
    }
    // Two units of one file each.
    let names = (8 + 8 * table.word_size()) as u64;
    let units = names + strings.len() as u64;
    let files = units + 8;
    let values = files + 8;
    let functions = (values + 1 + VALUES.len() as u64).next_multiple_of(8);
    table.word(2);
    if shape.magic < MAGICS[1] {
        // Since Go 1.26 nothing stands there.
        table.word(0);
    }
    for offset in [names, units, files, values, functions] {
        table.word(offset);
    }
    table.bytes.resize(usize::try_from(names).expect("small"), 0);
    table.bytes.extend(strings);
    table.halves(&[0, 4]);
    table.bytes.extend(b"x.g\0y.g\0\0");
    table.bytes.extend(VALUES);
    let base = usize::try_from(functions).expect("small");
    table.bytes.resize(base, 0);
    table.functions(text, base, &starts(0), 1);
    table
}

/// A file with the table, and with the `moduledata` that tells where code begins.
fn file(shape: Shape) -> Vec<u8> {
    let mut writer = Writer::new(shape.wide, shape.little, ET_DYN);
    let code = writer.put(&[0x90; 112]);
    writer.segment(PT_LOAD, 5, code);
    let table = table(shape, code.address());
    let place = writer.put(&table.bytes);
    let mut relocations: Vec<u64> = Vec::new();
    for &(at, address) in &table.pointers {
        relocations.extend([place.address() + at as u64, 8, address]);
    }
    let word = if shape.wide { 8 } else { 4 };
    let head = 8 + word * if shape.magic < MAGICS[1] { 3 } else { 2 };
    let stored = |index: usize| {
        let bytes = &table.bytes[head + index * word..][..word];
        let mut bytes = bytes.to_vec();
        if !shape.little {
            bytes.reverse();
        }
        bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
    };
    let mut module = vec![0_u64; 48];
    module[0] = place.address();
    if version(shape.magic) > 0 {
        module[1] = place.address() + stored(0);
        module[13] = place.address() + stored(4);
    }
    module[22] = code.address();
    let words = if shape.relocated { vec![0; 48] } else { module.clone() };
    let words = writer.words(&words);
    let module_place = writer.put(&words);
    for (index, &address) in module.iter().enumerate().filter(|pair| *pair.1 != 0) {
        relocations.extend([module_place.address() + (index * word) as u64, 8, address]);
    }
    if shape.relocated {
        let words = writer.words(&relocations);
        let relocations = writer.put(&words);
        writer.dynamic(&[(7, relocations.address()), (8, relocations.size)]);
    }
    // All that is not code, which the first segment loads.
    let end = writer.put(&[0; 16]);
    writer.segment(PT_LOAD, 6, Place { offset: place.offset, size: end.offset + end.size - place.offset });
    if shape.section {
        writer.section(".text", 1, 6, code);
        writer.section(".data.rel.ro.gopclntab", 1, 3, place);
    }
    writer.finish()
}

fn sizes(rows: &[PackageSize], package: Option<&str>) -> (u64, u64) {
    let row = rows.iter().find(|row| row.package.as_deref() == package).expect("is listed");
    let code = row.sizes.iter().filter(|pair| pair.0 == Meaning::Code).map(|pair| pair.1).sum();
    (code, row.sizes.iter().map(|pair| pair.1).sum::<u64>() - code)
}

/// Checks what holds of any file.
fn check(bytes: &[u8]) -> Option<Vec<PackageSize>> {
    let rows = by_package(bytes).ok()??;
    let sum = |meaning: Option<Meaning>| -> u64 {
        let pairs = rows.iter().flat_map(|row| &row.sizes);
        pairs.filter(|pair| meaning.is_none_or(|meaning| pair.0 == meaning)).map(|pair| pair.1).sum()
    };
    assert_eq!(sum(None), bytes.len() as u64);
    if let Ok(facts) = read(bytes) {
        for (meaning, size) in facts.size_by_meaning() {
            assert_eq!(sum(Some(meaning)), size, "{}", meaning.word());
        }
    }
    let paths: Vec<_> = rows.iter().map(|row| row.package.clone().ok_or(())).collect();
    assert!(paths.is_sorted(), "in order");
    Some(rows)
}

#[test]
fn packages_of_every_layout() {
    for shape in shapes() {
        let rows = check(&file(shape)).unwrap_or_else(|| panic!("no table in {shape:?}"));
        let paths: Vec<_> = rows.iter().map(|row| row.package.as_deref()).collect();
        assert_eq!(paths, [Some("a/b.c"), Some("main"), None], "{shape:?}");
        let old = version(shape.magic) < 2;
        let word = if shape.wide { 8_u64 } else { 4 };
        let entry = if old { 2 * word } else { 8 };
        let field = if old { word } else { 4 };
        let fixed = field + 28 + [0, 4, 4, 8][version(shape.magic)] + 8;
        let record =
            if old { fixed.next_multiple_of(word) + word } else { (fixed + 4).next_multiple_of(word) };
        // A list of one file and its name.
        let unit = if version(shape.magic) == 0 { 0 } else { 8 };
        let names: Vec<u64> = FUNCTIONS.iter().map(|(name, _)| name.len() as u64 + 1).collect();
        // The first has the shared table of values too.
        assert_eq!(sizes(&rows, Some("main")), (32, entry + record + names[0] + 3 + 3 + unit), "{shape:?}");
        let both = 2 * (entry + record) + names[1] + names[2] + 4 + 3 + unit;
        assert_eq!(sizes(&rows, Some("a/b.c")), (64, both), "{shape:?}");
        assert_eq!(sizes(&rows, None).0, 16, "{shape:?}");
    }
}

#[test]
fn a_file_without_a_table() {
    let mut writer = Writer::usual(ET_EXEC);
    writer.put(b"nothing here");
    writer.load(5);
    assert_eq!(by_package(&writer.finish()), Ok(None));
}

#[test]
fn any_byte_changed() {
    let some = |shape: &Shape| {
        let first = version(shape.magic).is_multiple_of(2);
        shape.wide == first && shape.little == first && !shape.section
    };
    for shape in shapes().into_iter().filter(some) {
        let good = file(shape);
        for place in 0..good.len() {
            for value in [0, 0xff] {
                let mut bytes = good.clone();
                bytes[place] = value;
                check(&bytes);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_numbers_changed(
        shape in 0..64_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..4_usize, any::<u64>()), 1..6),
    ) {
        let shapes = shapes();
        let shape = shapes[shape % shapes.len()];
        let mut bytes = file(shape);
        for (place, kind, value) in changes {
            let place = place.index(bytes.len());
            change(&mut bytes, place, kind, value, shape.little);
        }
        check(&bytes);
    }
}

/// The table of a hostile file: so many functions, all with one record, and that with so many tables of values.
fn crowded(functions: u32, tables: u32) -> Vec<u8> {
    let mut bytes = [&MAGICS[3].to_le_bytes()[..], &[0, 0, 1, 8]].concat();
    let values = 1_u64 << 16;
    let numbers = [functions.into(), 1, 0, 72, 80, 80, 88, 88 + values];
    bytes.extend(numbers.into_iter().flat_map(u64::to_le_bytes));
    bytes.extend(b"main.f\0\0");
    bytes.resize(88, 0);
    // One table of values that nearly all of them share, from wherever they begin.
    bytes.resize(88 + 65536, 1);
    let record = 8 * functions + 4;
    bytes.extend((0..functions).flat_map(|_| [0, record]).chain([64]).flat_map(u32::to_le_bytes));
    bytes.extend([0, 0, 0, 0, 0, 0, 0, tables, 0, 0, 0].into_iter().flat_map(u32::to_le_bytes));
    bytes.extend((0..tables).flat_map(u32::to_le_bytes));
    bytes
}

#[test]
fn nothing_costs_the_square_of_the_size() {
    let rows: [(&str, Vec<u8>, bool); 3] = [
        ("one record", crowded(100_000, 100_000), true),
        ("tables of values", crowded(1, 100_000), true),
        // Headers of tables that nothing tells the code of.
        ("headers", crowded(1, 0).repeat(100), false),
    ];
    for (what, table, known) in rows {
        let mut writer = Writer::usual(ET_DYN);
        let code = writer.put(&[0x90; 112]);
        writer.segment(PT_LOAD, 5, code);
        let place = writer.put(&table);
        let filler = writer.put(&vec![0; 1 << 20]);
        let size = filler.offset + filler.size - place.offset;
        writer.segment(PT_LOAD, 6, Place { offset: place.offset, size });
        if known {
            writer.section(".text", 1, 6, code);
        }
        let bytes = writer.finish();
        let start = Instant::now();
        assert_eq!(check(&bytes).is_some(), known, "{what}");
        assert!(start.elapsed() < Duration::from_secs(5), "{what} took {:?}", start.elapsed());
    }
}
