//! Damaged and hostile files give facts or an error, never a panic, and in time.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::change;
use super::writer::*;
use crate::elf::{Facts, read};

/// What holds of the facts of any file whatsoever.
pub(super) fn check(bytes: &[u8]) -> Option<Facts> {
    let facts = read(bytes).ok()?;
    assert_eq!(facts.size_by_meaning().iter().map(|pair| pair.1).sum::<u64>(), bytes.len() as u64);
    assert_eq!(facts.relocations.by_type.values().sum::<u64>(), facts.relocations.total);
    assert_eq!(facts.size_by_section().iter().map(|pair| pair.1).sum::<u64>(), bytes.len() as u64);
    assert!(facts.relocations.relative <= facts.relocations.total);
    assert!(facts.relocations.relr_addresses <= facts.relocations.relative);
    assert!(facts.relocations.table_bytes <= bytes.len() as u64);
    Some(facts)
}

/// A file with something of everything.
fn seed(wide: bool, little: bool) -> Vec<u8> {
    let mut writer = Writer::new(wide, little, ET_DYN).entry(BASE);
    let interpreter = writer.put(b"/lib/ld.so\0");
    let table = writer.words(&[BASE, 8, 0, BASE, 7, 0]);
    let table = writer.put(&table);
    let relr = writer.words(&[BASE, 7]);
    let relr = writer.put(&relr);
    let note = writer.note(b"GNU\0", 3, &[1; 8]);
    let note = writer.put(&note);
    let go = writer.put(b"\xff Go buildinf:\x08\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x06go1.27\0");
    writer.dynamic_string("libc.so.6");
    let half = table.size / 2;
    let dynamic = writer.dynamic(&[
        (1, 1),
        (7, table.address()),
        (8, table.size),
        (23, table.address() + half),
        (2, half),
        (20, 7),
        (36, relr.address()),
        (35, relr.size),
    ]);
    writer.segment(PT_INTERP, 4, interpreter);
    writer.segment(PT_NOTE, 4, note);
    let all = writer.load(6);
    writer.segment(PT_GNU_RELRO, 4, all);
    writer.section(".rela.dyn", 4, 2, table);
    writer.section(".note.gnu.build-id", 7, 2, note);
    writer.section(".go.buildinfo", 1, 3, go);
    writer.section(".dynamic", 6, 3, dynamic);
    writer.finish()
}

#[test]
fn the_seeds_are_well_formed() {
    // `harness/fuzz/seeds` asks for them as files.
    let folder = std::env::var_os("GOPIE_SEEDS").map(std::path::PathBuf::from);
    for (wide, little) in [(false, false), (false, true), (true, false), (true, true)] {
        let bytes = seed(wide, little);
        let facts = check(&bytes).expect("well-formed");
        assert_eq!(facts.relocations.total, 5);
        assert!(facts.go.is_some() && facts.notes.build_id.is_some());
        if let Some(folder) = &folder {
            let name = format!("hand-made-{}-{}", facts.class, facts.endian.word());
            fs::write(folder.join(name), bytes).expect("the folder can be written to");
        }
    }
}

#[test]
fn a_file_cut_off_anywhere() {
    for (wide, little) in [(false, false), (true, true)] {
        let bytes = seed(wide, little);
        for length in 0..bytes.len() {
            assert_eq!(check(&bytes[..length]), None, "its section headers end at the end");
        }
    }
    let Some(bytes) = ["/bin/true", "/bin/ls", "/bin/sh"].iter().find_map(|path| fs::read(path).ok()) else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: no /bin/true, /bin/ls or /bin/sh to cut off");
        return;
    };
    for length in 0..bytes.len() {
        check(&bytes[..length]);
    }
}

#[test]
fn any_byte_changed() {
    for (wide, little) in [(false, false), (true, true)] {
        let good = seed(wide, little);
        for place in 0..good.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = good.clone();
                bytes[place] = value;
                check(&bytes);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), wide: bool, little: bool) {
        let mut file = vec![0x7f, b'E', b'L', b'F', 1 + u8::from(wide), 2 - u8::from(little), 1];
        file.extend(bytes);
        check(&file);
    }

    #[test]
    fn any_numbers_changed(
        wide: bool,
        little: bool,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..4_usize, any::<u64>()), 1..6),
    ) {
        let mut bytes = seed(wide, little);
        for (place, shape, value) in changes {
            let place = place.index(bytes.len());
            change(&mut bytes, place, shape, value, little);
        }
        check(&bytes);
    }
}

/// Reads a file that is made to cost the square of its size, and allows it what a plain file may cost.
pub(super) fn in_time(what: &str, bytes: &[u8]) {
    let start = Instant::now();
    check(bytes);
    assert!(start.elapsed() < Duration::from_secs(5), "{what} took {:?}", start.elapsed());
}

#[test]
fn nothing_costs_the_square_of_the_size() {
    const MANY: usize = 8000;
    // Zeros are notes of 12 bytes, one after the other.
    let filler = vec![0; 1 << 20];
    for (what, kind) in [("tables", 4), ("notes", 7), ("data", 1)] {
        let mut writer = Writer::usual(ET_REL);
        let place = writer.put(&filler);
        for _ in 0..MANY {
            writer.section(".go.buildinfo", kind, 3, place);
        }
        in_time(what, &writer.finish());
    }
    for (what, kind) in [("segments", PT_LOAD), ("note segments", PT_NOTE), ("relro", PT_GNU_RELRO)] {
        let mut writer = Writer::usual(ET_DYN);
        let place = writer.put(&filler);
        for _ in 0..MANY {
            writer.segment(kind, 6, place);
        }
        in_time(what, &writer.finish());
    }
    // Long names that many share, in the sections and in the dynamic table.
    let mut writer = Writer::usual(ET_DYN);
    writer.dynamic_string(&"x".repeat(1 << 20));
    writer.dynamic(&vec![(1, 1); MANY]);
    writer.load(4);
    in_time("libraries", &writer.finish());
}
