//! Agreement with `readelf`, `file` and `go version -m`, field by field, over real files.
//!
//! A sample of this machine's files by default; everything with `GOPIE_CORPUS=all`, best in a release build:
//!
//! ```text
//! GOPIE_CORPUS=all cargo test --release --lib elf::tests::readelf -- --nocapture
//! ```

mod compare;
mod corpus;
mod go;
mod parse;
mod types;
mod words;

use std::process::Command;

use corpus::{on_all_cores, say, subjects};

use crate::elf::read;

/// Whether a tool is there; says aloud where it is not.
fn have(tool: &str) -> bool {
    let there = Command::new(tool).arg("--version").output().is_ok();
    if !there {
        say(&format!("SKIPPED: no {tool}"));
    }
    there
}

#[test]
fn readelf_sees_the_same() {
    if !have("readelf") {
        return;
    }
    let paths = corpus::paths();
    let fortified = compare::fortified_functions();
    let results = on_all_cores(&paths, |path| {
        let (mut count, mut wrong) = (0, Vec::new());
        let all = subjects(path, |subject| {
            count += 1;
            match read(subject.bytes) {
                Ok(facts) => {
                    let told = parse::parse(subject.printed);
                    let found = compare::differences(&facts, &told, fortified.as_ref());
                    wrong.extend(found.into_iter().map(|text| format!("{}: {text}", subject.name)));
                }
                Err(error) => wrong.push(format!("{}: {error}", subject.name)),
            }
        });
        if let Err(error) = all {
            wrong.push(format!("{}: {error}", path.display()));
        }
        (count, wrong)
    });
    let count: usize = results.iter().map(|result| result.0).sum();
    let mut wrong: Vec<String> = results.into_iter().flat_map(|result| result.1).collect();
    wrong.sort();
    say(&format!("compared {count} ELF files in {} paths with readelf", paths.len()));
    assert!(wrong.is_empty(), "of {count} files, {} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 0, "no ELF file found on this machine");
}
