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
    /// By how much what is read-only only after relocation is larger, in bytes.
    relro: Option<f64>,
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

/// Every program at home.
fn subjects<'a>(index: &Index<'a>) -> Vec<(&'a Program, Place<'a>)> {
    let at_home = |program: &'a Program| {
        let places = index.places_of(program.source.language()).into_iter();
        places.map(move |place| (program, place))
    };
    index.run().info.programs.iter().flat_map(at_home).collect()
}

/// A row a program in which the contrast was measured.
fn rows<'a>(index: &Index<'a>, contrast: &'a Contrast) -> Vec<Row<'a>> {
    let row = |(program, place): (&'a Program, Place<'a>)| {
        let growth = |measure| Growth::of(index, contrast, &program.name, place, measure);
        let relro = relro(index, contrast, &program.name, place);
        Some(Row {
            program: program.name.clone(),
            relro,
            alone: growth(ANONYMOUS)?,
            tables: growth(PAGE_TABLES),
        })
    };
    subjects(index).into_iter().filter_map(row).collect()
}

fn tables(index: &Index<'_>) -> Vec<Titled> {
    let (first, rest): (Vec<&Contrast>, Vec<&Contrast>) =
        index.run().info.contrasts.iter().partition(|contrast| contrast.pie_only || contrast.primary);
    let mut tables = Vec::new();
    for contrast in first {
        let mut table = Table::new(&HEAD[1..]);
        for row in rows(index, contrast) {
            table.row(cells(&row));
        }
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

/// How much larger the segment is that the loader writes to and then protects.
fn relro(index: &Index<'_>, contrast: &Contrast, program: &str, place: Place<'_>) -> Option<f64> {
    [true, false].into_iter().find_map(|stripped| {
        let of = |variant: &str| {
            let id = &index.artifact(program, variant, place, stripped)?.id;
            Some(index.number(id, "memory-size", "relro")? as f64)
        };
        Some(of(&contrast.changed)? - of(&contrast.base)?)
    })
}

const HEAD: [&str; 9] = [
    "contrast",
    "program",
    "",
    ">anonymous, kB",
    ">RELRO, kB",
    ">ratio",
    ">noise floor, kB",
    ">page tables, kB",
    ">n",
];

fn cells(row: &Row<'_>) -> Vec<String> {
    let Row { program, relro, alone, tables } = row;
    vec![
        program.clone(),
        alone.seen.sign().to_owned(),
        words::kilobytes_interval(alone.difference),
        relro.map_or(String::new(), words::kilobytes_more),
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
        ">RELRO, kB",
        ">ratio",
        ">noise floor, kB",
        ">page tables, kB",
        ">n",
    ]);
    for (program, place) in subjects(index) {
        for contrast in index.contrasts_of(program) {
            let growth = |measure| Growth::of(index, contrast, &program.name, place, measure);
            let Some(alone) = growth(FURTHER) else { continue };
            let relro = relro(index, contrast, &program.name, place);
            let row = Row { program: program.name.clone(), relro, alone, tables: growth(FURTHER_TABLES) };
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
    for (program, place) in subjects(index) {
        for contrast in index.contrasts_of(program).filter(|contrast| contrast.pie_only) {
            let Some(further) = Growth::of(index, contrast, &program.name, place, FURTHER) else { continue };
            let tables = Growth::of(index, contrast, &program.name, place, FURTHER_TABLES);
            let tables = tables.map_or(String::new(), |growth| format!("; page tables {}", growth.phrase()));
            said.push(format!(
                "A further process of {} as `{}` costs, against `{}`: {}{tables}",
                program.name,
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

#[cfg(test)]
mod tests {
    use super::super::{draw, markdown::fill_prose};
    use crate::claims::synthetic::Synthetic;
    use crate::results::Run;

    fn section(run: &Run) -> String {
        let text = draw(run).expect("renders").0;
        let (_, rest) = text.split_once("## Memory\n").expect("has the section");
        rest.split("\n## ").next().unwrap_or_default().to_owned()
    }

    /// The sign and the difference of a program in the first table of that contrast.
    fn first_row<'a>(section: &'a str, title: &str, program: &str) -> Vec<&'a str> {
        let (_, rest) = section.split_once(title).expect("has the table");
        let row = rest.lines().find(|line| line.starts_with(&format!("| {program} "))).expect("has the row");
        row.split('|').map(str::trim).skip(2).take(2).collect()
    }

    #[test]
    fn signs_follow_the_readings() {
        let data = Synthetic::default;
        let title = "PIE, given internal linking (`static` to";
        let usual = section(&data().run());
        assert_eq!(first_row(&usual, title, "net")[0], "+");
        let less = data().shape("pie-internal", |shape| shape.memory = 400_000).run();
        assert_eq!(first_row(&section(&less), title, "hello")[0], "-");
        let same = data().shape("pie-internal", |shape| shape.memory = 550_000).run();
        let same = section(&same);
        assert_eq!(first_row(&same, title, "hello")[0], "=");
        assert!(same.contains("A further process of hello as `pie-internal` costs"), "{same}");
        assert!(usual.contains("1, 2, 4 ... 32"), "{usual}");
    }

    #[test]
    fn what_was_not_measured_is_said() {
        let mut run = Synthetic::default().run();
        for row in run.memory.iter_mut().filter(|row| row.case.starts_with("net/static/")) {
            (row.status, row.value) = ("ended".to_owned(), None);
            row.reason = "ended with exit status 3 before it waited".to_owned();
        }
        let text = section(&run);
        let said = fill_prose(
            "- `net/static/go1.27.3/linux-amd64/stripped`: ended with exit status 3 before it waited.",
        );
        assert!(text.contains(&said), "{text}");
        run.memory.clear();
        run.estimates.retain(|row| row.metric.ends_with("time"));
        let text = section(&run);
        assert!(text.contains("Memory was not measured in this run."), "{text}");
        assert!(!text.contains("mislead"), "{text}");
    }
}
