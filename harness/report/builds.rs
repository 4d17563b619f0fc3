//! What builds cost: the link step variant by variant, contrasts of it, and whole builds from an empty cache.

use std::collections::HashMap;

use serde::Serialize;

use super::markdown::Table;
use crate::claims::words::{self, TimeUnit};
use crate::config::Language;
use crate::results::{BuildRow, Index, Measure};
use crate::stats::median;

/// The section; a table that is empty was not measured.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    links: String,
    contrasts: String,
    wholes: String,
    failed: Vec<String>,
}

const LINK_CPU: Measure =
    Measure { metric: "link-cpu-time", condition: "scheduled", cache: "packages", scope: "repeats" };
const LINK_WALL: Measure = Measure { metric: "link-wall-time", ..LINK_CPU };
const LINK_PEAK: Measure = Measure { metric: "link-peak-memory", ..LINK_CPU };

pub(super) fn part(index: &Index<'_>) -> Part {
    let failed = index.run().builds.iter().filter(|row| !row.reason.is_empty());
    Part {
        links: table(index, "link"),
        contrasts: contrasts(index),
        wholes: table(index, "empty-cache"),
        failed: failed.map(|row| format!("{} of {}", row.step, row.case)).collect(),
    }
}

/// The median over repeats, and the least and the most.
fn spread(rows: &[&BuildRow], value: fn(&BuildRow) -> Option<f64>, decimals: usize) -> String {
    let values: Vec<f64> = rows.iter().copied().filter_map(value).collect();
    let ends = [f64::min, f64::max].map(|end| values.iter().copied().reduce(end));
    match (median(&values), ends) {
        (Some(middle), [Some(least), Some(most)]) => {
            format!("{middle:.decimals$} ({least:.decimals$} to {most:.decimals$})")
        }
        _ => "not measured".to_owned(),
    }
}

fn table(index: &Index<'_>, step: &str) -> String {
    let mut rows: HashMap<&str, Vec<&BuildRow>> = HashMap::new();
    for row in index.run().builds.iter().filter(|row| row.step == step) {
        rows.entry(&row.case).or_default().push(row);
    }
    let mut table =
        Table::new(&["program", "variant", ">CPU time, s", ">wall time, s", ">peak memory, MB", ">n"]);
    for place in index.places() {
        for program in index.go_programs() {
            for variant in index.variants(Language::Go) {
                let case = index.case(&program.name, &variant.name, place, false);
                let Some(own) = case.and_then(|case| rows.get(case.id.as_str())) else { continue };
                table.row([
                    program.name.clone(),
                    variant.name.clone(),
                    spread(own, |row| row.cpu_seconds, 3),
                    spread(own, |row| row.wall_seconds, 3),
                    spread(own, |row| row.peak_bytes.map(|bytes| bytes as f64 / 1e6), 1),
                    own.len().to_string(),
                ]);
            }
        }
    }
    if table.is_empty() { String::new() } else { table.text() }
}

fn contrasts(index: &Index<'_>) -> String {
    let mut table = Table::new(&[
        "program",
        "contrast",
        ">CPU time",
        ">CPU time, ms",
        ">wall time",
        ">peak memory",
        ">n",
    ]);
    for place in index.places() {
        for program in index.go_programs() {
            for contrast in index.contrasts_of(program) {
                let of = |measure, statistic| {
                    index.estimate(&contrast.name, &program.name, place, measure, statistic)
                };
                let Some(cpu) = of(LINK_CPU, "ratio") else { continue };
                let ratio = |measure| of(measure, "ratio").map_or(String::new(), words::ratio_interval);
                let more = of(LINK_CPU, "difference");
                table.row([
                    program.name.clone(),
                    contrast.name.clone(),
                    words::ratio_interval(cpu),
                    more.map_or(String::new(), |row| words::time_more_interval(row, TimeUnit::MS)),
                    ratio(LINK_WALL),
                    ratio(LINK_PEAK),
                    cpu.units.to_string(),
                ]);
            }
        }
    }
    if table.is_empty() { String::new() } else { table.text() }
}

#[cfg(test)]
mod tests {
    use crate::analyse::build_costs;
    use crate::claims::synthetic::Synthetic;
    use crate::report::tests::markdown;
    use crate::results::BuildRow;

    #[test]
    fn what_builds_cost_is_shown_with_its_contrasts() {
        let mut run = Synthetic::default().run();
        assert!(markdown(&run).contains("No build was measured in this run"));
        let row = |variant: &str, repeat: u32, cpu: Option<f64>| BuildRow {
            step: "link".to_owned(),
            case: format!("hello/{variant}/go1.27.3/linux-amd64"),
            repeat,
            position: 0,
            wall_seconds: cpu.map(|cpu| cpu * 2.0),
            cpu_seconds: cpu,
            peak_bytes: cpu.map(|_| 56_700_000),
            reason: if cpu.is_none() { "no linker".to_owned() } else { String::new() },
        };
        for repeat in 0..8 {
            run.builds.push(row("static", repeat, Some(0.2)));
            run.builds.push(row("pie-internal", repeat, Some(0.3 + 0.001 * f64::from(repeat))));
        }
        run.builds.push(row("default", 0, None));
        run.estimates.extend(build_costs(&run.builds, &run.artifacts, &run.info.contrasts));
        let text = markdown(&run);
        let (_, section) = text.split_once("## Build cost").expect("has a section");
        assert!(
            section.contains("| static       | 0.200 (0.200 to 0.200) | 0.400 (0.400 to 0.400) |"),
            "{section}"
        );
        assert!(section.contains("| pie-given-internal | 1.517 ["), "{section}");
        assert!(
            section.contains("Without numbers: link of hello/default/go1.27.3/linux-amd64."),
            "{section}"
        );
    }
}
