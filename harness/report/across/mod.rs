//! What the answer depends on: the Go release, the target, the distribution's flags, the program.
//!
//! One part for each reply that a report of one toolchain, one machine and small programs would get. A part is
//! there only where the run has what it compares.

mod distributions;
mod originals;
mod releases;
pub(super) mod targets;

use anyhow::Result;
use serde::Serialize;

use super::Picture;
use super::plots::Plot;
use crate::results::Index;

/// A table and what it shows.
#[derive(Debug, Serialize)]
struct Shown {
    title: String,
    table: String,
}

/// The part about one reply.
#[derive(Debug, Default, Serialize)]
pub(super) struct Part {
    heading: &'static str,
    /// The answer to the reply, computed: sentences, each an item.
    reply: Vec<String>,
    plots: Vec<Picture>,
    tables: Vec<Shown>,
}

/// The parts that the run has anything for, and their plots.
pub(super) fn parts(index: &Index<'_>) -> Result<(Vec<Part>, Vec<Plot>)> {
    let mut plots = Vec::new();
    let mut parts = Vec::new();
    for part in [releases::part, targets::part, distributions::part, originals::part] {
        let Some((mut part, own)) = part(index)? else { continue };
        part.plots = own.iter().map(Plot::picture).collect();
        plots.extend(own);
        parts.push(part);
    }
    Ok((parts, plots))
}
