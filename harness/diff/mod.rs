//! Where the bytes and relocations of two binaries differ; pure.
//!
//! The parts of each side add up to the size of its file: a difference that is told is the whole difference.
//! [`Difference`] is over rows of facts, so that a report tells it of artifacts that are not at hand;
//! [`FileDifference`] is over two files and tells also by section and by Go package. Reading the files, and
//! drawing, is left to others.
//!
//! Source: the invariant is bloaty's.

mod files;
mod text;

use std::collections::HashMap;

use serde::Serialize;

use crate::results::FactRow;

pub use files::{FileDifference, SectionChange, Side};

/// A number on both sides: bytes or relocations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What is counted.
    pub name: String,
    /// How much of it the old side has.
    pub old: u64,
    /// How much of it the new side has.
    pub new: u64,
}

impl Change {
    /// New less old.
    pub fn difference(&self) -> i128 {
        i128::from(self.new) - i128::from(self.old)
    }
}

/// A fact that is not a number to add up, as text; empty where a side does not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactChange {
    /// The metric of `facts.csv`, and its key where it has one.
    pub name: String,
    /// What the old side says.
    pub old: String,
    /// What the new side says.
    pub new: String,
}

/// Where two artifacts differ, as their facts tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The sizes of the files.
    pub file_size: Change,
    /// Bytes of the files by what they are there for, in the order of [`crate::elf::Meaning::IN_FILE`].
    pub meanings: Vec<Change>,
    /// All relocations.
    pub relocations: Change,
    /// Relocations by type.
    pub relocation_types: Vec<Change>,
    /// Bytes of the loaded images by kind.
    pub memory: Vec<Change>,
    /// What else is not the same.
    pub facts: Vec<FactChange>,
}

/// Metrics that are told as numbers.
const NUMBERS: [&str; 4] = ["file-size", "relocations", "size-by-meaning", "memory-size"];

/// Metrics that are left out: what another tells already, and ids, which differ whenever anything does.
const LEFT_OUT: [&str; 9] = [
    "section-size",
    "relative-relocations",
    "plt-relocations",
    "relr-addresses",
    "relocation-table-size",
    "relocation-source",
    "build-id",
    "go-build-id",
    "elf-class",
];

impl Difference {
    /// The difference of two artifacts from the rows of their facts.
    pub fn of_rows<'r>(
        old: impl IntoIterator<Item = &'r FactRow>,
        new: impl IntoIterator<Item = &'r FactRow>,
    ) -> Self {
        let (old, new): (Vec<_>, Vec<_>) = (old.into_iter().collect(), new.into_iter().collect());
        let numbers = |metric| {
            let of = |rows: &[&FactRow]| -> Vec<(String, u64)> {
                let rows = rows.iter().filter(|row| row.metric == metric);
                rows.map(|row| (row.key.clone(), row.number.unwrap_or_default())).collect()
            };
            changes(of(&old), of(&new))
        };
        // The row without a key is the total of those with one.
        let (total, types) = numbers("relocations").into_iter().partition(|change| change.name.is_empty());
        let single = |name: &str, changes: Vec<Change>| {
            let (old, new) = changes.first().map_or((0, 0), |change| (change.old, change.new));
            Change { name: name.to_owned(), old, new }
        };
        Self {
            file_size: single("file", numbers("file-size")),
            meanings: numbers("size-by-meaning"),
            relocations: single("relocations", total),
            relocation_types: types,
            memory: numbers("memory-size"),
            facts: fact_changes(&old, &new),
        }
    }
}

fn fact_changes(old: &[&FactRow], new: &[&FactRow]) -> Vec<FactChange> {
    let told = |row: &&&FactRow| {
        let metric = row.metric.as_str();
        !NUMBERS.contains(&metric) && !LEFT_OUT.contains(&metric)
    };
    let texts = |rows: &[&FactRow]| -> Vec<(String, String)> {
        let name = |row: &FactRow| format!("{} {}", row.metric, row.key).trim_end().to_owned();
        let text = |row: &FactRow| match (row.number, row.unit.as_str()) {
            (Some(0), "bool") => "no".to_owned(),
            (Some(_), "bool") => "yes".to_owned(),
            (Some(number), _) => number.to_string(),
            (None, _) => row.text.clone(),
        };
        rows.iter().filter(told).map(|row| (name(row), text(row))).collect()
    };
    let pairs = pair(texts(old), texts(new)).into_iter();
    let pairs = pairs.map(|(name, old, new)| (name, old.unwrap_or_default(), new.unwrap_or_default()));
    pairs.filter(|(_, old, new)| old != new).map(|(name, old, new)| FactChange { name, old, new }).collect()
}

/// Numbers of both sides under each name, in the order in which the names come; a name that comes twice on a
/// side is added up.
pub fn changes(
    old: impl IntoIterator<Item = (String, u64)>,
    new: impl IntoIterator<Item = (String, u64)>,
) -> Vec<Change> {
    let mut places = HashMap::new();
    let mut changes: Vec<Change> = Vec::new();
    let sides = old.into_iter().map(|item| (item, false)).chain(new.into_iter().map(|item| (item, true)));
    for ((name, number), is_new) in sides {
        let place = *places.entry(name.clone()).or_insert_with(|| {
            changes.push(Change { name, old: 0, new: 0 });
            changes.len() - 1
        });
        let side = if is_new { &mut changes[place].new } else { &mut changes[place].old };
        *side = side.saturating_add(number);
    }
    changes
}

/// Texts of both sides under each name, in the order in which the names come.
fn pair(
    old: Vec<(String, String)>,
    new: Vec<(String, String)>,
) -> Vec<(String, Option<String>, Option<String>)> {
    let mut pairs: Vec<_> = old.into_iter().map(|(name, text)| (name, Some(text), None)).collect();
    let mut places: HashMap<String, usize> =
        pairs.iter().enumerate().map(|(place, pair)| (pair.0.clone(), place)).collect();
    for (name, text) in new {
        let place = *places.entry(name.clone()).or_insert_with(|| {
            pairs.push((name, None, None));
            pairs.len() - 1
        });
        pairs[place].2 = Some(text);
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(metric: &str, key: &str, unit: &str, number: Option<u64>, text: &str) -> FactRow {
        let [case, metric, key, unit, text] = ["c", metric, key, unit, text].map(str::to_owned);
        FactRow { case, metric, key, unit, number, text }
    }

    #[test]
    fn rows_are_paired_by_name() {
        let old = [
            row("file-size", "", "bytes", Some(100), ""),
            row("size-by-meaning", "code", "bytes", Some(60), ""),
            row("size-by-meaning", "symbols", "bytes", Some(40), ""),
            row("relocations", "", "count", Some(3), ""),
            row("relocations", "R_X86_64_COPY", "count", Some(3), ""),
            row("linkage", "", "text", None, "static"),
            row("pie", "", "bool", Some(0), ""),
            row("machine", "", "text", None, "x86_64"),
            row("build-id", "", "text", None, "aa"),
        ];
        let new = [
            row("file-size", "", "bytes", Some(90), ""),
            row("size-by-meaning", "code", "bytes", Some(90), ""),
            row("relocations", "", "count", Some(5), ""),
            row("relocations", "R_X86_64_RELATIVE", "count", Some(5), ""),
            row("linkage", "", "text", None, "dynamic"),
            row("pie", "", "bool", Some(1), ""),
            row("machine", "", "text", None, "x86_64"),
            row("needed", "libc.so.6", "count", Some(1), ""),
            row("build-id", "", "text", None, "bb"),
        ];
        let difference = Difference::of_rows(&old, &new);
        let change = |name: &str, old, new| Change { name: name.to_owned(), old, new };
        assert_eq!(difference.file_size.difference(), -10);
        assert_eq!(difference.meanings, [change("code", 60, 90), change("symbols", 40, 0)]);
        let sum: i128 = difference.meanings.iter().map(Change::difference).sum();
        assert_eq!(sum, difference.file_size.difference(), "the parts are the whole");
        assert_eq!(difference.relocations, change("relocations", 3, 5));
        let types = [change("R_X86_64_COPY", 3, 0), change("R_X86_64_RELATIVE", 0, 5)];
        assert_eq!(difference.relocation_types, types);
        let facts: Vec<_> =
            difference.facts.iter().map(|fact| (&*fact.name, &*fact.old, &*fact.new)).collect();
        assert_eq!(
            facts,
            [("linkage", "static", "dynamic"), ("pie", "no", "yes"), ("needed libc.so.6", "", "1")]
        );
    }

    #[test]
    fn a_name_that_comes_twice_is_added_up() {
        let item = |number| (".text".to_owned(), number);
        assert_eq!(
            changes([item(1), item(2)], [item(u64::MAX), item(1)]),
            [Change { name: ".text".to_owned(), old: 3, new: u64::MAX }]
        );
    }
}
