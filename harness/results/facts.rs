//! The facts of an artifact as rows of `facts.csv`, always in this order.
//!
//! A fact that a file does not have (no interpreter, not a Go program) has no row. A metric with a key has a
//! row for each, in the order of the file for libraries and sections, else sorted. Source of all is
//! [`crate::elf`]; the last column says what the linker wrote that it rests on.
//!
//! | metric | key | unit | meaning | rests on |
//! | --- | --- | --- | --- | --- |
//! | `file-size` | | bytes | size of the file | the file |
//! | `elf-type` | | text | `EXEC`, `DYN`, `REL`, `CORE`, `NONE` or the number | `e_type` |
//! | `machine` | | text | `x86_64`, `aarch64`, ..., or the number | `e_machine` |
//! | `elf-class` | | text | `32` or `64` | `EI_CLASS` |
//! | `endian` | | text | `little` or `big` | `EI_DATA` |
//! | `linkage` | | text | `static`, `static-pie`, `dynamic`, `shared-library`, `relocatable`, `core` | `PT_INTERP`, `DT_NEEDED`, `DF_1_PIE`, ... |
//! | `pie` | | bool | position-independent executable | the same |
//! | `interpreter` | | text | dynamic linker | `PT_INTERP` |
//! | `needed` | library | count | 1 for each library needed | `DT_NEEDED` |
//! | `soname`, `rpath`, `runpath` | | text | the string | `DT_SONAME`, `DT_RPATH`, `DT_RUNPATH` |
//! | `relocations` | | count | all relocations | `DT_REL`, `DT_RELA`, `DT_JMPREL`, `DT_RELR`; without a dynamic table, sections |
//! | `relocations` | type | count | those of a type; they sum to the row without key | the same |
//! | `relative-relocations` | | count | those that need the load address only, RELR included | the same |
//! | `plt-relocations` | | count | entries of `DT_JMPREL` | the same |
//! | `relr-words`, `relr-addresses` | | count | words of the RELR table, addresses they name | `DT_RELR` |
//! | `relocation-table-size` | | bytes | bytes of all relocation tables | the same |
//! | `relocated-pages` | | count | distinct pages of 4 KiB that relocations write to; no row for object files, Android's tables and CREL | the same |
//! | `relocation-source` | | text | `dynamic-table`, `sections` or `nowhere` | |
//! | `section-size` | section | bytes | size of a section, of all of that name; `NOBITS` in memory | `sh_size` |
//! | `size-by-meaning` | meaning | bytes | bytes of the file; they sum to `file-size` | sections, else segments |
//! | `memory-size` | kind | bytes | bytes of the loaded image: `executable`, `read-only`, `relro`, `writable`, `bss` | `PT_LOAD`, `PT_GNU_RELRO` |
//! | `relro` | | text | `none`, `partial`, `full`, `not-applicable` | `PT_GNU_RELRO`, binding |
//! | `bind-now` | | bool | functions are bound at start | `DT_FLAGS`, `DT_FLAGS_1`, `DT_BIND_NOW` |
//! | `textrel` | | bool | relocations change code | `DT_TEXTREL`, `DT_FLAGS` |
//! | `nx` | | bool | the stack is not executable; no row where the file does not say | `PT_GNU_STACK` |
//! | `stack-canary`, `fortify` | | text | `yes`, `no`, `unknown`, `not-applicable` | names of symbols |
//! | `symbols-present` | | bool | not stripped | `SHT_SYMTAB` |
//! | `debug-present` | | bool | has DWARF | `.debug_info` |
//! | `build-id` | | text | GNU build id in hexadecimal | `NT_GNU_BUILD_ID` |
//! | `go-build-id` | | text | Go build ID | Go's note |
//! | `package-note` | | bool | names the package it is of | `.note.package` |
//! | `go-version` | | text | the Go release | Go build information |
//! | `go-main-package` | | text | path of the main package | the same |
//! | `go-setting` | setting | text | a build setting, e.g. `-buildmode` | the same |

use super::FactRow;
use crate::elf::{Facts, GoBuildInfo, Linkage, Presence, Relocations};

/// Every metric.
pub const METRICS: [&str; 37] = [
    "file-size",
    "elf-type",
    "machine",
    "elf-class",
    "endian",
    "linkage",
    "pie",
    "interpreter",
    "needed",
    "soname",
    "rpath",
    "runpath",
    "relocations",
    "relative-relocations",
    "plt-relocations",
    "relr-words",
    "relr-addresses",
    "relocation-table-size",
    "relocated-pages",
    "relocation-source",
    "section-size",
    "size-by-meaning",
    "memory-size",
    "relro",
    "bind-now",
    "textrel",
    "nx",
    "stack-canary",
    "fortify",
    "symbols-present",
    "debug-present",
    "build-id",
    "go-build-id",
    "package-note",
    "go-version",
    "go-main-package",
    "go-setting",
];

/// The metrics that are kept of a rung of the relocation ladder, which is no program under test.
pub const OF_RUNGS: [&str; 8] = [
    "file-size",
    "linkage",
    "pie",
    "relocations",
    "relative-relocations",
    "relr-words",
    "relocation-table-size",
    "relocated-pages",
];

/// The metrics that are kept of an artifact away from home: another release, another target.
const OF_MATRIX: [&str; 14] = [
    "file-size",
    "elf-type",
    "linkage",
    "pie",
    "interpreter",
    "needed",
    "relocations",
    "relative-relocations",
    "relocation-table-size",
    "memory-size",
    "relro",
    "bind-now",
    "textrel",
    "go-setting",
];

/// Whether a row is kept of an artifact away from home: of relocations all together, of settings what cgo came to.
pub fn is_of_matrix(metric: &str, key: &str) -> bool {
    OF_MATRIX.contains(&metric)
        && match metric {
            "relocations" => key.is_empty(),
            "go-setting" => key == "CGO_ENABLED",
            _ => true,
        }
}

/// The rows of an artifact's facts; `case` is its case id.
pub fn rows(case: &str, facts: &Facts) -> Vec<FactRow> {
    let mut rows = Rows { case, rows: Vec::new() };
    rows.number("file-size", "", "bytes", facts.file_size);
    rows.text("elf-type", "", &facts.elf_type);
    rows.text("machine", "", &facts.machine);
    rows.text("elf-class", "", &facts.class.to_string());
    rows.text("endian", "", facts.endian.word());
    rows.linkage(&facts.linkage);
    rows.relocations(&facts.relocations);
    rows.sections(facts);
    for (meaning, size) in facts.size_by_meaning() {
        rows.number("size-by-meaning", meaning.word(), "bytes", size);
    }
    for (kind, size) in facts.memory.by_kind() {
        rows.number("memory-size", kind, "bytes", size);
    }
    rows.text("relro", "", facts.hardening.relro.word());
    rows.bool("bind-now", facts.hardening.bind_now);
    rows.bool("textrel", facts.hardening.textrel);
    match facts.hardening.nx {
        Presence::Yes => rows.bool("nx", true),
        Presence::No => rows.bool("nx", false),
        Presence::Unknown | Presence::NotApplicable => {}
    }
    rows.text("stack-canary", "", facts.hardening.stack_canary.word());
    rows.text("fortify", "", facts.hardening.fortify.word());
    rows.bool("symbols-present", facts.symbols_present);
    rows.bool("debug-present", facts.debug_present);
    rows.option("build-id", facts.notes.build_id.as_ref());
    rows.option("go-build-id", facts.notes.go_build_id.as_ref());
    rows.bool("package-note", facts.notes.package_note.is_some());
    if let Some(go) = &facts.go {
        rows.go(go);
    }
    rows.rows
}

struct Rows<'c> {
    case: &'c str,
    rows: Vec<FactRow>,
}

impl Rows<'_> {
    fn add(&mut self, metric: &str, key: &str, unit: &str, number: Option<u64>, text: &str) {
        self.rows.push(FactRow {
            case: self.case.to_owned(),
            metric: metric.to_owned(),
            key: key.to_owned(),
            unit: unit.to_owned(),
            number,
            text: text.to_owned(),
        });
    }

    fn number(&mut self, metric: &str, key: &str, unit: &str, number: u64) {
        self.add(metric, key, unit, Some(number), "");
    }

    fn count(&mut self, metric: &str, number: u64) {
        self.number(metric, "", "count", number);
    }

    fn bool(&mut self, metric: &str, value: bool) {
        self.number(metric, "", "bool", u64::from(value));
    }

    fn text(&mut self, metric: &str, key: &str, text: &str) {
        self.add(metric, key, "text", None, text);
    }

    fn option(&mut self, metric: &str, text: Option<&String>) {
        if let Some(text) = text {
            self.text(metric, "", text);
        }
    }

    fn linkage(&mut self, linkage: &Linkage) {
        self.text("linkage", "", linkage.kind.word());
        self.bool("pie", linkage.pie);
        self.option("interpreter", linkage.interpreter.as_ref());
        for library in &linkage.needed {
            self.number("needed", library, "count", 1);
        }
        self.option("soname", linkage.soname.as_ref());
        for (metric, folders) in [("rpath", &linkage.rpath), ("runpath", &linkage.runpath)] {
            if !folders.is_empty() {
                self.text(metric, "", &folders.join(":"));
            }
        }
    }

    fn relocations(&mut self, relocations: &Relocations) {
        self.count("relocations", relocations.total);
        for (kind, count) in &relocations.by_type {
            self.number("relocations", kind, "count", *count);
        }
        self.count("relative-relocations", relocations.relative);
        self.count("plt-relocations", relocations.plt);
        self.count("relr-words", relocations.relr_words);
        self.count("relr-addresses", relocations.relr_addresses);
        self.number("relocation-table-size", "", "bytes", relocations.table_bytes);
        if let Some(pages) = relocations.pages {
            self.count("relocated-pages", pages);
        }
        self.text("relocation-source", "", relocations.source.word());
    }

    /// A row a name: an object file can have many sections of one name.
    fn sections(&mut self, facts: &Facts) {
        let mut sizes: Vec<(&str, u64)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for section in &facts.sections {
            let place = *places.entry(section.name.as_str()).or_insert_with(|| {
                sizes.push((&section.name, 0));
                sizes.len() - 1
            });
            sizes[place].1 = sizes[place].1.saturating_add(section.size);
        }
        for (name, size) in sizes {
            self.number("section-size", name, "bytes", size);
        }
    }

    fn go(&mut self, go: &GoBuildInfo) {
        self.text("go-version", "", &go.version);
        self.option("go-main-package", go.main_package.as_ref());
        for (name, value) in &go.settings {
            self.text("go-setting", name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::elf::read;
    use crate::elf::tests::writer::{ET_DYN, Place, Writer};

    fn small() -> Vec<FactRow> {
        let mut writer = Writer::usual(ET_DYN);
        let (one, two) = (writer.dynamic_string("libz.so"), writer.dynamic_string("liba.so"));
        let table = writer.words(&[0, 8, 0, 0, 6, 0, 0, 8, 0]);
        let table = writer.put(&table);
        writer.dynamic(&[(1, one), (1, two), (7, table.address()), (8, table.size)]);
        writer.load(6);
        for name in [".text", ".data", ".text"] {
            writer.section(name, 1, 2, Place { offset: 64, size: 3 });
        }
        rows("p/v/t/linux-amd64", &read(&writer.finish()).expect("well-formed"))
    }

    fn find<'a>(rows: &'a [FactRow], metric: &str) -> Vec<(&'a str, Option<u64>, &'a str)> {
        let rows = rows.iter().filter(|row| row.metric == metric);
        rows.map(|row| (row.key.as_str(), row.number, row.text.as_str())).collect()
    }

    #[test]
    fn rows_say_what_the_facts_say() {
        let rows = small();
        assert_eq!(find(&rows, "linkage"), [("", None, "shared-library")]);
        assert_eq!(find(&rows, "pie"), [("", Some(0), "")]);
        assert_eq!(find(&rows, "needed"), [("libz.so", Some(1), ""), ("liba.so", Some(1), "")]);
        let relocations =
            [("", Some(3), ""), ("R_X86_64_GLOB_DAT", Some(1), ""), ("R_X86_64_RELATIVE", Some(2), "")];
        assert_eq!(find(&rows, "relocations"), relocations);
        assert_eq!(find(&rows, "section-size")[..2], [(".text", Some(6), ""), (".data", Some(3), "")]);
        assert_eq!(find(&rows, "interpreter"), [], "no row for what is not there");
        assert_eq!(find(&rows, "go-version"), []);
        let sizes: u64 = find(&rows, "size-by-meaning").iter().filter_map(|row| row.1).sum();
        assert_eq!(find(&rows, "file-size"), [("", Some(sizes), "")]);
    }

    #[test]
    fn rows_are_tidy() {
        let rows = small();
        let keys: BTreeSet<_> = rows.iter().map(|row| (&row.metric, &row.key)).collect();
        assert_eq!(keys.len(), rows.len(), "a metric and its key come once");
        for row in &rows {
            assert_eq!(row.case, "p/v/t/linux-amd64");
            assert_eq!(row.unit == "text", row.number.is_none(), "{row:?}");
            assert!(["bytes", "count", "bool", "text"].contains(&row.unit.as_str()), "{row:?}");
        }
        let documented = include_str!("facts.rs").split("use super::FactRow").next().unwrap_or_default();
        for metric in METRICS {
            assert!(documented.contains(&format!("`{metric}`")), "{metric} is not in the table");
        }
        for row in &rows {
            assert!(documented.contains(&format!("`{}`", row.metric)), "{} is not in the table", row.metric);
            assert!(METRICS.contains(&row.metric.as_str()), "{} is not in the list", row.metric);
        }
    }
}
