//! Relocation tables that are no arrays, hand-made and as LLVM's tools write them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::facts;
use super::writer::*;
use crate::elf::{Facts, Meaning, RelocationSource, read};

const SHT_CREL: u32 = 0x4000_0014;
const SHT_ANDROID_RELA: u32 = 0x6000_0002;

/// Two entries of type 8 that share all but their offsets, and one of type 7 and symbol 1.
const ANDROID: &[u8] = b"APS2\x03\x00\x02\x09\x08\x10\x08\x08\x08\x01\x08\x08\x87\x80\x80\x80\x10\x00";

/// Two entries of type 8 and one of type 7, each with an addend.
const CREL: &[u8] = &[0x1c, 0x0e, 8, 4, 0x20, 0x22, 0x7f];

#[test]
fn the_dynamic_table_names_packed_tables() {
    let mut writer = Writer::usual(ET_DYN);
    let android = writer.put(ANDROID);
    let crel = writer.put(CREL);
    let relr = writer.words(&[BASE, 7]);
    let relr = writer.put(&relr);
    writer.dynamic(&[
        (0x6000_0011, android.address()),
        (0x6000_0012, android.size),
        (0x6fff_e000, relr.address()),
        (0x6fff_e001, relr.size),
        (0x4000_0026, crel.address()),
    ]);
    writer.load(4);
    let facts = facts(writer);
    let relocations = &facts.relocations;
    assert_eq!(relocations.source, RelocationSource::DynamicTable);
    // Of Android's packed table, of CREL and of RELR.
    assert_eq!((relocations.total, relocations.relative), (3 + 3 + 3, 2 + 2 + 3));
    assert_eq!((relocations.relr_words, relocations.relr_addresses), (2, 3));
    assert_eq!(relocations.by_type["R_X86_64_JUMP_SLOT"], 2);
    assert_eq!(relocations.table_bytes, android.size + crel.size + relr.size);
    assert_eq!(super::size(&facts, Meaning::RelocationTables), relocations.table_bytes);
}

#[test]
fn sections_hold_packed_tables() {
    let mut writer = Writer::usual(ET_REL);
    let crel = writer.put(CREL);
    writer.section(".crel.text", SHT_CREL, 0x40, crel);
    let relocations = facts(writer).relocations;
    assert_eq!((relocations.total, relocations.relative), (3, 2));
    let mut writer = Writer::usual(ET_EXEC);
    let android = writer.put(ANDROID);
    writer.section(".rela.dyn", SHT_ANDROID_RELA, 2, android);
    writer.load(4);
    let facts = facts(writer);
    assert_eq!((facts.relocations.total, facts.relocations.relative), (3, 2));
    assert_eq!(
        (&*facts.sections[0].kind, facts.sections[0].meaning),
        ("ANDROID_RELA", Meaning::RelocationTables)
    );
}

#[test]
fn a_damaged_packed_table_is_an_error() {
    for (tag, size_tag, table) in [(0x6000_0011, 0x6000_0012, ANDROID), (0x4000_0026, 0, CREL)] {
        for length in 1..table.len() {
            let mut writer = Writer::usual(ET_DYN);
            let place = writer.put(&table[..length]);
            // Nothing follows within the segment.
            writer.segment(PT_LOAD, 4, place);
            writer.dynamic_string("");
            writer.dynamic(&[(tag, place.address()), (size_tag, place.size)]);
            let error = read(&writer.finish()).expect_err("cut off").to_string();
            assert!(error.starts_with("impossible "), "{error}");
        }
    }
    // A few bytes that claim more relocations than there is memory.
    let mut writer = Writer::usual(ET_DYN);
    let place =
        writer.put(b"APS2\xff\xff\xff\xff\xff\xff\xff\x00\x00\xff\xff\xff\xff\xff\xff\xff\x00\x07\x08\x08");
    writer.dynamic(&[(0x6000_0011, place.address()), (0x6000_0012, place.size)]);
    writer.load(4);
    let error = read(&writer.finish()).expect_err("too many").to_string();
    assert_eq!(error, format!("impossible number of packed relocations: {}", (1_u64 << 49) - 1));
}

/// Data with addresses of its own and of others.
const ASSEMBLY: &str = "
.text
own: .space 8
.data
.globl table
.balign 8
table:
";

/// Targets whose addresses are `.long`, and those where they are `.quad`.
const TARGETS: &[(&str, &str)] = &[
    ("x86_64-linux-gnu", ".quad"),
    ("aarch64-linux-gnu", ".quad"),
    ("i386-linux-gnu", ".long"),
    ("armv7-linux-gnueabihf", ".long"),
    ("powerpc64le-linux-gnu", ".quad"),
    ("powerpc64-linux-gnu", ".quad"),
    ("s390x-linux-gnu", ".quad"),
    ("mips-linux-gnu", ".long"),
    ("mipsel-linux-gnu", ".long"),
    ("mips64-linux-gnuabi64", ".quad"),
    ("mips64el-linux-gnuabi64", ".quad"),
    ("riscv64-linux-gnu", ".quad"),
    ("loongarch64-linux-gnu", ".quad"),
];

/// Assembles an object file; `None` where the assembler does not know the target or a flag.
fn assemble(folder: &Path, target: &str, word: &str, flags: &[&str]) -> Option<PathBuf> {
    let source = folder.join("table.s");
    let object = folder.join(format!("{target}{}.o", flags.concat()));
    let lines: String = (0..200)
        .map(|index| match index % 7 {
            0 => format!("{word} other{index}\n"),
            1 => format!("{word} other\n"),
            _ => format!("{word} own+{index}\n"),
        })
        .collect();
    fs::write(&source, format!("{ASSEMBLY}{lines}")).expect("is written");
    let mut command = Command::new("llvm-mc");
    command
        .args(["-filetype=obj", "-position-independent", "-triple", target])
        .args(flags)
        .arg("-o")
        .arg(&object);
    let output = command.arg(&source).output().ok()?;
    output.status.success().then_some(object)
}

fn facts_of(path: &Path) -> Facts {
    read(&fs::read(path).expect("is there")).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn skipped(what: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
}

/// LLVM's linker: on `PATH`, or the one that comes with Rust.
fn linker() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "target-libdir"]).output().ok()?;
    let libraries = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    let candidates = [PathBuf::from("ld.lld"), libraries.parent()?.join("bin/gcc-ld/ld.lld")];
    candidates.into_iter().find(|path| Command::new(path).arg("--version").output().is_ok())
}

#[test]
fn packed_tables_of_lld_count_as_plain_ones() {
    let folder = TempDir::new().expect("a folder");
    let Some(linker) = linker() else { return skipped("no ld.lld") };
    let mut linked = 0;
    for (target, word) in TARGETS {
        let Some(object) = assemble(folder.path(), target, word, &[]) else {
            skipped(&format!("no llvm-mc for {target}"));
            continue;
        };
        let link = |packing: &str| {
            let output = folder.path().join(packing);
            let pack = format!("--pack-dyn-relocs={packing}");
            let mut command = Command::new(&linker);
            let done =
                command.args(["-shared", &pack, "-o"]).arg(&output).arg(&object).output().expect("starts");
            done.status.success().then(|| facts_of(&output))
        };
        let Some(plain) = link("none") else {
            skipped(&format!("ld.lld does not link for {target}"));
            continue;
        };
        assert!(plain.relocations.total >= 200, "{target}: {:?}", plain.relocations);
        for packing in ["android", "relr", "android+relr"] {
            let packed = link(packing).expect("links as before").relocations;
            assert_eq!(packed.by_type, plain.relocations.by_type, "{target} {packing}");
            // For MIPS, lld 22 packs `R_MIPS_REL32` as if none of them named a symbol.
            if !(target.starts_with("mips") && packing.contains("android")) {
                assert_eq!(packed.relative, plain.relocations.relative, "{target} {packing}");
            }
            assert!(packed.table_bytes < plain.relocations.table_bytes, "{target} {packing}");
            assert_eq!(packed.relr_words > 0, packing.contains("relr"), "{target} {packing}");
        }
        linked += 1;
    }
    let _ = writeln!(std::io::stderr(), "packed tables of {linked} targets count as plain ones");
}

#[test]
fn crel_of_llvm_counts_as_plain_sections() {
    let folder = TempDir::new().expect("a folder");
    let mut assembled = 0;
    for (target, word) in TARGETS {
        let Some(plain) = assemble(folder.path(), target, word, &[]) else { continue };
        let Some(crel) = assemble(folder.path(), target, word, &["--crel"]) else { continue };
        if target.starts_with("mips") && read(&fs::read(&crel).expect("is there")).is_err() {
            // LLVM 19 gives MIPS the type of CREL and the bytes of REL: better an error than a total of 0.
            skipped(&format!("llvm-mc writes no CREL for {target}"));
            continue;
        }
        let (plain, crel) = (facts_of(&plain), facts_of(&crel));
        assert!(crel.sections.iter().any(|section| section.kind == "CREL"), "{target}");
        assert_eq!(crel.relocations.by_type, plain.relocations.by_type, "{target}");
        assert_eq!(crel.relocations.relative, plain.relocations.relative, "{target}");
        assert!(
            crel.relocations.total >= 200 && crel.relocations.table_bytes < plain.relocations.table_bytes
        );
        assembled += 1;
    }
    if assembled == 0 {
        return skipped("no llvm-mc that knows --crel");
    }
    let _ = writeln!(std::io::stderr(), "CREL of {assembled} targets counts as plain sections");
}
