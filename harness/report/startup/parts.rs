//! A whole set of flags, taken apart: what each contrast adds to a start, and what is left.

use serde::Serialize;

use crate::analyse::REST;
use crate::claims::words::{self, TimeUnit};
use crate::claims::{CPU_PINNED, WALL_SCHEDULED, behind, measure_words};
use crate::config::{Contrast, Program};
use crate::report::markdown::Table;
use crate::results::{EstimateRow, Index, Measure, Place};

/// A total with its parts in one metric and condition.
#[derive(Debug, Serialize)]
pub(super) struct Total {
    title: String,
    table: String,
    behind: String,
    /// What most of it is, in words.
    mostly: String,
}

/// One part of a total.
#[derive(Clone, Debug)]
pub(in crate::report) struct Step<'a> {
    /// What it is.
    pub(in crate::report) what: String,
    /// The name of its contrast; `total` or `rest`.
    pub(in crate::report) name: &'a str,
    /// The difference that it makes.
    pub(in crate::report) row: &'a EstimateRow,
}

impl Step<'_> {
    /// Its sign, where its interval leaves out 0.
    pub(in crate::report) fn sign(&self) -> &'static str {
        match (self.row.low, self.row.high) {
            (Some(low), _) if low > 0.0 => "+",
            (_, Some(high)) if high < 0.0 => "-",
            (Some(_), Some(_)) => "=",
            _ => "?",
        }
    }
}

/// The total itself, its parts, and what is left, in this order; nothing where it was not taken apart.
pub(in crate::report) fn steps<'a>(
    index: &Index<'a>,
    total: &'a Contrast,
    program: &str,
    place: Place<'_>,
    measure: Measure,
) -> Vec<Step<'a>> {
    let names = total.parts.iter().map(String::as_str);
    let names = std::iter::once("total").chain(names).chain(std::iter::once(REST));
    let step = |name: &'a str| {
        let row = format!("{}/{name}", total.name);
        let row = index.estimate(&row, program, place, measure, "difference")?;
        let what = match name {
            "total" => total.what.clone(),
            REST => "what is left: interaction, and what no contrast isolates".to_owned(),
            name => index.contrast(name).map_or(name.to_owned(), |contrast| contrast.what.clone()),
        };
        Some(Step { what, name, row })
    };
    names.map(step).collect::<Option<Vec<_>>>().filter(|all| all.len() > 2).unwrap_or_default()
}

/// The totals of a program.
pub(super) fn totals<'a>(index: &Index<'a>, program: &'a Program, place: Place<'_>) -> Vec<Total> {
    let mut all = Vec::new();
    for contrast in index.contrasts_of(program).filter(|contrast| contrast.total) {
        for measure in [CPU_PINNED, WALL_SCHEDULED] {
            let steps = steps(index, contrast, &program.name, place, measure);
            if let Some(whole) = steps.first() {
                all.push(Total {
                    title: format!("`{}` in parts, {}", contrast.name, measure_words(measure)),
                    table: table(&steps),
                    behind: behind([whole.row]),
                    mostly: mostly(&steps),
                });
            }
        }
    }
    all
}

fn table(steps: &[Step<'_>]) -> String {
    let whole = steps[0].row.estimate;
    let mut table = Table::new(&["part", "", ">difference, us", ">of the total", "what it is"]);
    let (total, parts) = (&steps[0], &steps[1..]);
    for step in parts.iter().chain([total]) {
        let share = step.row.estimate / whole * 100.0;
        table.row([
            step.name.to_owned(),
            step.sign().to_owned(),
            words::time_more_interval(step.row, TimeUnit::US),
            if share.is_finite() { format!("{share:.0} %") } else { String::new() },
            step.what.clone(),
        ]);
    }
    table.text()
}

/// `most of it the cgo runtime`, or the two largest.
pub(in crate::report) fn mostly(steps: &[Step<'_>]) -> String {
    let Some((whole, parts)) = steps.split_first() else { return String::new() };
    let mut sorted: Vec<&Step<'_>> =
        parts.iter().filter(|step| step.row.estimate * whole.row.estimate > 0.0).collect();
    sorted.sort_by(|a, b| b.row.estimate.abs().total_cmp(&a.row.estimate.abs()));
    let short = |step: &Step<'_>| match step.name {
        REST => "what no part explains".to_owned(),
        _ => step.what.split(',').next().unwrap_or(&step.what).to_owned(),
    };
    match sorted.as_slice() {
        [first, ..] if first.row.estimate.abs() > whole.row.estimate.abs() / 2.0 => {
            format!("most of it {}", short(first))
        }
        [first, second, ..] => format!("above all {} and {}", short(first), short(second)),
        _ => String::new(),
    }
}
