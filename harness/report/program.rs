//! One program: its facts by variant, its contrasts, and what they say in words.

use serde::Serialize;

use super::markdown::Table;
use super::sizes;
use crate::claims::words::{self, TimeUnit};
use crate::claims::{CPU_PINNED, Effect, Floor, Seen, TIMES, WALL_SCHEDULED, behind, measure_words};
use crate::config::{Contrast, Program};
use crate::results::{EstimateRow, Index, Measure, Place, Status};

/// What is said of a program on one toolchain and target.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) heading: Option<String>,
    pub(super) sizes: String,
    /// Variants whose artifacts are the same to the byte.
    pub(super) identical: Vec<String>,
    pub(super) went: Option<sizes::Went>,
    pub(super) facts: String,
    pub(super) state: &'static str,
    pub(super) costs: Vec<String>,
    pub(super) plots: Vec<super::Picture>,
    pub(super) tables: Vec<Timing>,
    pub(super) faults: Option<String>,
    pub(super) not_timed: Option<String>,
}

/// The contrasts of a program in one metric and condition.
#[derive(Debug, Serialize)]
pub(super) struct Timing {
    title: String,
    table: String,
    unit: &'static str,
    behind: String,
    floor: String,
    none: Vec<String>,
}

const FAULTS: Measure = Measure::new("minor-faults", "pinned");

pub(super) fn part<'a>(
    index: &Index<'a>,
    program: &'a Program,
    place: Place<'_>,
    plots: Vec<super::Picture>,
) -> Part {
    let stripped = is_timed_stripped(index, program, place);
    let timed: Vec<&str> = index.timed_contrasts(program).map(|contrast| contrast.name.as_str()).collect();
    let names = index.contrasts_of(program).map(|contrast| contrast.name.as_str());
    let left_out: Vec<&str> = names.filter(|name| !timed.contains(name)).collect();
    Part {
        heading: (index.places_of(program.source.language()).len() > 1)
            .then(|| format!("{}, {}", place.toolchain, place.target)),
        sizes: sizes::table(index, program, place),
        identical: sizes::identical(index, program, place),
        went: sizes::went(index, program, place),
        facts: facts(index, program, place),
        state: if stripped { "stripped" } else { "as linked" },
        costs: costs(index, program, place),
        plots,
        tables: TIMES.into_iter().filter_map(|measure| timing(index, program, place, measure)).collect(),
        faults: faults(index, program, place),
        not_timed: (!left_out.is_empty()).then(|| words::code_list(&left_out)),
    }
}

/// Whether the stripped artifacts were started.
fn is_timed_stripped<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> bool {
    index.run().info.variants.iter().any(|variant| {
        let case = index.case(&program.name, &variant.name, place, true);
        let centre = case.and_then(|row| index.estimate(&row.id, &program.name, place, TIMES[0], "centre"));
        centre.is_some()
    })
}

fn facts<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> String {
    let mut table = Table::new(&["variant", "linkage", "type", ">relocations", ">bytes", "RELRO", "binding"]);
    for variant in index.variants(program.source.language()) {
        let Some(row) = index.case(&program.name, &variant.name, place, false) else { continue };
        let name = variant.name.clone();
        if row.status != Status::Built {
            let mut cells = vec![name, row.status.word().to_owned()];
            cells.resize(7, String::new());
            table.row(cells);
            continue;
        }
        // Of what is shipped, where it is stripped.
        let id = index.artifact(&program.name, &variant.name, place, true).map_or(&row.id, |row| &row.id);
        let text = |metric| index.text(id, metric).unwrap_or("?").replace("not-applicable", "n/a");
        let number = |metric| index.number(id, metric, "").map_or("?".to_owned(), |value| value.to_string());
        let binding = match (index.text(id, "interpreter"), index.number(id, "bind-now", "")) {
            (None, _) => "n/a",
            (_, Some(1)) => "at start",
            (_, Some(_)) => "lazy",
            (_, None) => "?",
        };
        table.row([
            name,
            text("linkage"),
            text("elf-type"),
            number("relocations"),
            number("relocation-table-size"),
            text("relro"),
            binding.to_owned(),
        ]);
    }
    table.text()
}

/// What PIE costs this program: only of contrasts in which nothing else differs.
fn costs<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Vec<String> {
    let contrasts = index.contrasts_of(program).filter(|contrast| contrast.pie_only);
    let said = contrasts.filter_map(|contrast| {
        let size = |stripped| {
            let size = |variant: &str| index.artifact(&program.name, variant, place, stripped)?.size;
            Some((stripped, size(&contrast.base)?, size(&contrast.changed)?))
        };
        let size = size(true).or_else(|| size(false)).map(|(stripped, base, changed)| {
            let state = if stripped { "stripped" } else { "as linked" };
            let percent = words::percent(changed as f64 / base as f64);
            format!("{:+} bytes {state} ({percent})", i128::from(changed) - i128::from(base))
        });
        let times = [CPU_PINNED, WALL_SCHEDULED].into_iter().filter_map(|measure| {
            let effect = Effect::of(index, contrast, &program.name, place, measure)?;
            Some(format!("{}: {}", measure_words(measure), effect.phrase()))
        });
        let parts: Vec<String> = size.into_iter().chain(times).collect();
        let (what, base, changed) = (words::capital(&contrast.what), &contrast.base, &contrast.changed);
        (!parts.is_empty()).then(|| format!("{what} (`{base}` to `{changed}`): {}.", parts.join("; ")))
    });
    said.collect()
}

fn timing<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>, measure: Measure) -> Option<Timing> {
    let effects: Vec<(&Contrast, Option<Effect<'_>>)> = index
        .timed_contrasts(program)
        .map(|contrast| (contrast, Effect::of(index, contrast, &program.name, place, measure)))
        .collect();
    let measured: Vec<&Effect<'_>> = effects.iter().filter_map(|(_, effect)| effect.as_ref()).collect();
    let first = measured.first()?;
    let most = measured
        .iter()
        .filter_map(|effect| effect.difference)
        .fold(0.0_f64, |most, row| most.max(row.estimate.abs()));
    let unit = if most < 1.0 { TimeUnit::US } else { TimeUnit::MS };
    let difference = format!(">difference, {}", unit.name);
    let mut table = Table::new(&["contrast", "", ">ratio", &difference, ">n"]);
    for (contrast, effect) in &effects {
        let name = contrast.name.clone();
        table.row(match effect {
            None => [name, "?".to_owned(), "not measured".to_owned(), String::new(), String::new()],
            Some(effect) => [
                name,
                effect.seen.sign().to_owned(),
                words::ratio_interval(effect.ratio),
                effect.difference.map_or(String::new(), |row| words::time_more_interval(row, unit)),
                format!("{}/{}", effect.ratio.units, effect.ratio.starts),
            ],
        });
    }
    let none = measured
        .iter()
        .filter(|effect| {
            matches!(effect.seen, Seen::NoDifference | Seen::WithinNoise) && !effect.contrast.control
        })
        .map(|effect| format!("{} ({})", effect.contrast.name, effect.not_excluded()))
        .collect();
    Some(Timing {
        title: words::capital(&measure_words(measure)),
        table: table.text(),
        unit: unit.name,
        behind: format!("{:.0} % t intervals; {}", first.ratio.confidence * 100.0, {
            behind(measured.iter().map(|effect| effect.ratio))
        }),
        floor: Floor::of(index, &program.name, place, measure)
            .map_or("was not measured".to_owned(), |floor| format!("is {}", floor.words())),
        none,
    })
}

/// Minor page faults: counts, so that only differences are shown.
fn faults<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Option<String> {
    let mut table = Table::new(&["contrast", ">minor faults", ">n"]);
    for contrast in index.timed_contrasts(program) {
        let row = index.estimate(&contrast.name, &program.name, place, FAULTS, "difference");
        let Some(row) = row else { continue };
        let number = |value: f64| if value.abs() < 0.05 { "0.0".to_owned() } else { format!("{value:+.1}") };
        table.row([contrast.name.clone(), interval(row, number), format!("{}/{}", row.units, row.starts)]);
    }
    (!table.is_empty()).then(|| table.text())
}

fn interval(row: &EstimateRow, number: impl Fn(f64) -> String) -> String {
    match (row.low, row.high) {
        (Some(low), Some(high)) => format!("{} [{}, {}]", number(row.estimate), number(low), number(high)),
        _ => format!("{} (no interval)", number(row.estimate)),
    }
}
