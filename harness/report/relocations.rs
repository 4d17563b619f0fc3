//! The section about relocations: what the ladder shows, and what it says of the programs under test.

use serde::Serialize;

use super::Picture;
use super::markdown::Table;
use crate::claims::words::{self, TimeUnit};
use crate::claims::{CPU_PINNED, Climbed, costs, twins};
use crate::config::Rung;
use crate::results::{EstimateRow, Index, LadderRole, LadderRow};

/// The section; its tables are empty where no ladder was climbed.
#[derive(Debug, Serialize)]
pub(super) struct Relocations {
    plots: Vec<Picture>,
    findings: Vec<String>,
    fits: Option<String>,
    rungs: Option<String>,
    programs: Option<String>,
    /// How many of the programs' differences are as predicted.
    as_predicted: String,
}

/// A value with an interval as the words for estimates take it.
fn interval(estimate: f64, low: f64, high: f64) -> EstimateRow {
    EstimateRow { estimate, low: Some(low), high: Some(high), ..EstimateRow::default() }
}

/// `+371 [+344, +397]`, in microseconds.
pub(super) fn measured(row: &LadderRow) -> String {
    words::time_more_interval(&interval(row.difference, row.low, row.high), TimeUnit::US)
}

fn predicted(row: &LadderRow) -> String {
    words::time_more_interval(&interval(row.fitted, row.fitted_low, row.fitted_high), TimeUnit::US)
}

/// Without an interval.
fn microseconds(seconds: f64) -> String {
    let rounded = TimeUnit::US.scale(seconds).round();
    if rounded == 0.0 { "0".to_owned() } else { format!("{rounded:+.0}") }
}

/// The rung of a row.
pub(super) fn rung(index: &Index<'_>, row: &LadderRow) -> Option<Rung> {
    index.run().info.rungs.iter().find(|program| program.name == row.program)?.rung()
}

pub(super) fn part(index: &Index<'_>, plots: Vec<Picture>) -> Relocations {
    let fits = Climbed::all(index, CPU_PINNED.metric);
    let others: Vec<&LadderRow> = fits.iter().flat_map(|fit| fit.rows(index, LadderRole::Program)).collect();
    let held = others.iter().filter(|row| row.as_predicted()).count();
    Relocations {
        plots,
        findings: fits.iter().map(|fit| finding(index, fit)).collect(),
        fits: (!fits.is_empty()).then(|| fit_table(index, &fits)),
        rungs: (!fits.is_empty()).then(|| rung_table(index, &fits)),
        programs: (!others.is_empty()).then(|| program_table(&others)),
        as_predicted: words::of(held, others.len()),
    }
}

fn finding(index: &Index<'_>, fit: &Climbed<'_>) -> String {
    let name = &fit.constant.name;
    let what = index.contrast(name).map_or(String::new(), |contrast| format!(" ({})", contrast.what));
    let mut parts = vec![format!("`{name}`{what}: {}", costs(fit))];
    if let Some(relocations) = fit.page_in_relocations() {
        parts.push(format!("; a page costs what {relocations:.0} relocations cost"));
    }
    if let Some([few, many]) = twins(index, fit) {
        parts.push(format!(
            ". {} relocations more cost {} on {} pages, and {} on {}",
            few.relocations,
            words::time_more(few.difference),
            few.pages,
            words::time_more(many.difference),
            many.pages,
        ));
    }
    parts.concat()
}

fn fit_table(index: &Index<'_>, fits: &[Climbed<'_>]) -> String {
    let faults = Climbed::all(index, "minor-faults");
    let mut table = Table::new(&[
        "contrast",
        ">ns a relocation",
        ">us a page",
        ">us beside",
        ">minor faults a page",
        ">rungs/starts",
    ]);
    for fit in fits {
        let same = |other: &&Climbed<'_>| {
            let (a, b) = (other.constant, fit.constant);
            (&a.name, &a.toolchain, &a.target) == (&b.name, &b.toolchain, &b.target)
        };
        table.row([
            format!("`{}`", fit.constant.name),
            words::time_interval(fit.per_relocation, TimeUnit::NS),
            words::time_interval(fit.per_page, TimeUnit::US),
            words::time_more_interval(fit.constant, TimeUnit::US),
            faults.iter().find(same).map_or(String::new(), |fit| words::ratio_interval(fit.per_page)),
            format!("{}/{}", fit.constant.units, fit.constant.starts),
        ]);
    }
    table.without_empty_columns().text()
}

fn rung_table(index: &Index<'_>, fits: &[Climbed<'_>]) -> String {
    let mut table = Table::new(&[
        "contrast",
        ">pointers",
        ">every so many bytes",
        ">relocations",
        ">pages",
        ">measured, us",
        ">fitted",
        ">residual",
    ]);
    for fit in fits {
        for row in fit.rows(index, LadderRole::Rung) {
            let Some(rung) = rung(index, row) else { continue };
            table.row([
                format!("`{}`", row.contrast),
                rung.pointers.to_string(),
                rung.stride.to_string(),
                row.relocations.to_string(),
                row.pages.to_string(),
                measured(row),
                microseconds(row.fitted),
                microseconds(row.residual),
            ]);
        }
    }
    table.text()
}

fn program_table(rows: &[&LadderRow]) -> String {
    let mut table = Table::new(&[
        "program",
        "contrast",
        ">relocations",
        ">pages",
        ">predicted, us",
        ">measured, us",
        "as predicted",
    ]);
    for row in rows {
        let verdict = match row {
            row if row.as_predicted() => "yes",
            row if row.difference < row.fitted_low => "less",
            _ => "more",
        };
        table.row([
            row.program.clone(),
            format!("`{}`", row.contrast),
            row.relocations.to_string(),
            row.pages.to_string(),
            predicted(row),
            measured(row),
            verdict.to_owned(),
        ]);
    }
    table.text()
}
