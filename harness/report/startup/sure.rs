//! How sure the numbers of a program are: quiet blocks, what ended them, groups of starts, levels of scatter.

use crate::claims::words;
use crate::claims::{CPU_PINNED, TIMES, WALL_SCHEDULED, condition_words, measure_words, quiet_blocks};
use crate::config::Program;
use crate::report::markdown::Table;
use crate::results::{EstimateRow, Index, Measure, Place};

/// A p-value of one mode below which starts are said to fall into groups: one in a hundred, as many are tested.
const TWO_MODES: f64 = 0.01;

/// What to know of a program's numbers.
pub(super) fn sentences<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Vec<String> {
    let wall = TIMES.into_iter().filter(|measure| measure.metric == WALL_SCHEDULED.metric);
    let quiet = wall.filter_map(|measure| quiet(index, program, place, measure));
    let ended = ended(index, program);
    quiet.chain(modes(index, program, place)).chain(ended).collect()
}

/// How many of the blocks were quiet, and what that means for wall time.
fn quiet<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>, measure: Measure) -> Option<String> {
    let (quiet, all) = quiet_blocks(index.run(), measure, Some(&program.name));
    let given = index
        .timed_contrasts(program)
        .any(|contrast| index.estimate(&contrast.name, &program.name, place, measure, "ratio").is_some());
    let what = words::capital(&measure_words(measure));
    let blocks = words::of(quiet, all);
    match (quiet, given) {
        _ if all == 0 => None,
        (0, _) => Some(format!("{what}: quiet blocks {blocks}. None were quiet: no wall time is given.")),
        (_, true) => Some(format!("{what}: quiet blocks {blocks}, which count.")),
        (_, false) => Some(format!(
            "{what}: quiet blocks {blocks}, over fewer copies than a number needs: no wall time is given."
        )),
    }
}

/// What ended the blocks.
fn ended<'a>(index: &Index<'a>, program: &'a Program) -> Option<String> {
    let own = || index.run().blocks.iter().filter(|block| block.program == program.name);
    let all = own().count();
    let by = |what: &str| own().filter(|block| block.length_by == what).count();
    let said = [
        (by("pilot"), "by the pilot (as long as it asked for)"),
        (by("budget"), "by the budget (shorter than that)"),
    ];
    let said: Vec<String> = said
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", words::of(number, all)))
        .collect();
    (!said.is_empty()).then(|| format!("What ended its blocks: {}.", words::list(&said)))
}

/// The variants whose starts fall into groups.
fn modes<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Option<String> {
    let mut tested = 0;
    let mut found = Vec::new();
    for variant in &index.run().info.variants {
        let row = [true, false].into_iter().find_map(|stripped| {
            let id = &index.case(&program.name, &variant.name, place, stripped)?.id;
            index.estimate(id, &program.name, place, WALL_SCHEDULED, "dip-p")
        });
        let Some(row) = row else { continue };
        tested += 1;
        if row.estimate < TWO_MODES {
            found.push(format!("{} (p = {:.3})", variant.name, row.estimate));
        }
    }
    let what = measure_words(WALL_SCHEDULED);
    match (tested, found.as_slice()) {
        (0, _) => None,
        (_, []) => Some(format!(
            "{}: the starts of no variant fall into two groups (dip test of {tested}).",
            words::capital(&what)
        )),
        _ => Some(format!(
            "{}: two modes, and a centre that stands for neither (dip test): {}.",
            words::capital(&what),
            words::list(&found)
        )),
    }
}

/// Standard deviations at each level, as percent.
pub(super) fn scatter<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Option<String> {
    let columns = [
        "contrast",
        "metric and condition",
        ">between layouts",
        ">copies",
        ">blocks of one",
        ">rounds of one",
    ];
    let mut table = Table::new(&columns);
    for contrast in index.timed_contrasts(program) {
        for measure in [CPU_PINNED, WALL_SCHEDULED] {
            for measure in [measure, measure.over_layouts()] {
                let of = |statistic| index.estimate(&contrast.name, &program.name, place, measure, statistic);
                let Some(rounds) = of("sd-rounds") else { continue };
                let cell = |row: Option<&EstimateRow>, absent: &str| {
                    row.map_or(absent.to_owned(), |row| {
                        format!("{:.2} % ({})", row.estimate * 100.0, row.units)
                    })
                };
                let blocks = cell(of("sd-blocks"), "not apart");
                table.row([
                    contrast.name.clone(),
                    format!(
                        "{}, {}",
                        measure.metric.replace("-time", " time"),
                        condition_words(measure.condition)
                    )
                    .replace("cpu", "CPU"),
                    cell(of("sd-layouts"), ""),
                    cell(of("sd-copies"), ""),
                    blocks,
                    cell(Some(rounds), ""),
                ]);
            }
        }
    }
    (!table.is_empty()).then(|| table.without_empty_columns().text())
}
