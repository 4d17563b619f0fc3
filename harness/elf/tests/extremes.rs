//! Counts, offsets and links at their extremes: an error that says so or facts that hold, and in time.

use super::hostile::{check, in_time};
use super::writer::*;
use crate::elf::{Presence, read};

/// Puts a number of some bytes into a little-endian file.
fn set(bytes: &mut [u8], place: usize, size: usize, value: u64) {
    bytes[place..place + size].copy_from_slice(&value.to_le_bytes()[..size]);
}

fn error(bytes: &[u8]) -> String {
    read(bytes).expect_err("no well-formed file").to_string()
}

/// A library whose dynamic table has some entries, and the place of its section headers.
fn library(entries: &[(u64, u64)]) -> (Vec<u8>, usize) {
    let mut writer = Writer::usual(ET_DYN);
    writer.dynamic(entries);
    writer.load(4);
    writer.section(".comment", 1, 0, Place { offset: 0, size: 4 });
    let bytes = writer.finish();
    let headers = u64::from_le_bytes(*bytes[40..].first_chunk().expect("8"));
    (bytes, usize::try_from(headers).expect("small"))
}

#[test]
fn header_tables_of_any_count() {
    let (good, headers) = library(&[]);
    check(&good).expect("well-formed");
    // The numbers of section 0: `sh_size`, `sh_link`, `sh_info`.
    let (count, names, segments) = (headers + 32, headers + 40, headers + 44);
    for sections in [4, 1000, u64::from(u32::MAX), 1 << 57, 1 << 58, 1 << 63, u64::MAX] {
        let mut bytes = good.clone();
        set(&mut bytes, 60, 2, 0);
        set(&mut bytes, count, 8, sections);
        assert!(error(&bytes).starts_with("truncated: the section header table ends at byte "), "{sections}");
    }
    for number in [100, u64::from(u32::MAX)] {
        let mut bytes = good.clone();
        set(&mut bytes, 56, 2, 0xffff);
        set(&mut bytes, segments, 4, number);
        assert!(error(&bytes).starts_with("truncated: the program header table ends at byte "), "{number}");
    }
    for index in [3, 1000, u64::from(u32::MAX)] {
        let mut bytes = good.clone();
        set(&mut bytes, 62, 2, 0xffff);
        set(&mut bytes, names, 4, index);
        assert_eq!(error(&bytes), format!("impossible index of the section names: {index}"));
    }
    for offset in [good.len() as u64, 1 << 62, u64::MAX - 10, u64::MAX] {
        for field in [32, 40] {
            let mut bytes = good.clone();
            set(&mut bytes, field, 8, offset);
            assert!(error(&bytes).starts_with("truncated: the "), "{field} {offset}");
        }
    }
}

#[test]
fn relocation_tables_of_any_size() {
    let pairs = [(7, 8), (17, 18), (36, 35), (23, 2), (0x6000_0011, 0x6000_0012), (0x6fff_e000, 0x6fff_e001)];
    for (address_tag, size_tag) in pairs {
        for size in [1 << 20, 1 << 61, u64::MAX - 7, u64::MAX] {
            let (bytes, _) = library(&[(address_tag, BASE), (size_tag, size)]);
            assert!(error(&bytes).ends_with("at address 0x10000 lies in no loaded part of the file"));
        }
        for address in [0, 1 << 40, u64::MAX] {
            let (bytes, _) = library(&[(address_tag, address), (size_tag, 24)]);
            assert!(error(&bytes).ends_with("lies in no loaded part of the file"));
        }
    }
    // A table that is no whole number of entries is counted as far as it goes.
    let (bytes, _) = library(&[(7, BASE), (8, 47)]);
    assert_eq!(check(&bytes).expect("is read").relocations.total, 1);
}

#[test]
fn segments_that_overlap() {
    let mut writer = Writer::usual(ET_DYN).entry(BASE);
    let relr = writer.words(&[BASE, u64::MAX]);
    let relr = writer.put(&relr);
    writer.dynamic(&[(36, relr.address()), (35, relr.size)]);
    let all = writer.load(6);
    for flags in [4, 5, 6, 7] {
        writer.segment(PT_LOAD, flags, all);
        writer.sized_segment(PT_LOAD, flags, Place { offset: 16, size: 32 }, u64::MAX);
    }
    writer.segment(PT_GNU_RELRO, 4, Place { offset: 0, size: u64::MAX / 2 });
    let facts = check(&writer.finish()).expect("is read");
    assert_eq!(facts.relocations.total, 64);
}

#[test]
fn notes_that_lie_about_their_sizes() {
    for (name, text) in [(0, 0), (u32::MAX, 0), (0, u32::MAX), (u32::MAX, u32::MAX), (4, u32::MAX - 3)] {
        for align in [0, 4, 8, u64::MAX] {
            let mut writer = Writer::usual(ET_DYN);
            let numbers: Vec<u8> = [name, text, 3].iter().flat_map(|number| number.to_le_bytes()).collect();
            let place = writer.put(&[numbers, b"GNU\0".to_vec()].concat());
            writer.section(".note", 7, 2, place);
            let mut bytes = writer.finish();
            let header = bytes.len() - 2 * 64;
            set(&mut bytes, header + 48, 8, align);
            assert_eq!(check(&bytes).expect("is read").notes.build_id, None);
        }
    }
}

/// A library that is stripped of its headers, whose symbols are counted by a GNU hash table.
fn hashed(header: [u32; 4], tail: &[u32]) -> Vec<u8> {
    let mut writer = Writer::usual(ET_DYN);
    let symbols = writer.put(&[0; 24 * 4]);
    let words: Vec<u8> = header.iter().chain(tail).flat_map(|word| word.to_le_bytes()).collect();
    let table = writer.put(&words);
    writer.dynamic(&[(6, symbols.address()), (0x6fff_fef5, table.address())]);
    // Nothing lies behind the table within its segment.
    let dynamic = writer.load(4);
    writer.segment(PT_LOAD, 4, Place { offset: 0, size: dynamic.size });
    writer.finish()
}

#[test]
fn hash_tables_that_never_end() {
    // Of one bucket, no Bloom filter: the bucket's first symbol, then a chain that ends at its odd word.
    let good = hashed([1, 1, 0, 0], &[1, 2, 4, 5]);
    assert_eq!(check(&good).expect("is read").hardening.stack_canary, Presence::No);
    let mut chain = vec![1];
    chain.resize(1 << 20, 2);
    let bytes = hashed([1, 1, 0, 0], &chain);
    in_time("a chain without an end", &bytes);
    assert!(error(&bytes).starts_with("the dynamic symbol table at address "));
    for header in [[u32::MAX, 1, 0, 0], [1, 1, u32::MAX, 0], [1, u32::MAX, u32::MAX, 31]] {
        assert!(error(&hashed(header, &[1, 1])).contains("lies in no loaded part of the file"), "{header:?}");
    }
    // A bucket that points far behind the chains, and one in front of them.
    assert!(error(&hashed([1, 1, 0, 0], &[u32::MAX, 1])).contains("lies in no loaded part of the file"));
    check(&hashed([1, 3, 0, 0], &[1, 1])).expect("is read");
    // DT_HASH and DT_MIPS_SYMTABNO say a number at once.
    for (machine, tag) in [(62, 4), (22, 4), (8, 0x7000_0011)] {
        for value in [BASE, u64::MAX, u64::MAX / 24] {
            let mut writer = Writer::usual(ET_DYN).machine(machine);
            writer.put(&[0xff; 32]);
            writer.dynamic(&[(6, BASE), (tag, value)]);
            writer.load(4);
            check(&writer.finish());
        }
    }
}

/// A library that imports `__stack_chk_fail` and defines nothing, without section headers.
fn importing(machine: u16, hash: &[u64], hash_tag: u64, width: usize) -> Vec<u8> {
    let mut writer = Writer::usual(ET_DYN).machine(machine);
    let name = writer.dynamic_string("__stack_chk_fail");
    let mut symbols = vec![0; 48];
    set(&mut symbols, 24, 4, name);
    let symbols = writer.put(&symbols);
    let table: Vec<u8> = hash.iter().flat_map(|word| word.to_le_bytes()[..width].to_vec()).collect();
    let table = writer.put(&table);
    let slot = writer.words(&[BASE, (1 << 32) | 7, 0]);
    let slot = writer.put(&slot);
    writer.dynamic(&[
        (6, symbols.address()),
        (hash_tag, table.address()),
        (23, slot.address()),
        (2, slot.size),
        (20, 7),
    ]);
    writer.load(4);
    writer.finish()
}

#[test]
fn symbols_are_counted_where_hashes_say_little() {
    let canary = |bytes: &[u8]| check(bytes).expect("is read").hardening.stack_canary;
    // One bucket, and no symbol in it: the first is said to be 1, but there are two.
    assert_eq!(canary(&importing(62, &[1, 1, 1, 0, 0, 0, 0], 0x6fff_fef5, 4)), Presence::Yes);
    // DT_HASH of one bucket and two chains; on s390x in words of either size.
    assert_eq!(canary(&importing(62, &[1, 2, 1, 0, 0], 4, 4)), Presence::Yes);
    assert_eq!(canary(&importing(22, &[1, 2, 1, 0, 0], 4, 8)), Presence::Yes);
    assert_eq!(canary(&importing(22, &[1, 2, 1, 0, 0], 4, 4)), Presence::Yes);
}

#[test]
fn symbol_tables_with_any_link() {
    for link in [0, 1, 2, 3, 4, u32::MAX] {
        let mut writer = Writer::usual(ET_REL);
        // Names at every kind of offset: none, some, the last byte, behind the end.
        let symbols: Vec<u8> = [0, 1, 4, 5, 6, u32::MAX]
            .iter()
            .flat_map(|name| [name.to_le_bytes().to_vec(), vec![0; 20]].concat())
            .collect();
        let place = writer.put(&symbols);
        writer.section(".symtab", 2, 0, place);
        let strings = writer.put(b"\0abc\0x");
        writer.section(".strtab", 3, 0, strings);
        let mut bytes = writer.finish();
        let header = bytes.len() - 3 * 64;
        set(&mut bytes, header + 40, 4, u64::from(link));
        assert!(check(&bytes).is_some(), "{link}");
    }
}

#[test]
fn a_million_of_anything_takes_its_time_once() {
    const MILLION: usize = 1 << 20;
    let mut writer = Writer::usual(ET_DYN);
    // Each word of ones is a bitmap of 63 addresses.
    let relr = writer.put(&vec![0xff; 8 * MILLION]);
    writer.dynamic(&[(36, relr.address()), (35, relr.size)]);
    writer.load(4);
    let bytes = writer.finish();
    in_time("RELR", &bytes);
    assert_eq!(read(&bytes).expect("is read").relocations.total, 63 * MILLION as u64);

    let mut writer = Writer::usual(ET_REL);
    let word = writer.put(&[0; 16]);
    let sections = writer.put(&vec![0; 64 * MILLION]);
    writer.section(".text", 1, 6, word);
    let mut bytes = writer.finish();
    set(&mut bytes, 40, 8, sections.offset);
    set(&mut bytes, 60, 2, 0);
    set(&mut bytes, usize::try_from(sections.offset).expect("small") + 32, 8, MILLION as u64);
    set(&mut bytes, 62, 2, 0);
    in_time("sections", &bytes);
    assert_eq!(read(&bytes).expect("is read").sections.len(), MILLION - 1);

    // CREL entries of a byte each.
    let mut writer = Writer::usual(ET_REL);
    let table = [&[0x80, 0x80, 0x80, 4][..], &vec![0x04; MILLION]].concat();
    let place = writer.put(&table);
    writer.section(".crel", 0x4000_0014, 0, place);
    in_time("CREL", &writer.finish());

    // Groups without entries in one of Android's tables.
    let mut writer = Writer::usual(ET_DYN);
    let table = [&b"APS2\x01\x00"[..], &vec![0; MILLION]].concat();
    let place = writer.put(&table);
    writer.dynamic(&[(0x6000_0011, place.address()), (0x6000_0012, place.size)]);
    writer.load(4);
    in_time("Android's groups", &writer.finish());
}
