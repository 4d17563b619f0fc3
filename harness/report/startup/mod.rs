//! How long a program's starts take, contrast by contrast: tables and sentences from estimates and blocks.
//!
//! The absolute difference comes first, the ratio beside it. What decides what is seen is for `claims` to say.

mod parts;
mod sure;
mod tables;

use serde::Serialize;

pub(super) use self::parts::{Step, mostly, steps};
use super::Picture;
use crate::claims::TIMES;
use crate::config::Program;
use crate::results::{Index, Place};

/// A table with what is said before it.
#[derive(Debug, Serialize)]
pub(super) struct Titled {
    title: String,
    table: String,
}

/// The start-up of a program on one toolchain and target.
#[derive(Debug, Serialize)]
pub(super) struct Startup {
    /// One a metric and condition of shipped programs.
    tables: Vec<tables::Timing>,
    layouts: Option<String>,
    totals: Vec<parts::Total>,
    plots: Vec<Picture>,
    /// Conditions crossed, and recipes.
    others: Vec<Titled>,
    faults: Option<String>,
    scatter: Option<String>,
    /// What to know of the numbers, a sentence each.
    sure: Vec<String>,
}

/// The start-up of a program; none where nothing of it was timed.
pub(super) fn startup<'a>(
    index: &Index<'a>,
    program: &'a Program,
    place: Place<'_>,
    plots: Vec<Picture>,
) -> Option<Startup> {
    let tables = TIMES.into_iter().filter_map(|measure| tables::timing(index, program, place, measure));
    let tables: Vec<_> = tables.collect();
    let sure = sure::sentences(index, program, place);
    // Blocks are of the one place that is timed; where all were in vain, they say why.
    let in_vain = !sure.is_empty() && !index.run().estimates.iter().any(|row| row.program == program.name);
    (!tables.is_empty() || in_vain).then(|| Startup {
        tables,
        layouts: tables::layouts(index, program, place),
        totals: parts::totals(index, program, place),
        plots,
        others: tables::others(index, program, place),
        faults: tables::faults(index, program, place),
        scatter: sure::scatter(index, program, place),
        sure,
    })
}
