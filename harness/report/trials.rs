//! Builds that were tried flag by flag, and without a C compiler: a table an experiment and program.

use serde::Serialize;

use super::markdown::Table;
use crate::claims::words;
use crate::results::{Index, Status, TrialRow};

/// The experiments, with what their tables show.
const EXPERIMENTS: [(&str, &str); 7] = [
    ("on-alone", "each flag of a whole set on alone over plain `go build`"),
    ("off-alone", "each flag off alone from the whole set"),
    ("cross", "build mode, link mode and cgo, each with each"),
    (
        "loader",
        "PIE by either linker, with the path of the loader left to it, and pinned to one that no system has",
    ),
    (
        OTHER_HOST,
        "`CGO_ENABLED=0 -buildmode=pie`, the path of the loader left to Go's linker, on machines with other loaders",
    ),
    ("no-c", "the same where no C compiler can be found"),
    ("bogus-c", "the same where `CC` is no compiler"),
];

/// What differs there is no flag.
const OTHER_HOST: &str = "other-host";

/// A table.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    title: String,
    table: String,
}

pub(super) fn parts(index: &Index<'_>) -> Vec<Part> {
    let all = &index.run().trials;
    let mut programs: Vec<&str> = Vec::new();
    for row in all {
        if !programs.contains(&row.program.as_str()) {
            programs.push(&row.program);
        }
    }
    let mut parts = Vec::new();
    for (experiment, what) in EXPERIMENTS {
        for program in &programs {
            let rows: Vec<&TrialRow> =
                all.iter().filter(|row| row.experiment == experiment && row.program == *program).collect();
            if let Some(first) = rows.first() {
                let title = format!("{program}, {}, {}: {what}", first.toolchain, first.target);
                parts.push(Part { title, table: table(&rows) });
            }
        }
    }
    parts
}

fn table(rows: &[&TrialRow]) -> String {
    let mut table = Table::new(&[
        "flag",
        "cgo came to",
        "cgo runtime",
        "linkage",
        "loader",
        "libraries",
        "relocations",
        "size",
        "RELRO",
        "bound at start",
        "a start",
    ]);
    let yes = |has: Option<bool>| has.map_or("", |has| if has { "yes" } else { "no" }).to_owned();
    for row in rows {
        let change = match row.change.as_str() {
            "" => "(none)".to_owned(),
            words if row.experiment == OTHER_HOST => words.to_owned(),
            flag => format!("`{flag}`"),
        };
        if row.status != Status::Built {
            let said = row.reason.lines().next().unwrap_or_default();
            let said = format!("{}: {said}", row.status.word());
            table.row([change, said].into_iter().chain(std::iter::repeat_n(String::new(), 9)));
            continue;
        }
        table.row([
            change,
            row.cgo_enabled.clone(),
            yes(row.cgo_runtime),
            row.linkage.clone(),
            if row.interpreter.is_empty() { "none".to_owned() } else { format!("`{}`", row.interpreter) },
            if row.needed.is_empty() { "none".to_owned() } else { row.needed.clone() },
            row.relocations.map_or_else(String::new, |count| count.to_string()),
            row.size.map_or_else(String::new, words::bytes),
            row.relro.replace("not-applicable", "n/a"),
            yes(row.bind_now),
            start(row),
        ]);
    }
    table.text()
}

/// What a start costs beside the one that the others are set beside.
fn start(row: &TrialRow) -> String {
    match (row.start, row.start_low, row.start_high) {
        (Some(ratio), Some(low), Some(high)) => {
            format!("{} [{}, {}]", words::ratio(ratio), words::ratio(low), words::ratio(high))
        }
        _ => String::new(),
    }
}
