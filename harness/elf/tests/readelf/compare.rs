//! Where the facts of a file and what `readelf` says of it differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use super::parse::{Told, parse};
use crate::elf::{Facts, LinkageKind, Presence, Relro};

/// The words of `readelf` for machines that have shorter names here.
const MACHINES: &[(&str, &str)] = &[
    ("AArch64", "aarch64"),
    ("ARM", "arm"),
    ("Advanced Micro Devices X86-64", "x86_64"),
    ("IBM S/390", "s390"),
    ("Intel 80386", "i386"),
    ("Linux BPF", "bpf"),
    ("LoongArch", "loongarch"),
    ("MIPS R3000", "mips"),
    ("PowerPC", "ppc"),
    ("PowerPC64", "ppc64"),
    ("RISC-V", "riscv"),
    ("Sparc", "sparc"),
    ("Sparc v9", "sparcv9"),
];

/// The words of `readelf` for section types that `elf.h` writes otherwise, and its numbers where it has none.
const SECTIONS: &[(&str, &str)] = &[
    ("0x40000014", "CREL"),
    ("0x60000001", "ANDROID_REL"),
    ("0x60000002", "ANDROID_RELA"),
    ("SYMTAB SECTION INDICES", "SYMTAB_SHNDX"),
    ("VERDEF", "GNU_VERDEF"),
    ("VERNEED", "GNU_VERNEED"),
    ("VERSYM", "GNU_VERSYM"),
];

/// Letters of section flags, in the order of their bits; what a machine has of its own is told by number.
const FLAGS: &[(char, u64)] = &[
    ('W', 1),
    ('A', 2),
    ('X', 4),
    ('M', 0x10),
    ('S', 0x20),
    ('I', 0x40),
    ('L', 0x80),
    ('O', 0x100),
    ('G', 0x200),
    ('T', 0x400),
    ('C', 0x800),
    ('E', 0x8000_0000),
];

fn translated<'a>(table: &[(&str, &'a str)], word: &'a str) -> &'a str {
    table.iter().find(|row| row.0 == word).map_or(word, |row| row.1)
}

/// A type that `readelf` has no name for, as a number: `LOOS+0x1`, `<unknown>: 0x1`.
fn numbered(kind: &str) -> String {
    let number = |text: &str| u64::from_str_radix(text.trim_start_matches("0x"), 16).ok();
    let base =
        [("<unknown>: ", 0), ("LOOS+", 0x6000_0000), ("LOPROC+", 0x7000_0000), ("LOUSER+", 0x8000_0000)];
    let before = kind.strip_suffix(": <unknown>").and_then(number);
    let known = base.iter().find_map(|(prefix, base)| Some(base + number(kind.strip_prefix(prefix)?)?));
    known.or(before).map_or_else(|| kind.to_owned(), |number: u64| format!("{number:#x}"))
}

struct Differences(Vec<String>);

impl Differences {
    fn same<T: PartialEq + Debug + ?Sized>(&mut self, what: &str, ours: &T, theirs: &T) {
        if ours != theirs {
            self.0.push(format!("{what}: {ours:?}, readelf says {theirs:?}"));
        }
    }
}

/// Where the two differ; empty where they agree. `fortified` are the functions of the C library, if known.
pub(super) fn differences(facts: &Facts, told: &Told, fortified: Option<&BTreeSet<String>>) -> Vec<String> {
    let mut all = Differences(Vec::new());
    all.same("class", &format!("ELF{}", facts.class), &told.class);
    all.same("endian", facts.endian.word(), told.endian.as_str());
    all.same("machine", facts.machine.as_str(), translated(MACHINES, &told.machine));
    all.same("type", &facts.elf_type, &told.elf_type);
    all.same("build id", &facts.notes.build_id, &told.build_id);
    linkage(facts, told, &mut all);
    relocations(facts, told, &mut all);
    sections(facts, told, &mut all);
    segments(facts, told, &mut all);
    memory(facts, told, &mut all);
    hardening(facts, told, &mut all);
    names(facts, told, fortified, &mut all);
    all.0
}

fn linkage(facts: &Facts, told: &Told, all: &mut Differences) {
    let ours = &facts.linkage;
    all.same("interpreter", &ours.interpreter, &told.interpreter);
    all.same("needed", &ours.needed, &told.strings("NEEDED"));
    all.same("soname", &ours.soname, &told.strings("SONAME").pop());
    all.same("rpath", &ours.rpath.join(":"), &told.strings("RPATH").pop().unwrap_or_default());
    all.same("runpath", &ours.runpath.join(":"), &told.strings("RUNPATH").pop().unwrap_or_default());
    let has_interpreter = told.segments.iter().any(|segment| segment.kind == "INTERP");
    let by_linker = has_interpreter || told.entries("NEEDED").next().is_some();
    let kind = match told.elf_type.as_str() {
        "REL" => LinkageKind::Relocatable,
        "CORE" => LinkageKind::Core,
        "EXEC" if by_linker => LinkageKind::Dynamic,
        "EXEC" => LinkageKind::Static,
        "DYN" if told.named_pie && by_linker => LinkageKind::Dynamic,
        "DYN" if told.named_pie => LinkageKind::StaticPie,
        "DYN" if told.entries("SONAME").next().is_some() => LinkageKind::SharedLibrary,
        "DYN" if has_interpreter && (told.dynamic.is_empty() || told.entries("DEBUG").next().is_some()) => {
            LinkageKind::Dynamic
        }
        "DYN" if has_interpreter => LinkageKind::SharedLibrary,
        // Without DF_1_PIE the rest is not told by readelf; `file` has a word on it.
        _ => ours.kind,
    };
    all.same("linkage", &ours.kind, &kind);
    let program = matches!(kind, LinkageKind::Dynamic | LinkageKind::StaticPie);
    all.same("pie", &ours.pie, &(program && told.elf_type == "DYN"));
}

fn relocations(facts: &Facts, told: &Told, all: &mut Differences) {
    // readelf reads neither; `encodings` compares them with the same relocations in plain tables.
    let packed = |kind: &str| kind == "CREL" || kind == "ANDROID_REL" || kind == "ANDROID_RELA";
    if facts.sections.iter().any(|section| packed(&section.kind)) {
        return;
    }
    let ours = &facts.relocations;
    let mut by_type = ours.by_type.clone();
    // readelf lists packed addresses apart, on every machine.
    let relative = |name: &str| name.ends_with("_RELATIVE") || name == "R_MIPS_REL32";
    if let Some((_, count)) = by_type.iter_mut().find(|row| relative(row.0)) {
        *count -= ours.relr_addresses;
    }
    by_type.retain(|_, count| *count > 0);
    all.same("relocations", &by_type, &told.relocations);
    all.same("RELR addresses", &ours.relr_addresses, &told.relr_addresses);
    let total = told.relocations.values().sum::<u64>() + told.relr_addresses;
    all.same("total", &ours.total, &total);
    if let Some(pages) = ours.pages {
        all.same("relocated pages", &pages, &(told.relocated_pages.len() as u64));
    }
    let relative =
        told.relocations.iter().filter(|(name, _)| name.contains("_RELATIVE") || *name == "R_MIPS_REL32");
    let relative = relative.map(|row| row.1).sum::<u64>() - told.rel32_with_symbol + told.relr_addresses;
    all.same("relative", &ours.relative, &relative);

    let word = u64::from(facts.class / 8);
    let size = |tag| told.number(tag).unwrap_or(0);
    if facts.relocations.total > 0 && !told.dynamic.is_empty() {
        let entry = if told.entries("PLTREL").any(|text| text == "REL") { 2 * word } else { 3 * word };
        all.same("plt", &ours.plt, &(size("PLTRELSZ") / entry));
        all.same("RELR words", &ours.relr_words, &(size("RELRSZ") / word));
        let rows = [("REL", "RELSZ"), ("RELA", "RELASZ"), ("RELR", "RELRSZ"), ("JMPREL", "PLTRELSZ")];
        let covered: u64 = union(rows.map(|(place, bytes)| (size(place), size(bytes))));
        all.same("bytes of tables", &ours.table_bytes, &covered);
    }
}

/// How many numbers lie in some spans of start and size.
fn union(mut spans: [(u64, u64); 4]) -> u64 {
    spans.sort_unstable();
    let mut end = 0;
    let fresh = spans.map(|(start, size)| {
        let fresh = (start + size).saturating_sub(start.max(end));
        end = end.max(start + size);
        fresh
    });
    fresh.iter().sum()
}

fn sections(facts: &Facts, told: &Told, all: &mut Differences) {
    all.same("number of sections", &facts.sections.len(), &told.sections.len());
    for (ours, theirs) in facts.sections.iter().zip(&told.sections) {
        let kind = numbered(&theirs.kind);
        let kind = translated(SECTIONS, &kind);
        let place = (theirs.name.as_str(), kind, theirs.address, theirs.offset, theirs.size);
        all.same("section", &(ours.name.as_str(), &*ours.kind, ours.address, ours.offset, ours.size), &place);
        let letters: String =
            FLAGS.iter().filter(|flag| ours.flags & flag.1 != 0).map(|flag| flag.0).collect();
        let known = |letter: &char| FLAGS.iter().any(|flag| flag.0 == *letter);
        let flags: String = theirs.flags.chars().filter(known).collect();
        all.same(&format!("flags of {}", ours.name), &letters, &flags);
    }
}

fn segments(facts: &Facts, told: &Told, all: &mut Differences) {
    all.same("number of segments", &facts.segments.len(), &told.segments.len());
    for (ours, theirs) in facts.segments.iter().zip(&told.segments) {
        let kind = numbered(&theirs.kind);
        // It cuts longer words off.
        all.same("segment", ours.kind.get(..14).unwrap_or(&ours.kind), kind.as_str());
        // Flags beyond these three are the machine's own.
        all.same("segment flags", &(ours.flags & 7), &theirs.flags);
        all.same("segment place", &(ours.offset, ours.address), &(theirs.offset, theirs.address));
        let sizes = (theirs.file_size, theirs.memory_size, theirs.align);
        all.same("segment sizes", &(ours.file_size, ours.memory_size, ours.align), &sizes);
    }
}

/// The loaded image by kind, each part told from the places where something begins or ends.
fn memory(facts: &Facts, told: &Told, all: &mut Differences) {
    let relro = told.segments.iter().rev().find(|segment| segment.kind == "GNU_RELRO");
    let relro = relro.map_or(0..0, |segment| segment.address..segment.address + segment.memory_size);
    let mut image: BTreeMap<&str, u64> = facts.memory.by_kind().iter().map(|kind| (kind.0, 0)).collect();
    for load in told.segments.iter().filter(|segment| segment.kind == "LOAD") {
        let (start, end) = (load.address, load.address + load.memory_size);
        let filled = load.address + load.file_size.min(load.memory_size);
        let mut edges = [start, filled, relro.start.clamp(start, end), relro.end.clamp(start, end), end];
        edges.sort_unstable();
        for pair in edges.windows(2) {
            let kind = match load.flags & 3 {
                0 => "read-only",
                2 if relro.contains(&pair[0]) => "relro",
                2 if pair[0] < filled => "writable",
                2 => "bss",
                _ => "executable",
            };
            *image.entry(kind).or_default() += pair[1] - pair[0];
        }
    }
    all.same("memory", &facts.memory.by_kind().into_iter().collect::<BTreeMap<_, _>>(), &image);
}

fn hardening(facts: &Facts, told: &Told, all: &mut Differences) {
    let ours = &facts.hardening;
    let has = |tag| told.entries(tag).next().is_some();
    let bind_now = has("BIND_NOW") || told.flag("FLAGS", "BIND_NOW") || told.flag("FLAGS_1", "NOW");
    all.same("bind_now", &ours.bind_now, &bind_now);
    all.same("textrel", &ours.textrel, &(has("TEXTREL") || told.flag("FLAGS", "TEXTREL")));
    let segment = |kind| told.segments.iter().find(|segment| segment.kind == kind);
    let covered = told.segments.iter().rev().find(|segment| segment.kind == "GNU_RELRO");
    let relro = match (facts.linkage.kind, covered.filter(|segment| segment.memory_size > 0)) {
        (LinkageKind::StaticPie | LinkageKind::Dynamic | LinkageKind::SharedLibrary, None) => Relro::None,
        (LinkageKind::StaticPie | LinkageKind::Dynamic | LinkageKind::SharedLibrary, Some(_)) => {
            if bind_now {
                Relro::Full
            } else {
                Relro::Partial
            }
        }
        _ => Relro::NotApplicable,
    };
    all.same("relro", &ours.relro, &relro);
    let nx = match (told.elf_type.as_str(), segment("GNU_STACK")) {
        ("EXEC" | "DYN", None) => Presence::Unknown,
        ("EXEC" | "DYN", Some(stack)) if stack.flags & 1 != 0 => Presence::No,
        ("EXEC" | "DYN", Some(_)) => Presence::Yes,
        _ => Presence::NotApplicable,
    };
    all.same("nx", &ours.nx, &nx);
}

/// Functions that the C library of this machine has a fortified variant of; said aloud where it is not found.
pub(super) fn fortified_functions() -> Option<&'static BTreeSet<String>> {
    static FUNCTIONS: LazyLock<Option<BTreeSet<String>>> = LazyLock::new(|| {
        let places =
            ["/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6", "/lib64/libc.so.6"];
        let found = places.iter().find(|path| Path::new(path).exists());
        let Some(path) = found else {
            super::say("SKIPPED: no libc.so.6 to tell which functions have fortified variants");
            return None;
        };
        let output =
            Command::new("readelf").env("LC_ALL", "C").args(["--dyn-syms", "-W", path]).output().ok()?;
        let names = parse(&String::from_utf8_lossy(&output.stdout)).dynamic_symbols?;
        Some(names.iter().filter_map(|(name, _)| fortified_name(name)).map(str::to_owned).collect())
    });
    FUNCTIONS.as_ref()
}

fn fortified_name(name: &str) -> Option<&str> {
    name.strip_prefix("__")?.strip_suffix("_chk").filter(|inner| !inner.is_empty())
}

/// What the names of symbols tell.
fn names(facts: &Facts, told: &Told, fortified: Option<&BTreeSet<String>>, all: &mut Differences) {
    use Presence::{No, NotApplicable, Unknown, Yes};
    let ours = (facts.hardening.stack_canary, facts.hardening.fortify);
    let setting = |name| facts.go.as_ref().and_then(|go| go.settings.get(name));
    let kind = facts.linkage.kind;
    if setting("CGO_ENABLED").is_some_and(|value| value == "0") || matches!(kind, LinkageKind::Core) {
        all.same("names", &ours, &(NotApplicable, NotApplicable));
        return;
    }
    let dynamic = matches!(kind, LinkageKind::Dynamic | LinkageKind::SharedLibrary);
    let Some(symbols) = (if dynamic { &told.dynamic_symbols } else { &told.symbols }) else {
        // A table that no section tells of is found by its hashes, which readelf does not do.
        if told.number("SYMTAB").is_none() {
            all.same("names", &ours, &(Unknown, Unknown));
        }
        return;
    };
    let failing = ["__stack_chk_fail", "__stack_chk_fail_local", "__stack_smash_handler"];
    let canary = symbols.iter().any(|symbol| failing.contains(&symbol.0.as_str()));
    all.same("stack canary", &ours.0, &if canary { Yes } else { No });
    let Some(functions) = fortified else { return };
    let imported = || symbols.iter().filter(|symbol| symbol.1).map(|symbol| symbol.0.as_str());
    let fortify = match kind {
        LinkageKind::Static | LinkageKind::StaticPie => Unknown,
        _ if imported().filter_map(fortified_name).any(|name| functions.contains(name)) => Yes,
        _ if imported().any(|name| functions.contains(name)) => No,
        _ => NotApplicable,
    };
    all.same("fortify", &ours.1, &fortify);
}
