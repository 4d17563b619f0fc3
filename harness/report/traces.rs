//! What happens in a start, as traced starts told it: medians, described and compared with nothing.

use std::collections::BTreeMap;

use serde::Serialize;

use super::markdown::Table;
use crate::claims::words;
use crate::results::{ArtifactRow, Index, OK, TraceRow};
use crate::stats::median;

/// How many packages of a case are named.
const LARGEST: usize = 3;

/// The section about traced starts.
#[derive(Debug, Serialize)]
pub(super) struct Traces {
    /// Traced starts of each case, at most.
    starts: usize,
    tables: Vec<Titled>,
    counters: Option<String>,
    /// The packages that take longest, a sentence a program.
    inits: Vec<String>,
    /// What told nothing, alike ones together.
    nothing: Vec<String>,
}

/// A table of one program.
#[derive(Debug, Serialize)]
struct Titled {
    title: String,
    table: String,
}

/// The values of one case, by what they are of.
#[derive(Debug, Default)]
struct Case<'a> {
    values: BTreeMap<(&'a str, &'a str, &'a str), Vec<f64>>,
}

impl<'a> Case<'a> {
    fn of(rows: &'a [TraceRow], artifact: &ArtifactRow) -> Self {
        let mut case = Self::default();
        for row in rows.iter().filter(|row| row.case == artifact.id && row.status == OK) {
            let key = (row.tool.as_str(), row.key.as_str(), row.unit.as_str());
            case.values.entry(key).or_default().extend(row.value);
        }
        case
    }

    fn median(&self, tool: &str, key: &str, unit: &str) -> Option<f64> {
        median(self.values.get(&(tool, key, unit))?)
    }

    fn starts(&self) -> usize {
        self.values.values().map(Vec::len).max().unwrap_or(0)
    }

    /// The share of relocating in the loader's time, whatever unit the two are in.
    fn relocating(&self) -> Option<String> {
        let cycles = |key| self.median("ld-debug", key, "cycles").filter(|cycles| *cycles > 0.0);
        let share = cycles("relocation-time")? / cycles("startup-time")?;
        Some(format!("{:.0}", share * 100.0))
    }

    fn cells(&self) -> Vec<String> {
        let time = |tool, key| self.median(tool, key, "seconds").map(microseconds);
        let count = |tool, key| self.median(tool, key, "count").map(|value| format!("{value:.0}"));
        let cells = [
            time("exec-to-entry", "entry"),
            count("exec-to-entry", "entry"),
            time("exec-to-entry", "runtime.main"),
            count("exec-to-entry", "runtime.main"),
            time("exec-to-entry", "main.main"),
            self.relocating(),
            count("ld-debug", "relative-relocations"),
            time("inittrace-sum", "clock"),
        ];
        cells.into_iter().map(Option::unwrap_or_default).collect()
    }
}

const HEAD: [&str; 9] = [
    "variant",
    ">entry, us",
    ">faults",
    ">runtime.main, us",
    ">faults",
    ">main.main, us",
    ">relocating, %",
    ">relative relocations",
    ">inits, us",
];

fn microseconds(seconds: f64) -> String {
    let value = seconds * 1e6;
    if value.abs() < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}

/// None where nothing was traced.
pub(super) fn part(index: &Index<'_>) -> Option<Traces> {
    let run = index.run();
    if run.traces.is_empty() {
        return None;
    }
    let mut part = Traces {
        starts: 0,
        tables: Vec::new(),
        counters: None,
        inits: Vec::new(),
        nothing: nothing(&run.traces),
    };
    let mut counters = Table::new(&["program", "variant", "until", "counter", ">count"]);
    for program in &run.info.programs {
        for place in index.places_of(program.source.language()) {
            let mut table = Table::new(&HEAD);
            let mut largest = None;
            let mut artifacts = run.artifacts.iter().filter(|row| {
                (row.program.as_str(), row.toolchain.as_str(), row.target.as_str())
                    == (program.name.as_str(), place.toolchain, place.target)
            });
            for artifact in artifacts.by_ref() {
                let case = Case::of(&run.traces, artifact);
                if case.values.is_empty() {
                    continue;
                }
                part.starts = part.starts.max(case.starts());
                table.row([format!("`{}`", artifact.variant)].into_iter().chain(case.cells()));
                for (tool, key, unit) in case.values.keys().filter(|(tool, ..)| *tool == "counters") {
                    let (until, event) = key.split_once('/').unwrap_or(("", key));
                    let value =
                        case.median(tool, key, unit).map_or(String::new(), |value| format!("{value:.0}"));
                    let names = [&program.name, &artifact.variant, until, event].map(str::to_owned);
                    counters.row(names.into_iter().chain([value]));
                }
                largest = largest.or_else(|| longest(&case, &artifact.variant));
            }
            if !table.is_empty() {
                let title = format!("{} on {}, {}", program.name, place.toolchain, place.target);
                part.inits.extend(largest.map(|largest| format!("{}, {largest}", program.name)));
                part.tables.push(Titled { title, table: table.without_empty_columns().text() });
            }
        }
    }
    part.counters = (!counters.is_empty()).then(|| counters.text());
    Some(part)
}

/// The packages whose inits take longest.
fn longest(case: &Case<'_>, variant: &str) -> Option<String> {
    let times = case.values.keys().filter(|(tool, _, unit)| (*tool, *unit) == ("inittrace", "seconds"));
    let mut times: Vec<(&str, f64)> =
        times.filter_map(|(tool, key, unit)| Some((*key, case.median(tool, key, unit)?))).collect();
    times.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(other.0)));
    let bytes = |package| case.median("inittrace", package, "bytes").unwrap_or(0.0);
    let named: Vec<String> = times
        .iter()
        .take(LARGEST)
        .map(|(package, time)| {
            format!("`{package}` {} us ({:.0} bytes)", microseconds(*time), bytes(package))
        })
        .collect();
    (!named.is_empty()).then(|| format!("`{variant}`: {}", words::list(&named)))
}

/// What could not be had; what does not apply is not missed.
fn nothing(rows: &[TraceRow]) -> Vec<String> {
    let mut groups: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.status != OK && row.status != "not-applicable") {
        *groups.entry((&row.tool, &row.status, &row.text)).or_default() += 1;
    }
    let said = |((tool, status, text), number): ((&str, &str, &str), usize)| {
        let word = if status == "not-available" { "not available here" } else { status };
        let cases = words::count(number as u64, "case", "cases");
        format!("`{tool}` ({cases}) {word}: {text}")
    };
    groups.into_iter().map(said).collect()
}

#[cfg(test)]
mod tests {
    use super::super::draw;
    use crate::claims::synthetic::Synthetic;
    use crate::results::{Run, TraceRow};

    fn section(run: &Run) -> String {
        let text = draw(run).expect("renders").0;
        let (_, rest) = text.split_once("## What happens in a start\n").expect("has the section");
        let section = rest.split("\n## ").next().unwrap_or_default();
        section.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn row(tool: &str, key: &str, unit: &str, value: Option<f64>) -> TraceRow {
        TraceRow {
            case: "hello/pie-internal/go1.27.3/linux-amd64/stripped".to_owned(),
            tool: tool.to_owned(),
            key: key.to_owned(),
            start: 0,
            unit: unit.to_owned(),
            value,
            status: if value.is_some() { "ok" } else { "not-available" }.to_owned(),
            text: if value.is_some() { "" } else { "no | PMU" }.to_owned(),
        }
    }

    #[test]
    fn medians_are_told_and_what_is_missing_is_said() {
        let mut run = Synthetic::default().run();
        assert!(section(&run).contains("No start was traced in this run."));
        run.traces = [100e-6, 300e-6, 123e-6]
            .map(|value| row("exec-to-entry", "entry", "seconds", Some(value)))
            .to_vec();
        run.traces.push(row("ld-debug", "startup-time", "cycles", Some(80_000.0)));
        run.traces.push(row("ld-debug", "relocation-time", "cycles", Some(20_000.0)));
        run.traces.push(row("inittrace", "a/b|c", "seconds", Some(2e-6)));
        run.traces.push(row("counters", "", "", None));
        let text = section(&run);
        assert!(text.contains("| `pie-internal` | 123 | 25 |"), "{text}");
        assert!(text.contains("`a/b|c` 2.0 us (0 bytes)"), "{text}");
        assert!(text.contains("`counters` (1 case) not available here: no | PMU."), "{text}");
        // Of nothing there is no share.
        run.traces.retain(|row| row.key != "startup-time");
        assert!(!section(&run).contains("relocating, %"));
    }
}
