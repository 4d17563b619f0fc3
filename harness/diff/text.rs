//! A difference as text for people: what is not the same, most changed first.

use std::fmt::{self, Display, Write as _};

use super::{Change, FileDifference};
use crate::claims::words;

/// How many rows of sections and of packages are shown.
const SHOWN: usize = 20;

impl FileDifference {
    /// The text; `all` shows every row that is not the same on both sides, else the most changed ones.
    pub fn text(&self, all: bool) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text, if all { usize::MAX } else { SHOWN });
        text
    }

    fn write(&self, out: &mut String, shown: usize) -> fmt::Result {
        let difference = &self.difference;
        if self.identical {
            return writeln!(out, "The files are the same to the byte: {} bytes.", difference.file_size.new);
        }
        let whole = &difference.file_size;
        table(out, "bytes by what they are for", &difference.meanings, Some(whole), usize::MAX)?;
        let sections: Vec<Change> = self.sections.iter().map(|section| section.size.clone()).collect();
        table(out, "bytes by section", &by_difference(&sections), Some(whole), shown)?;
        let same_size = self.sections.iter().filter(|section| {
            section.size.difference() == 0 && section.same_bytes == Some(false) && section.size.new > 0
        });
        let same_size: Vec<&str> = same_size.map(|section| section.size.name.as_str()).collect();
        if !same_size.is_empty() {
            writeln!(out, "of one size, but not the same bytes: {}\n", same_size.join(", "))?;
        }
        if let Some(packages) = &self.packages {
            table(out, "bytes by Go package", &by_difference(packages), Some(whole), shown)?;
            if !self.packages_by_symbols {
                writeln!(out, "(by pc-line tables alone: only symbols would tell of data)\n")?;
            }
        }
        let relocations = &difference.relocations;
        table(out, "relocations", &difference.relocation_types, Some(relocations), usize::MAX)?;
        table(out, "bytes of the loaded image", &difference.memory, None, usize::MAX)?;
        if !difference.facts.is_empty() {
            let name = widest(difference.facts.iter().map(|fact| &fact.name));
            let old = widest(difference.facts.iter().map(|fact| shown_text(&fact.old)));
            writeln!(out, "facts")?;
            for fact in &difference.facts {
                let (before, after) = (shown_text(&fact.old), shown_text(&fact.new));
                writeln!(out, "  {:name$}  {before:old$}  ->  {after}", fact.name)?;
            }
        }
        Ok(())
    }
}

fn shown_text(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// The most changed first.
pub(super) fn by_difference(changes: &[Change]) -> Vec<Change> {
    let mut sorted = changes.to_vec();
    sorted.sort_by_key(|change| std::cmp::Reverse(change.difference().unsigned_abs()));
    sorted
}

/// The rows that differ, what else there is in one row, and the total; nothing where no row has anything.
fn table(
    out: &mut String,
    title: &str,
    changes: &[Change],
    total: Option<&Change>,
    shown: usize,
) -> fmt::Result {
    let (differing, same): (Vec<&Change>, Vec<&Change>) =
        changes.iter().partition(|change| change.difference() != 0);
    if differing.is_empty() && total.is_none_or(|total| total.old == 0 && total.new == 0) {
        return Ok(());
    }
    let mut rows: Vec<Change> = differing.iter().take(shown).map(|change| (*change).clone()).collect();
    let mut add = |name: String, rest: &[&Change]| {
        if !rest.is_empty() {
            let sum = |of: fn(&Change) -> u64| rest.iter().map(|change| of(change)).sum();
            rows.push(Change { name, old: sum(|change| change.old), new: sum(|change| change.new) });
        }
    };
    let more = differing.get(shown..).unwrap_or_default();
    add(format!("({} more that differ)", more.len()), more);
    add(format!("({} the same)", same.len()), &same);
    rows.extend(total.map(|total| Change { name: "total".to_owned(), ..total.clone() }));

    let name = widest(rows.iter().map(|row| &row.name)).max(title.len());
    let number = |of: fn(&Change) -> u64| widest(rows.iter().map(of));
    let (old, new) = (number(|row| row.old).max(3), number(|row| row.new).max(3));
    let difference = widest(rows.iter().map(|row| format!("{:+}", row.difference()))).max(10);
    writeln!(out, "{title:name$}    {:>old$}  {:>new$}  {:>difference$}", "old", "new", "difference")?;
    for row in rows {
        let (before, after, more) = (row.old, row.new, row.difference());
        let percent = percent(&row);
        let line =
            format!("  {:name$}  {before:old$}  {after:new$}  {more:>+difference$}  {percent}", row.name);
        writeln!(out, "{}", line.trim_end())?;
    }
    out.write_char('\n')
}

fn percent(change: &Change) -> String {
    if change.old == 0 || change.old == change.new {
        return String::new();
    }
    words::percent(change.new as f64 / change.old as f64)
}

fn widest(texts: impl IntoIterator<Item = impl Display>) -> usize {
    texts.into_iter().map(|text| text.to_string().chars().count()).max().unwrap_or_default()
}
