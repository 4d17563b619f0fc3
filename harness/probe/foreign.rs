//! Whose code a program runs beside its own: the files that are mapped executable at the end of a start, and what runs
//! before the program's own entry point.
//!
//! Bytes are those of the mappings, whole pages. What the kernel maps itself and what no file stands behind is told
//! apart. Before the entry point the loader runs, and then it calls the constructors of the libraries and what the
//! program has in `.preinit_array`; musl's loader leaves all of them to the start code of C, which is past the entry
//! point. The program's other constructors run there too, where that code is the entry. How many there are is read
//! from the section headers.
//!
//! Sources: ELF gABI 4.3, "Initialization and Termination Functions"; glibc, `elf/dl-init.c`; musl, `ldso/dynlink.c`
//! (`__libc_start_init`); Go, `src/runtime/rt0_linux_amd64.s` and its kin.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::maps::{Mapping, Snapshot, untaken};
use super::{Around, FAILED, Found, NOT_APPLICABLE, NOT_AVAILABLE, Subject, Told};
use crate::elf::{self, Facts};
use crate::measure;
use crate::toolchain::abbreviate;

const CONSTRUCTORS: &str = "constructors before its entry point";
const OWN: &str = "its own constructors";
const ENTRY: &str = "entry of Go";

pub(super) fn probe(subject: &Subject, around: &Around<'_>) -> Result<Told> {
    let mut told = Told::default();
    mapped(&mut told, subject, around);
    let bytes = fs::read(&subject.path);
    let bytes = bytes.with_context(|| format!("cannot read {}", subject.path.display()))?;
    let plain = |path: &Path| abbreviate(&path.display().to_string(), &[(around.cache.root(), "$CACHE")]);
    before_entry(&mut told, subject, &plain)?;
    entry(&mut told, &subject.facts, &bytes);
    Ok(told)
}

/// Bytes of executable mappings by whose they are.
#[derive(Debug, Default, PartialEq, Eq)]
struct Code<'a> {
    own: u64,
    files: BTreeMap<&'a str, u64>,
    kernel: u64,
    anonymous: u64,
}

impl<'a> Code<'a> {
    fn of(mappings: &'a [Mapping], program: &Path) -> Self {
        let mut code = Self::default();
        for mapping in mappings.iter().filter(|mapping| mapping.execute) {
            let bytes = match mapping.name.as_str() {
                // It is in every process and not among its own addresses.
                name if name.starts_with("[vsyscall") => continue,
                name if Path::new(name) == program => &mut code.own,
                name if name.starts_with('/') => code.files.entry(name).or_default(),
                "[vdso]" => &mut code.kernel,
                _ => &mut code.anonymous,
            };
            *bytes += mapping.size();
        }
        code
    }
}

fn mapped(told: &mut Told, subject: &Subject, around: &Around<'_>) {
    let snapshot = match Snapshot::take(subject, &[]) {
        Ok(snapshot) => snapshot,
        Err(error) => {
            let (word, why) = untaken(&error, &[]);
            for key in ["foreign files", "foreign code", "own code"] {
                told.lack(key, word, &why);
            }
            return;
        }
    };
    let code = Code::of(&snapshot.mappings, &snapshot.program);
    let folders = [(around.cache.root(), "$CACHE")];
    for (file, bytes) in &code.files {
        let key = format!("foreign code: {}", abbreviate(file, &folders));
        told.found.push(Found::number(key, "bytes", *bytes as f64));
    }
    told.found.push(Found::count("foreign files", code.files.len()));
    for (key, bytes) in [
        ("foreign code", code.files.values().sum()),
        ("own code", code.own),
        ("code of the kernel", code.kernel),
        ("code of no file", code.anonymous),
    ] {
        told.found.push(Found::number(key, "bytes", bytes as f64));
    }
}

/// Functions that are called before `main`, as the section headers tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Constructors {
    /// Entries of `.preinit_array`, which only a program's count.
    preinit: u64,
    /// Entries of `.init_array`.
    array: u64,
    /// `.init`, which is one function.
    init: bool,
}

impl Constructors {
    /// `None` where there are no section headers.
    fn of(facts: &Facts) -> Option<Self> {
        if facts.sections.is_empty() {
            return None;
        }
        let entries = |kind: &str| {
            let sections = facts.sections.iter().filter(|section| section.kind == kind);
            sections.map(|section| section.size).sum::<u64>() * 8 / u64::from(facts.class)
        };
        let is_init = |section: &elf::Section| section.name == ".init" && section.size > 0;
        Some(Self {
            preinit: entries("PREINIT_ARRAY"),
            array: entries("INIT_ARRAY"),
            init: facts.sections.iter().any(is_init),
        })
    }

    /// All but those of `.preinit_array`.
    fn ordinary(self) -> u64 {
        self.array + u64::from(self.init)
    }

    fn words(self) -> String {
        let parts = [
            (self.preinit > 0).then(|| format!("{} in .preinit_array", self.preinit)),
            (self.array > 0).then(|| format!("{} in .init_array", self.array)),
            self.init.then(|| ".init".to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn found(self, key: impl Into<String>, number: u64) -> Found {
        Found { text: self.words(), ..Found::number(key, "count", number as f64) }
    }
}

fn before_entry(told: &mut Told, subject: &Subject, plain: &dyn Fn(&Path) -> String) -> Result<()> {
    let own = Constructors::of(&subject.facts);
    match own {
        Some(own) => told.found.push(own.found(OWN, own.preinit + own.ordinary())),
        None => told.lack(OWN, NOT_AVAILABLE, "its section headers are gone"),
    }
    let Some((loader, listed)) = measure::listed(&subject.path)? else {
        told.lack("loader before its entry point", NOT_APPLICABLE, "it names no loader");
        told.found.push(Found::count(CONSTRUCTORS, 0));
        return Ok(());
    };
    told.found.push(Found::text("loader before its entry point", plain(&loader)));
    let mut libraries = Vec::new();
    let real = fs::canonicalize(&loader).ok();
    for path in listed.iter().filter(|path| fs::canonicalize(path).ok() != real) {
        let read = || format!("cannot read {}", path.display());
        let facts = elf::read(&fs::read(path).with_context(read)?).with_context(read)?;
        let constructors = Constructors::of(&facts);
        let key = format!("constructors of {}", plain(path));
        match constructors {
            Some(all) => told.found.push(all.found(key, all.ordinary())),
            None => told.lack(key, NOT_AVAILABLE, "its section headers are gone"),
        }
        libraries.push(constructors);
    }
    match before(own, &libraries, &loader) {
        Some(number) => told.found.push(Found::number(CONSTRUCTORS, "count", number as f64)),
        None => told.lack(CONSTRUCTORS, NOT_AVAILABLE, "section headers are gone"),
    }
    Ok(())
}

/// How many constructors that loader calls; `None` where those of a file are not known.
fn before(own: Option<Constructors>, libraries: &[Option<Constructors>], loader: &Path) -> Option<u64> {
    if loader.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ld-musl")) {
        return Some(0);
    }
    let of_libraries: Option<u64> = libraries.iter().map(|all| all.map(Constructors::ordinary)).sum();
    Some(own?.preinit + of_libraries?)
}

/// What of a Go program its entry point is.
fn entry(told: &mut Told, facts: &Facts, bytes: &[u8]) {
    let Some(go) = &facts.go else {
        return told.lack(ENTRY, NOT_APPLICABLE, "it is no Go program");
    };
    let arch = go.settings.get("GOARCH").map_or_else(|| arch(&facts.machine), String::as_str);
    let name = format!("_rt0_{arch}_linux");
    match elf::places(bytes, &[&name]) {
        Ok(places) => told.found.push(Found::text(ENTRY, begins(&places, &name))),
        Err(error) => told.lack(ENTRY, FAILED, format!("its functions cannot be read: {error}")),
    }
}

fn begins(places: &elf::Places, name: &str) -> String {
    match places.functions.first() {
        Some(&Some(address)) if address == places.entry => format!("{name} of Go's runtime"),
        _ => format!("start code of C, and not {name} of Go's runtime"),
    }
}

/// Go's name of a machine, where a program does not tell it: up to Go 1.17.
fn arch(machine: &str) -> &str {
    match machine {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "i386" => "386",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::super::maps;
    use super::super::tests::{asked, subject};
    use super::*;

    const MAPS: &str = "\
00400000-00401000 r--p 00000000 fe:00 1                          /tmp/program
00401000-00403000 r-xp 00001000 fe:00 1                          /tmp/program
00500000-00508000 rwxp 00000000 00:00 0 
7f0000000000-7f0000010000 r-xp 00000000 fe:00 8                  /lib/libc.so.6
7f0000010000-7f0000020000 rw-p 00000000 fe:00 8                  /lib/libc.so.6
7f0000020000-7f0000021000 r-xp 00000000 fe:00 8                  /lib/libc.so.6
7f0000200000-7f0000230000 r-xp 00000000 fe:00 9                  /lib/ld.so
7ffd00054000-7ffd00056000 r-xp 00000000 00:00 0                  [vdso]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]
";

    #[test]
    fn code_is_told_apart_by_whose_it_is() {
        let mappings = maps::parse(MAPS);
        let expected = Code {
            own: 0x2000,
            files: [("/lib/ld.so", 0x3_0000), ("/lib/libc.so.6", 0x1_1000)].into(),
            kernel: 0x2000,
            anonymous: 0x8000,
        };
        assert_eq!(Code::of(&mappings, Path::new("/tmp/program")), expected);
        let of_libc = Code::of(&mappings, Path::new("/lib/libc.so.6"));
        assert_eq!((of_libc.own, of_libc.files.get("/tmp/program")), (0x1_1000, Some(&0x2000)));
    }

    fn section(name: &str, kind: &'static str, size: u64) -> elf::Section {
        elf::Section {
            name: name.to_owned(),
            kind: Cow::Borrowed(kind),
            size,
            flags: 0,
            address: 0,
            offset: 0,
            uncompressed_size: None,
            meaning: elf::Meaning::Other,
        }
    }

    #[test]
    fn constructors_are_counted_by_the_word() {
        let own = std::env::current_exe().and_then(fs::read).expect("reads itself");
        let mut facts = elf::read(&own).expect("is an ELF file");
        assert!(Constructors::of(&facts).is_some_and(|all| all.array > 0), "Rust's start code has one");
        facts.sections = vec![section("any", "INIT_ARRAY", 24), section(".text", "PROGBITS", 99)];
        for (class, array) in [(64, 3), (32, 6)] {
            facts.class = class;
            assert_eq!(Constructors::of(&facts), Some(Constructors { array, ..Constructors::default() }));
        }
        facts.sections.extend([section("any", "PREINIT_ARRAY", 8), section(".init", "PROGBITS", 27)]);
        let all = Constructors::of(&facts).expect("are known");
        assert_eq!((all.preinit, all.array, all.init), (2, 6, true));
        assert_eq!(all.words(), "2 in .preinit_array, 6 in .init_array, .init");
        facts.sections.clear();
        assert_eq!(Constructors::of(&facts), None);
    }

    #[test]
    fn glibc_calls_them_before_the_entry_point_and_musl_after() {
        let own = Constructors { preinit: 1, array: 5, init: true };
        let library = Constructors { preinit: 7, array: 3, init: true };
        let glibc = Path::new("/lib64/ld-linux-x86-64.so.2");
        assert_eq!(before(Some(own), &[Some(library), Some(library)], glibc), Some(1 + 4 + 4));
        assert_eq!(before(Some(own), &[], glibc), Some(1));
        assert_eq!(before(Some(own), &[None, Some(library)], glibc), None);
        assert_eq!(before(None, &[], glibc), None);
        assert_eq!(before(Some(own), &[Some(library)], Path::new("/lib/ld-musl-x86_64.so.1")), Some(0));
    }

    #[test]
    fn an_entry_is_gos_only_where_the_function_is() {
        let places = |at| elf::Places { entry: 16, functions: vec![at] };
        assert_eq!(begins(&places(Some(16)), "_rt0"), "_rt0 of Go's runtime");
        for other in [Some(32), None] {
            assert!(begins(&places(other), "_rt0").starts_with("start code of C"), "{other:?}");
        }
    }

    fn number(told: &Told, key: &str) -> Option<f64> {
        told.found.iter().find(|found| found.key == key).and_then(|found| found.number)
    }

    #[test]
    fn a_dynamic_program_runs_code_of_its_loader_and_libraries() {
        let Some(subject) = subject("/bin/true", &[]) else { return };
        let told = asked(&subject, probe);
        if let Some(lacking) = told.lacking.iter().find(|lacking| lacking.key == "foreign code") {
            return crate::ui::say(&format!("SKIPPED: {}", lacking.why));
        }
        assert!(number(&told, "foreign files") >= Some(2.0), "{told:?}");
        assert!(number(&told, "own code") > Some(0.0), "{told:?}");
        let each = told.found.iter().filter(|found| found.key.starts_with("foreign code: "));
        let sum: f64 = each.filter_map(|found| found.number).sum();
        assert_eq!(number(&told, "foreign code"), Some(sum));
        assert!(told.found.iter().any(|found| found.key.starts_with("constructors of /")), "{told:?}");
        assert!(told.lacking.iter().any(|lacking| lacking.key == ENTRY), "{told:?}");
    }

    #[test]
    fn a_static_go_program_runs_its_own_code_from_the_first_instruction() {
        let Ok(go) = which::which("go") else { return crate::ui::say("SKIPPED: go is not on PATH") };
        let subject = Subject::new(&go, "go", vec!["version".to_owned()], BTreeMap::new()).expect("starts");
        if subject.facts.go.is_none() || subject.interpreter().is_some() {
            return crate::ui::say("SKIPPED: go is no static program of Go's here");
        }
        let told = asked(&subject, probe);
        if let Some(lacking) = told.lacking.iter().find(|lacking| lacking.key == "foreign code") {
            return crate::ui::say(&format!("SKIPPED: {}", lacking.why));
        }
        for key in ["foreign files", "foreign code", CONSTRUCTORS] {
            assert_eq!(number(&told, key), Some(0.0), "{told:?}");
        }
        let entry = told.found.iter().find(|found| found.key == ENTRY).expect("is told");
        assert!(entry.text.ends_with("_linux of Go's runtime") && !entry.text.contains("of C"), "{told:?}");
    }
}
