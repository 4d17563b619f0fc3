//! What programs hold while they wait: contrast by contrast, and what a further process of the same file costs.

use serde::Serialize;

use super::Picture;
use super::markdown::Table;
use crate::claims::{ANONYMOUS, FURTHER, FURTHER_TABLES, Growth, PAGE_TABLES, words};
use crate::config::{Contrast, Program};
use crate::results::{Index, MemoryRow, OK, Place};

/// The section about memory.
#[derive(Debug, Serialize)]
pub(super) struct Memory {
    pub(super) plots: Vec<Picture>,
    /// What it means, a sentence a program.
    pub(super) means: Vec<String>,
    /// A table a contrast in which PIE alone or a whole set differs, then one of all others.
    pub(super) tables: Vec<Titled>,
    pub(super) further: Option<String>,
    /// How many processes at once at most.
    pub(super) most: u32,
    pub(super) failures: Vec<String>,
    pub(super) huge: Option<String>,
}

/// A table with what it is of.
#[derive(Debug, Serialize)]
pub(super) struct Titled {
    title: String,
    table: String,
}

/// A contrast in one program.
struct Row<'a> {
    program: String,
    alone: Growth<'a>,
    tables: Option<Growth<'a>>,
}

/// None where no memory was measured.
pub(super) fn part(index: &Index<'_>, plots: Vec<Picture>) -> Option<Memory> {
    let all = &index.run().memory;
    if all.is_empty() {
        return None;
    }
    let huge = all.iter().filter(|row| row.metric == "anonymous-huge").count();
    Some(Memory {
        plots,
        means: means(index),
        tables: tables(index),
        further: further(index),
        most: all.iter().filter(|row| row.status == OK).map(|row| row.copies_at_once).max().unwrap_or(1),
        failures: failures(all),
        huge: (huge > 0).then(|| words::of(huge, all.iter().filter(|row| row.metric == "anonymous").count())),
    })
}

/// Every program with its places, and what it is called where there are several.
fn subjects<'a>(index: &Index<'a>) -> Vec<(&'a Program, Place<'a>, String)> {
    let mut all = Vec::new();
    for program in &index.run().info.programs {
        let places = index.places_of(program.source.language());
        for place in &places {
            let name = match places.len() {
                1 => program.name.clone(),
                _ => format!("{}, {}, {}", program.name, place.toolchain, place.target),
            };
            all.push((program, *place, name));
        }
    }
    all
}

/// A row a program in which the contrast was measured.
fn rows<'a>(index: &Index<'a>, contrast: &'a Contrast) -> Vec<Row<'a>> {
    let row = |(program, place, name): (&'a Program, Place<'a>, String)| {
        let growth = |measure| Growth::of(index, contrast, &program.name, place, measure);
        Some(Row { program: name, alone: growth(ANONYMOUS)?, tables: growth(PAGE_TABLES) })
    };
    subjects(index).into_iter().filter_map(row).collect()
}

fn tables(index: &Index<'_>) -> Vec<Titled> {
    let (first, rest): (Vec<&Contrast>, Vec<&Contrast>) =
        index.run().info.contrasts.iter().partition(|contrast| contrast.pie_only || contrast.primary);
    let mut tables = Vec::new();
    for contrast in first {
        let mut table = Table::new(&HEAD[1..]);
        rows(index, contrast).iter().for_each(|row| table.row(cells(row)));
        if !table.is_empty() {
            let what = words::capital(&contrast.what);
            let title = format!("{what} (`{}` to `{}`)", contrast.base, contrast.changed);
            tables.push(Titled { title, table: table.text() });
        }
    }
    let mut table = Table::new(&HEAD);
    for contrast in rest {
        for row in rows(index, contrast) {
            table.row([contrast.name.clone()].into_iter().chain(cells(&row)));
        }
    }
    if !table.is_empty() {
        tables.push(Titled { title: "All other contrasts".to_owned(), table: table.text() });
    }
    tables
}

const HEAD: [&str; 8] =
    ["contrast", "program", "", ">anonymous, kB", ">ratio", ">noise floor, kB", ">page tables, kB", ">n"];

fn cells(row: &Row<'_>) -> Vec<String> {
    let Row { program, alone, tables } = row;
    vec![
        program.clone(),
        alone.seen.sign().to_owned(),
        words::kilobytes_interval(alone.difference),
        alone.ratio.map_or(String::new(), words::ratio_interval),
        alone.floor.map_or(String::new(), |floor| format!("{:.1}", floor / 1e3)),
        tables.map_or(String::new(), |growth| words::kilobytes_interval(growth.difference)),
        format!("{}/{}", alone.difference.units, alone.difference.starts),
    ]
}

fn further(index: &Index<'_>) -> Option<String> {
    let mut table = Table::new(&[
        "program",
        "contrast",
        "",
        ">proportional, kB",
        ">ratio",
        ">noise floor, kB",
        ">page tables, kB",
        ">n",
    ]);
    for (program, place, name) in subjects(index) {
        for contrast in index.contrasts_of(program) {
            let growth = |measure| Growth::of(index, contrast, &program.name, place, measure);
            let Some(alone) = growth(FURTHER) else { continue };
            let row = Row { program: name.clone(), alone, tables: growth(FURTHER_TABLES) };
            let mut cells = cells(&row);
            cells.insert(1, contrast.name.clone());
            table.row(cells);
        }
    }
    (!table.is_empty()).then(|| table.text())
}

/// What PIE alone makes a further process cost, program by program.
fn means(index: &Index<'_>) -> Vec<String> {
    let mut said = Vec::new();
    for (program, place, name) in subjects(index) {
        for contrast in index.contrasts_of(program).filter(|contrast| contrast.pie_only) {
            let Some(further) = Growth::of(index, contrast, &program.name, place, FURTHER) else { continue };
            let tables = Growth::of(index, contrast, &program.name, place, FURTHER_TABLES);
            let tables = tables.map_or(String::new(), |growth| format!("; page tables {}", growth.phrase()));
            said.push(format!(
                "A further process of {name} as `{}` costs, against `{}`: {}{tables}",
                contrast.changed,
                contrast.base,
                further.phrase()
            ));
        }
    }
    said
}

/// What was not measured, alike ones together.
fn failures(all: &[MemoryRow]) -> Vec<String> {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for row in all.iter().filter(|row| row.status != OK) {
        let at_once =
            if row.copies_at_once > 1 { format!(" ({} at once)", row.copies_at_once) } else { String::new() };
        let case = format!("`{}`{at_once}", row.case);
        match groups.iter_mut().find(|(reason, _)| *reason == row.reason) {
            Some((_, cases)) if cases.contains(&case) => {}
            Some((_, cases)) => cases.push(case),
            None => groups.push((&row.reason, vec![case])),
        }
    }
    groups.into_iter().map(|(reason, cases)| format!("{}: {reason}", words::list(&cases))).collect()
}
