//! How many pages relocations write to, in hand-made files.

use super::facts;
use super::writer::*;
use crate::elf::{Relocations, read};

const PAGE: u64 = 4096;

/// The relocations of a program with a table of RELA entries, each as (address, type), and one of RELR words.
fn relocations(wide: bool, entries: &[(u64, u64)], packed: &[u64]) -> Relocations {
    let mut writer = Writer::new(wide, true, ET_DYN);
    let words: Vec<u64> = entries.iter().flat_map(|&(address, kind)| [address, kind, 0]).collect();
    let rela = writer.words(&words);
    let rela = writer.put(&rela);
    let relr = writer.words(packed);
    let relr = writer.put(&relr);
    writer.dynamic(&[(7, rela.address()), (8, rela.size), (36, relr.address()), (35, relr.size)]);
    writer.load(4);
    facts(writer).relocations
}

#[test]
fn a_page_counts_once_however_many_relocations_it_has() {
    let pages = |entries: &[(u64, u64)]| relocations(true, entries, &[]).pages;
    assert_eq!(pages(&[]), Some(0));
    assert_eq!(pages(&[(0, 8), (8, 8), (PAGE - 8, 8)]), Some(1));
    assert_eq!(pages(&[(0, 8), (PAGE, 8), (8, 8), (PAGE + 8, 6)]), Some(2), "in any order");
    assert_eq!(pages(&[(0, 8), (9 * PAGE, 0), (9 * PAGE + 8, 0)]), Some(1), "R_X86_64_NONE writes nothing");
    assert_eq!(pages(&[(9 * PAGE, 0), (9 * PAGE, 8)]), Some(1));
    assert_eq!(pages(&[(u64::MAX, 8)]), Some(1));
}

#[test]
fn packed_addresses_count_with_the_others() {
    for wide in [true, false] {
        let (word, bits) = if wide { (8, 63) } else { (4, 31) };
        let pages = |packed: &[u64]| relocations(wide, &[(0, 8)], packed).pages;
        assert_eq!(pages(&[8, 0b11]), Some(1));
        // The last word of the page, and by the bitmap the first of the next.
        assert_eq!(pages(&[PAGE - word, 0b11]), Some(2));
        // Bitmaps without a bit go on: so many words behind the address.
        let empty = PAGE / word / bits + 1;
        let far: Vec<u64> = [8].into_iter().chain((0..empty).map(|_| 1)).chain([0b11]).collect();
        assert_eq!(pages(&far), Some(2));
        assert_eq!(relocations(wide, &[(0, 8)], &far).relr_addresses, 2);
        // A bitmap over the edge of a page.
        assert_eq!(pages(&[2 * PAGE - 2 * word, 0b101]), Some(3));
    }
}

#[test]
fn what_is_no_array_or_no_address_is_not_told() {
    let mut writer = Writer::usual(ET_REL);
    let rela = writer.words(&[0, 8, 0]);
    let rela = writer.put(&rela);
    writer.section(".rela.text", 4, 0x40, rela);
    let relocations = facts(writer).relocations;
    assert_eq!((relocations.total, relocations.pages), (1, None), "offsets into sections");
    let mut writer = Writer::usual(ET_DYN);
    let crel = writer.put(&[0x1c, 0x0e, 8, 4, 0x20, 0x22, 0x7f]);
    writer.dynamic(&[(0x4000_0026, crel.address())]);
    writer.load(4);
    assert_eq!(facts(writer).relocations.pages, None, "CREL");
    assert_eq!(read(&Writer::usual(ET_CORE).finish()).expect("well-formed").relocations.pages, None);
}
