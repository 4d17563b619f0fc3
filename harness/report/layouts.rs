//! What was measured over function layouts: start-up beside the one layout that ships, and speed at work.

use serde::Serialize;

use super::markdown::Table;
use crate::claims::speed::{AtWork, START_OVER_LAYOUTS, WORK, WORK_FIXED};
use crate::claims::words::{self, TimeUnit};
use crate::claims::{CPU_PINNED, Floor};
use crate::config::{Contrast, Program};
use crate::results::{EstimateRow, Index, Place, Status};

/// The two sections; a table that is empty was not measured.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    starts: String,
    /// How many builds there were, and what became of the others.
    builds: String,
    work: String,
    floors: Vec<String>,
}

pub(super) fn part(index: &Index<'_>) -> Part {
    Part { starts: starts(index), builds: builds(index), work: work(index), floors: floors(index) }
}

/// Every contrast of every Go program at every place.
fn each<'a>(index: &'a Index<'a>) -> impl Iterator<Item = (&'a Program, &'a Contrast, Place<'a>)> {
    index.places().into_iter().flat_map(move |place| {
        index.go_programs().flat_map(move |program| {
            index.contrasts_of(program).map(move |contrast| (program, contrast, place))
        })
    })
}

fn starts(index: &Index<'_>) -> String {
    let mut table = Table::new(&[
        "program",
        "contrast",
        ">this layout",
        ">over layouts",
        ">this layout, ms",
        ">over layouts, ms",
        ">n",
    ]);
    for (program, contrast, place) in each(index) {
        let of =
            |measure, statistic| index.estimate(&contrast.name, &program.name, place, measure, statistic);
        let Some(over) = of(START_OVER_LAYOUTS, "ratio") else { continue };
        let ratio = |row: Option<&EstimateRow>| row.map_or("not measured".to_owned(), words::ratio_interval);
        let more = |row: Option<&EstimateRow>| {
            row.map_or(String::new(), |row| words::time_more_interval(row, TimeUnit::MS))
        };
        table.row([
            program.name.clone(),
            contrast.name.clone(),
            ratio(of(CPU_PINNED, "ratio")),
            ratio(Some(over)),
            more(of(CPU_PINNED, "difference")),
            more(of(START_OVER_LAYOUTS, "difference")),
            format!("{}/{}", over.units, over.starts),
        ]);
    }
    if table.is_empty() { String::new() } else { table.text() }
}

fn builds(index: &Index<'_>) -> String {
    let rows = &index.run().layouts;
    let built = rows.iter().filter(|row| row.status == Status::Built).count();
    if rows.is_empty() {
        return String::new();
    }
    format!("{} builds with `-randlayout` gave the right answers", words::of(built, rows.len()))
}

fn condition(one: &AtWork<'_>) -> &'static str {
    if one.effect.measure == WORK_FIXED { "fixed" } else { "random" }
}

fn sign(one: &AtWork<'_>) -> &'static str {
    use crate::claims::Seen;
    match one.effect.seen {
        Seen::More if !one.is_more() => "s",
        seen => seen.sign(),
    }
}

fn work(index: &Index<'_>) -> String {
    let mut table = Table::new(&[
        "program",
        "contrast",
        "addresses",
        "",
        ">ratio",
        ">difference, ms",
        ">of a start, ms",
        ">SD, %",
        ">n",
    ]);
    for (program, contrast, place) in each(index) {
        for measure in [WORK, WORK_FIXED] {
            let Some(one) = AtWork::of(index, contrast, &program.name, place, measure) else { continue };
            let more = |row: Option<&EstimateRow>| {
                row.map_or(String::new(), |row| words::time_more_interval(row, TimeUnit::MS))
            };
            table.row([
                program.name.clone(),
                contrast.name.clone(),
                condition(&one).to_owned(),
                sign(&one).to_owned(),
                words::ratio_interval(one.effect.ratio),
                more(one.effect.difference),
                more(one.start),
                deviation(index, &one, place),
                format!("{}/{}", one.effect.ratio.units, one.effect.ratio.starts),
            ]);
        }
    }
    if table.is_empty() { String::new() } else { table.text() }
}

/// By how much the ratio differs from layout to layout.
fn deviation(index: &Index<'_>, one: &AtWork<'_>, place: Place<'_>) -> String {
    let (name, measure) = (&one.effect.contrast.name, one.effect.measure);
    let row = index.estimate(name, one.effect.program, place, measure, "layout-deviation");
    match row.map(|row| (row.estimate, row.low, row.high)) {
        Some((estimate, Some(low), Some(high))) => {
            format!("{:.1} [{:.1}, {:.1}]", 100.0 * estimate, 100.0 * low, 100.0 * high)
        }
        _ => String::new(),
    }
}

/// The noise floor of each program at work.
fn floors(index: &Index<'_>) -> Vec<String> {
    let mut said = Vec::new();
    for place in index.places() {
        for program in index.go_programs() {
            let of = |measure| Floor::of(index, &program.name, place, measure).map(Floor::words);
            if let (Some(random), Some(fixed)) = (of(WORK), of(WORK_FIXED)) {
                said.push(format!("{} {random}, with fixed addresses {fixed}", program.name));
            }
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use crate::claims::synthetic::Synthetic;
    use crate::claims::synthetic::speed::{Speed, with_speed};
    use crate::report::draw;
    use crate::report::tests::{check_words, markdown};

    #[test]
    fn what_was_measured_over_layouts_has_sections_of_its_own() {
        let plain = markdown(&Synthetic::default().run());
        assert!(plain.contains("No start was timed in another function layout in this run."));
        assert!(plain.contains("No work was timed in this run"));
        let more = Speed {
            ratio: |contrast, _| if contrast == "pie-given-internal" { 1.05 } else { 1.003 },
            ..Speed::default()
        };
        for (data, speed) in [(Synthetic::default(), Speed::default()), (Synthetic::default(), more)] {
            let run = with_speed(data.run(), &speed);
            let (text, plots) = draw(&run).expect("renders");
            let (_, section) = text.split_once("## Speed when running").expect("has a section");
            let section = section.split("\n## ").next().expect("ends");
            assert!(section.contains("plots/speed.png") && section.contains("| fixed "), "{section}");
            assert!(section.contains("The noise floor is hello 0.4 %"), "{section}");
            let plot = plots.iter().find(|plot| plot.name == "speed").expect("is drawn");
            check_words("speed", &plot.svg);
            let said = if (speed.ratio)("pie-given-internal", "") > 1.0 { "in 4 of 8" } else { "in 0 of 8" };
            assert!(plot.svg.contains(said), "{said}");
        }
    }
}
