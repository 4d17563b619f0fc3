//! One program: its facts by variant, its contrasts, and what they say in words.

use serde::Serialize;

use super::markdown::Table;
use super::sizes;
use super::startup::Startup;
use crate::claims::words;
use crate::claims::{CPU_PINNED, Effect, TIMES, WALL_SCHEDULED, measure_words};
use crate::config::{Program, RunKind};
use crate::results::{Index, Place, Status};

/// What is said of a program on one toolchain and target.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) sizes: String,
    /// Variants whose artifacts are the same to the byte.
    pub(super) identical: Vec<String>,
    pub(super) went: Option<sizes::Went>,
    pub(super) facts: String,
    pub(super) state: &'static str,
    pub(super) costs: Vec<String>,
    pub(super) plots: Vec<super::Picture>,
    pub(super) startup: Option<Startup>,
    pub(super) not_timed: Option<String>,
}

pub(super) fn part<'a>(
    index: &Index<'a>,
    program: &'a Program,
    place: Place<'_>,
    plots: Vec<super::Picture>,
    startup: Option<Startup>,
) -> Part {
    let stripped = is_timed_stripped(index, program, place);
    let timed: Vec<&str> = index.timed_contrasts(program).map(|contrast| contrast.name.as_str()).collect();
    let names = index.contrasts_of(program).map(|contrast| contrast.name.as_str());
    let left_out: Vec<&str> = names.filter(|name| !timed.contains(name)).collect();
    Part {
        sizes: sizes::table(index, program, place),
        identical: sizes::identical(index, program, place),
        went: sizes::went(index, program, place),
        facts: facts(index, program, place),
        state: if stripped { "stripped" } else { "as linked" },
        costs: costs(index, program, place),
        plots,
        startup,
        not_timed: (!left_out.is_empty()).then(|| not_timed(index.run().info.kind, &left_out)),
    }
}

/// What this kind of run does not time of a program, and what does.
fn not_timed(kind: RunKind, left_out: &[&str]) -> String {
    let names = words::code_list(left_out);
    let who = match kind {
        RunKind::Full => "Naming a variant (`--variants`) has its total timed",
        RunKind::Quick | RunKind::Default => "A full run times them all",
    };
    format!("Not timed for this program in this kind of run: {names}. {who}.")
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
        table.row([
            name,
            text("linkage"),
            text("elf-type"),
            number("relocations"),
            number("relocation-table-size"),
            text("relro"),
            binding(index, id).to_owned(),
        ]);
    }
    table.text()
}

/// When the functions of an artifact are bound.
pub(super) fn binding(index: &Index<'_>, case: &str) -> &'static str {
    match (index.text(case, "interpreter"), index.number(case, "bind-now", "")) {
        (None, _) => "n/a",
        (_, Some(1)) => "at start",
        (_, Some(_)) => "lazy",
        (_, None) => "?",
    }
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
            let decides = contrast.primary && measure == CPU_PINNED;
            let aside = if decides { "" } else { " (exploratory)" };
            Some(format!("{}{aside}: {}", measure_words(measure), effect.phrase()))
        });
        let parts: Vec<String> = size.into_iter().chain(times).collect();
        let (what, base, changed) = (words::capital(&contrast.what), &contrast.base, &contrast.changed);
        (!parts.is_empty()).then(|| format!("{what} (`{base}` to `{changed}`): {}.", parts.join("; ")))
    });
    said.collect()
}
