//! Names of machines, file types, section types and relocation types, as `elf.h` writes them.
//!
//! What has no name here stays a number. The relocation types of every machine that Go targets, those of object
//! files too, stand in `relocation-types.csv` as `readelf` prints them, because goblin lacks half of them and
//! writes others otherwise; for the rest of the machines goblin is asked. A test holds the table against
//! `readelf`.
//!
//! Sources: `elf.h` of glibc 2.36; binutils 2.40, and for what is newer LLVM's lists of relocation types.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::raw::{constant as known, machine_to_str, r_to_str, section, sht_to_str};

/// `SHT_RELR`: packed relative relocations.
pub(super) const SHT_RELR: u32 = 19;

/// Relocation tables of LLVM and of Android that goblin does not know.
pub(super) const SHT_CREL: u32 = 0x4000_0014;
pub(super) const SHT_ANDROID_REL: u32 = 0x6000_0001;
pub(super) const SHT_ANDROID_RELA: u32 = 0x6000_0002;
pub(super) const SHT_ANDROID_RELR: u32 = 0x6fff_ff00;

/// Names of relocation types by machine and number.
static RELOCATIONS: LazyLock<HashMap<(u16, u32), &str>> = LazyLock::new(|| {
    let rows = include_str!("relocation-types.csv").lines().skip(1);
    let fields = rows.map(|row| row.splitn(3, ','));
    fields.filter_map(|mut row| Some(((number(row.next()?)?, number(row.next()?)?), row.next()?))).collect()
});

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// The relocation types that need the load address and nothing else; the first of a machine is also what an
/// address of a RELR table stands for. `R_MIPS_REL32` is one where it names no symbol.
const RELATIVE: &[(u16, u32)] = &[
    (known::EM_386, 8),
    (known::EM_68K, 22),
    (known::EM_AARCH64, 1027),
    (known::EM_AARCH64, 183),
    (known::EM_ARM, 23),
    (known::EM_LOONGARCH, 3),
    (known::EM_MIPS, 3),
    (known::EM_OPENRISC, 21),
    (known::EM_PPC, 22),
    (known::EM_PPC64, 22),
    (known::EM_RISCV, 3),
    (known::EM_S390, 12),
    (known::EM_SH, 165),
    (known::EM_SPARC, 22),
    (known::EM_SPARCV9, 22),
    (known::EM_X86_64, 8),
    (known::EM_X86_64, 38),
];

/// Section types that goblin does not name.
const SECTIONS: &[(u32, &str)] = &[
    (SHT_RELR, "RELR"),
    (SHT_CREL, "CREL"),
    (SHT_ANDROID_REL, "ANDROID_REL"),
    (SHT_ANDROID_RELA, "ANDROID_RELA"),
    (SHT_ANDROID_RELR, "ANDROID_RELR"),
    (0x6fff_4c00, "LLVM_ODRTAB"),
];

/// Section types of one machine, as `readelf` writes them.
const MACHINE_SECTIONS: &[(u16, u32, &str)] = &[
    (known::EM_AARCH64, 0x7000_0003, "AARCH64_ATTRIBUTES"),
    (known::EM_ARM, 0x7000_0001, "ARM_EXIDX"),
    (known::EM_ARM, 0x7000_0002, "ARM_PREEMPTMAP"),
    (known::EM_ARM, 0x7000_0003, "ARM_ATTRIBUTES"),
    (known::EM_MIPS, 0x7000_0005, "MIPS_DEBUG"),
    (known::EM_MIPS, 0x7000_0006, "MIPS_REGINFO"),
    (known::EM_MIPS, 0x7000_000d, "MIPS_OPTIONS"),
    (known::EM_MIPS, 0x7000_001e, "MIPS_DWARF"),
    (known::EM_MIPS, 0x7000_002a, "MIPS_ABIFLAGS"),
    (known::EM_MIPS, 0x7000_002b, "MIPS_XHASH"),
    (known::EM_RISCV, 0x7000_0003, "RISCV_ATTRIBUTES"),
    (known::EM_X86_64, 0x7000_0001, "X86_64_UNWIND"),
];

/// The name of a number on one machine.
fn here(table: &[(u16, u32, &'static str)], machine: u16, kind: u32) -> Option<&'static str> {
    table.iter().find(|row| (row.0, row.1) == (machine, kind)).map(|row| row.2)
}

/// `x86_64`, `aarch64`, ...: the `EM_` name in small letters, but `i386`; else the number.
pub(super) fn machine(machine: u16) -> String {
    match machine_to_str(machine) {
        "386" => "i386".to_owned(),
        "EM_UNKNOWN" => machine.to_string(),
        name => name.to_ascii_lowercase(),
    }
}

/// `EXEC`, `DYN`, `REL`, `CORE`, `NONE`, or the number.
pub(super) fn file_type(kind: u16) -> String {
    match kind {
        known::ET_NONE => "NONE".to_owned(),
        known::ET_REL => "REL".to_owned(),
        known::ET_EXEC => "EXEC".to_owned(),
        known::ET_DYN => "DYN".to_owned(),
        known::ET_CORE => "CORE".to_owned(),
        _ => kind.to_string(),
    }
}

/// `PROGBITS`, `NOBITS`, `RELA`, ..., or the number in hexadecimal.
pub(super) fn section_type(machine: u16, kind: u32) -> Cow<'static, str> {
    let everywhere = SECTIONS.iter().find(|row| row.0 == kind).map(|row| row.1);
    if let Some(name) = everywhere.or_else(|| here(MACHINE_SECTIONS, machine, kind)) {
        return Cow::Borrowed(name);
    }
    // From SHT_LOPROC on the same number is another type on another machine.
    match sht_to_str(kind).strip_prefix("SHT_") {
        Some(name) if kind < section::SHT_LOPROC && kind != section::SHT_LOOS => Cow::Borrowed(name),
        _ => Cow::Owned(format!("{kind:#x}")),
    }
}

/// Segment types that mean the same on every machine, and those of one machine.
const SEGMENTS: &[(u32, &str)] = &[
    (0, "NULL"),
    (1, "LOAD"),
    (2, "DYNAMIC"),
    (3, "INTERP"),
    (4, "NOTE"),
    (5, "SHLIB"),
    (6, "PHDR"),
    (7, "TLS"),
    (0x6474_e550, "GNU_EH_FRAME"),
    (0x6474_e551, "GNU_STACK"),
    (0x6474_e552, "GNU_RELRO"),
    (0x6474_e553, "GNU_PROPERTY"),
    (0x6474_e554, "GNU_SFRAME"),
    (0x65a3_dbe6, "OPENBSD_RANDOMIZE"),
    (0x65a3_dbe7, "OPENBSD_WXNEEDED"),
    (0x65a4_1be6, "OPENBSD_BOOTDATA"),
];
const MACHINE_SEGMENTS: &[(u16, u32, &str)] = &[
    (known::EM_AARCH64, 0x7000_0002, "AARCH64_MEMTAG_MTE"),
    (known::EM_ARM, 0x7000_0001, "EXIDX"),
    (known::EM_MIPS, 0x7000_0000, "REGINFO"),
    (known::EM_MIPS, 0x7000_0001, "RTPROC"),
    (known::EM_MIPS, 0x7000_0002, "OPTIONS"),
    (known::EM_MIPS, 0x7000_0003, "ABIFLAGS"),
    (known::EM_RISCV, 0x7000_0003, "RISCV_ATTRIBUTES"),
    (known::EM_S390, 0x7000_0000, "S390_PGSTE"),
];

/// `LOAD`, `GNU_RELRO`, ..., or the number in hexadecimal.
pub(super) fn segment_type(machine: u16, kind: u32) -> Cow<'static, str> {
    let everywhere = SEGMENTS.iter().find(|row| row.0 == kind).map(|row| row.1);
    let name = everywhere.or_else(|| here(MACHINE_SEGMENTS, machine, kind));
    name.map_or_else(|| Cow::Owned(format!("{kind:#x}")), Cow::Borrowed)
}

/// `R_X86_64_RELATIVE` and so on, or the number.
pub(super) fn relocation(machine: u16, kind: u32) -> String {
    if let Some(name) = RELOCATIONS.get(&(machine, kind)) {
        return (*name).to_owned();
    }
    match r_to_str(kind, machine) {
        name if name.contains("R_UNKNOWN") => kind.to_string(),
        name if name.starts_with("R_") => name.to_owned(),
        name => format!("R_{name}"),
    }
}

/// Whether a relocation needs the load address and nothing else.
pub(super) fn is_relative(machine: u16, kind: u32, names_symbol: bool) -> bool {
    RELATIVE.contains(&(machine, kind)) && !(machine == known::EM_MIPS && names_symbol)
}

/// What an address of a RELR table counts as.
pub(super) fn packed_relocation(machine: u16) -> String {
    let row = RELATIVE.iter().find(|row| row.0 == machine);
    row.map_or_else(|| "RELR".to_owned(), |&(_, kind)| relocation(machine, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_elf_h() {
        assert_eq!(machine(62), "x86_64");
        assert_eq!(machine(3), "i386");
        assert_eq!(machine(183), "aarch64");
        assert_eq!(machine(243), "riscv");
        assert_eq!(machine(60_000), "60000");
        assert_eq!(file_type(3), "DYN");
        assert_eq!(file_type(0xfe00), "65024");
        assert_eq!(section_type(62, 1), "PROGBITS");
        assert_eq!(section_type(62, 19), "RELR");
        assert_eq!(section_type(62, 0x7000_0001), "X86_64_UNWIND");
        assert_eq!(section_type(3, 0x7000_0001), "0x70000001");
        assert_eq!(section_type(62, 0x6fff_fff6), "GNU_HASH");
        assert_eq!(section_type(62, 77), "0x4d");
        assert_eq!(relocation(62, 8), "R_X86_64_RELATIVE");
        assert_eq!(relocation(243, 3), "R_RISCV_RELATIVE");
        assert_eq!(relocation(22, 12), "R_390_RELATIVE");
        assert_eq!(relocation(62, 9999), "9999");
        assert_eq!(relocation(60_000, 1), "1");
    }

    #[test]
    fn every_relative_type_has_a_relative_name_where_it_has_one() {
        for &(machine, kind) in RELATIVE {
            let name = relocation(machine, kind);
            let named = name.contains("_RELATIVE") || name == "R_MIPS_REL32";
            assert!(named || name == kind.to_string(), "{machine}: {name}");
        }
    }

    #[test]
    fn every_row_of_the_table_is_read_and_in_order() {
        let rows: Vec<&str> = include_str!("relocation-types.csv").lines().skip(1).collect();
        assert_eq!(rows.len(), RELOCATIONS.len(), "none twice, none that cannot be read");
        let keys = rows.iter().map(|row| {
            let mut fields = row.split(',');
            let mut next = || fields.next().and_then(number::<u32>).expect("a number");
            (next(), next())
        });
        assert!(keys.is_sorted());
    }
}
