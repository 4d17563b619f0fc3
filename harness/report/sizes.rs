//! The sizes of a program's artifacts, and where the bytes and relocations of contrasts went.

use serde::Serialize;

use super::markdown::Table;
use crate::claims::words;
use crate::config::{Contrast, Program};
use crate::diff::{Change, Difference};
use crate::elf::Meaning;
use crate::results::{Index, Place};

/// Where the bytes and relocations of some contrasts went.
#[derive(Debug, Serialize)]
pub(super) struct Went {
    /// What each column of the table compares.
    columns: Vec<String>,
    table: String,
    /// Whether a linker put Go's type data among other writable data.
    types_moved: bool,
}

/// The size of each variant, as linked and stripped.
pub(super) fn table<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> String {
    let size = |variant: &str, stripped| index.artifact(&program.name, variant, place, stripped)?.size;
    let baseline = index.baseline(program);
    let base = baseline.and_then(|name| size(name, true));
    let more = base.and(baseline).map_or(">".to_owned(), |name| format!(">over {name}"));
    let mut table = Table::new(&["variant", ">as linked", ">stripped", &more, ">"]);
    let text = |size: Option<u64>| size.map_or("-".to_owned(), |size| size.to_string());
    for variant in index.variants(program.source.language()).filter(|variant| program.is_built_as(variant)) {
        let (linked, stripped) = (size(&variant.name, false), size(&variant.name, true));
        let (difference, percent) = match (base, stripped) {
            (Some(base), Some(stripped)) if Some(variant.name.as_str()) != baseline => (
                format!("{:+}", i128::from(stripped) - i128::from(base)),
                words::percent(stripped as f64 / base as f64),
            ),
            _ => (String::new(), String::new()),
        };
        table.row([variant.name.clone(), text(linked), text(stripped), difference, percent]);
    }
    table.without_empty_columns().text()
}

/// Variants whose artifacts are the same to the byte.
pub(super) fn identical<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Vec<String> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for variant in index.variants(program.source.language()) {
        let Some(row) = index.artifact(&program.name, &variant.name, place, false) else { continue };
        match groups.iter_mut().find(|(sha256, _)| *sha256 == row.sha256) {
            Some((_, names)) => names.push(&variant.name),
            None => groups.push((&row.sha256, vec![&variant.name])),
        }
    }
    groups.iter().filter(|(_, names)| names.len() > 1).map(|(_, names)| words::code_list(names)).collect()
}

/// The contrasts of PIE alone and of whole sets in which anything went anywhere; of the sets of distributions the
/// primary one alone, since the others have a table of their own.
pub(super) fn went<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Option<Went> {
    let of_a_distribution = |contrast: &Contrast| {
        let mut sets = index.run().info.variants.iter().filter(|variant| variant.distribution.is_some());
        sets.any(|variant| variant.name == contrast.changed)
    };
    let is_shown = |contrast: &&Contrast| {
        contrast.pie_only || (contrast.total && (contrast.primary || !of_a_distribution(contrast)))
    };
    let contrasts = index.contrasts_of(program).filter(is_shown);
    let found = contrasts.filter_map(|contrast| {
        let difference = difference(index, program, place, contrast)?;
        let differs = difference.meanings.iter().any(|change| change.difference() != 0);
        differs.then_some((contrast, difference))
    });
    let found: Vec<(&Contrast, Difference)> = found.collect();
    let (_, first) = found.first()?;
    let heads: Vec<String> = found.iter().map(|(contrast, _)| format!(">{}", contrast.changed)).collect();
    let mut table =
        Table::new(&[&["bytes"], &heads.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat());
    let mut row = |name: &str, numbers: &mut dyn Iterator<Item = i128>| {
        let numbers: Vec<i128> = numbers.collect();
        if numbers.iter().any(|number| *number != 0) {
            let text = |number: &i128| if *number == 0 { "0".to_owned() } else { format!("{number:+}") };
            table.row([name.to_owned()].into_iter().chain(numbers.iter().map(text)));
        }
    };
    // Every artifact has a row of each meaning.
    for (place, meaning) in first.meanings.iter().enumerate() {
        let changes = found.iter().map(|(_, difference)| difference.meanings.get(place));
        row(&meaning.name, &mut changes.map(|change| change.map_or(0, Change::difference)));
    }
    row("the file", &mut found.iter().map(|(_, difference)| difference.file_size.difference()));
    row("relocations, count", &mut found.iter().map(|(_, difference)| difference.relocations.difference()));
    let column = |(contrast, _): &(&Contrast, _)| {
        format!("`{}` over `{}`: {}", contrast.changed, contrast.base, contrast.what)
    };
    let types_moved = found.iter().any(|(_, difference)| {
        let types = difference.meanings.iter().find(|change| change.name == Meaning::GoTypeData.word());
        types.is_some_and(|change| change.old > 0 && change.new == 0)
    });
    Some(Went { columns: found.iter().map(column).collect(), table: table.text(), types_moved })
}

/// The difference that a contrast makes: of the stripped artifacts, where there are any.
pub(super) fn difference<'a>(
    index: &Index<'a>,
    program: &'a Program,
    place: Place<'_>,
    contrast: &Contrast,
) -> Option<Difference> {
    [true, false].into_iter().find_map(|stripped| {
        let id = |variant: &str| Some(&index.artifact(&program.name, variant, place, stripped)?.id);
        let (base, changed) = (id(&contrast.base)?, id(&contrast.changed)?);
        Some(Difference::of_rows(index.all_facts(base), index.all_facts(changed)))
    })
}
