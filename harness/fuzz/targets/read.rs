//! Reads any bytes as an ELF file, and checks what holds of the facts of all files.
//!
//! What is found here becomes a test in `harness/elf/tests/hostile.rs`, which checks the same.

#![no_main]

use gopie::elf::{by_package, by_package_without_symbols, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(facts) = read(bytes) else { return };
    let parts: u64 = facts.size_by_meaning().iter().map(|pair| pair.1).sum();
    assert_eq!(parts, bytes.len() as u64, "the parts are the whole");
    let parts: u64 = facts.size_by_section().iter().map(|pair| pair.1).sum();
    assert_eq!(parts, bytes.len() as u64, "so they are by section");
    for packages in [by_package(bytes), by_package_without_symbols(bytes)] {
        let Ok(Some(packages)) = packages else { continue };
        let parts: u64 = packages.iter().flat_map(|package| &package.sizes).map(|pair| pair.1).sum();
        assert_eq!(parts, bytes.len() as u64, "and by package");
    }
    let relocations = &facts.relocations;
    assert_eq!(relocations.by_type.values().sum::<u64>(), relocations.total);
    assert!(relocations.relative <= relocations.total);
    assert!(relocations.relr_addresses <= relocations.relative);
    assert!(relocations.table_bytes <= bytes.len() as u64);
});
