//! What a sweep came to: counts by what was asked of the files, and what went wrong, as they come.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use super::part::{Brief, Failure, Seen};
use super::table::{place, shown};
use super::walk::Why;
use crate::elf::LinkageKind;
use crate::hint::hints;
use crate::ui::say;

/// How many errors the summary shows again.
const SHOWN: usize = 5;

/// Counts by word, the most frequent first when shown.
#[derive(Debug, Default)]
struct Counts(BTreeMap<String, u64>);

impl Counts {
    fn add(&mut self, word: &str) {
        if let Some(count) = self.0.get_mut(word) {
            *count += 1;
        } else {
            self.0.insert(word.to_owned(), 1);
        }
    }

    fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows: Vec<_> = self.0.iter().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.1));
        let words: Vec<String> = rows.iter().map(|(word, n)| format!("{n} {}", shown(word))).collect();
        f.write_str(&words.join(", "))
    }
}

/// Counts of one set of files.
#[derive(Debug, Default)]
struct Group {
    linkage: Counts,
    pie: Counts,
    relro: Counts,
    nx: Counts,
    canary: Counts,
}

impl Group {
    fn add(&mut self, brief: &Brief) {
        self.linkage.add(brief.kind.word());
        self.pie.add(if brief.pie { "yes" } else { "no" });
        self.relro.add(brief.relro.word());
        self.nx.add(brief.nx.word());
        self.canary.add(brief.canary.word());
    }

    fn rows(&self) -> [(&'static str, &Counts); 5] {
        [
            ("linkage", &self.linkage),
            ("PIE", &self.pie),
            ("RELRO", &self.relro),
            ("NX", &self.nx),
            ("canary", &self.canary),
        ]
    }
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Tally {
    files: u64,
    elf_files: u64,
    members: u64,
    passed_over: BTreeMap<Why, u64>,
    errors: u64,
    first_errors: Vec<String>,
    hints: BTreeSet<String>,
    kinds: Counts,
    programs: Group,
    go: Group,
    go_versions: Counts,
}

impl Tally {
    /// Whether something could not be told.
    pub fn failed(&self) -> bool {
        self.errors > 0
    }

    /// Takes what was seen; tells at once what went wrong, and what to do about it the first time.
    pub(super) fn add(&mut self, seen: Seen) {
        match seen {
            Seen::File => self.files += 1,
            Seen::PassedOver(why) => *self.passed_over.entry(why).or_default() += 1,
            Seen::Elf(brief) => self.elf(&brief),
            Seen::Failed(failure) => self.failure(&failure),
        }
    }

    fn elf(&mut self, brief: &Brief) {
        *(if brief.member { &mut self.members } else { &mut self.elf_files }) += 1;
        self.kinds.add(brief.kind.word());
        if matches!(brief.kind, LinkageKind::Static | LinkageKind::StaticPie | LinkageKind::Dynamic) {
            self.programs.add(brief);
        }
        if let Some(version) = &brief.go {
            self.go.add(brief);
            self.go_versions.add(version);
        }
    }

    fn failure(&mut self, failure: &Failure) {
        let text = shown(&format!("{:#}", failure.error));
        let line = format!("{}: {text}", place(&failure.path, failure.member.as_deref()));
        say(&format!("error: {line}"));
        for hint in hints(&failure.error) {
            if self.hints.insert(hint.to_owned()) {
                say(&format!("hint: {hint}"));
            }
        }
        self.errors += 1;
        if self.first_errors.len() < SHOWN {
            self.first_errors.push(line);
        }
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "files read: {}, of them ELF: {}", self.files, self.elf_files)?;
        if self.members > 0 {
            write!(f, "; ELF members of archives: {}", self.members)?;
        }
        let passed_over: u64 = self.passed_over.values().sum();
        if passed_over > 0 {
            let why = self.passed_over.iter().map(|(why, n)| format!("{} {n}", why.words()));
            write!(f, "\npassed over: {passed_over} ({})", why.collect::<Vec<_>>().join(", "))?;
        }
        if !self.kinds.0.is_empty() {
            write!(f, "\nELF by linkage: {}", self.kinds)?;
        }
        for (name, group) in [("programs", &self.programs), ("Go binaries", &self.go)] {
            let total = group.linkage.total();
            write!(f, "\n{name}: {total}")?;
            if total == 0 {
                continue;
            }
            if name == "Go binaries" {
                write!(f, "\n  {:8} {}", "version", self.go_versions)?;
            }
            for (what, counts) in group.rows() {
                write!(f, "\n  {what:8} {counts}")?;
            }
        }
        if self.errors > 0 {
            write!(f, "\nerrors: {}", self.errors)?;
            self.first_errors.iter().try_for_each(|line| write!(f, "\n  {line}"))?;
            let more = self.errors - self.first_errors.len() as u64;
            if more > 0 {
                write!(f, "\n  and {more} more")?;
            }
        }
        Ok(())
    }
}
