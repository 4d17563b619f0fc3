//! Two files against each other: what their facts tell, and by section and Go package.

use std::collections::HashMap;

use serde::Serialize;

use super::{Change, Difference, changes};
use crate::elf::{self, ElfError, Facts, PackageSize};
use crate::results::facts::rows;

/// A section, or what lies outside of sections in brackets, on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SectionChange {
    /// Its bytes in the files.
    #[serde(flatten)]
    pub size: Change,
    /// Whether both sides have it with the same bytes; `None` for what is no section.
    pub same_bytes: Option<bool>,
}

/// Where two files differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDifference {
    /// Whether the files are the same to the byte.
    pub identical: bool,
    /// What their facts tell.
    #[serde(flatten)]
    pub difference: Difference,
    /// Bytes of the files by section.
    pub sections: Vec<SectionChange>,
    /// Bytes of the files by Go package and, in brackets, by meaning of what belongs to none; `None` unless one
    /// of them at least is a Go program whose functions are known.
    pub packages: Option<Vec<Change>>,
    /// Whether symbols tell of packages beside the pc-line tables: only where both files have them, since what
    /// they tell, mostly of data, cannot be told of a stripped file.
    pub packages_by_symbols: bool,
}

/// One of two files.
#[derive(Debug)]
pub struct Side<'b> {
    bytes: &'b [u8],
    facts: Facts,
}

impl<'b> Side<'b> {
    /// Reads a side from the bytes of its file.
    pub fn read(bytes: &'b [u8]) -> Result<Self, ElfError> {
        Ok(Self { bytes, facts: elf::read(bytes)? })
    }

    /// Bytes by package and whether there are any: by meaning alone where it is no Go program.
    fn packages(&self, by_symbols: bool) -> Result<(Vec<(String, u64)>, bool), ElfError> {
        let packages = if by_symbols {
            elf::by_package(self.bytes)?
        } else {
            elf::by_package_without_symbols(self.bytes)?
        };
        let is_go = packages.is_some();
        let none = || vec![PackageSize { package: None, sizes: self.facts.size_by_meaning() }];
        let named = packages.unwrap_or_else(none).into_iter().flat_map(named);
        Ok((named.filter(|size| size.1 > 0).collect(), is_go))
    }
}

/// The bytes of a package under its path; what belongs to none by meaning, in brackets.
fn named(size: PackageSize) -> Vec<(String, u64)> {
    match size.package {
        Some(path) => vec![(path, size.sizes.iter().map(|part| part.1).sum())],
        None => {
            size.sizes.into_iter().map(|(meaning, size)| (format!("[{}]", meaning.word()), size)).collect()
        }
    }
}

impl FileDifference {
    /// Where two files differ.
    pub fn of(old: &Side<'_>, new: &Side<'_>) -> Result<Self, ElfError> {
        let by_symbols = old.facts.symbols_present && new.facts.symbols_present;
        let ((before, one_is), (after, other_is)) = (old.packages(by_symbols)?, new.packages(by_symbols)?);
        Ok(Self {
            identical: old.bytes == new.bytes,
            difference: Difference::of_rows(&rows("", &old.facts), &rows("", &new.facts)),
            sections: sections(old, new),
            packages: (one_is || other_is).then(|| changes(before, after)),
            packages_by_symbols: by_symbols,
        })
    }
}

fn sections(old: &Side<'_>, new: &Side<'_>) -> Vec<SectionChange> {
    let (before, after) = (contents(old), contents(new));
    let sizes = changes(old.facts.size_by_section(), new.facts.size_by_section());
    let compared = sizes.into_iter().map(|size| {
        let same_bytes = match (before.get(&size.name), after.get(&size.name)) {
            (None, None) => None,
            (one, other) => Some(one == other),
        };
        SectionChange { size, same_bytes }
    });
    compared.collect()
}

/// The bytes of the sections by name; of several with one name, one after the other.
fn contents<'b>(side: &Side<'b>) -> HashMap<String, Vec<&'b [u8]>> {
    let mut contents: HashMap<String, Vec<&[u8]>> = HashMap::new();
    for section in side.facts.sections.iter().filter(|section| section.kind != "NOBITS") {
        let start = usize::try_from(section.offset).ok();
        let end = usize::try_from(section.offset.saturating_add(section.size)).ok();
        let bytes = start.zip(end).and_then(|(start, end)| side.bytes.get(start..end)).unwrap_or_default();
        contents.entry(section.name.clone()).or_default().push(bytes);
    }
    contents
}
