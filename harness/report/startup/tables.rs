//! The tables of start-up: a row a contrast.

use serde::Serialize;

use super::Titled;
use crate::claims::words::{self, TimeUnit};
use crate::claims::{
    CPU_PINNED, Effect, Floor, Seen, WALL_SCHEDULED, behind, condition_words, judged_by, measure_words,
};
use crate::config::{Contrast, Program};
use crate::report::markdown::Table;
use crate::results::{EstimateRow, Index, Measure, Place};

/// The contrasts of a program in one metric and condition.
#[derive(Debug, Serialize)]
pub(super) struct Timing {
    title: String,
    table: String,
    behind: String,
    floor: String,
    none: Vec<String>,
    /// Whether some intervals hold all at once.
    family: bool,
}

/// The crossed conditions, those of shipped programs first.
const CONDITIONS: [&str; 4] = ["pinned", "scheduled", "pinned-gomaxprocs-all", "scheduled-gomaxprocs-1"];
const METRICS: [&str; 2] = ["cpu-time", "wall-time"];
const RECIPES: [&str; 3] = ["faulted", "written", "tmpfs"];
const FAULTS: Measure = Measure::new("minor-faults", "pinned");
/// Differences of starts are microseconds; one unit lets all tables be read side by side.
const UNIT: TimeUnit = TimeUnit::US;

pub(super) fn timing<'a>(
    index: &Index<'a>,
    program: &'a Program,
    place: Place<'_>,
    measure: Measure,
) -> Option<Timing> {
    let effects: Vec<(&Contrast, Option<Effect<'_>>)> = index
        .timed_contrasts(program)
        .map(|contrast| (contrast, Effect::of(index, contrast, &program.name, place, measure)))
        .collect();
    let measured: Vec<&Effect<'_>> = effects.iter().filter_map(|(_, effect)| effect.as_ref()).collect();
    let first = measured.first()?;
    let confidence = first.ratio.confidence * 100.0;
    let family = measured.iter().any(|effect| effect.is_primary());
    let mean = |contrast: &Contrast| {
        index.estimate(&contrast.name, &program.name, place, measure, "mean-difference")
    };
    let mut table = Table::new(&["contrast", "", ">median, us", ">ratio", ">all at once", ">mean, us", ">n"]);
    for (contrast, effect) in &effects {
        let mut cells = vec![contrast.name.clone()];
        match effect {
            None => cells.extend(["?".to_owned(), "not measured".to_owned()]),
            Some(effect) => {
                let together = judged_by(effect.ratio).filter(|_| effect.is_primary());
                cells.extend([
                    effect.seen.sign().to_owned(),
                    effect.difference.map_or(String::new(), |row| words::time_more_interval(row, UNIT)),
                    words::ratio_interval(effect.ratio),
                    together.map_or(String::new(), |(low, high)| {
                        format!("[{}, {}]", words::ratio(low), words::ratio(high))
                    }),
                    mean(contrast).map_or(String::new(), |row| words::time_more_interval(row, UNIT)),
                    n(effect.ratio),
                ]);
            }
        }
        cells.resize(7, String::new());
        table.row(cells);
    }
    let none = measured.iter().filter(|effect| {
        matches!(effect.seen, Seen::NoDifference | Seen::WithinNoise) && !effect.contrast.control
    });
    Some(Timing {
        title: words::capital(&measure_words(measure)),
        table: table.without_empty_columns().text(),
        behind: format!(
            "{confidence:.0} % t intervals; {}",
            behind(measured.iter().map(|effect| effect.ratio))
        ),
        floor: Floor::of(index, &program.name, place, measure)
            .map_or("was not measured".to_owned(), |floor| format!("is {}", floor.words())),
        none: none.map(|effect| format!("{} ({})", effect.contrast.name, effect.not_excluded())).collect(),
        family,
    })
}

fn n(row: &EstimateRow) -> String {
    format!("{}/{}", row.units, row.starts)
}

/// This layout and over layouts, side by side; none where the layout was not varied.
pub(super) fn layouts<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Option<String> {
    let mut table = Table::new(&[
        "contrast",
        "",
        ">this layout, us",
        ">ratio",
        ">n",
        "",
        ">over layouts, us",
        ">ratio",
        ">n",
    ]);
    for contrast in index.timed_contrasts(program) {
        let Some(effect) = Effect::of(index, contrast, &program.name, place, CPU_PINNED) else { continue };
        let Some((over, seen)) = effect.over_layouts else { continue };
        let measure = CPU_PINNED.over_layouts();
        let difference = index.estimate(&contrast.name, &program.name, place, measure, "difference");
        let time =
            |row: Option<&EstimateRow>| row.map_or(String::new(), |row| words::time_more_interval(row, UNIT));
        table.row([
            contrast.name.clone(),
            effect.seen.sign().to_owned(),
            time(effect.difference),
            words::ratio_interval(effect.ratio),
            n(effect.ratio),
            seen.sign().to_owned(),
            time(difference),
            words::ratio_interval(over),
            n(over),
        ]);
    }
    (!table.is_empty()).then(|| table.text())
}

/// What else was varied: conditions crossed, and how the files came into the page cache.
pub(super) fn others<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Vec<Titled> {
    let crossed = METRICS.into_iter().filter_map(|metric| {
        let columns = CONDITIONS
            .map(|condition| (words::capital(condition_words(condition)), Measure::new(metric, condition)));
        let table = beside(index, program, place, &columns, 3)?;
        let metric = metric.replace("cpu-time", "CPU time").replace("wall-time", "wall time");
        let title = format!("{} in the four conditions", words::capital(&metric));
        Some(Titled { title, table })
    });
    let recipes = [CPU_PINNED, WALL_SCHEDULED].into_iter().filter_map(|measure| {
        let columns = RECIPES.map(|recipe| (recipe.to_owned(), measure.in_cache(recipe)));
        let table = beside(index, program, place, &columns, 2)?;
        let title =
            format!("{}, by how the files came into the page cache", words::capital(&measure_words(measure)));
        Some(Titled { title, table })
    });
    crossed.chain(recipes).collect()
}

/// Differences and ratios of all contrasts, a column a measure; none where fewer columns than `least` have any.
fn beside<'a>(
    index: &Index<'a>,
    program: &'a Program,
    place: Place<'_>,
    columns: &[(String, Measure)],
    least: usize,
) -> Option<String> {
    let contrasts: Vec<&Contrast> = index.timed_contrasts(program).collect();
    let effect = |contrast, measure| Effect::of(index, contrast, &program.name, place, measure);
    let used: Vec<&(String, Measure)> = columns
        .iter()
        .filter(|(_, measure)| contrasts.iter().any(|contrast| effect(contrast, *measure).is_some()))
        .collect();
    if used.len() < least {
        return None;
    }
    let heads: Vec<String> = used.iter().map(|(name, _)| format!(">{name}")).collect();
    let heads: Vec<&str> = std::iter::once("contrast").chain(heads.iter().map(String::as_str)).collect();
    let mut table = Table::new(&heads);
    for contrast in contrasts {
        let cell = |measure| {
            let Some(effect) = effect(contrast, measure) else { return String::new() };
            let difference =
                effect.difference.map_or(String::new(), |row| words::time_more_interval(row, UNIT));
            format!("{difference}; {} {}", words::ratio(effect.ratio.estimate), effect.seen.sign())
        };
        let cells: Vec<String> = used.iter().map(|(_, measure)| cell(*measure)).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            table.row(std::iter::once(contrast.name.clone()).chain(cells));
        }
    }
    Some(table.text())
}

/// Minor page faults: counts, so that only differences are shown.
pub(super) fn faults<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Option<String> {
    let mut table = Table::new(&["contrast", ">minor faults", ">n"]);
    for contrast in index.timed_contrasts(program) {
        let row = index.estimate(&contrast.name, &program.name, place, FAULTS, "difference");
        let Some(row) = row else { continue };
        let number = |value: f64| if value.abs() < 0.05 { "0.0".to_owned() } else { format!("{value:+.1}") };
        let interval = match (row.low, row.high) {
            (Some(low), Some(high)) => {
                format!("{} [{}, {}]", number(row.estimate), number(low), number(high))
            }
            _ => format!("{} (no interval)", number(row.estimate)),
        };
        table.row([contrast.name.clone(), interval, n(row)]);
    }
    (!table.is_empty()).then(|| table.text())
}
