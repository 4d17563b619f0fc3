//! What can be written in a running program, and what of it decides where code goes on: words in writable memory
//! whose value is an address of code, and how many of them lie where anybody can know.
//!
//! Every aligned word of every writable mapping is read at the end of a start. A word that happens to have such a
//! value counts too: this is an upper estimate of what an attacker who can write one word may aim at, and says nothing
//! about how likely any of it is to be reached.
//!
//! Source: proc(5), `/proc/PID/mem`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::Result;

use super::maps::{Mapping, Snapshot, untaken};
use super::{Around, Found, NOT_APPLICABLE, NOT_AVAILABLE, Subject, Told};
use crate::interrupt;
use crate::sys::traced;

/// Starts: what lies at the same address in all of them is taken for known.
const STARTS: usize = 5;
/// Memory is read in pieces of this size.
const PIECE: u64 = 1 << 20;
const PAGE: usize = 4096;

/// What one start shows.
struct Seen {
    /// Words that point into code, by the kind of mapping that they are in, with their addresses.
    words: BTreeMap<&'static str, BTreeSet<u64>>,
    /// Bytes that can be written, by kind of mapping.
    writable: BTreeMap<&'static str, u64>,
    /// Bytes that can be written and executed.
    both: u64,
}

pub(super) fn probe(subject: &Subject, _: &Around<'_>) -> Result<Told> {
    if !traced::is_known() {
        return Ok(Told::nothing(NOT_AVAILABLE, "programs of this processor cannot be traced"));
    }
    let mut seen = Vec::new();
    for _ in 0..STARTS {
        interrupt::check()?;
        match Snapshot::take(subject, &[]).and_then(|snapshot| look(&snapshot)) {
            Ok(one) => seen.push(one),
            Err(error) => {
                let (word, why) = untaken(&error, &[]);
                return Ok(Told::nothing(word, why));
            }
        }
    }
    let mut told = Told::default();
    told.found.push(Found::count("starts", seen.len()));
    summary(&mut told, &seen);
    of_file(&mut told, subject);
    Ok(told)
}

fn look(snapshot: &Snapshot) -> io::Result<Seen> {
    let program = &snapshot.program;
    let memory = File::open(format!("/proc/{}/mem", snapshot.process()))?;
    let code: Vec<&Mapping> = snapshot
        .mappings
        .iter()
        .filter(|mapping| mapping.execute && !mapping.name.starts_with("[vsyscall"))
        .collect();
    let mut seen = Seen { words: BTreeMap::new(), writable: BTreeMap::new(), both: 0 };
    let mut piece = vec![0; usize::try_from(PIECE).unwrap_or(PAGE)];
    for mapping in snapshot.mappings.iter().filter(|mapping| mapping.write) {
        let kind = kind(mapping, program);
        *seen.writable.entry(kind).or_default() += mapping.size();
        if mapping.execute {
            seen.both += mapping.size();
        }
        let words = seen.words.entry(kind).or_default();
        let mut at = mapping.start;
        while at < mapping.end {
            let size = usize::try_from(PIECE.min(mapping.end - at)).unwrap_or(PAGE);
            let mut scan = |at: u64, bytes: &[u8]| {
                for (number, word) in bytes.as_chunks::<8>().0.iter().enumerate() {
                    let word = u64::from_ne_bytes(*word);
                    if word != 0 && code.iter().any(|mapping| mapping.holds(word)) {
                        words.insert(at + 8 * number as u64);
                    }
                }
            };
            if memory.read_exact_at(&mut piece[..size], at).is_ok() {
                scan(at, &piece[..size]);
            } else {
                // Pages that cannot be read, as those that a file no longer has, hold nothing.
                for page in (at..at + size as u64).step_by(PAGE) {
                    if memory.read_exact_at(&mut piece[..PAGE], page).is_ok() {
                        scan(page, &piece[..PAGE]);
                    }
                }
            }
            at += size as u64;
        }
    }
    // One that was killed meanwhile, its time up, has no memory any more.
    if fs::read_to_string(format!("/proc/{}/maps", snapshot.process()))?.is_empty() {
        return Err(io::Error::other("its time was up before all of it was read"));
    }
    Ok(seen)
}

/// What a writable mapping is of.
fn kind(mapping: &Mapping, program: &Path) -> &'static str {
    match mapping.name.as_str() {
        name if Path::new(name) == program => "its data",
        name if name.starts_with('/') => "data of libraries and loader",
        "[heap]" => "brk heap",
        name if name.starts_with("[stack") => "main stack",
        _ => "anonymous memory",
    }
}

fn summary(told: &mut Told, seen: &[Seen]) {
    let kinds: BTreeSet<&str> = seen.iter().flat_map(|one| one.writable.keys().copied()).collect();
    // The median start stands for all: how many there are in a heap differs from start to start.
    let median = |of: &dyn Fn(&Seen) -> u64| {
        let mut all: Vec<u64> = seen.iter().map(of).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or_default() as f64
    };
    let empty = BTreeSet::new();
    let mut known_of_all = 0;
    for kind in kinds {
        let words = |one: &Seen| one.words.get(kind).unwrap_or(&empty).clone();
        let mut known: BTreeSet<u64> = seen.first().map(words).unwrap_or_default();
        for one in seen {
            known.retain(|address| one.words.get(kind).is_some_and(|words| words.contains(address)));
        }
        known_of_all += known.len();
        told.found.push(Found::number(
            format!("writable: {kind}"),
            "bytes",
            median(&|one| one.writable.get(kind).copied().unwrap_or(0)),
        ));
        told.found.push(Found::number(
            format!("words that point to code: {kind}"),
            "count",
            median(&|one| one.words.get(kind).map_or(0, |words| words.len() as u64)),
        ));
        told.found
            .push(Found::count(format!("words that point to code at known addresses: {kind}"), known.len()));
    }
    told.found.push(Found::number("writable", "bytes", median(&|one| one.writable.values().sum())));
    told.found.push(Found::number(
        "words that point to code",
        "count",
        median(&|one| one.words.values().map(|words| words.len() as u64).sum()),
    ));
    told.found.push(Found::count("words that point to code at known addresses", known_of_all));
    told.found.push(Found::number("writable and executable", "bytes", median(&|one| one.both)));
}

/// What the file says: bytes that can be written until it is relocated, and afterwards.
fn of_file(told: &mut Told, subject: &Subject) {
    let memory = &subject.facts.memory;
    let by_kind: BTreeMap<&str, u64> = memory.by_kind().into_iter().collect();
    let bytes = |kind: &str| by_kind.get(kind).copied().unwrap_or_default();
    let after = bytes("writable") + bytes("bss");
    told.found.push(Found::number("writable of the file after relocation", "bytes", after as f64));
    let key = "writable of the file before relocation";
    if subject.facts.relocations.total == 0 {
        told.lack(key, NOT_APPLICABLE, "nothing of it is relocated");
    } else {
        told.found.push(Found::number(key, "bytes", (after + bytes("relro")) as f64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(at: u64) -> Seen {
        let words =
            [("its data", BTreeSet::from([at, at + 8])), ("main stack", BTreeSet::from([0x7f00_0000 + at]))];
        Seen { words: words.into(), writable: [("its data", 4096), ("main stack", 8192)].into(), both: 0 }
    }

    fn number(told: &Told, key: &str) -> Option<f64> {
        told.found.iter().find(|found| found.key == key).and_then(|found| found.number)
    }

    #[test]
    fn known_is_what_never_moves() {
        for (moves, known) in [(0, 3.0), (4096, 0.0)] {
            let mut told = Told::default();
            summary(&mut told, &(0..3).map(|number| seen(0x50_0000 + number * moves)).collect::<Vec<_>>());
            assert_eq!(number(&told, "words that point to code"), Some(3.0));
            assert_eq!(number(&told, "words that point to code at known addresses"), Some(known));
        }
    }

    #[test]
    fn a_program_has_return_addresses_on_its_stack() {
        let Some(subject) = super::super::tests::subject("/bin/true", &[]) else { return };
        let told = super::super::tests::asked(&subject, probe);
        if let Some(lacking) = told.lacking.iter().find(|lacking| lacking.key.is_empty()) {
            return crate::ui::say(&format!("SKIPPED: {}", lacking.why));
        }
        assert!(number(&told, "words that point to code: main stack") > Some(0.0), "{told:?}");
    }
}
